//! The relying parties of a server, and the policy that it derives from its configuration.

use std::sync::Arc;

use countersign::relying_party::{PublicSuffixList, policy::AttestationPolicy};
use countersign::types::enumerations::{ResidentKeyRequirement, UserVerificationRequirement};
use countersign::{Policy, RelyingParty, RelyingPartyBuilder};
use countersign_metadata::Metadata;

use crate::{backend, config::Config, metadata::service::MetadataService, start_error::StartError};

/// The purpose of the relying party that registers and signs in.
const ACCOUNTS: &str = "accounts";

/// The purpose of the relying party that confirms acts.
const STEP_UP: &str = "step-up";

/// The relying parties of a server, one for each purpose: a ceremony that was started for one purpose can't be finished
/// for another.
#[derive(Clone)]
pub(crate) struct RelyingParties {
    /// Registers and signs in.
    pub(crate) accounts: Arc<RelyingParty>,
    /// Confirms acts.
    pub(crate) step_up: Arc<RelyingParty>,
}

impl RelyingParties {
    /// Builds the relying parties for these origins.
    pub(crate) fn build(
        config: &Config,
        origins: &[String],
        metadata: Option<&MetadataService>,
    ) -> Result<Self, StartError> {
        let required = metadata.and_then(MetadataService::required);
        let policy = policy(config, required.is_some());
        let build = |purpose| build(config, origins, policy.clone(), required.clone(), purpose).map(Arc::new);
        Ok(Self { accounts: build(ACCOUNTS)?, step_up: build(STEP_UP)? })
    }

    /// Logs what is configured and probably not meant.
    pub(crate) fn log_warnings(&self) {
        for warning in self.accounts.warnings() {
            tracing::warn!(%warning, "the configuration is probably not meant like this");
        }
    }
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

fn build(
    config: &Config,
    origins: &[String],
    policy: Policy,
    required: Option<Arc<Metadata>>,
    purpose: &str,
) -> Result<RelyingParty, StartError> {
    let mut builder = RelyingParty::builder(&config.rp_id, &config.rp_name)
        .public_suffixes(Arc::new(PublicSuffixList))
        .purpose(purpose)
        .policy(policy)
        .verifiers(backend::verifiers());
    if let Some(metadata) = required {
        builder = builder.trust_anchors(metadata.clone()).model_policy(metadata);
    }
    let builder = origins.iter().fold(builder, RelyingPartyBuilder::origin);
    builder.build().map_err(StartError::RelyingParty)
}
