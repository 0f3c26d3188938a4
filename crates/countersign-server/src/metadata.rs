//! What is known of authenticators: a BLOB of the FIDO Metadata Service, from a file.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use countersign::{CredentialRecord, Reassessor, RelyingParty, Timestamp, Verdict, types::Aaguid};
use countersign_metadata::{BlobPolicy, Metadata, MetadataPolicy, names, roots::anchor_from_pem};

use crate::{Config, StartError, backend};

/// Where the metadata is, and what it is for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MetadataConfig {
    /// The BLOB as it was downloaded. It is read when the server starts, and must be valid then.
    pub file: PathBuf,
    /// The roots that may have signed it, one certificate in PEM a file; empty for those of FIDO's own service.
    pub roots: Vec<PathBuf>,
    /// Which authenticators may register.
    pub registrations: Registrations,
}

/// Which authenticators may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Registrations {
    /// All; the metadata gives names to those that say their model.
    #[default]
    Any,
    /// Those whose attestation leads to their model's roots in the metadata, and whose model has no status that FIDO
    /// warns of.
    Attested,
}

impl MetadataConfig {
    /// This file of FIDO's own service, and no demands.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), roots: Vec::new(), registrations: Registrations::Any }
    }
}

/// The metadata in use.
#[derive(Debug)]
pub(crate) struct Knowledge {
    metadata: Arc<Metadata>,
    registrations: Registrations,
}

impl Knowledge {
    /// Reads the file. The number of the BLOB is remembered beside the database, so that no older one takes its place.
    pub(crate) fn load(config: &Config, now: Timestamp) -> Result<Option<Self>, StartError> {
        let Some(MetadataConfig { file, roots, registrations }) = &config.metadata else { return Ok(None) };
        let read =
            |path: &Path| fs::read(path).map_err(|error| StartError::MetadataFile(path.to_owned(), error));
        let policy = if roots.is_empty() {
            BlobPolicy::fido()
        } else {
            let anchors = roots.iter().map(|path| {
                let pem = String::from_utf8(read(path)?).ok();
                pem.and_then(|pem| anchor_from_pem(&pem).ok())
                    .ok_or_else(|| StartError::MetadataRoot(path.clone()))
            });
            BlobPolicy::new(anchors.collect::<Result<Vec<_>, _>>()?)
        };
        let mut metadata = Metadata::new(policy, MetadataPolicy::fido());
        let remembered = config.database.with_extension("metadata-number");
        if let Some(number) = recall(&remembered)? {
            metadata = metadata.with_highest_number(number);
        }
        let blob = metadata
            .offer(&read(file)?, now, &backend::verifiers())
            .map_err(|error| StartError::Metadata(file.clone(), error))?;
        for skipped in blob.skipped() {
            tracing::warn!(entry = skipped.position(), fault = %skipped.fault(), "metadata entry left out");
        }
        tracing::info!(number = blob.number(), models = blob.entries().len(), next_update = %blob.next_update(), "metadata");
        remember(&remembered, blob.number()).map_err(|error| StartError::MetadataFile(remembered, error))?;
        Ok(Some(Self { metadata: Arc::new(metadata), registrations: *registrations }))
    }

    /// The metadata, for a relying party that demands attestation; `None` if this one doesn't.
    pub(crate) fn demanded(&self) -> Option<Arc<Metadata>> {
        (self.registrations == Registrations::Attested).then(|| Arc::clone(&self.metadata))
    }

    /// What a model is called.
    pub(crate) fn name(&self, aaguid: Aaguid) -> Option<String> {
        let name = self.metadata.blob().and_then(|blob| blob.name(aaguid, "en-US"));
        name.or_else(|| names::model_name(aaguid)).map(|it| it.name)
    }

    /// Why the metadata of today would not let a stored credential register, if its attestation once led to a root and
    /// still does.
    pub(crate) fn trouble(
        &self,
        rp: &RelyingParty,
        record: &CredentialRecord,
        now: Timestamp,
    ) -> Option<String> {
        let reassessor = Reassessor::new(rp, self.metadata.clone()).with_model_policy(self.metadata.clone());
        match reassessor.judge(record, now).verdict() {
            Verdict::ModelRefused(refused) => Some(refused.reason().to_owned()),
            _ => None,
        }
    }
}

/// The number that was remembered. What is not a number is an error: to forget it would let an older BLOB in.
fn recall(path: &Path) -> Result<Option<u64>, StartError> {
    let failed = |error| StartError::MetadataFile(path.to_owned(), error);
    match fs::read_to_string(path) {
        Ok(text) => text.trim().parse().map(Some).map_err(|_| failed(io::ErrorKind::InvalidData.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// Writes the number to a new file that takes the old one's place, so that a crash leaves one of both.
fn remember(path: &Path, number: u64) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("metadata-number.new");
    fs::write(&new, format!("{number}\n"))?;
    fs::rename(&new, path)
}
