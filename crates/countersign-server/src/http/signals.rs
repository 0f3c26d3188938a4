//! The signals that a page may pass on to passkey providers ([section
//! 5.1.10](https://www.w3.org/TR/webauthn-3/#sctn-signal-methods)). They come from the server, since a provider may
//! delete passkeys because of them.

use countersign::RelyingParty;
use countersign::types::signals::{AllAcceptedCredentialsOptions, UnknownCredentialOptions};
use countersign::types::{CredentialId, UserHandle};
use serde::Serialize;

/// The signals in an answer that changed or listed the accepted passkeys.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signals {
    all_accepted_credentials: Option<AllAcceptedCredentialsOptions>,
}

impl Signals {
    /// `accepted` are all credentials of the account, read in the transaction that the answer is about. It is `None`
    /// while that list may lack a credential that a provider has.
    pub(super) fn new(party: &RelyingParty, user: UserHandle, accepted: Option<Vec<CredentialId>>) -> Self {
        let signal = |accepted| party.signal_all_accepted_credentials(user, accepted);
        Self { all_accepted_credentials: accepted.map(signal) }
    }
}

/// The signals in the error of a rejected response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RejectionSignals {
    unknown_credential: Option<UnknownCredentialOptions>,
}

impl RejectionSignals {
    /// `unknown` is a credential that the page may signal as unknown.
    pub(super) fn new(party: &RelyingParty, unknown: Option<CredentialId>) -> Self {
        Self { unknown_credential: unknown.map(|id| party.signal_unknown_credential(id)) }
    }
}
