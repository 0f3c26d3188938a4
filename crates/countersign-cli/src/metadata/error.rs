//! The reasons why a metadata command fails.

use std::{io, path::PathBuf};

use countersign_metadata::{MetadataError, limits::BLOB_MAX};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MetadataCommandError {
    /// A file can't be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A file is longer than any BLOB may be.
    #[error("{0} has more than {BLOB_MAX} bytes")]
    TooLong(PathBuf),
    /// A root is not a certificate in PEM.
    #[error("{0} is not a certificate in PEM")]
    Root(PathBuf),
    /// A BLOB is rejected.
    #[error("{} is rejected ({}): {}", .0.display(), .1.code(), countersign_server::with_causes(.1))]
    Rejected(PathBuf, MetadataError),
    /// The address or a trusted certificate is malformed.
    #[cfg(feature = "fetch")]
    #[error("{0}")]
    Setup(String),
    /// The BLOB can't be fetched from this address.
    #[cfg(feature = "fetch")]
    #[error("{0}: {1}")]
    Fetch(String, countersign_server::fetch::FetchError),
    /// Standard output can't be written to.
    #[error("standard output can't be written to: {0}")]
    Output(io::Error),
}
