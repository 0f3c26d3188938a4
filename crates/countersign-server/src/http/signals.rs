//! What a page may signal to passkey providers
//! ([section 5.1.10](https://www.w3.org/TR/webauthn-3/#sctn-signal-methods)): only what the server hands out, since a
//! provider may delete passkeys upon it.

use countersign::{
    RelyingParty,
    types::{
        CredentialId, UserHandle,
        signals::{AllAcceptedCredentialsOptions, UnknownCredentialOptions},
    },
};
use serde::Serialize;

/// Beside what changed which passkeys are accepted, or listed them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signals {
    all_accepted_credentials: Option<AllAcceptedCredentialsOptions>,
}

impl Signals {
    /// `accepted` are all credentials of the account, read in the transaction that the answer is about; `None` while that
    /// list may lack one that a provider has.
    pub(super) fn new(party: &RelyingParty, user: UserHandle, accepted: Option<Vec<CredentialId>>) -> Self {
        let signal = |accepted| party.signal_all_accepted_credentials(user, accepted);
        Self { all_accepted_credentials: accepted.map(signal) }
    }
}

/// In the error that refuses a response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RejectionSignals {
    unknown_credential: Option<UnknownCredentialOptions>,
}

impl RejectionSignals {
    /// `unknown` is a credential that the page may signal as unknown here.
    pub(super) fn new(party: &RelyingParty, unknown: Option<CredentialId>) -> Self {
        Self { unknown_credential: unknown.map(|id| party.signal_unknown_credential(id)) }
    }
}
