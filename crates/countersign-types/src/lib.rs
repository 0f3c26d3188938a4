//! The wire types of [Web Authentication Level 3](https://www.w3.org/TR/webauthn-3/), parsed strictly.
//!
//! What a browser and a relying party exchange, and nothing of what it means: no cryptography, no
//! certificates, no policy. Each parser takes all of its input or fails, has named limits, and keeps the
//! received bytes beside what it read from them.
//!
//! | section of the specification | here |
//! | --- | --- |
//! | 5.1, 5.2, 5.4, 5.5: responses and options as JSON | [`response`], [`options`] |
//! | 5.1.10: signals to authenticators | [`signals`] |
//! | 5.8.1: client data | [`client_data`] |
//! | 5.4.5 to 5.4.7, 5.8: enumerations, all open | [`enumerations`] |
//! | 5.11: the document of related origins | [`related_origins`] |
//! | 6.1: authenticator data | [`authenticator_data`] |
//! | 6.5.4: the attestation object's envelope | [`attestation_object`] |
//! | 9, 10: extensions | [`extensions`] |
//!
//! Without the `std` feature the crate needs `alloc` alone.

#![no_std]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions,
        clippy::arithmetic_side_effects
    )
)]

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
