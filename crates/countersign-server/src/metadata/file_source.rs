//! A file of metadata that is read again when it changes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use countersign::Timestamp;

use super::current::CurrentMetadata;
use crate::{clock, start_error::StartError};

/// A file with a BLOB, and its state when it was last checked.
#[derive(Debug)]
pub(super) struct FileSource {
    file: PathBuf,
    check_every: Duration,
    current: Arc<CurrentMetadata>,
    /// The state of the file when it was last read; `None` if it was missing.
    last: Mutex<Option<Stamp>>,
}

/// The modification time and the length: they show that a file changed.
type Stamp = (Option<SystemTime>, u64);

impl FileSource {
    pub(super) fn new(file: &Path, check_every: Duration, current: Arc<CurrentMetadata>) -> Self {
        Self { file: file.to_owned(), check_every, current, last: Mutex::new(stamp(file)) }
    }

    /// Reads the file or, if it is rejected, the stored BLOB.
    pub(super) fn start(&self, now: Timestamp) -> Result<(), StartError> {
        let current = &self.current;
        let Err(error) = current.update_from(&self.file, now) else {
            current.succeeded(now);
            return Ok(());
        };
        if current.blob().is_none() && current.update_from(current.cache.blob(), now).is_err() {
            return Err(error.into_start_error(&self.file));
        }
        current.failed(&error);
        Ok(())
    }

    /// Fails if [`Self::start`] would.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), StartError> {
        let current = &self.current;
        let outcome = current.try_out(&self.file, now);
        let outcome = outcome.or_else(|error| current.try_out(current.cache.blob(), now).map_err(|_| error));
        outcome.map_err(|error| error.into_start_error(&self.file))
    }

    /// Reads the file again whenever it changes. Never returns.
    pub(super) async fn watch(&self) {
        loop {
            tokio::time::sleep(self.check_every).await;
            if !self.has_changed() {
                continue;
            }
            let (current, file) = (Arc::clone(&self.current), self.file.clone());
            let reading = tokio::task::spawn_blocking(move || {
                let now = clock::now();
                match current.update_from(&file, now) {
                    Ok(()) => current.succeeded(now),
                    // The last good BLOB stays in use.
                    Err(error) => current.failed(&error),
                }
            });
            // Fails only after a panic, which the log has.
            let _ = reading.await;
        }
    }

    /// Whether the file changed since the last call.
    fn has_changed(&self) -> bool {
        let found = stamp(&self.file);
        std::mem::replace(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner), found) != found
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok(), found.len()))
}
