//! What is known of authenticators: a BLOB of the FIDO Metadata Service, from a file that is read again when it
//! changes, or from an address that is asked for newer ones.

use std::{
    collections::HashMap,
    error::Error,
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use countersign::{
    CredentialRecord, RelyingParty, Timestamp,
    lifecycle::{Reassessor, Verdict},
    types::{Aaguid, CredentialId},
};
use countersign_metadata::{
    Blob, BlobPolicy, Metadata, MetadataError, MetadataPolicy,
    names::{self, ModelName},
    roots::anchor_from_pem,
};

use self::{
    kept::{Keeping, Kept},
    verdicts::Verdicts,
    watched::Watched,
};
#[cfg(feature = "fetch")]
use crate::fetch::FetchConfig;
use crate::{Config, StartError, backend, files, text::printable};

#[cfg(feature = "fetch")]
mod fetched;
mod kept;
mod verdicts;
mod watched;

/// How often the file is looked at, unless the configuration says otherwise: a day's metadata may be a minute late.
const CHECK_EVERY: Duration = Duration::from_secs(60);

/// The shortest time between two looks at a file.
const CHECK_MIN: Duration = Duration::from_millis(10);

/// The most characters of a model's name that are shown: the longest `description` in BLOB no. 291 has 135.
const NAME_MAX: usize = 200;

/// How long before a root expires the operator is told: a quarter, in which a new one can be had and tried.
const ROOT_NOTICE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Where the metadata is, and what it is for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MetadataConfig {
    /// Where it comes from.
    pub source: MetadataSource,
    /// The roots that may have signed it, one certificate in PEM a file; empty for those of FIDO's own service.
    pub roots: Vec<PathBuf>,
    /// Which authenticators may register.
    pub registrations: Registrations,
    /// How often a running server looks whether a file changed; at most a hundred times a second.
    pub check_every: Duration,
}

/// Where metadata comes from.
///
/// What is refused changes nothing: the last good BLOB stays in use, and is kept beside the database for the next
/// start, with its number: no older one is taken after it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum MetadataSource {
    /// The BLOB as it was downloaded. It is read when the server starts, and again when it changed. It must be valid when
    /// the server starts, unless a good one is kept.
    File(PathBuf),
    /// An address, which a running server asks for newer BLOBs. It starts with the one that is kept, and without any if
    /// there is none: until the first is there, no authenticator registers where the metadata must vouch for it.
    #[cfg(feature = "fetch")]
    Url(FetchConfig),
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
        Self::of(MetadataSource::File(file.into()))
    }

    /// Metadata of FIDO's own service from this source, and no demands.
    pub const fn of(source: MetadataSource) -> Self {
        Self { source, roots: Vec::new(), registrations: Registrations::Any, check_every: CHECK_EVERY }
    }
}

/// The metadata in use.
#[derive(Debug)]
pub(crate) struct Knowledge {
    metadata: Arc<Metadata>,
    registrations: Registrations,
    source: Source,
    kept: Kept,
    /// When the BLOB in use was first taken, in seconds since 1970.
    taken_at: AtomicI64,
    /// When its source last had nothing newer, likewise; 0 if that was never.
    checked_at: AtomicI64,
    failures: AtomicU64,
    /// The highest number of a BLOB that another server kept and that is refused, whenever it is read.
    passed_over: AtomicU64,
    /// What stored credentials are worth by the BLOB in use.
    verdicts: Verdicts,
    /// How often to look whether another server kept a newer BLOB.
    check_every: Duration,
    /// What went wrong with the source since its last success.
    trouble: Mutex<Option<&'static str>>,
    /// Why what another server kept is not in use.
    behind: Mutex<Option<&'static str>>,
}

#[derive(Debug)]
enum Source {
    File(Watched),
    #[cfg(feature = "fetch")]
    Url(Arc<fetched::Fetched>),
}

/// Why a BLOB was not put in use and kept.
#[derive(Debug)]
enum NotTaken {
    /// It is refused.
    Refused(MetadataError),
    /// It is in use, and can't be kept.
    NotKept(StartError),
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::NotKept(error) => error.fmt(f),
        }
    }
}

impl Error for NotTaken {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused(error) => error.source(),
            Self::NotKept(error) => error.source(),
        }
    }
}

impl NotTaken {
    /// The word for it.
    const fn code(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.code().as_str(),
            Self::NotKept(error) => watched::code(error),
        }
    }
}

impl Knowledge {
    /// Opens what is configured, and puts in use what is there.
    pub(crate) fn load(config: &Config, now: Timestamp) -> Result<Option<Self>, StartError> {
        let Some(knowledge) = Self::open(config)? else { return Ok(None) };
        match &knowledge.source {
            Source::File(watched) => watched.start(&knowledge, now)?,
            #[cfg(feature = "fetch")]
            Source::Url(_) => fetched::start(&knowledge, now),
        }
        Ok(Some(knowledge))
    }

    /// Opens what is configured, and fails where [`Self::load`] would. Keeps nothing.
    pub(crate) fn check(config: &Config, now: Timestamp) -> Result<Option<Self>, StartError> {
        let Some(knowledge) = Self::open(config)? else { return Ok(None) };
        match &knowledge.source {
            Source::File(watched) => watched.check(&knowledge, now)?,
            // It starts without any.
            #[cfg(feature = "fetch")]
            Source::Url(_) => {}
        }
        Ok(Some(knowledge))
    }

    /// Opens what is configured, with nothing in use yet.
    fn open(config: &Config) -> Result<Option<Self>, StartError> {
        let Some(MetadataConfig { source, roots, registrations, check_every }) = &config.metadata else {
            return Ok(None);
        };
        let kept = Kept::beside(&config.database);
        let mut metadata = Metadata::new(policy(roots)?, MetadataPolicy::fido());
        if let Some(number) = kept.number()? {
            metadata = metadata.with_highest_number(number);
        }
        let source = match source {
            MetadataSource::File(path) => Source::File(Watched::new(path, *check_every)),
            #[cfg(feature = "fetch")]
            MetadataSource::Url(config) => Source::Url(Arc::new(fetched::Fetched::new(config)?)),
        };
        Ok(Some(Self {
            metadata: Arc::new(metadata),
            registrations: *registrations,
            source,
            kept,
            taken_at: AtomicI64::new(0),
            checked_at: AtomicI64::new(0),
            failures: AtomicU64::new(0),
            passed_over: AtomicU64::new(0),
            verdicts: Verdicts::default(),
            check_every: (*check_every).max(CHECK_MIN),
            trouble: Mutex::new(None),
            behind: Mutex::new(None),
        }))
    }

    /// Watches the source, and what other servers keep. Never done.
    pub(crate) async fn watch(self: Arc<Self>) {
        let watching = async {
            match &self.source {
                Source::File(watched) => watched.watch(&self).await,
                #[cfg(feature = "fetch")]
                Source::Url(fetched) => fetched.watch(&self).await,
            }
        };
        let following = async {
            loop {
                tokio::time::sleep(self.check_every).await;
                let knowledge = Arc::clone(&self);
                let following =
                    tokio::task::spawn_blocking(move || knowledge.follow(SystemTime::now().into()));
                // Only a panic ends it otherwise, and the log has that.
                let _ = following.await;
            }
        };
        tokio::join!(watching, following);
    }

    /// Puts in use what another server with this database kept, if that is newer.
    fn follow(&self, now: Timestamp) {
        let in_use = self.blob().map(|blob| blob.number());
        let outcome = match self.kept.number() {
            Ok(kept) if in_use >= kept => Ok(()),
            Ok(kept) if kept == Some(self.passed_over.load(Ordering::Relaxed)) => return,
            Ok(kept) => self.follow_to(kept.unwrap_or_default(), now),
            Err(error) => Err(NotTaken::NotKept(error)),
        };
        if let Err(error) = &outcome {
            self.note_failure(error.code(), error);
        }
        let code = outcome.err().map(|error| error.code());
        *self.behind.lock().unwrap_or_else(PoisonError::into_inner) = code;
    }

    /// Puts in use what is kept with this number.
    fn follow_to(&self, number: u64, now: Timestamp) -> Result<(), NotTaken> {
        let content = kept::read(self.kept.blob()).map_err(NotTaken::NotKept)?;
        let outcome = self.put_in_use(&content, now);
        // What is out of date may be so by a clock that will be right the next time; the rest is the BLOB's own.
        if outcome.as_ref().is_err_and(|error| !matches!(error, MetadataError::Outdated { .. })) {
            self.passed_over.store(number, Ordering::Relaxed);
        }
        outcome.map_err(NotTaken::Refused)?;
        self.note_since();
        Ok(())
    }

    /// Reads a file, puts it in use and keeps it.
    fn read(&self, path: &Path, now: Timestamp) -> Result<(), StartError> {
        self.take(&kept::read(path)?, now).map(drop).map_err(|error| match error {
            NotTaken::Refused(error) => StartError::Metadata(path.to_owned(), error),
            NotTaken::NotKept(error) => error,
        })
    }

    /// Reads a file and puts it in use, without keeping it.
    fn try_out(&self, path: &Path, now: Timestamp) -> Result<(), StartError> {
        match self.put_in_use(&kept::read(path)?, now) {
            Ok(_) | Err(MetadataError::NotNewer(_)) => Ok(()),
            Err(error) => Err(StartError::Metadata(path.to_owned(), error)),
        }
    }

    /// Puts a BLOB in use and keeps it; says its number, and whether it is the one that is kept. The one that is in use
    /// already is no error.
    fn take(&self, content: &[u8], now: Timestamp) -> Result<(u64, Keeping), NotTaken> {
        let number = match self.put_in_use(content, now) {
            Err(MetadataError::NotNewer(number)) if self.is_kept(number)? => {
                return Ok((number, Keeping::Done));
            }
            // One that is in use and not kept: the disk was full, perhaps.
            Ok(number) | Err(MetadataError::NotNewer(number)) => number,
            Err(error) => return Err(NotTaken::Refused(error)),
        };
        let keeping = self.kept.keep(content, number).map_err(NotTaken::NotKept)?;
        match keeping {
            Keeping::Done => self.note_since(),
            Keeping::Superseded => self.follow(now),
        }
        Ok((number, keeping))
    }

    /// Puts a BLOB in use, and returns its number.
    fn put_in_use(&self, content: &[u8], now: Timestamp) -> Result<u64, MetadataError> {
        let blob = self.metadata.offer(content, now, &backend::verifiers())?;
        for skipped in blob.skipped() {
            tracing::warn!(entry = skipped.position(), fault = %skipped.fault(), "metadata entry left out");
        }
        let (number, models) = (blob.number(), blob.entries().len());
        tracing::info!(number, models, next_update = %blob.next_update(), "metadata");
        let expiring = self.expiring_roots(now);
        if expiring > 0 {
            tracing::warn!(
                roots = expiring,
                "roots of metadata expire within 90 days: configure their successors"
            );
        }
        self.taken_at.store(now.unix_seconds(), Ordering::Relaxed);
        Ok(number)
    }

    /// Notes since when the BLOB in use is kept.
    fn note_since(&self) {
        if let Some(since) = self.kept.since() {
            self.taken_at.store(since.unix_seconds(), Ordering::Relaxed);
        }
    }

    fn is_kept(&self, number: u64) -> Result<bool, NotTaken> {
        Ok(self.kept.number().map_err(NotTaken::NotKept)? == Some(number))
    }

    /// Notes that the source had the newest.
    fn succeeded(&self, now: Timestamp) {
        self.checked_at.store(now.unix_seconds(), Ordering::Relaxed);
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Notes that the source had nothing that can be used.
    fn failed(&self, code: &'static str, error: &dyn Error) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(code);
        self.note_failure(code, error);
    }

    /// Counts a failure, and logs it: by a word, and in words.
    fn note_failure(&self, code: &'static str, error: &dyn Error) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        let number = self.metadata.blob().map(|blob| blob.number());
        let cause = error.source().map(tracing::field::display);
        tracing::warn!(code, %error, cause, number, "no newer metadata was taken");
    }

    /// A word for why newer metadata is not had or the one in use is no longer good, if so.
    pub(crate) fn ails(&self, now: Timestamp) -> Option<&'static str> {
        let noted = |slot: &Mutex<_>| *slot.lock().unwrap_or_else(PoisonError::into_inner);
        noted(&self.trouble).or_else(|| noted(&self.behind)).or_else(|| {
            let blob = self.blob()?;
            let is_outdated = self.metadata.blob_policy().is_outdated(blob.next_update(), now);
            is_outdated.then_some(countersign::Code::MetadataOutdated.as_str())
        })
    }

    /// Whether authenticators can be judged as far as registering demands it: where the metadata must vouch for them, it
    /// has to be there, and not to be out of date.
    pub(crate) fn can_judge(&self, now: Timestamp) -> bool {
        let is_good = |blob: &Blob| !self.metadata.blob_policy().is_outdated(blob.next_update(), now);
        self.registrations == Registrations::Any || self.blob().as_deref().is_some_and(is_good)
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

    /// When the source last had nothing newer.
    pub(crate) fn checked_at(&self) -> Option<Timestamp> {
        Some(self.checked_at.load(Ordering::Relaxed)).filter(|at| *at != 0).map(Timestamp::from_unix_seconds)
    }

    /// How many of the roots that may sign expire soon: after that no newer metadata is taken.
    pub(crate) fn expiring_roots(&self, now: Timestamp) -> usize {
        self.metadata.blob_policy().roots_expiring_within(now, ROOT_NOTICE).count()
    }

    /// How often metadata was refused, or could not be read, fetched or kept since the start.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// What a model is called, as far as that may be shown.
    pub(crate) fn name(&self, aaguid: Aaguid) -> Option<ModelName> {
        let name = self.metadata.blob().and_then(|blob| blob.name(aaguid, "en-US"));
        let mut name = name.or_else(|| names::model_name(aaguid))?;
        name.name = printable(&name.name, NAME_MAX).into_owned();
        Some(name)
    }

    /// Why the metadata of today would not let a stored credential register, if its attestation once led to a root and
    /// still does; or that the stored attestation can't be used, such as one of another model than the record's, which is
    /// the one that is shown. The attestation is verified once for each BLOB and day; that takes a while: not for a thread
    /// that answers requests.
    pub(crate) fn trouble(
        &self,
        rp: &RelyingParty,
        record: &CredentialRecord,
        now: Timestamp,
    ) -> Option<String> {
        let number = self.blob().map(|blob| blob.number());
        self.verdicts.of(record.id(), (number, now), || self.judge(rp, record, now))
    }

    /// What [`trouble`](Self::trouble) said of these credentials, as far as it was asked by this BLOB today.
    pub(crate) fn known_troubles(
        &self,
        ids: &[&CredentialId],
        now: Timestamp,
    ) -> HashMap<CredentialId, Option<String>> {
        let number = self.blob().map(|blob| blob.number());
        self.verdicts.remembered(ids, (number, now))
    }

    fn judge(&self, rp: &RelyingParty, record: &CredentialRecord, now: Timestamp) -> Option<String> {
        let reassessor = Reassessor::new(rp, self.metadata.clone()).with_model_policy(self.metadata.clone());
        match reassessor.judge(record, now).verdict() {
            Verdict::ModelRefused(refused) => Some(refused.reason().to_owned()),
            Verdict::EvidenceUnusable(fault) => {
                Some(format!("its stored attestation can't be used: {fault}"))
            }
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
        let pem = files::read(path, files::CERTIFICATES_MAX)
            .map_err(|error| StartError::MetadataFile(path.clone(), error))?;
        let pem = String::from_utf8(pem).ok();
        pem.and_then(|pem| anchor_from_pem(&pem).ok()).ok_or_else(|| StartError::MetadataRoot(path.clone()))
    });
    Ok(BlobPolicy::new(anchors.collect::<Result<Vec<_>, _>>()?))
}

#[cfg(test)]
mod tests;
