//! What is known of authenticators: a BLOB of the FIDO Metadata Service, from a file that is read again when it changes.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use countersign::{CredentialRecord, Reassessor, RelyingParty, Timestamp, Verdict, types::Aaguid};
use countersign_metadata::{
    Blob, BlobPolicy, Metadata, MetadataError, MetadataPolicy,
    names::{self, ModelName},
    roots::anchor_from_pem,
};

use self::kept::Kept;
use crate::{Config, StartError, backend};

mod kept;

/// How often the file is looked at, unless the configuration says otherwise: a day's metadata may be a minute late.
const CHECK_EVERY: Duration = Duration::from_secs(60);

/// Where the metadata is, and what it is for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MetadataConfig {
    /// The BLOB as it was downloaded. It is read when the server starts, and again when it changed.
    ///
    /// One that is refused changes nothing: the last good one stays in use, and is kept beside the database for the
    /// next start. Without that, the file must be valid when the server starts.
    pub file: PathBuf,
    /// The roots that may have signed it, one certificate in PEM a file; empty for those of FIDO's own service.
    pub roots: Vec<PathBuf>,
    /// Which authenticators may register.
    pub registrations: Registrations,
    /// How often a running server looks whether the file changed; at most a hundred times a second.
    pub check_every: Duration,
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
        Self {
            file: file.into(),
            roots: Vec::new(),
            registrations: Registrations::Any,
            check_every: CHECK_EVERY,
        }
    }
}

/// The metadata in use.
#[derive(Debug)]
pub(crate) struct Knowledge {
    metadata: Arc<Metadata>,
    registrations: Registrations,
    file: PathBuf,
    check_every: Duration,
    kept: Kept,
    /// The file as it was when it was last read; `None` if it was not there.
    last: Mutex<Option<Stamp>>,
    /// When the BLOB in use was first taken, in seconds since 1970.
    taken_at: AtomicI64,
    failures: AtomicU64,
}

/// What tells that a file changed.
type Stamp = (Option<SystemTime>, u64);

impl Knowledge {
    /// Reads the file; where it is refused, what was kept of it.
    pub(crate) fn load(config: &Config, now: Timestamp) -> Result<Option<Self>, StartError> {
        let Some(MetadataConfig { file, roots, registrations, check_every }) = &config.metadata else {
            return Ok(None);
        };
        let kept = Kept::beside(&config.database);
        let mut metadata = Metadata::new(policy(roots)?, MetadataPolicy::fido());
        if let Some(number) = kept.number()? {
            metadata = metadata.with_highest_number(number);
        }
        let knowledge = Self {
            metadata: Arc::new(metadata),
            registrations: *registrations,
            file: file.clone(),
            check_every: (*check_every).max(Duration::from_millis(10)),
            last: Mutex::new(stamp(file)),
            taken_at: AtomicI64::new(0),
            failures: AtomicU64::new(0),
            kept,
        };
        if let Err(error) = knowledge.read(file, now) {
            if knowledge.read(knowledge.kept.blob(), now).is_err() {
                return Err(error);
            }
            knowledge.failed(&error);
        }
        Ok(Some(knowledge))
    }

    /// Looks after the file for ever.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(self.check_every).await;
            let knowledge = Arc::clone(&self);
            let looking = tokio::task::spawn_blocking(move || knowledge.look(SystemTime::now().into()));
            // Only a panic ends it otherwise, and that was told.
            let _ = looking.await;
        }
    }

    /// Reads the file if it changed since it was read last. What is refused changes nothing.
    fn look(&self, now: Timestamp) {
        let found = stamp(&self.file);
        if std::mem::replace(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner), found) == found {
            return;
        }
        if let Err(error) = self.read(&self.file, now) {
            self.failed(&error);
        }
    }

    fn failed(&self, error: &StartError) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        let number = self.metadata.highest_number();
        tracing::warn!(%error, number, "the metadata in use stays");
    }

    /// Reads a file, puts it in use and keeps it. The BLOB that is in use already is no error.
    fn read(&self, path: &Path, now: Timestamp) -> Result<(), StartError> {
        let content = kept::read(path)?;
        let blob = match self.metadata.offer(&content, now, &backend::verifiers()) {
            Ok(blob) => blob,
            Err(MetadataError::Rollback { seen, got }) if seen == got => return Ok(()),
            Err(error) => return Err(StartError::Metadata(path.to_owned(), error)),
        };
        for skipped in blob.skipped() {
            tracing::warn!(entry = skipped.position(), fault = %skipped.fault(), "metadata entry left out");
        }
        tracing::info!(number = blob.number(), models = blob.entries().len(), next_update = %blob.next_update(), "metadata");
        self.kept.keep(&content, blob.number())?;
        let taken_at = self.kept.since().unwrap_or(now);
        self.taken_at.store(taken_at.unix_seconds(), Ordering::Relaxed);
        Ok(())
    }

    /// The metadata, for a relying party that demands attestation; `None` if this one doesn't.
    pub(crate) fn demanded(&self) -> Option<Arc<Metadata>> {
        (self.registrations == Registrations::Attested).then(|| Arc::clone(&self.metadata))
    }

    /// The BLOB in use.
    pub(crate) fn blob(&self) -> Option<Arc<Blob>> {
        self.metadata.blob()
    }

    /// When the BLOB in use was first taken.
    pub(crate) fn taken_at(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.taken_at.load(Ordering::Relaxed))
    }

    /// How often a file was refused or could not be read since the start.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// What a model is called.
    pub(crate) fn name(&self, aaguid: Aaguid) -> Option<ModelName> {
        let name = self.metadata.blob().and_then(|blob| blob.name(aaguid, "en-US"));
        name.or_else(|| names::model_name(aaguid))
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

/// Who may have signed the metadata.
fn policy(roots: &[PathBuf]) -> Result<BlobPolicy, StartError> {
    if roots.is_empty() {
        return Ok(BlobPolicy::fido());
    }
    let anchors = roots.iter().map(|path| {
        let pem = String::from_utf8(kept::read(path)?).ok();
        pem.and_then(|pem| anchor_from_pem(&pem).ok()).ok_or_else(|| StartError::MetadataRoot(path.clone()))
    });
    Ok(BlobPolicy::new(anchors.collect::<Result<Vec<_>, _>>()?))
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    Some((found.modified().ok(), found.len()))
}
