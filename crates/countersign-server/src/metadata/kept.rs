//! The last good metadata beside the database, so that what worked before a restart works after it.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use countersign::Timestamp;
use countersign_metadata::blob::BLOB_MAX;

#[cfg(feature = "fetch")]
use crate::fetch::Remembered;
use crate::{StartError, files};

/// Files beside the database: the BLOB, the highest number that was seen, and what is remembered of the server that
/// the BLOB was fetched from; and one that is locked while these are replaced, for several servers may have one database.
#[derive(Debug)]
pub(super) struct Kept {
    blob: PathBuf,
    number: PathBuf,
    remembered: PathBuf,
    lock: PathBuf,
}

/// What became of a BLOB that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// It is kept.
    Done,
    /// One with a higher number is kept, by another server, and was left.
    Superseded,
}

impl Kept {
    pub(super) fn beside(database: &Path) -> Self {
        Self {
            blob: database.with_extension("metadata"),
            number: database.with_extension("metadata-number"),
            remembered: database.with_extension("metadata-fetched"),
            lock: database.with_extension("metadata-lock"),
        }
    }

    pub(super) fn blob(&self) -> &Path {
        &self.blob
    }

    /// The number that was remembered. What is not a number is an error: to forget it would let an older BLOB in.
    pub(super) fn number(&self) -> Result<Option<u64>, StartError> {
        let failed = |error| StartError::MetadataFile(self.number.clone(), error);
        match fs::read_to_string(&self.number) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| failed(io::ErrorKind::InvalidData.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Since when the BLOB is kept.
    pub(super) fn since(&self) -> Option<Timestamp> {
        fs::metadata(&self.blob).and_then(|it| it.modified()).ok().map(Timestamp::from)
    }

    /// Keeps a BLOB, unless it or a newer one is kept already: the number never falls. The number comes last: after a
    /// crash in between, what is kept is newer than the number, and not refused for it.
    pub(super) fn keep(&self, blob: &[u8], number: u64) -> Result<Keeping, StartError> {
        let _locked = self.lock()?;
        let kept = self.number()?;
        if kept > Some(number) {
            return Ok(Keeping::Superseded);
        }
        if kept == Some(number) && fs::read(&self.blob).is_ok_and(|kept| kept == blob) {
            return Ok(Keeping::Done);
        }
        // What a server calls the old one must not be taken for the new one's.
        match fs::remove_file(&self.remembered) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StartError::MetadataFile(self.remembered.clone(), error));
            }
            _ => {}
        }
        replace(&self.blob, blob)?;
        replace(&self.number, format!("{number}\n").as_bytes())?;
        Ok(Keeping::Done)
    }

    /// Keeps other servers from comparing and replacing, until the file is closed.
    fn lock(&self) -> Result<File, StartError> {
        files::lock(&self.lock).map_err(|error| StartError::MetadataFile(self.lock.clone(), error))
    }

    /// What is remembered of the server.
    #[cfg(feature = "fetch")]
    pub(super) fn remembered(&self) -> Option<Remembered> {
        Remembered::read(&self.remembered)
    }

    /// Remembers it, if it is of the BLOB that is kept: another server may have kept a newer one meanwhile.
    #[cfg(feature = "fetch")]
    pub(super) fn remember(&self, remembered: &Remembered) -> Result<(), StartError> {
        let _locked = self.lock()?;
        if self.number()? != Some(remembered.number) {
            return Ok(());
        }
        remembered
            .write(&self.remembered)
            .map_err(|error| StartError::MetadataFile(self.remembered.clone(), error))
    }
}

/// Reads a file of metadata; of one that is longer than any metadata, enough to see that.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    let read = || {
        let limit = u64::try_from(BLOB_MAX).unwrap_or(u64::MAX).saturating_add(1);
        let mut content = Vec::new();
        File::open(path)?.take(limit).read_to_end(&mut content)?;
        Ok(content)
    };
    read().map_err(|error| StartError::MetadataFile(path.to_owned(), error))
}

fn replace(path: &Path, content: &[u8]) -> Result<(), StartError> {
    files::replace(path, content).map_err(|error| StartError::MetadataFile(path.to_owned(), error))
}

#[cfg(all(test, feature = "fetch"))]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_calls_an_older_blob_is_not_remembered_of_the_kept_one() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::beside(&folder.path().join("test.sqlite3"));
        let remembered = |number| Remembered {
            url: "https://localhost/".into(),
            number,
            checked_at: Timestamp::from_unix_seconds(1_767_225_600),
            validators: crate::fetch::Validators::default(),
        };
        assert_eq!(kept.keep(b"8", 8).unwrap(), Keeping::Done);
        kept.remember(&remembered(8)).unwrap();
        assert_eq!(kept.keep(b"7", 7).unwrap(), Keeping::Superseded);
        kept.remember(&remembered(7)).unwrap();
        assert_eq!(kept.remembered(), Some(remembered(8)));
    }
}
