//! What the specification leaves to the relying party about extensions
//! ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)).

use std::collections::BTreeSet;

use countersign_types::{enumerations::UserVerificationRequirement, extensions::Extension};
use serde::{Deserialize, Serialize};

/// How a relying party judges extensions. Its serialised form is an object of the members that differ from the default,
/// or of all; a member of the relying party's whole policy.
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
    /// Nothing required; what nobody asked for is ignored; results of `prf` are stripped; remote clients are refused.
    pub fn new() -> Self {
        Self::default()
    }

    /// What to do with outputs of the client, unsigned, that nobody asked for.
    pub fn with_unsolicited_client_outputs(mut self, unsolicited: Unsolicited) -> Self {
        self.unsolicited_client_outputs = unsolicited;
        self
    }

    /// What to do with outputs of the authenticator, signed, that nobody asked for. Clients may ask authenticators of
    /// their own accord, and some do: Chromium asks for `credProtect` with discoverable credentials.
    pub fn with_unsolicited_authenticator_outputs(mut self, unsolicited: Unsolicited) -> Self {
        self.unsolicited_authenticator_outputs = unsolicited;
        self
    }

    /// A ceremony that asks for this extension fails unless it worked:
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
    /// Where a ceremony does not ask for it, this has no effect.
    pub fn with_required(mut self, extension: Extension) -> Self {
        self.required.insert(extension);
        self
    }

    /// What to do with results of `prf` and `hmacGetSecret` in a response.
    pub fn with_prf_results(mut self, policy: PrfResultsPolicy) -> Self {
        self.prf_results = policy;
        self
    }

    /// Whether `prf` may be asked for where user verification is not required.
    pub fn with_prf_user_verification(mut self, policy: PrfUserVerification) -> Self {
        self.prf_user_verification = policy;
        self
    }

    /// Which levels of `credProtect` will do for the one that was asked for.
    pub fn with_cred_protect(mut self, policy: CredProtectPolicy) -> Self {
        self.cred_protect = policy;
        self
    }

    /// Refuses a registration where the authenticator takes PINs shorter than this many code points. One that does not
    /// say what it takes passes, unless [`Extension::MinPinLength`] is [required](Self::with_required).
    pub fn with_minimum_pin_length(mut self, code_points: u32) -> Self {
        self.minimum_pin_length = Some(code_points);
        self
    }

    /// That what is required can be asked for; else the sentence that says what clashes.
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

    /// Whether ceremonies may run in a browser on a remote machine, whose origin the local client did not check
    /// ([section 10.1.6](https://www.w3.org/TR/webauthn-3/#sctn-remote-client-data-json-extension)).
    pub fn with_remote_clients(mut self, policy: RemoteClients) -> Self {
        self.remote_clients = policy;
        self
    }
}

/// What to do with outputs that nobody asked for. The specification lets clients send them, so they are no
/// [`Deviation`](crate::report::Deviation), and the default passes over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unsolicited {
    /// They are passed over.
    #[default]
    Accept,
    /// They are named in the outcome.
    Report,
    /// The ceremony fails.
    Reject,
}

/// What to do with results of `prf` and `hmacGetSecret` that come in a response. They are most often keys that only the
/// person's device should have; the specification advises scripts to leave them out
/// ([section 10.1.4](https://www.w3.org/TR/webauthn-3/#dom-authenticationextensionsprfoutputs-results)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PrfResultsPolicy {
    /// They are not in the outcome, and not looked at: what a page spoiled on the way, as `JSON.stringify()` does with
    /// buffers, fails nothing.
    #[default]
    Strip,
    /// The ceremony fails, so that the page's mistake is found: by their being there, asked for or not, spoiled or not.
    Reject,
    /// They are in the outcome: the server is meant to have them.
    Keep,
}

/// Whether `prf` may be asked for where user verification is not required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PrfUserVerification {
    /// User verification must be required: the function that is evaluated with it is another one than without.
    #[default]
    Required,
    /// It need not be: clients verify the user for `prf` anyhow.
    Any,
}

/// Which levels of `credProtect` will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CredProtectPolicy {
    /// The level that was asked for, or a stronger one.
    #[default]
    AtLeast,
    /// That level alone.
    Exact,
}

/// Whether client data of a remote client is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RemoteClients {
    /// It is not.
    #[default]
    Reject,
    /// It is: the relying party trusts those who run the remote machine.
    Accept,
}
