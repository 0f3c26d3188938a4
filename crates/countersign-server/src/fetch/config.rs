//! The address that metadata is fetched from, and the limits of a request.

use std::{path::PathBuf, time::Duration};

use countersign_metadata::blob::BLOB_MAX;

use super::schedule::Schedule;

/// Where the FIDO Alliance publishes its metadata.
pub const FIDO_URL: &str = "https://mds3.fidoalliance.org/";

/// Where metadata is fetched, and within which limits.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FetchConfig {
    /// The address. It begins with `https://`, and has no user name in it.
    pub url: String,
    /// The certificates that the https server's must lead to, one or more in PEM a file; empty for those that Mozilla
    /// trusts. They have no say on who signed the metadata.
    pub authorities: Vec<PathBuf>,
    /// The most that a whole request may take, from the look-up of the name to the last byte, redirects and all.
    pub time_limit: Duration,
    /// The most bytes that are taken.
    pub length_max: usize,
    /// When to ask.
    pub schedule: Schedule,
}

impl FetchConfig {
    /// This address, with five minutes for a request: time for today's 9 MB at 32 kB a second.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            authorities: Vec::new(),
            time_limit: Duration::from_secs(300),
            length_max: BLOB_MAX,
            schedule: Schedule::default(),
        }
    }
}
