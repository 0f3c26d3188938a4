//! The outcome of a finish, and how it is stored and recalled.

use countersign::{Timestamp, types::CredentialId};
use rusqlite::Connection;

use super::finish::Finish;
use crate::operation_error::{OperationError, Rejection};
use crate::response_rejection::{Reason, ResponseRejection};
use crate::store::credentials::{self, StoredCredential};
use crate::store::sessions::{self, Session};
use crate::{act::Act, store::confirmations, token::Token};

/// The stored outcome of a finish, as JSON: enough to answer again while what it created is still there, and no secret.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// A session was created. Its token is derived from the ceremony's name and this salt.
    SignedIn {
        /// The text of a [`Token`].
        salt: String,
    },
    /// A credential was added to the account.
    Added {
        /// The ID of the credential.
        credential: CredentialId,
    },
    /// The session confirmed an act.
    Confirmed {
        /// The act.
        act: Act,
    },
    /// The response was rejected, for good.
    #[serde(rename = "refused")]
    Rejected {
        /// The word of a [`Reason`].
        reason: String,
        /// The credential that the response named, if the page may signal that it is unknown here.
        unknown: Option<CredentialId>,
    },
}

/// The result of a finish, which a repeated finish gets again.
pub(crate) enum Finished {
    /// A session, and the account's credentials.
    SignedIn(Box<SignedIn>),
    /// A credential of the caller's account.
    Added(Box<Added>),
    /// A confirmation.
    Confirmed,
}

/// A session that was created.
pub(crate) struct SignedIn {
    /// The token for the session's cookie.
    pub(crate) token: Token,
    /// The session.
    pub(crate) session: Session,
    /// All credentials of the account, if they may be listed: see [`credentials::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
}

/// A credential that was added.
pub(crate) struct Added {
    /// The credential.
    pub(crate) credential: StoredCredential,
    /// The session that added it.
    pub(crate) session: Session,
    /// All credentials of the account, if they may be listed: see [`credentials::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
}

impl From<&ResponseRejection> for Outcome {
    fn from(rejection: &ResponseRejection) -> Self {
        Self::Rejected { reason: rejection.reason.as_str().to_owned(), unknown: rejection.unknown.clone() }
    }
}

/// Turns an outcome into a result, in the transaction that stored or found the outcome.
///
/// Fails with [`Rejection::CeremonyUnknown`] if what it created was removed since: a session that ended is not created
/// again.
pub(super) fn recall(
    db: &Connection,
    outcome: Outcome,
    finish: &Finish,
    now: Timestamp,
) -> Result<Result<Finished, ResponseRejection>, OperationError> {
    let browser = finish.presented.browser.as_ref();
    let session = || finish.caller().ok_or(Rejection::CeremonyUnknown)?.session(db, now);
    Ok(match outcome {
        Outcome::SignedIn { salt } => {
            let salt = Token::parse(salt.as_bytes()).ok_or(Rejection::CeremonyUnknown)?;
            let token = finish.name.of_session(&salt);
            let session = sessions::find(db, &token.hash(), now)?.ok_or(Rejection::CeremonyUnknown)?;
            let accepted = credentials::accepted(db, &session.user, browser, now)?;
            Ok(Finished::SignedIn(Box::new(SignedIn { token, session, accepted })))
        }
        Outcome::Added { credential } => {
            let session = session()?;
            let credential = credentials::find(db, &credential)?
                .filter(|found| *found.record.user_handle() == session.user)
                .ok_or(Rejection::CeremonyUnknown)?;
            let accepted = credentials::accepted(db, &session.user, browser, now)?;
            Ok(Finished::Added(Box::new(Added { credential, session, accepted })))
        }
        Outcome::Confirmed { act } => {
            let until = confirmations::until(db, &session()?.token_hash, browser, &act, now)?;
            until.map(|_| Ok(Finished::Confirmed)).ok_or(Rejection::CeremonyUnknown)?
        }
        Outcome::Rejected { reason, unknown } => {
            let reason = Reason::parse(&reason).ok_or(Rejection::CeremonyUnknown)?;
            let unknown = match unknown {
                // It may have been registered since.
                Some(id) if !credentials::is_known(db, &id)? => Some(id),
                _ => None,
            };
            Err(ResponseRejection { reason, detail: "rejected before".into(), unknown })
        }
    })
}
