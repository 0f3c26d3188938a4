//! The relying party: its identity and its policy, checked when built and never changed after.

use std::sync::Arc;

use countersign_attestation::{Formats, ModelPolicy, TrustAnchors};
use countersign_cose::{Algorithm, Verifiers};
use countersign_types::options::CredentialParameters;

use crate::relying_party::origin::{OriginRule, is_accepted};
use crate::relying_party::policy::{Policy, attestation::AttestationCheck};
use crate::relying_party::public_suffixes::{PublicSuffixes, SingleLabels};

/// A [relying party](https://www.w3.org/TR/webauthn-3/#webauthn-relying-party): creates options and verifies responses.
///
/// Build one with [`RelyingParty::builder`] when the program starts, and share it; no method changes it.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    pub(crate) id: String,
    pub(crate) id_hash: [u8; 32],
    pub(crate) name: String,
    pub(crate) purpose: Arc<str>,
    pub(crate) origins: Vec<OriginRule>,
    pub(crate) related_origins: Vec<String>,
    pub(crate) policy: Policy,
    pub(crate) anchors: Option<Arc<dyn TrustAnchors>>,
    pub(crate) models: Vec<Arc<dyn ModelPolicy>>,
    pub(crate) public_suffixes: Option<Arc<dyn PublicSuffixes>>,
    pub(crate) appid: Option<String>,
    pub(crate) verifiers: Verifiers,
    pub(crate) formats: Formats,
}

getters! {
    RelyingParty:

    /// The RP ID. Credentials stay scoped to it.
    pub fn id(&self) -> &str { &self.id }

    /// The name, which clients show.
    pub fn name(&self) -> &str { &self.name }

    /// The purpose of its ceremonies: see [`RelyingPartyBuilder::purpose`](crate::RelyingPartyBuilder::purpose).
    pub fn purpose(&self) -> &str { &self.purpose }

    /// The accepted origins.
    pub fn origins(&self) -> &[OriginRule] { &self.origins }

    /// The policy.
    pub fn policy(&self) -> &Policy { &self.policy }

    /// The algorithms that registrations offer, the preferred one first.
    pub fn algorithms(&self) -> &[Algorithm] { &self.policy.algorithms }
}

impl RelyingParty {
    /// Whether responses from this origin, as client data has it, are accepted.
    pub fn accepts_origin(&self, origin: &str) -> bool {
        is_accepted(&self.origins, origin, self.public_suffixes())
    }

    /// The public suffixes that it was built with, or else single labels.
    pub(crate) fn public_suffixes(&self) -> &dyn PublicSuffixes {
        self.public_suffixes.as_deref().unwrap_or(&SingleLabels)
    }

    /// The attestation policy with everything it needs; `None` if attestations are not checked against any.
    pub(crate) fn attestation_check(&self) -> Option<AttestationCheck<'_>> {
        let (policy, anchors) = self.policy.attestation_policy.as_ref().zip(self.anchors.as_deref())?;
        Some(AttestationCheck { policy, anchors, models: &self.models, verifiers: &self.verifiers })
    }

    pub(crate) fn credential_parameters(&self) -> Vec<CredentialParameters> {
        self.policy
            .algorithms
            .iter()
            .map(|algorithm| CredentialParameters::new(algorithm.identifier()))
            .collect()
    }

    /// The timeout of options, in milliseconds.
    pub(crate) fn timeout_milliseconds(&self) -> u32 {
        self.policy.timeout_seconds.saturating_mul(1000)
    }
}
