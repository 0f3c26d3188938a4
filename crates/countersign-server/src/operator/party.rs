//! The relying party of a configuration, without its server.

use countersign::RelyingParty;

use super::error::OperatorError;
use crate::app::{metadata_path, requirement};
use crate::metadata::service::MetadataService;
use crate::{clock, config::configuration::Config, relying_party, start_error::StartError};

/// The relying party, and the metadata that it follows if any is configured: the file, or what a server with this database fetched.
/// Stores and fetches nothing. This blocks for the verification of a BLOB.
pub(super) fn open(config: &Config) -> Result<(RelyingParty, Option<MetadataService>), OperatorError> {
    let now = clock::now();
    let open =
        |configured| MetadataService::check(configured, requirement(config), &metadata_path(config), now);
    let service = config.metadata.as_ref().map(open).transpose()?;
    if let Some(service) = &service {
        service.follow(now);
    }
    let rp = relying_party::builder(config, &config.origins(config.port()), service.as_ref());
    Ok((rp.build().map_err(StartError::RelyingParty)?, service))
}
