//! The address that metadata is fetched from, and the limits of a request.

use std::{path::PathBuf, time::Duration};

use super::schedule::Schedule;

/// The address of the FIDO Alliance's metadata.
pub const FIDO_URL: &str = "https://mds3.fidoalliance.org/";

/// The address that metadata is fetched from, and the limits of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchConfig {
    /// The address. It begins with `https://`, and contains no user name.
    pub url: String,
    /// Files with the certificates that the https server's certificate must lead to, one or more in PEM each. If the
    /// list is empty, they are those that Mozilla trusts. They do not affect who may have signed the metadata.
    pub authorities: Vec<PathBuf>,
    /// The time limit for a whole request, from the look-up of the name to the last byte, including redirects.
    pub time_limit: Duration,
    /// The most bytes that are accepted.
    pub length_max: usize,
    /// The schedule of requests.
    pub schedule: Schedule,
}

impl FetchConfig {
    /// The default limits for this address, with five minutes for a request: enough for today's 9 MB at 32 kB a second.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            authorities: Vec::new(),
            time_limit: Duration::from_secs(300),
            length_max: countersign_metadata::limits::BLOB_MAX,
            schedule: Schedule::default(),
        }
    }
}
