//! The relying party of a server.

use std::sync::Arc;

use countersign::relying_party::PublicSuffixList;
use countersign::{RelyingParty, RelyingPartyBuilder};

use crate::{backend, config::configuration::Config, metadata::service::MetadataService};

/// The relying party for these origins of the page.
pub(crate) fn builder(
    config: &Config,
    origins: &[String],
    metadata: Option<&MetadataService>,
) -> RelyingPartyBuilder {
    let required = metadata.and_then(MetadataService::required);
    let mut builder = RelyingParty::builder(&config.rp_id, &config.rp_name)
        .public_suffixes(Arc::new(PublicSuffixList))
        .policy(config.policy.clone());
    if let Some(metadata) = required {
        builder = builder.trust_anchors(metadata.clone()).model_policy(metadata);
    }
    // The first origin is the main one.
    let builder = origins.iter().fold(builder, RelyingPartyBuilder::origin);
    config.relying_party.apply(builder, backend::verifiers())
}
