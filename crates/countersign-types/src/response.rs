//! The JSON that a browser sends back: registration and authentication responses
//! ([section 5.1](https://www.w3.org/TR/webauthn-3/#iface-pkcredential)).
//!
//! [`RegistrationResponse::from_json`] and [`AuthenticationResponse::from_json`] parse the text of
//! `PublicKeyCredential.toJSON()` and are strict about its form: one complete JSON object in UTF-8, no known member
//! twice, all bytes in unpadded, canonical base64url, `type` exactly `public-key`, `id` and `rawId` the same bytes.
//! Unknown members pass, `null` means that an optional member is absent, and a registration's copies of parts of the
//! attestation object may hold anything.
//!
//! A response owns the decoded bytes of its members, in one buffer. A server that parses many responses can pass the
//! buffer of an earlier one to `from_json_in`, which then allocates none.
//!
//! The content of the bytes is not checked here: see [`client_data`](crate::client_data),
//! [`attestation_object`](crate::attestation_object) and [`authenticator_data`](crate::authenticator_data).
//!
//! Both types implement serde's `Deserialize` too, for frameworks that read a body themselves. The rules for the members
//! are the same; the limit of [`RESPONSE_JSON_MAX`], the check of the encoding and that of trailing data are then up to
//! the caller.

mod authentication;
mod byte_storage;
mod envelope;
mod error;
pub(crate) mod json_slot;
mod limits;
mod registration;

pub use authentication::AuthenticationResponse;
pub use error::{MemberErrorKind, ResponseError};
pub use limits::{KEYWORD_MAX, RESPONSE_JSON_MAX, TRANSPORTS_MAX};
pub use registration::RegistrationResponse;

#[cfg(test)]
mod tests;
