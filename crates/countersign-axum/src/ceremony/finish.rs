//! What a client sends to finish a ceremony.

use countersign::cose::sha256;
use countersign::store::{AuditSource, TokenHash};

use super::attached::CeremonyKind;
use crate::sessions::caller::Caller;

/// A request to finish a ceremony.
pub(crate) struct FinishRequest {
    pub(crate) ceremony: Ceremony,
    /// The sealed state, from the start.
    pub(crate) token: String,
    /// The hash of the browser's cookie, if it sent one.
    pub(crate) browser: Option<TokenHash>,
    /// The response, as JSON.
    pub(crate) response: String,
    /// SHA-256 of the response.
    pub(crate) response_hash: [u8; 32],
    /// The client's browser and system, as words for the list of sessions.
    pub(crate) device: Option<String>,
    /// Where the request came from, for the audit log.
    pub(crate) source: AuditSource,
}

/// The ceremony to finish, and its sender.
#[derive(Clone)]
pub(crate) enum Ceremony {
    /// The registration of a new account's first credential; the client's session so far ends.
    Account(Option<TokenHash>),
    /// The registration of one more credential.
    Credential(Caller),
    /// The registration of a credential for a recovery code; the client's session so far ends.
    Recovery(Option<TokenHash>),
    /// An authentication that signs in; the client's session so far ends.
    Session(Option<TokenHash>),
    /// An authentication that confirms an act.
    StepUp(Caller),
}

impl FinishRequest {
    pub(crate) fn new(ceremony: Ceremony, token: String, response: &str, browser: Option<TokenHash>) -> Self {
        let response_hash = sha256(&[response.as_bytes()]);
        let source = AuditSource::default();
        Self { ceremony, token, browser, response: response.to_owned(), response_hash, device: None, source }
    }

    pub(crate) fn with_device(self, device: Option<String>) -> Self {
        Self { device, ..self }
    }

    pub(crate) fn with_source(self, source: AuditSource) -> Self {
        Self { source, ..self }
    }

    pub(crate) const fn kind(&self) -> CeremonyKind {
        match self.ceremony {
            Ceremony::Account(_) => CeremonyKind::Account,
            Ceremony::Credential(_) => CeremonyKind::Credential,
            Ceremony::Recovery(_) => CeremonyKind::Recovery,
            Ceremony::Session(_) => CeremonyKind::Session,
            Ceremony::StepUp(_) => CeremonyKind::StepUp,
        }
    }

    pub(crate) const fn caller(&self) -> Option<&Caller> {
        match &self.ceremony {
            Ceremony::Account(_) | Ceremony::Recovery(_) | Ceremony::Session(_) => None,
            Ceremony::Credential(caller) | Ceremony::StepUp(caller) => Some(caller),
        }
    }
}
