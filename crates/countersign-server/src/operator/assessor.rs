//! Today's metadata, by which stored passkeys are assessed.

use std::sync::Arc;

use countersign::lifecycle::Reassessor;
use countersign::{RelyingParty, Timestamp};
use countersign_metadata::Metadata;

use super::{error::OperatorError, party};
use crate::metadata::service::MetadataService;
use crate::{app::App, clock, config::configuration::Config};

/// Assesses passkeys by the metadata in use and the policy of a relying party. Clones share the metadata.
#[derive(Clone)]
pub struct Assessor {
    pub(super) reassessor: Arc<Reassessor>,
    /// The number of the BLOB.
    pub(super) metadata: u64,
}

impl Assessor {
    /// Reads the metadata of a configuration: the configured file, or what a server with this database fetched. Stores and
    /// fetches nothing. This blocks for the verification of a BLOB.
    pub fn open(config: &Config) -> Result<Self, OperatorError> {
        let (rp, service) = party::open(config)?;
        Self::new(&rp, &service.ok_or(OperatorError::NoMetadata)?)
    }

    /// Uses the metadata of a server that runs.
    pub(crate) fn of(app: &App) -> Result<Self, OperatorError> {
        let service = app.metadata.as_deref().ok_or(OperatorError::NoMetadata)?;
        Self::new(app.passkeys.relying_party(), service)
    }

    fn new(rp: &RelyingParty, service: &MetadataService) -> Result<Self, OperatorError> {
        let metadata: Arc<Metadata> = service.metadata();
        let number = metadata.blob().ok_or(OperatorError::NoMetadata)?.number();
        let reassessor = Reassessor::new(rp, metadata.clone()).with_model_policy(metadata);
        Ok(Self { reassessor: Arc::new(reassessor), metadata: number })
    }

    /// The number of the BLOB.
    pub const fn metadata_number(&self) -> u64 {
        self.metadata
    }

    /// The time that passkeys are assessed at.
    pub(super) fn now() -> Timestamp {
        clock::now()
    }
}
