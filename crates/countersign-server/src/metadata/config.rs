//! The configuration of metadata.

use std::{path::PathBuf, time::Duration};

use countersign_metadata::MetadataPolicy;

#[cfg(feature = "fetch")]
use crate::fetch::config::FetchConfig;

/// How often the file is checked by default: a day's metadata may be a minute late.
const CHECK_EVERY: Duration = Duration::from_secs(60);

/// The source of metadata, and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetadataConfig {
    /// The source of the BLOB.
    pub source: MetadataSource,
    /// Files with the roots that may have signed the BLOB, one certificate in PEM each. If the list is empty, the roots
    /// are those of FIDO's own service.
    pub roots: Vec<PathBuf>,
    /// The folder for the last good BLOB. By default, that is the folder of the database file, or the working folder if
    /// the database is no file.
    pub folder: Option<PathBuf>,
    /// Which of the models are accepted, if [`Config::policy`](crate::Config::policy) requires attestation; by default those
    /// of FIDO's guidance.
    pub policy: MetadataPolicy,
    /// How often a running server checks whether a file changed; at most a hundred times a second.
    pub check_every: Duration,
}

/// A source of metadata.
///
/// A rejected BLOB changes nothing: the last good one stays in use. It is stored next to the database for the next
/// start, together with its number, so that no older one is accepted after it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetadataSource {
    /// A file with the BLOB as downloaded. It is read when the server starts, and again when it changes. It must be
    /// valid when the server starts, unless a good BLOB is stored.
    File(PathBuf),
    /// An address that a running server asks for newer BLOBs. The server starts with the stored BLOB, if there is one.
    /// Until the first one arrives, a server that requires attestation rejects every registration.
    #[cfg(feature = "fetch")]
    Url(FetchConfig),
}

impl MetadataConfig {
    /// Metadata of FIDO's own service in this file.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self::from_source(MetadataSource::File(file.into()))
    }

    /// Metadata of FIDO's own service from this source.
    pub fn from_source(source: MetadataSource) -> Self {
        Self {
            source,
            roots: Vec::new(),
            folder: None,
            policy: MetadataPolicy::fido(),
            check_every: CHECK_EVERY,
        }
    }
}
