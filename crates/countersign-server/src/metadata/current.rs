//! The metadata in use: how a newer BLOB replaces it, and what went wrong with that.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::{path::Path, time::Duration};

use countersign::{Code, Timestamp};
use countersign_metadata::{Blob, Metadata, MetadataError, Seen};

use super::cache::{self, CacheUpdate, MetadataCache};
use super::last_change::LastChange;
use super::update_error::{FileError, UpdateError};

/// How long before a root expires the operator is warned: a quarter, in which a new root can be installed and tested.
const ROOT_NOTICE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The metadata in use, its copy on disk, and the state of updates.
#[derive(Debug)]
pub(crate) struct CurrentMetadata {
    pub(super) metadata: Arc<Metadata>,
    pub(super) cache: MetadataCache,
    /// When the BLOB in use was first used, in seconds since 1970.
    used_since: AtomicI64,
    /// When the source last had nothing newer, in seconds since 1970; 0 if never.
    checked_at: AtomicI64,
    failures: AtomicU64,
    /// The number of a stored BLOB of another server that is rejected whenever it is read.
    passed_over: AtomicU64,
    /// What went wrong with the source since its last success.
    source_problem: Mutex<Option<&'static str>>,
    /// Why the stored BLOB of another server is not in use.
    cache_problem: Mutex<Option<&'static str>>,
    /// What changed when the BLOB in use took the place of another one.
    last_change: Mutex<Option<Arc<LastChange>>>,
}

impl CurrentMetadata {
    /// Starts with no BLOB in use.
    pub(super) fn new(metadata: Metadata, cache: MetadataCache) -> Result<Self, FileError> {
        let metadata = match cache.number()? {
            Some(number) => metadata.with_highest_number(number),
            None => metadata,
        };
        Ok(Self {
            metadata: Arc::new(metadata),
            cache,
            used_since: AtomicI64::new(0),
            checked_at: AtomicI64::new(0),
            failures: AtomicU64::new(0),
            passed_over: AtomicU64::new(0),
            source_problem: Mutex::new(None),
            cache_problem: Mutex::new(None),
            last_change: Mutex::new(None),
        })
    }

    /// Uses the stored BLOB of another server with this database, if it is newer.
    pub(super) fn follow(&self, now: Timestamp) {
        let in_use = self.blob().map(|blob| blob.number());
        let outcome = match self.cache.number() {
            Ok(stored) if in_use >= stored => Ok(()),
            Ok(stored) if stored == Some(self.passed_over.load(Ordering::Relaxed)) => return,
            Ok(stored) => self.follow_to(stored.unwrap_or_default(), now),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = &outcome {
            self.count_failure(error);
        }
        set(&self.cache_problem, outcome.err().map(|error| error.code()));
    }

    /// Uses the stored BLOB, which has this number.
    fn follow_to(&self, number: u64, now: Timestamp) -> Result<(), UpdateError> {
        let content = cache::read(self.cache.blob())?;
        let outcome = self.replace(&content, now);
        // An outdated BLOB may be one by a clock that will be right the next time; all else is the BLOB's own fault.
        if outcome.as_ref().is_err_and(|error| !matches!(error, MetadataError::Outdated { .. })) {
            self.passed_over.store(number, Ordering::Relaxed);
        }
        outcome.map_err(|error| UpdateError::Rejected(self.cache.blob().to_owned(), error))?;
        self.note_stored_since();
        Ok(())
    }

    /// Reads a file, uses the BLOB in it and stores it.
    pub(super) fn update_from(&self, path: &Path, now: Timestamp) -> Result<(), UpdateError> {
        self.update(&cache::read(path)?, path, now).map(drop)
    }

    /// Reads a file and uses the BLOB in it, without storing it.
    pub(super) fn try_out(&self, path: &Path, now: Timestamp) -> Result<(), UpdateError> {
        match self.replace(&cache::read(path)?, now) {
            Ok(_) | Err(MetadataError::NotNewer(_)) => Ok(()),
            Err(error) => Err(UpdateError::Rejected(path.to_owned(), error)),
        }
    }

    /// Uses the BLOB of a file or an address and stores it. Returns its number, and whether it is the stored one. The
    /// BLOB that is in use already is no error.
    pub(super) fn update(
        &self,
        content: &[u8],
        origin: &Path,
        now: Timestamp,
    ) -> Result<(u64, CacheUpdate), UpdateError> {
        let number = match self.replace(content, now) {
            Err(MetadataError::NotNewer(number)) if self.cache.number()? == Some(number) => {
                return Ok((number, CacheUpdate::Stored));
            }
            // In use and not stored: the disk may have been full.
            Ok(number) | Err(MetadataError::NotNewer(number)) => number,
            Err(error) => return Err(UpdateError::Rejected(origin.to_owned(), error)),
        };
        let update = self.cache.store(content, number)?;
        match update {
            CacheUpdate::Stored => self.note_stored_since(),
            CacheUpdate::Superseded => self.follow(now),
        }
        Ok((number, update))
    }

    /// Uses a BLOB, and returns its number.
    fn replace(&self, content: &[u8], now: Timestamp) -> Result<u64, MetadataError> {
        let before = self.blob();
        let blob = self.metadata.offer(content, now, &crate::backend::verifiers())?;
        if let Some(before) = before.or_else(|| self.stored_before(blob.number(), now)) {
            let change = Some(Arc::new(LastChange::between(&before, &blob, now)));
            *self.last_change.lock().unwrap_or_else(PoisonError::into_inner) = change;
        }
        for skipped in blob.skipped() {
            tracing::warn!(entry = skipped.position(), error = %skipped.error(), "metadata entry skipped");
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
        self.used_since.store(now.unix_seconds(), Ordering::Relaxed);
        Ok(number)
    }

    /// The stored BLOB, if it is older than this number: a restart found a newer file. If it can't be read any more, the
    /// change is not known.
    fn stored_before(&self, number: u64, now: Timestamp) -> Option<Arc<Blob>> {
        self.cache.number().ok().flatten().filter(|stored| *stored < number)?;
        let content = cache::read(self.cache.blob()).ok()?;
        let policy = self.metadata.blob_policy();
        policy.verify(&content, Seen::Nothing, now, &crate::backend::verifiers()).ok().map(Arc::new)
    }

    /// Notes since when the BLOB in use is stored.
    fn note_stored_since(&self) {
        if let Some(since) = self.cache.stored_since() {
            self.used_since.store(since.unix_seconds(), Ordering::Relaxed);
        }
    }

    /// Notes that the source had nothing newer at this time.
    pub(super) fn succeeded(&self, now: Timestamp) {
        self.checked_at.store(now.unix_seconds(), Ordering::Relaxed);
        set(&self.source_problem, None);
    }

    /// Notes that the source had no usable metadata.
    pub(super) fn failed(&self, error: &UpdateError) {
        set(&self.source_problem, Some(error.code()));
        self.count_failure(error);
    }

    fn count_failure(&self, error: &UpdateError) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        let number = self.blob().map(|blob| blob.number());
        tracing::warn!(code = error.code(), %error, number, "no newer metadata is used");
    }

    /// The code of the current problem, if any: the source or the stored BLOB can't be used, or the BLOB in use is out
    /// of date.
    pub(crate) fn problem(&self, now: Timestamp) -> Option<&'static str> {
        let noted = |problem: &Mutex<_>| *problem.lock().unwrap_or_else(PoisonError::into_inner);
        noted(&self.source_problem).or_else(|| noted(&self.cache_problem)).or_else(|| {
            let is_outdated = self.is_outdated(self.blob()?.as_ref(), now);
            is_outdated.then_some(Code::MetadataOutdated.as_str())
        })
    }

    pub(super) fn is_outdated(&self, blob: &Blob, now: Timestamp) -> bool {
        self.metadata.blob_policy().is_outdated(blob.next_update(), now)
    }

    /// The BLOB in use.
    pub(crate) fn blob(&self) -> Option<Arc<Blob>> {
        self.metadata.blob()
    }

    /// What changed when the BLOB in use took the place of another one, since this process runs.
    pub(crate) fn last_change(&self) -> Option<Arc<LastChange>> {
        self.last_change.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When the BLOB in use was first used.
    pub(crate) fn used_since(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.used_since.load(Ordering::Relaxed))
    }

    /// When the source last had nothing newer.
    pub(crate) fn checked_at(&self) -> Option<Timestamp> {
        Some(self.checked_at.load(Ordering::Relaxed)).filter(|at| *at != 0).map(Timestamp::from_unix_seconds)
    }

    /// The number of roots that expire soon. Without them, no newer metadata is accepted.
    pub(crate) fn expiring_roots(&self, now: Timestamp) -> usize {
        self.metadata.blob_policy().roots_expiring_within(now, ROOT_NOTICE).count()
    }

    /// How often metadata was rejected, or could not be read, fetched or stored since the start.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

fn set(problem: &Mutex<Option<&'static str>>, code: Option<&'static str>) {
    *problem.lock().unwrap_or_else(PoisonError::into_inner) = code;
}
