//! A relying party for tests.

use std::sync::Arc;

use countersign::{
    Policy, RelyingParty, RelyingPartyBuilder, Timestamp, User, UserHandle,
    attestation::{
        AnchorList, Certificate, Formats, TrustAnchor,
        format::{
            android_safetynet::AndroidSafetyNetFormat,
            apple_appattest::{AppAttestEnvironment, AppAttestFormat},
        },
    },
    ceremony::EntropyError,
    cose::Verifiers,
    relying_party::policy::{AttestationPolicy, ConditionalCreatePolicy, UnverifiedDiscoverable},
    types::enumerations::{AttestationConveyance, UserVerificationRequirement},
};
use countersign_authenticator::CertificateAuthority;

/// A domain that is an App ID as well: team and bundle.
pub(crate) const RP_ID: &str = "0123456789.org.example";
pub(crate) const ORIGIN: &str = "https://0123456789.org.example";
/// 2026-01-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

/// Every algorithm, and unverified users, as U2F leaves them.
pub(crate) fn policy() -> Policy {
    Policy::passkeys()
        .with_user_verification(UserVerificationRequirement::Preferred)
        .with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept)
        .with_algorithms(Verifiers::rust_crypto().algorithms())
        .with_attestation_conveyance(AttestationConveyance::Direct)
}

/// [`policy`] with a demand for trust. App Attest's user is not present, so that its registrations are conditional.
pub(crate) fn trusting_policy() -> Policy {
    trusting_by(AttestationPolicy::new())
}

/// [`trusting_policy`] with these demands.
pub(crate) fn trusting_by(demands: AttestationPolicy) -> Policy {
    Policy::attested(demands)
        .with_user_verification(UserVerificationRequirement::Preferred)
        .with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept)
        .with_algorithms(Verifiers::rust_crypto().algorithms())
        .with_conditional_create(ConditionalCreatePolicy::default())
}

/// A relying party that accepts every format.
pub(crate) fn rp() -> RelyingPartyBuilder {
    let app_attest = AppAttestFormat::new(AppAttestEnvironment::Production, [RP_ID]);
    let formats = Formats::standard()
        .with_format(Arc::new(AndroidSafetyNetFormat::default()))
        .with_format(Arc::new(app_attest));
    RelyingParty::builder(RP_ID, "Example").origin(ORIGIN).policy(policy()).formats(formats)
}

/// One that demands a path to this authority.
pub(crate) fn trusting(authority: &CertificateAuthority) -> RelyingPartyBuilder {
    let anchor = Certificate::from_der(&authority.certificate()).unwrap();
    let anchors = AnchorList::new([TrustAnchor::from_certificate(anchor)]);
    rp().policy(trusting_policy()).trust_anchors(Arc::new(anchors))
}

pub(crate) fn user() -> User {
    User::new(UserHandle::new([7; 16]).unwrap(), "jo@example.org", "Jo")
}

pub(crate) fn entropy() -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> {
    |buffer: &mut [u8]| {
        buffer.fill(0xc4);
        Ok(())
    }
}
