//! The last good metadata beside the database, so that what worked before a restart works after it.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use countersign::Timestamp;
use countersign_metadata::blob::BLOB_MAX;

use crate::StartError;

/// Two files beside the database: the BLOB, and the highest number that was seen.
#[derive(Debug)]
pub(super) struct Kept {
    blob: PathBuf,
    number: PathBuf,
}

impl Kept {
    pub(super) fn beside(database: &Path) -> Self {
        Self { blob: database.with_extension("metadata"), number: database.with_extension("metadata-number") }
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

    /// Keeps a BLOB, unless one of this number is kept. The number comes last: after a crash in between, what is kept
    /// is newer than the number, and not refused for it.
    pub(super) fn keep(&self, blob: &[u8], number: u64) -> Result<(), StartError> {
        if self.blob.exists() && self.number()? == Some(number) {
            return Ok(());
        }
        replace(&self.blob, blob)?;
        replace(&self.number, format!("{number}\n").as_bytes())
    }
}

/// Reads a file of metadata; of one that is longer than any metadata, enough to see that.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    let read = || {
        let limit = u64::try_from(BLOB_MAX).unwrap_or(u64::MAX).saturating_add(1);
        let mut content = Vec::new();
        fs::File::open(path)?.take(limit).read_to_end(&mut content)?;
        Ok(content)
    };
    read().map_err(|error| StartError::MetadataFile(path.to_owned(), error))
}

/// Writes a new file that takes the old one's place, so that a crash leaves one of both.
fn replace(path: &Path, content: &[u8]) -> Result<(), StartError> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        fs::write(&new, content)?;
        fs::rename(&new, path)
    };
    write().map_err(|error: io::Error| StartError::MetadataFile(path.to_owned(), error))
}
