//! The reasons why newer metadata is not used.

use std::io;
use std::path::{Path, PathBuf};

use countersign_metadata::MetadataError;
use countersign_store::text::with_causes;

#[cfg(feature = "fetch")]
use crate::fetch::error::FetchError;
use crate::start_error::StartError;

/// The code for a file that can't be read or written.
const FILE_UNUSABLE: &str = "metadata-file-unusable";

/// Why newer metadata is not used, or is not stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpdateError {
    /// The BLOB of this file or address is rejected.
    #[error("can't use {}: {}", .0.display(), with_causes(.1))]
    Rejected(PathBuf, MetadataError),
    /// A file can't be read or written.
    #[error("can't use the metadata file {}: {}", .0.path.display(), .0.error)]
    File(FileError),
    /// The BLOB can't be fetched.
    #[cfg(feature = "fetch")]
    #[error("{0}")]
    Unreachable(FetchError),
}

/// A file of metadata that can't be read or written.
#[derive(Debug)]
pub(crate) struct FileError {
    path: PathBuf,
    error: io::Error,
}

impl FileError {
    pub(super) fn new(path: &Path, error: io::Error) -> Self {
        Self { path: path.to_owned(), error }
    }
}

impl UpdateError {
    /// The code that the page and the log report.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Rejected(_, error) => error.code().as_str(),
            Self::File(_) => FILE_UNUSABLE,
            #[cfg(feature = "fetch")]
            Self::Unreachable(_) => "metadata-unreachable",
        }
    }

    /// The error of a server that can't start without the metadata in this file.
    pub(super) fn into_start_error(self, path: &Path) -> StartError {
        match self {
            Self::Rejected(_, error) => StartError::Metadata(path.to_owned(), error),
            Self::File(error) => error.into(),
            #[cfg(feature = "fetch")]
            Self::Unreachable(error) => StartError::MetadataFile(path.to_owned(), io::Error::other(error)),
        }
    }
}

impl From<FileError> for UpdateError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<FileError> for StartError {
    fn from(FileError { path, error }: FileError) -> Self {
        Self::MetadataFile(path, error)
    }
}
