//! The service around the metadata in use: it watches the source, and names and judges authenticator models.

use std::path::{Path, PathBuf};
use std::{collections::HashMap, sync::Arc, time::Duration};

use countersign::lifecycle::{Reassessor, Verdict};
use countersign::types::{Aaguid, CredentialId};
use countersign::{CredentialRecord, RelyingParty, Timestamp};
use countersign_metadata::{Blob, BlobPolicy, Metadata, ModelName, model_name, roots::anchor_from_pem};
use countersign_store::text::printable;

use super::config::{MetadataConfig, MetadataSource};
#[cfg(feature = "fetch")]
use super::url_source::UrlSource;
use super::{cache::MetadataCache, current::CurrentMetadata, file_source::FileSource, verdicts::Verdicts};
use crate::{clock, files, start_error::StartError};

/// The shortest time between two checks of a file.
const CHECK_MIN: Duration = Duration::from_millis(10);

/// The most characters of a model's name that are shown: the longest `description` in BLOB no. 291 has 135.
const NAME_MAX: usize = 200;

/// The metadata in use, its source, and the verdicts on stored credentials.
#[derive(Debug)]
pub(crate) struct MetadataService {
    current: Arc<CurrentMetadata>,
    config: MetadataConfig,
    requirement: AttestationRequirement,
    source: Source,
    /// What the BLOB in use says about stored credentials.
    verdicts: Verdicts,
    /// How often to check for a newer BLOB that another server stored.
    check_every: Duration,
}

/// Whether registrations must be attested, by models that the metadata vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttestationRequirement {
    None,
    Attested,
}

#[derive(Debug)]
enum Source {
    File(FileSource),
    #[cfg(feature = "fetch")]
    Url(Arc<UrlSource>),
}

impl MetadataService {
    /// Creates the service of a server with this database, and uses the BLOB that is there.
    pub(crate) fn start(
        config: &MetadataConfig,
        requirement: AttestationRequirement,
        database: &Path,
        now: Timestamp,
    ) -> Result<Self, StartError> {
        let service = Self::new(config, requirement, database)?;
        match &service.source {
            Source::File(source) => source.start(now)?,
            #[cfg(feature = "fetch")]
            Source::Url(source) => source.start(now),
        }
        Ok(service)
    }

    /// Whether the service has this configuration.
    pub(crate) fn is_of(&self, config: &MetadataConfig, requirement: AttestationRequirement) -> bool {
        self.config == *config && self.requirement == requirement
    }

    /// Creates the service, and fails if [`Self::start`] would. Stores nothing.
    pub(crate) fn check(
        config: &MetadataConfig,
        requirement: AttestationRequirement,
        database: &Path,
        now: Timestamp,
    ) -> Result<Self, StartError> {
        let service = Self::new(config, requirement, database)?;
        match &service.source {
            Source::File(source) => source.check(now)?,
            // A server starts without a fetched BLOB.
            #[cfg(feature = "fetch")]
            Source::Url(_) => {}
        }
        Ok(service)
    }

    /// Creates the service with no BLOB in use.
    fn new(
        config: &MetadataConfig,
        requirement: AttestationRequirement,
        database: &Path,
    ) -> Result<Self, StartError> {
        let check_every = config.check_every.max(CHECK_MIN);
        let metadata = Metadata::new(blob_policy(&config.roots)?, config.policy.clone());
        let current = Arc::new(CurrentMetadata::new(metadata, MetadataCache::beside(database))?);
        let source = match &config.source {
            MetadataSource::File(path) => Source::File(FileSource::new(path, check_every, current.clone())),
            #[cfg(feature = "fetch")]
            MetadataSource::Url(config) => Source::Url(Arc::new(UrlSource::new(config, current.clone())?)),
        };
        let verdicts = Verdicts::default();
        Ok(Self { config: config.clone(), current, requirement, source, verdicts, check_every })
    }

    /// Watches the source, and the BLOB that other servers store. Never returns.
    pub(crate) async fn watch(&self) {
        let watching = async {
            match &self.source {
                Source::File(source) => source.watch().await,
                #[cfg(feature = "fetch")]
                Source::Url(source) => source.watch().await,
            }
        };
        let following = async {
            loop {
                tokio::time::sleep(self.check_every).await;
                let current = Arc::clone(&self.current);
                let following = tokio::task::spawn_blocking(move || current.follow(clock::now()));
                // Fails only after a panic, which the log has.
                let _ = following.await;
            }
        };
        tokio::join!(watching, following);
    }

    /// Uses the BLOB that a server with this database stored, if it is newer.
    pub(crate) fn follow(&self, now: Timestamp) {
        self.current.follow(now);
    }

    /// The metadata, as a source of trust anchors and a policy on models.
    pub(crate) fn metadata(&self) -> Arc<Metadata> {
        Arc::clone(&self.current.metadata)
    }

    /// Where the metadata comes from.
    pub(crate) const fn source(&self) -> &MetadataSource {
        &self.config.source
    }

    /// The metadata in use.
    pub(crate) fn current(&self) -> &CurrentMetadata {
        &self.current
    }

    /// Whether registrations can be judged: a server that requires attestation needs metadata that is not out of date.
    pub(crate) fn can_judge(&self, now: Timestamp) -> bool {
        let is_good = |blob: &Blob| !self.current.is_outdated(blob, now);
        self.requirement == AttestationRequirement::None
            || self.current.blob().as_deref().is_some_and(is_good)
    }

    /// Whether there is metadata, which may be out of date, or registrations need none.
    pub(crate) fn has_what_it_requires(&self) -> bool {
        self.requirement == AttestationRequirement::None || self.current.blob().is_some()
    }

    /// The metadata, if the relying party has to require attestation.
    pub(crate) fn required(&self) -> Option<Arc<Metadata>> {
        (self.requirement == AttestationRequirement::Attested).then(|| self.metadata())
    }

    /// The name of an authenticator model, in printable characters.
    pub(crate) fn name(&self, aaguid: Aaguid) -> Option<ModelName> {
        let name = self.current.blob().and_then(|blob| blob.name(aaguid, "en-US"));
        let mut name = name.or_else(|| model_name(aaguid))?;
        name.name = printable(&name.name, NAME_MAX).into_owned();
        Some(name)
    }

    /// Why a stored credential could not be registered today: the current metadata rejects its model, or its stored
    /// attestation can't be used. `None` for credentials without a trusted attestation.
    ///
    /// Each attestation is verified once for each BLOB and day. That is slow, so call this on a blocking thread.
    pub(crate) fn revocation_reason(
        &self,
        rp: &RelyingParty,
        record: &CredentialRecord,
        now: Timestamp,
    ) -> Option<String> {
        let number = self.current.blob().map(|blob| blob.number());
        self.verdicts.of(record.id(), (number, now), || self.judge(rp, record, now))
    }

    /// The results of [`revocation_reason`](Self::revocation_reason) for these credentials that are known for this BLOB
    /// and day.
    pub(crate) fn known_revocation_reasons(
        &self,
        ids: &[&CredentialId],
        now: Timestamp,
    ) -> HashMap<CredentialId, Option<String>> {
        let number = self.current.blob().map(|blob| blob.number());
        self.verdicts.known(ids, (number, now))
    }

    fn judge(&self, rp: &RelyingParty, record: &CredentialRecord, now: Timestamp) -> Option<String> {
        let metadata = &self.current.metadata;
        let reassessor = Reassessor::new(rp, metadata.clone()).with_model_policy(metadata.clone());
        match reassessor.judge(record, now).verdict() {
            Verdict::ModelRejected(refused) => Some(refused.reason().to_owned()),
            Verdict::EvidenceUnusable(fault) => {
                Some(format!("its stored attestation can't be used: {fault}"))
            }
            _ => None,
        }
    }
}

/// The policy for BLOBs that are signed under the roots in these files.
pub(crate) fn blob_policy(roots: &[PathBuf]) -> Result<BlobPolicy, StartError> {
    if roots.is_empty() {
        return Ok(BlobPolicy::fido());
    }
    let anchors = roots.iter().map(|path| {
        let pem = files::read(path, files::CERTIFICATES_MAX)
            .map_err(|error| StartError::MetadataFile(path.clone(), error))?;
        let pem = String::from_utf8(pem).ok();
        pem.and_then(|pem| anchor_from_pem(&pem).ok()).ok_or_else(|| StartError::MetadataRoot(path.clone()))
    });
    Ok(BlobPolicy::new(anchors.collect::<Result<Vec<_>, _>>()?))
}

#[cfg(test)]
mod tests;
