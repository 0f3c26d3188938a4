//! FIDO metadata over https: a conditional `GET` with limits, when to ask, and what is remembered in between.
//!
//! The [processing rules of the service](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-object-processing-rules)
//! want a BLOB to be downloaded by its `nextUpdate` at the latest. What comes is bytes: whether they are metadata, is
//! judged by [`countersign_metadata::BlobPolicy`], as with a file. So https keeps others from seeing who asks, and
//! nothing more rests on it.
//!
//! ```no_run
//! use countersign_server::fetch::{Answer, Client, FIDO_URL, FetchConfig};
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(&FetchConfig::new(FIDO_URL))?;
//! match client.get(None, &mut |done, whole| eprintln!("{done} of {whole:?} bytes"))? {
//!     Answer::Content { bytes, validators } => println!("{} bytes, {validators:?}", bytes.len()),
//!     Answer::NotModified => unreachable!("nothing was named that it could be the same as"),
//! }
//! # Ok(())
//! # }
//! ```

use std::{path::PathBuf, time::Duration};

use countersign_metadata::blob::BLOB_MAX;

mod client;
mod error;
mod limits;
mod redirect;
mod remembered;
mod schedule;

pub use client::{Answer, Client};
pub use error::{FetchError, RetryAfter};
pub use remembered::{Remembered, Validators};
pub use schedule::{Attempt, Schedule};

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
