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
