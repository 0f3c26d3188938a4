//! The last good metadata, stored next to the database, so that a server can start with it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use countersign::Timestamp;
use countersign_metadata::limits::BLOB_MAX;

use super::update_error::FileError;
#[cfg(feature = "fetch")]
use crate::fetch::last_fetch::LastFetch;
use crate::files;

/// The files next to the database: the BLOB, the highest number that was seen, and the last fetch of the BLOB; and a
/// file that is locked while these are replaced, for several servers may share one database.
#[derive(Debug)]
pub(crate) struct MetadataCache {
    blob: PathBuf,
    number: PathBuf,
    last_fetch: PathBuf,
    lock: PathBuf,
}

/// The outcome of storing a BLOB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CacheUpdate {
    /// The BLOB is stored.
    Stored,
    /// Another server stored one with a higher number, which stays.
    Superseded,
}

impl MetadataCache {
    pub(super) fn beside(database: &Path) -> Self {
        Self {
            blob: database.with_extension("metadata"),
            number: database.with_extension("metadata-number"),
            last_fetch: database.with_extension("metadata-fetched"),
            lock: database.with_extension("metadata-lock"),
        }
    }

    pub(super) fn blob(&self) -> &Path {
        &self.blob
    }

    /// The highest number that was seen. An unreadable number is an error: without it an older BLOB would be accepted.
    pub(super) fn number(&self) -> Result<Option<u64>, FileError> {
        let failed = |error| FileError::new(&self.number, error);
        match fs::read_to_string(&self.number) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| failed(io::ErrorKind::InvalidData.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// The time at which the BLOB was stored.
    pub(super) fn stored_since(&self) -> Option<Timestamp> {
        fs::metadata(&self.blob).and_then(|it| it.modified()).ok().map(Timestamp::from)
    }

    /// Stores a BLOB, unless it or a newer one is stored already: the number never falls.
    ///
    /// The number is written last: after a crash in between, the stored BLOB is newer than the number, and so not
    /// rejected because of it.
    pub(super) fn store(&self, blob: &[u8], number: u64) -> Result<CacheUpdate, FileError> {
        let _locked = self.lock()?;
        let stored = self.number()?;
        if stored > Some(number) {
            return Ok(CacheUpdate::Superseded);
        }
        if stored == Some(number) && fs::read(&self.blob).is_ok_and(|stored| stored == blob) {
            return Ok(CacheUpdate::Stored);
        }
        // The validators of the old BLOB must not be used for the new one.
        match fs::remove_file(&self.last_fetch) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(FileError::new(&self.last_fetch, error));
            }
            _ => {}
        }
        replace(&self.blob, blob)?;
        replace(&self.number, format!("{number}\n").as_bytes())?;
        Ok(CacheUpdate::Stored)
    }

    /// Keeps other servers from comparing and replacing, until the file is closed.
    fn lock(&self) -> Result<File, FileError> {
        files::lock(&self.lock).map_err(|error| FileError::new(&self.lock, error))
    }

    /// The last fetch of the stored BLOB.
    #[cfg(feature = "fetch")]
    pub(super) fn last_fetch(&self) -> Option<LastFetch> {
        LastFetch::read(&self.last_fetch)
    }

    /// Stores a fetch, if it is of the stored BLOB: another server may have stored a newer one.
    #[cfg(feature = "fetch")]
    pub(super) fn store_last_fetch(&self, fetch: &LastFetch) -> Result<(), FileError> {
        let _locked = self.lock()?;
        if self.number()? != Some(fetch.number) {
            return Ok(());
        }
        fetch.write(&self.last_fetch).map_err(|error| FileError::new(&self.last_fetch, error))
    }
}

/// Reads a file of metadata. Of a file that is longer than any metadata, it reads just enough for the parser to reject
/// it.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let read = || {
        let limit = u64::try_from(BLOB_MAX).unwrap_or(u64::MAX).saturating_add(1);
        let mut content = Vec::new();
        File::open(path)?.take(limit).read_to_end(&mut content)?;
        Ok(content)
    };
    read().map_err(|error| FileError::new(path, error))
}

fn replace(path: &Path, content: &[u8]) -> Result<(), FileError> {
    files::replace(path, content).map_err(|error| FileError::new(path, error))
}

#[cfg(all(test, feature = "fetch"))]
mod tests {
    use super::*;
    use crate::fetch::validators::HttpValidators;

    #[test]
    fn validators_of_an_older_blob_are_not_stored_for_a_newer_one() {
        let folder = tempfile::tempdir().unwrap();
        let cache = MetadataCache::beside(&folder.path().join("test.sqlite3"));
        let fetch = |number| LastFetch {
            url: "https://localhost/".into(),
            number,
            checked_at: Timestamp::from_unix_seconds(1_767_225_600),
            validators: HttpValidators::default(),
        };
        assert_eq!(cache.store(b"8", 8).unwrap(), CacheUpdate::Stored);
        cache.store_last_fetch(&fetch(8)).unwrap();
        assert_eq!(cache.store(b"7", 7).unwrap(), CacheUpdate::Superseded);
        cache.store_last_fetch(&fetch(7)).unwrap();
        assert_eq!(cache.last_fetch(), Some(fetch(8)));
    }
}
