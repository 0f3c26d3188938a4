//! The relying party of a server, and the policy that it derives from its configuration.

use std::sync::Arc;

use countersign::relying_party::{PublicSuffixList, policy::AttestationPolicy};
use countersign::types::enumerations::{ResidentKeyRequirement, UserVerificationRequirement};
use countersign::{Policy, RelyingParty, RelyingPartyBuilder};

use crate::{backend, config::Config, metadata::service::MetadataService};

/// The relying party for these origins.
pub(crate) fn builder(
    config: &Config,
    origins: &[String],
    metadata: Option<&MetadataService>,
) -> RelyingPartyBuilder {
    let required = metadata.and_then(MetadataService::required);
    let mut builder = RelyingParty::builder(&config.rp_id, &config.rp_name)
        .public_suffixes(Arc::new(PublicSuffixList))
        .policy(policy(config, required.is_some()))
        .verifiers(backend::verifiers());
    if let Some(metadata) = required {
        builder = builder.trust_anchors(metadata.clone()).model_policy(metadata);
    }
    origins.iter().fold(builder, RelyingPartyBuilder::origin)
}

/// A sign-in without a name requires a passkey that the authenticator lists, and that verifies its user.
fn policy(config: &Config, is_attestation_required: bool) -> Policy {
    let policy =
        if is_attestation_required { Policy::attested(AttestationPolicy::new()) } else { Policy::passkeys() };
    policy
        .with_user_verification(UserVerificationRequirement::Required)
        .with_resident_key(ResidentKeyRequirement::Required)
        .with_backup_eligibility_change(config.backup_eligibility_change)
}
