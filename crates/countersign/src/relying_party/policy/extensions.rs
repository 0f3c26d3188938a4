//! What the specification leaves to the relying party about extensions
//! ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)).

use std::collections::BTreeSet;

use countersign_types::{enumerations::UserVerificationRequirement, extensions::Extension};
use serde::{Deserialize, Serialize};

/// How a relying party checks extension outputs: a member of its [`Policy`](crate::Policy).
///
/// ```
/// use countersign::{
///     ceremony::extensions::Extension,
///     relying_party::policy::{ExtensionPolicy, Unsolicited},
/// };
/// let policy = ExtensionPolicy::new()
///     .with_required(Extension::Prf)
///     .with_unsolicited_client_outputs(Unsolicited::Report);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionPolicy {
    pub(crate) unsolicited_client_outputs: Unsolicited,
    pub(crate) unsolicited_authenticator_outputs: Unsolicited,
    pub(crate) required: BTreeSet<Extension>,
    pub(crate) prf_results: PrfResultsPolicy,
    pub(crate) prf_user_verification: PrfUserVerification,
    pub(crate) cred_protect: CredProtectPolicy,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) minimum_pin_length: Option<u32>,
    pub(crate) remote_clients: RemoteClients,
}

impl ExtensionPolicy {
    /// The default policy: nothing is required, unsolicited outputs are accepted, results of `prf` are stripped, and remote
    /// clients are rejected.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! {
    ExtensionPolicy:

    /// Sets what happens to outputs of the client, unsigned, that were not requested.
    pub fn with_unsolicited_client_outputs(self, unsolicited: Unsolicited) {
        self.unsolicited_client_outputs = unsolicited
    }

    /// Sets what happens to outputs of the authenticator, signed, that were not requested. Clients may request some of
    /// their own accord: Chromium requests `credProtect` with discoverable credentials.
    pub fn with_unsolicited_authenticator_outputs(self, unsolicited: Unsolicited) {
        self.unsolicited_authenticator_outputs = unsolicited
    }

    /// Requires this extension: a ceremony that requests it fails unless it worked:
    ///
    /// | extension | at registration | at authentication |
    /// | --- | --- | --- |
    /// | [`Prf`](Extension::Prf) | `enabled` is true | there is an output |
    /// | [`LargeBlob`](Extension::LargeBlob) | `supported` is true | the blob was read, or `written` is true |
    /// | [`CredBlob`](Extension::CredBlob) | the authenticator stored it | it gives it back |
    /// | [`HmacSecret`](Extension::HmacSecret) | the authenticator has one | it gives results |
    /// | [`ThirdPartyPayment`](Extension::ThirdPartyPayment) | the authenticator says true | the same |
    /// | [`AppIdExclude`](Extension::AppIdExclude), [`RemoteClientDataJson`](Extension::RemoteClientDataJson) | the output is true | the same |
    /// | [`CredProtect`](Extension::CredProtect), [`MinPinLength`](Extension::MinPinLength), [`Uvm`](Extension::Uvm), [`HmacSecretMc`](Extension::HmacSecretMc) | the authenticator says something | the same |
    /// | any other | there is an output | the same |
    ///
    /// If a ceremony does not request the extension, this has no effect.
    pub fn with_required(self, extension: Extension) { self.required.insert(extension) }

    /// Sets what happens to results of `prf` and `hmacGetSecret` in a response.
    pub fn with_prf_results(self, policy: PrfResultsPolicy) { self.prf_results = policy }

    /// Sets whether `prf` may be requested if user verification is not required.
    pub fn with_prf_user_verification(self, policy: PrfUserVerification) {
        self.prf_user_verification = policy
    }

    /// Sets which levels of `credProtect` are accepted for the requested one.
    pub fn with_cred_protect(self, policy: CredProtectPolicy) { self.cred_protect = policy }

    /// Rejects registrations whose authenticator accepts PINs shorter than this many code points. An authenticator that
    /// does not report it passes, unless [`Extension::MinPinLength`] is [required](Self::with_required).
    pub fn with_minimum_pin_length(self, code_points: u32) { self.minimum_pin_length = Some(code_points) }

    /// Sets whether ceremonies may run in a browser on a remote machine, whose origin the local client did not check
    /// ([section 10.1.6](https://www.w3.org/TR/webauthn-3/#sctn-remote-client-data-json-extension)).
    pub fn with_remote_clients(self, policy: RemoteClients) { self.remote_clients = policy }
}

impl ExtensionPolicy {
    /// Checks that what is required can be requested; the error is a sentence.
    pub(crate) fn without_contradiction(
        &self,
        user_verification: &UserVerificationRequirement,
    ) -> Result<(), &'static str> {
        let is_verified = *user_verification == UserVerificationRequirement::Required;
        let prf_is_verified = self.prf_user_verification == PrfUserVerification::Required;
        if self.required.contains(&Extension::Prf) && prf_is_verified && !is_verified {
            return Err("prf is required, and may be asked for only where user verification is required too");
        }
        let is_remote = self.required.contains(&Extension::RemoteClientDataJson);
        if is_remote && self.remote_clients == RemoteClients::Reject {
            return Err("remoteClientDataJSON is required, and remote clients are refused");
        }
        Ok(())
    }
}

/// What happens to outputs that were not requested. The specification lets clients send them, so they are no
/// [`Deviation`](crate::report::Deviation), and the default accepts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unsolicited {
    /// Unsolicited outputs are skipped.
    #[default]
    Accept,
    /// Unsolicited outputs are named in the outcome.
    Report,
    /// The ceremony fails.
    Reject,
}

/// What happens to results of `prf` and `hmacGetSecret` in a response. They are most often keys that only the user's device
/// should have; the specification advises scripts to leave them out
/// ([section 10.1.4](https://www.w3.org/TR/webauthn-3/#dom-authenticationextensionsprfoutputs-results)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PrfResultsPolicy {
    /// The results are skipped without being read, so that results which a page has mangled, as `JSON.stringify()` does
    /// with buffers, fail nothing.
    #[default]
    Strip,
    /// The ceremony fails if there are any, requested or not, readable or not: the page should have removed them.
    Reject,
    /// The results are in the outcome, for servers that are meant to have them.
    Keep,
}

/// Whether `prf` may be requested if user verification is not required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PrfUserVerification {
    /// User verification must be required: `prf` evaluates another function without it.
    #[default]
    Required,
    /// User verification need not be required: clients verify the user for `prf` anyway.
    Any,
}

/// Which levels of `credProtect` are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CredProtectPolicy {
    /// The requested level, or a stronger one.
    #[default]
    AtLeast,
    /// Only the requested level.
    Exact,
}

/// Whether client data of a remote client is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RemoteClients {
    /// Client data of remote clients is rejected.
    #[default]
    Reject,
    /// Client data of remote clients is accepted: the relying party trusts the operator of the remote machine.
    Accept,
}
