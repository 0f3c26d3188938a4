//! The relying party: its identity and its policy, checked when built and never changed after.

use countersign_attestation::Formats;
use countersign_cose::{Algorithm, Verifiers};
use countersign_types::{
    enumerations::{
        AttestationConveyance, AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationRequirement,
    },
    options::CredentialParameters,
};

use crate::{
    builder::RelyingPartyBuilder,
    extensions::ExtensionPolicy,
    origin::{OriginRule, is_accepted},
    policy::{AttestationTrust, CrossOrigin, SignCountPolicy},
    report::Deviations,
};

/// A [relying party](https://www.w3.org/TR/webauthn-3/#webauthn-relying-party): makes options and decides on responses.
///
/// Build one with [`RelyingParty::builder`] when the program starts, and share it; no method changes it.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    pub(crate) id: String,
    pub(crate) id_hash: [u8; 32],
    pub(crate) name: String,
    pub(crate) origins: Vec<OriginRule>,
    pub(crate) related_origins: Vec<String>,
    pub(crate) user_verification: UserVerificationRequirement,
    pub(crate) resident_key: ResidentKeyRequirement,
    pub(crate) attachment: Option<AuthenticatorAttachment>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) cross_origin: CrossOrigin,
    pub(crate) sign_count: SignCountPolicy,
    pub(crate) attestation_conveyance: AttestationConveyance,
    pub(crate) attestation_trust: AttestationTrust,
    pub(crate) appid: Option<String>,
    pub(crate) extensions: ExtensionPolicy,
    pub(crate) refused_deviations: Deviations,
    pub(crate) timeout_seconds: u32,
    pub(crate) verifiers: Verifiers,
    pub(crate) formats: Formats,
}

impl RelyingParty {
    /// Begins one with this RP ID, a domain such as `example.org`, and this name for people.
    pub fn builder(id: impl Into<String>, name: impl Into<String>) -> RelyingPartyBuilder {
        RelyingPartyBuilder::new(id.into(), name.into())
    }

    /// The RP ID: credentials are scoped to it for ever.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The accepted origins.
    pub fn origins(&self) -> &[OriginRule] {
        &self.origins
    }

    /// Whether responses from this origin, as client data has it, are accepted.
    pub fn accepts_origin(&self, origin: &str) -> bool {
        is_accepted(&self.origins, origin)
    }

    /// The algorithms that registrations offer, the most wanted first.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    pub(crate) fn credential_parameters(&self) -> Vec<CredentialParameters> {
        self.algorithms.iter().map(|algorithm| CredentialParameters::new(algorithm.identifier())).collect()
    }

    /// The lifetime of options as the dictionaries have it: milliseconds.
    pub(crate) fn timeout_milliseconds(&self) -> u32 {
        self.timeout_seconds.saturating_mul(1000)
    }
}
