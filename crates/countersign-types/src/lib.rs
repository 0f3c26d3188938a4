//! The wire types of [Web Authentication Level 3](https://www.w3.org/TR/webauthn-3/), parsed strictly: everything that a
//! browser and a relying party exchange.
//!
//! ```
//! use countersign_types::{AuthenticationResponse, AuthenticatorData, ClientData};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The body of a request: `PublicKeyCredential.toJSON()`.
//! let body = br#"{
//!     "id": "AQI", "rawId": "AQI", "type": "public-key", "clientExtensionResults": {},
//!     "response": {
//!         "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQVFJIiwib3JpZ2luIjoiaHR0cHM6Ly9hLmIifQ",
//!         "authenticatorData": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFAAAABw",
//!         "signature": "MAA",
//!         "userHandle": "Bwc"
//!     }
//! }"#;
//! let response = AuthenticationResponse::from_json(body)?;
//! let client_data = ClientData::parse(response.client_data_json())?;
//! assert_eq!(client_data.origin, "https://a.b");
//! let data = AuthenticatorData::parse(response.authenticator_data())?;
//! assert!(data.flags.user_verified());
//! assert_eq!(data.sign_count, 7);
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is verified here: there is no cryptography, no certificate and no policy. To verify responses, use the crate
//! `countersign`, which re-exports this one as `countersign::types`. Depend on it directly for a client, a proxy, or an
//! inspection tool.
//!
//! The example [`inspect`](https://github.com/countersign/countersign/blob/main/crates/countersign-types/examples/inspect.rs)
//! is a program that does this.
//!
//! # The pieces
//!
//! | section of the specification | module |
//! | --- | --- |
//! | 5.1, 5.2, 5.4, 5.5: responses and options as JSON | [`response`], [`options`] |
//! | 5.1.10: signals to authenticators | [`signals`] |
//! | 5.8.1: client data | [`client_data`] |
//! | 5.4.5 to 5.4.7, 5.8: enumerations, all open | [`enumerations`] |
//! | 5.11: the document of related origins | [`related_origins`] |
//! | 6.1: authenticator data | [`authenticator_data`] |
//! | 6.5.4: the attestation object's envelope | [`attestation_object`] |
//! | 9, 10: extensions | [`extensions`] |
//! | encodings | [`base64url`], [`cbor`], [`hex`], [`json`] |
//!
//! Each parser takes all of its input or fails. Signed bytes are kept as received, next to the parsed values.
//!
//! # Limits
//!
//! | limit | value | of |
//! | --- | ---: | --- |
//! | [`RESPONSE_JSON_MAX`](response::RESPONSE_JSON_MAX) | 256 KiB | the JSON text of a response |
//! | [`ATTESTATION_OBJECT_MAX`](attestation_object::ATTESTATION_OBJECT_MAX) | 64 KiB | an attestation object |
//! | [`AUTHENTICATOR_DATA_MAX`](authenticator_data::AUTHENTICATOR_DATA_MAX) | 64 KiB | authenticator data |
//! | [`CREDENTIAL_ID_MAX`](identifiers::CREDENTIAL_ID_MAX) | 1023 bytes | an attested credential ID |
//! | [`USER_HANDLE_MAX`](identifiers::USER_HANDLE_MAX) | 64 bytes | a user handle |
//! | [`TRANSPORTS_MAX`](response::TRANSPORTS_MAX) | 32 items | the transports of a response |
//! | [`KEYWORD_MAX`](response::KEYWORD_MAX) | 64 bytes | a transport, an authenticator attachment |
//! | [`MAX_DEPTH`](cbor::MAX_DEPTH) | 6 levels | nested arrays and maps in CBOR |
//! | [`RELATED_ORIGINS_JSON_MAX`](related_origins::RELATED_ORIGINS_JSON_MAX) | 64 KiB | a document of related origins |
//!
//! # Errors
//!
//! Each parser has an error type that names the offending member or position. Its `code()` is a [`Code`], the stable word
//! that all crates of Countersign share. Messages hold no value of the input.
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `std` | yes | `From<SystemTime>` for [`Timestamp`], and `std` in the dependencies |
//!
//! Without `std` the crate needs only `alloc`.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod attestation_object;
pub mod authenticator_data;
pub mod base64url;
pub mod cbor;
pub mod client_data;
pub mod code;
pub mod enumerations;
pub mod extensions;
pub mod hex;
pub mod identifiers;
pub mod json;
pub mod options;
pub mod related_origins;
pub mod response;
pub mod signals;
pub mod timestamp;

pub use attestation_object::AttestationObject;
pub use authenticator_data::{AttestedCredentialData, AuthenticatorData, Flags};
pub use base64url::Base64Url;
pub use client_data::ClientData;
pub use code::Code;
pub use identifiers::{Aaguid, AlgorithmIdentifier, CredentialId, UserHandle};
pub use options::{CreationOptions, RequestOptions};
pub use related_origins::RelatedOrigins;
pub use response::{AuthenticationResponse, RegistrationResponse};
pub use timestamp::Timestamp;

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctest;
