//! The relying parties of the API: one for each request, with what it asks for as the policy.

use std::sync::Arc;

use countersign::attestation::format::{android_safetynet::AndroidSafetyNetFormat, packed::PackedFormat};
use countersign::attestation::{Formats, ModelPolicy, TrustAnchors};
use countersign::cose::Algorithm;
use countersign::relying_party::policy::{AttestationPolicy, UninitializedUserVerification};
use countersign::types::enumerations::{AttestationConveyance, UserVerificationRequirement};
use countersign::types::options::AuthenticatorSelection;
use countersign::{ConfigurationError, Policy, RelyingParty, RelyingPartyBuilder};

use super::metadata::TestModels;
use super::pending::RegistrationParties;
use crate::backend;

/// The purpose of the API's ceremonies, so that none can be finished elsewhere.
const PURPOSE: &str = "fido-conformance";

/// The algorithms that FIDO's tests register. The last is only for keys of TPMs elsewhere; the tests demand it of credentials.
const ALGORITHMS: [Algorithm; 12] = [
    Algorithm::Es256,
    Algorithm::EdDsa,
    Algorithm::Rs256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::Es256K,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Rs1,
];

/// What all relying parties of the API share.
#[derive(Debug)]
pub(crate) struct Parties {
    pub(crate) rp_id: String,
    pub(crate) rp_name: String,
    pub(crate) origins: Vec<String>,
    pub(crate) models: Option<Arc<TestModels>>,
}

impl Parties {
    /// The relying parties for a registration.
    pub(crate) fn registration(
        &self,
        selection: &AuthenticatorSelection,
        attestation: AttestationConveyance,
    ) -> Result<RegistrationParties, ConfigurationError> {
        let adapted = |base: Policy, attestation: AttestationConveyance| {
            let policy = common(base, selection.user_verification.clone())
                .with_resident_key(selection.effective_resident_key())
                .with_attestation_conveyance(attestation);
            match &selection.authenticator_attachment {
                Some(attachment) => policy.with_attachment(attachment.clone()),
                None => policy,
            }
        };
        let any = self.build(adapted(Policy::second_factor(), attestation), None)?;
        // An attestation that comes although none was asked for is judged as well.
        let attested = adapted(Policy::attested(AttestationPolicy::new()), AttestationConveyance::Direct);
        let attested = self.models.clone().map(|models| self.build(attested, Some(models))).transpose()?;
        Ok(RegistrationParties { any, attested })
    }

    /// The relying party for an authentication.
    pub(crate) fn authentication(
        &self,
        user_verification: UserVerificationRequirement,
    ) -> Result<RelyingParty, ConfigurationError> {
        self.build(common(Policy::second_factor(), user_verification), None)
    }

    fn build(
        &self,
        policy: Policy,
        models: Option<Arc<TestModels>>,
    ) -> Result<RelyingParty, ConfigurationError> {
        let party = RelyingParty::builder(&self.rp_id, &self.rp_name)
            .purpose(PURPOSE)
            .policy(policy)
            .formats(formats())
            .verifiers(backend::verifiers());
        let party = match models {
            Some(models) => {
                let anchors: Arc<dyn TrustAnchors> = models.clone();
                let models: Arc<dyn ModelPolicy> = models;
                party.trust_anchors(anchors).model_policy(models)
            }
            None => party,
        };
        self.origins.iter().fold(party, RelyingPartyBuilder::origin).build()
    }
}

/// The standard formats, SafetyNet, and self attestations with RS1.
fn formats() -> Formats {
    Formats::standard()
        .with_format(Arc::new(AndroidSafetyNetFormat::default()))
        .with_format(Arc::new(PackedFormat::default().with_dangerous_sha1_self_attestation()))
}

/// What all policies of the API share.
fn common(base: Policy, user_verification: UserVerificationRequirement) -> Policy {
    let verifiers = backend::verifiers();
    base.with_user_verification(user_verification)
        .with_algorithms(ALGORITHMS.into_iter().filter(|algorithm| verifiers.supports(algorithm.scheme())))
        // The tests register without user verification and then require it.
        .with_uninitialized_user_verification(UninitializedUserVerification::DangerousAccept)
}
