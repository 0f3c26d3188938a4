//! The reasons why a metadata command fails.

use std::{error::Error, fmt, io, path::PathBuf};

use countersign_metadata::{MetadataError, limits::BLOB_MAX};
use countersign_server::with_causes;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum MetadataCommandError {
    /// A file can't be read.
    File(PathBuf, io::Error),
    /// A file is longer than any BLOB may be.
    TooLong(PathBuf),
    /// A root is not a certificate in PEM.
    Root(PathBuf),
    /// A BLOB is rejected.
    Rejected(PathBuf, MetadataError),
    /// The address or a trusted certificate is malformed.
    #[cfg(feature = "fetch")]
    Setup(String),
    /// The BLOB can't be fetched from this address.
    #[cfg(feature = "fetch")]
    Fetch(String, countersign_server::fetch::FetchError),
    /// Standard output can't be written to.
    Output(io::Error),
}

impl fmt::Display for MetadataCommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
            Self::TooLong(path) => write!(f, "{} has more than {BLOB_MAX} bytes", path.display()),
            Self::Root(path) => write!(f, "{} is not a certificate in PEM", path.display()),
            Self::Rejected(path, error) => {
                write!(f, "{} is rejected ({}): {}", path.display(), error.code(), with_causes(error))
            }
            #[cfg(feature = "fetch")]
            Self::Setup(sentence) => f.write_str(sentence),
            #[cfg(feature = "fetch")]
            Self::Fetch(url, error) => write!(f, "{url}: {error}"),
            Self::Output(error) => write!(f, "standard output can't be written to: {error}"),
        }
    }
}

impl Error for MetadataCommandError {}
