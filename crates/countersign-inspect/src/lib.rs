//! Explains anything of [Web Authentication](https://www.w3.org/TR/webauthn-3/): what it is, through which encodings, and what is
//! in it, up to the place where it breaks.
//!
//! ```
//! use countersign_inspect::{Kind, Options, inspect};
//!
//! // Authenticator data, as a log has it: in hexadecimal digits.
//! let explanation = inspect(
//!     b"\\xa379a6f6eeafb9a55e378c118034e2751e682fab9f2d30ab13d2125586ce19471500000007",
//!     &Options::new(),
//! );
//! assert_eq!(explanation.kind, Kind::AuthenticatorData);
//! let flags = &explanation.field.fields[1];
//! assert_eq!(flags.value.as_deref(), Some("0x15: UP UV BS"));
//! // BS without BE breaks a rule of the specification.
//! assert_eq!(flags.notes[0].rules, [61]);
//! ```
//!
//! The crate does no input or output. It prints nothing, keeps nothing, and needs neither a network nor a clock.
//!
//! # What is recognised
//!
//! Each [`Kind`] has a word, such as `attestation-object`. The encodings around it ([`Encoding`]) are removed: base64 and base64url,
//! hexadecimal digits in the forms of logs and databases, PEM, strings of JSON, and percent signs. Bytes that could be of several
//! kinds are explained as the most likely one, and [`Explanation::also`] names the others; [`Options::with_kind`] decides.
//!
//! In HAR files, lines of logs and other JSON, every response and all options are found. A response is put together with the options
//! that have its challenge.
//!
//! # What an explanation says
//!
//! An [`Explanation`] is a tree of [`Field`]s with the names of the specifications. Each has its place in the decoded bytes, its
//! value in words, and notes: requirements that are met or not, with the code of the error and the numbers of the rules. The
//! strict parsers of the libraries give their verdict as a note, so that an explanation never seems to accept what they reject.
//! Secrets of private keys are left out.
//!
//! An explanation is no verification: use the crate [`countersign`] to verify a ceremony.
//!
//! # Glossary
//!
//! The module [`glossary`] explains the flags, the numbers of COSE and the object identifiers.
//!
//! # Limits
//!
//! The module [`limits`] has the limits on the input and the explanation. Time and memory grow as the input does.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

mod android;
mod attestation_object;
mod authenticator_data;
mod binary;
mod cbor;
mod ceremonies;
mod ceremony;
mod ceremony_options;
mod certificate;
mod client_data;
mod crl;
mod decoding;
mod der;
mod encoding;
mod explanation;
mod extensions;
pub mod glossary;
mod har;
mod inspect;
mod json;
mod jws;
mod key;
mod kind;
pub mod limits;
mod log;
mod metadata;
mod object;
mod options;
mod origin;
mod parts;
mod recognise;
mod record;
mod response;
mod shape;
mod signature;
mod source;
mod span;
mod statement;
mod status_list;
mod strict;
mod token;
mod tpm;
mod values;
mod verdict;
mod words;

pub use ceremonies::{FoundCeremony, FoundPart, ceremonies};
pub use encoding::Encoding;
pub use explanation::{Decoded, Explanation, Fault, Field, Note, NoteKind};
pub use inspect::inspect;
pub use kind::{Kind, KindError};
pub use options::Options;

pub use countersign;
pub use countersign_metadata;

/// The [JSON Schema](https://json-schema.org/draft/2020-12) of the output of `countersign inspect --json`: a list of explanations as
/// they are serialised, each with the name of its input as the member `input`.
pub const SCHEMA: &str = include_str!("inspect.schema.json");

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctest;
