//! Conformance suites for the server side of Web Authentication, for relying parties in any language.
//!
//! A *suite* is a JSON file of cases: a browser's response, and the verdict expected of a relying party. This crate reads
//! suites ([`format`](mod@format)), runs them on an [`Implementation`](implementation::Implementation) ([`runner`]) and reports the
//! result ([`report`]). There are two implementations:
//!
//! - [`Program`](program::Program) is another program, in any language, that reads requests and writes answers as lines of
//!   JSON ([`protocol`]). The command `countersign-conformance run --suite DIR -- COMMAND` runs suites on one.
//! - [`Library`](library::Library) is the crate `countersign` itself, in this process.
//!
//! ```
//! use countersign_conformance::{format::Suite, library::Library, runner::Runner, vectors};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let suite = Suite::from_json(&vectors::test_vectors()?.to_string())?;
//! let report = Runner::new(&mut Library::default()).strict().run(&[suite]);
//! assert_eq!(report.counts().failed, 0);
//! # Ok(())
//! # }
//! ```
//!
//! [`vectors`] makes suites with the software authenticator: the specification's test vectors, every attestation format
//! with every algorithm, named faults, and the behaviour of real devices.
//!
//! The format and the protocol are described in `docs/CONFORMANCE.md` and `docs/conformance/protocol.md` of the repository.

pub mod complete;
pub mod differential;
pub mod format;
pub mod implementation;
pub mod library;
pub mod program;
pub mod protocol;
pub mod report;
pub mod runner;
#[cfg(feature = "vectors")]
pub mod vectors;

/// The example of the README, compiled as a test.
#[cfg(all(doctest, feature = "vectors"))]
#[doc = include_str!("../README.md")]
struct ReadmeDoctest;
