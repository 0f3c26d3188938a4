//! A file of metadata that is read again when it changes.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use countersign::Timestamp;

use super::Knowledge;
use crate::StartError;

/// A file, and what it looked like.
#[derive(Debug)]
pub(super) struct Watched {
    file: PathBuf,
    check_every: Duration,
    /// The file as it was when it was last read; `None` if it was not there.
    last: Mutex<Option<Stamp>>,
}

/// What tells that a file changed.
type Stamp = (Option<SystemTime>, u64);

impl Watched {
    pub(super) fn new(file: &Path, check_every: Duration) -> Self {
        let check_every = check_every.max(super::CHECK_MIN);
        Self { file: file.to_owned(), check_every, last: Mutex::new(stamp(file)) }
    }

    /// Reads the file; where it is refused, what was kept of it.
    pub(super) fn start(&self, knowledge: &Knowledge, now: Timestamp) -> Result<(), StartError> {
        let Err(error) = knowledge.read(&self.file, now) else {
            knowledge.succeeded(now);
            return Ok(());
        };
        if knowledge.blob().is_none() && knowledge.read(knowledge.kept.blob(), now).is_err() {
            return Err(error);
        }
        knowledge.failed(code(&error), &error);
        Ok(())
    }

    /// Fails where [`Self::start`] would.
    pub(super) fn check(&self, knowledge: &Knowledge, now: Timestamp) -> Result<(), StartError> {
        let outcome = knowledge.try_out(&self.file, now);
        outcome.or_else(|error| knowledge.try_out(knowledge.kept.blob(), now).map_err(|_| error))
    }

    /// Looks after the file for ever.
    pub(super) async fn watch(&self, knowledge: &Arc<Knowledge>) {
        loop {
            tokio::time::sleep(self.check_every).await;
            if !self.has_changed() {
                continue;
            }
            let (knowledge, file) = (Arc::clone(knowledge), self.file.clone());
            let reading = tokio::task::spawn_blocking(move || {
                let now = SystemTime::now().into();
                match knowledge.read(&file, now) {
                    Ok(()) => knowledge.succeeded(now),
                    // What is refused changes nothing.
                    Err(error) => knowledge.failed(code(&error), &error),
                }
            });
            // Only a panic ends it otherwise, and that was told.
            let _ = reading.await;
        }
    }

    /// Whether the file is another one than when this was last asked.
    fn has_changed(&self) -> bool {
        let found = stamp(&self.file);
        std::mem::replace(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner), found) != found
    }
}

/// The word for what is wrong with a file.
pub(super) const fn code(error: &StartError) -> &'static str {
    match error {
        StartError::Metadata(_, error) => error.code().as_str(),
        _ => "metadata-file-unusable",
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    Some((found.modified().ok(), found.len()))
}
