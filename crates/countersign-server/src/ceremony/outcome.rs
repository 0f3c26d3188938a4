//! What a finish comes to, and how that is remembered.

use countersign::{
    Code, CredentialRecord, Timestamp,
    types::{CredentialId, response::ResponseError},
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{Finish, act::Act, reason::Reason};
use crate::{
    store::{
        StoreError, confirmations,
        credentials::{self, StoredCredential},
        sessions::{self, Caller, Session},
    },
    token::{Token, TokenHash},
};

/// What is stored of a finish, as JSON: enough to answer again while what it made is still there, and no secret.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// A session was opened, whose token follows from the ceremony's name and this salt.
    SignedIn {
        /// A [`Token`]'s text.
        salt: String,
    },
    /// A credential was added to the account.
    Added {
        /// Its ID.
        credential: CredentialId,
    },
    /// The session confirmed an act.
    Confirmed {
        /// The act.
        act: Act,
    },
    /// The response was refused, for good.
    Refused {
        /// The word of a [`Reason`].
        reason: String,
        /// The credential that the response named, if the page may signal that it is unknown here.
        unknown: Option<CredentialId>,
    },
}

/// What a finish made, now or at the first time.
pub(crate) enum Made {
    /// A session, and the account's credentials.
    SignedIn(Box<SignedIn>),
    /// A credential of the caller's account.
    Added(Box<Added>),
    /// A confirmation.
    Confirmed,
}

/// A session that was opened.
pub(crate) struct SignedIn {
    /// What the client keeps.
    pub(crate) token: Token,
    /// What it stands for.
    pub(crate) session: Session,
    /// All credentials of the account, as far as that may be said: see [`credentials::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
}

/// A credential that was added.
pub(crate) struct Added {
    /// The credential.
    pub(crate) credential: StoredCredential,
    /// The session that added it.
    pub(crate) session: Session,
    /// All credentials of the account, as far as that may be said: see [`credentials::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
}

/// A response that was refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Why.
    pub(crate) reason: Reason,
    /// For the log.
    pub(crate) detail: String,
    /// The credential that the page may signal as unknown here.
    pub(crate) unknown: Option<CredentialId>,
}

impl Refusal {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), unknown: None }
    }

    pub(crate) fn of_code(code: Code, detail: impl Into<String>) -> Self {
        Self::new(Reason::Code(code), detail)
    }

    /// What is remembered of it.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome::Refused { reason: self.reason.as_str().to_owned(), unknown: self.unknown.clone() }
    }
}

impl From<countersign::Error> for Refusal {
    fn from(error: countersign::Error) -> Self {
        Self::of_code(error.code(), error.to_string())
    }
}

impl From<ResponseError> for Refusal {
    fn from(error: ResponseError) -> Self {
        Self::of_code(error.code(), error.to_string())
    }
}

/// What an outcome comes to at this moment, in the transaction that stored it or found it.
///
/// [`StoreError::CeremonyUnknown`] if what it made is gone since: a session that ended is not opened again.
pub(super) fn recall(
    db: &Connection,
    outcome: Outcome,
    finish: &Finish,
    caller: Option<&Caller>,
    now: Timestamp,
) -> Result<Result<Made, Refusal>, StoreError> {
    Ok(match outcome {
        Outcome::SignedIn { salt } => {
            let salt = Token::parse(salt.as_bytes()).ok_or(StoreError::CeremonyUnknown)?;
            let token = finish.name.of_session(&salt);
            let session = sessions::find(db, &token.hash(), now)?.ok_or(StoreError::CeremonyUnknown)?;
            let accepted = credentials::accepted(db, &session.user, finish.presented.browser.as_ref(), now)?;
            Ok(Made::SignedIn(Box::new(SignedIn { token, session, accepted })))
        }
        Outcome::Added { credential } => {
            let session = caller.ok_or(StoreError::CeremonyUnknown)?.session(db, now)?;
            let credential = credentials::find(db, &credential)?
                .filter(|found| *found.record.user_handle() == session.user)
                .ok_or(StoreError::CeremonyUnknown)?;
            let accepted = credentials::accepted(db, &session.user, finish.presented.browser.as_ref(), now)?;
            Ok(Made::Added(Box::new(Added { credential, session, accepted })))
        }
        Outcome::Confirmed { act } => {
            let session = caller.ok_or(StoreError::CeremonyUnknown)?.session(db, now)?;
            match confirmations::until(
                db,
                &session.token_hash,
                finish.presented.browser.as_ref(),
                &act.text()?,
                now,
            ) {
                Ok(_) => Ok(Made::Confirmed),
                Err(StoreError::Unconfirmed) => return Err(StoreError::CeremonyUnknown),
                Err(other) => return Err(other),
            }
        }
        Outcome::Refused { reason, unknown } => {
            let reason = Reason::parse(&reason).ok_or(StoreError::CeremonyUnknown)?;
            let unknown = match unknown {
                // It may have been registered since.
                Some(id) if !credentials::is_known(db, &id)? => Some(id),
                _ => None,
            };
            Err(Refusal { reason, detail: "refused before".into(), unknown })
        }
    })
}

/// Opens a session for the account that the credential is of, in place of the one that the client had.
pub(super) fn open_session(
    db: &Connection,
    token_hash: TokenHash,
    record: &CredentialRecord,
    replaces: Option<TokenHash>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(replaced) = replaces {
        sessions::remove(db, &replaced)?;
    }
    sessions::insert(db, &token_hash, record.user_handle(), record.id(), now)
}
