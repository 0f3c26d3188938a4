//! What all requests share.

use std::sync::Arc;

use countersign::ceremony::{Entropy, EntropyError};
use countersign::{RelyingParty, Timestamp};

use crate::any_store::AnyStore;
use crate::audit_log::AuditLog;
use crate::sessions::any_sessions::AnySessions;
use crate::{cookie::Cookie, keys::Keys, models::Models, observer::Observer, sign_up::SignUp, token::Token};

/// A source of random bytes.
pub(crate) type EntropySource = dyn Fn(&mut [u8]) -> Result<(), EntropyError> + Send + Sync;

/// The parts of the application.
pub(crate) struct App {
    pub(crate) store: Arc<dyn AnyStore>,
    /// The relying party that registers and signs in.
    pub(crate) accounts: RelyingParty,
    /// The relying party that confirms acts. Its purpose is another one, so that no ceremony that was started for one
    /// purpose can be finished for the other.
    pub(crate) step_up: RelyingParty,
    /// The accepted origins as text, the main one first.
    pub(crate) origins: Vec<String>,
    pub(crate) keys: Keys,
    /// The cookie that binds ceremonies to the browser that started them.
    pub(crate) browser: Cookie,
    pub(crate) sessions: Arc<dyn AnySessions>,
    pub(crate) models: Arc<dyn Models>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) unknown_signals: UnknownSignals,
    pub(crate) sign_up: SignUp,
    pub(crate) audit_log: AuditLog,
    /// The pages for password managers.
    pub(crate) endpoints: Endpoints,
    pub(crate) clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) entropy: Box<EntropySource>,
}

/// The state of the routes.
pub(crate) type Shared = Arc<App>;

/// The pages that password managers open ([passkey endpoints](https://www.w3.org/TR/passkey-endpoints/)).
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(crate) struct Endpoints {
    /// The page on which a signed-in user adds a passkey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enroll: Option<String>,
    /// The page on which a signed-in user manages passkeys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manage: Option<String>,
}

/// Whether the rejection of an unknown passkey has the payload for `signalUnknownCredential`, so that its provider may
/// delete the passkey.
///
/// The payload is never sent for the RP ID `localhost`, and otherwise only if the user handle belongs or belonged to an
/// account of the database. That is not enough if several databases with the same accounts serve one RP ID, or if an
/// old copy of a database was restored: a passkey that was registered since is good, but unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnknownSignals {
    /// The payload is sent.
    #[default]
    Sent,
    /// The payload is never sent.
    Withheld,
}

impl App {
    /// The current time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The source of random bytes.
    pub(crate) fn entropy(&self) -> impl Entropy + Send + '_ {
        |buffer: &mut [u8]| (self.entropy)(buffer)
    }

    /// A new random token.
    pub(crate) fn token(&self) -> Result<Token, EntropyError> {
        Token::new(&mut self.entropy())
    }
}
