//! The outcome of a finish, and how it is stored and recalled.

use countersign::store::{ConfirmationKey, Evidence, Session, StoredCredential};
use countersign::{Timestamp, types::CredentialId};

use super::finish::FinishRequest;
use crate::operation_error::{Rejection, Result};
use crate::response_rejection::{Reason, ResponseRejection};
use crate::{act::Act, app::App, token::Token};

/// The stored outcome of a finish, as JSON: enough to answer again while what it created is still there, and no secret.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// A session was created. Its token is derived from the ceremony's sealed state and this salt.
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
    /// The token of the session.
    pub(crate) token: Token,
    /// The session.
    pub(crate) session: Session,
    /// All credentials of the account, if they may be listed: see [`App::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
}

/// A credential that was added.
pub(crate) struct Added {
    /// The credential.
    pub(crate) credential: StoredCredential,
    /// The session that added it.
    pub(crate) session: Session,
    /// All credentials of the account, if they may be listed: see [`App::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
}

impl From<&ResponseRejection> for Outcome {
    fn from(rejection: &ResponseRejection) -> Self {
        Self::Rejected { reason: rejection.reason.as_str().to_owned(), unknown: rejection.unknown.clone() }
    }
}

impl App {
    /// Turns a stored outcome into a result.
    ///
    /// Fails with [`Rejection::CeremonyOver`] if what it created was removed since: a session that ended is not created
    /// again.
    pub(super) async fn recall(
        &self,
        outcome: Outcome,
        finish: &FinishRequest,
        now: Timestamp,
    ) -> Result<Finished> {
        let browser = finish.browser.as_ref();
        match outcome {
            Outcome::SignedIn { salt } => {
                let salt = Token::parse(salt.as_bytes()).ok_or(Rejection::CeremonyOver)?;
                let token = Token::of_session(&finish.token, &salt);
                let session = self.store.session(&token.hash()).await?;
                let session =
                    session.filter(|session| !session.times.is_over(now)).ok_or(Rejection::CeremonyOver)?;
                let accepted = self.accepted(&session.account, browser, now).await?;
                Ok(Finished::SignedIn(Box::new(SignedIn { token, session, accepted })))
            }
            Outcome::Added { credential } => {
                let session = self.callers_session(finish, now).await?;
                let stored = self.store.credential(&credential, Evidence::Read).await?;
                let credential = stored
                    .filter(|found| *found.record.user_handle() == session.account)
                    .ok_or(Rejection::CeremonyOver)?;
                let accepted = self.accepted(&session.account, browser, now).await?;
                Ok(Finished::Added(Box::new(Added { credential, session, accepted })))
            }
            Outcome::Confirmed { act: Act::Verify {} } => {
                self.callers_session(finish, now).await?;
                Ok(Finished::Confirmed)
            }
            Outcome::Confirmed { act } => {
                let session = self.callers_session(finish, now).await?.token;
                let browser = finish.browser.ok_or(Rejection::OtherBrowser)?;
                let key = ConfirmationKey { session, act: act.text()?, browser };
                let confirmation = self.store.confirmation(&key, now).await?;
                confirmation.map(|_| Finished::Confirmed).ok_or_else(|| Rejection::CeremonyOver.into())
            }
            Outcome::Rejected { reason, unknown } => {
                let reason = Reason::parse(&reason).ok_or(Rejection::CeremonyOver)?;
                let unknown = self.unless_registered(unknown).await?;
                Err(ResponseRejection { unknown, ..ResponseRejection::new(reason, "rejected before") }.into())
            }
        }
    }

    /// The credential that a page may signal as unknown, unless it is registered, perhaps by now: a good one must not be
    /// deleted.
    pub(super) async fn unless_registered(
        &self,
        unknown: Option<CredentialId>,
    ) -> Result<Option<CredentialId>> {
        let Some(id) = unknown else { return Ok(None) };
        let found = self.store.credential(&id, Evidence::Omit).await?;
        Ok(found.is_none().then_some(id))
    }

    async fn callers_session(&self, finish: &FinishRequest, now: Timestamp) -> Result<Session> {
        finish.caller().ok_or(Rejection::CeremonyOver)?.session(self, now).await
    }
}
