//! FIDO metadata over https: a conditional `GET` with limits, its schedule, and what is stored between requests.
//!
//! The [processing rules of the
//! service](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-object-processing-rules)
//! require a BLOB to be downloaded by its `nextUpdate` at the latest. The content is not interpreted here: it is
//! verified with a [`countersign_metadata::BlobPolicy`], like a file. So https protects only the privacy of the
//! request, and nothing else depends on it.
//!
//! ```no_run
//! use countersign_server::fetch::{Answer, Client, FIDO_URL, FetchConfig};
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(&FetchConfig::new(FIDO_URL))?;
//! match client.get(None, &mut |done, whole| eprintln!("{done} of {whole:?} bytes"))? {
//!     Answer::Content { bytes, validators } => println!("{} bytes, {validators:?}", bytes.len()),
//!     Answer::NotModified => unreachable!("the request was unconditional"),
//! }
//! # Ok(())
//! # }
//! ```

pub(crate) mod client;
pub(crate) mod config;
pub(crate) mod error;
pub(crate) mod last_fetch;
mod limits;
mod redirect;
pub(crate) mod schedule;
pub(crate) mod validators;

pub use client::{Answer, Client};
pub use config::{FIDO_URL, FetchConfig};
pub use error::{FetchError, RetryAfter};
pub use last_fetch::LastFetch;
pub use schedule::{Attempt, Schedule};
pub use validators::HttpValidators;
