//! What the browser sends back, as JSON: registration and authentication responses
//! ([section 5.1](https://www.w3.org/TR/webauthn-3/#iface-pkcredential)).
//!
//! [`RegistrationResponse::from_json`] and [`AuthenticationResponse::from_json`] take the text of
//! `PublicKeyCredential.toJSON()` and are strict about its form: one complete JSON object in UTF-8, no known member
//! twice, bytes in the one base64url text that they have, `type` exactly `public-key`, `id` and `rawId` the same
//! bytes. Unknown members pass, `null` stands for an absent optional member, and a registration's copies of parts of the
//! attestation object may hold anything.
//!
//! What the bytes hold is not judged here: see [`client_data`](crate::client_data),
//! [`attestation_object`](crate::attestation_object) and [`authenticator_data`](crate::authenticator_data).
//!
//! Both types implement serde's `Deserialize` too, for frameworks that read a body themselves. That way has the same
//! rules for the members; the limit of [`RESPONSE_JSON_MAX`], the check of the encoding and that of trailing data are
//! then up to the caller.

mod authentication;
mod borrowed;
mod copied;
mod envelope;
mod error;
mod form;
mod registration;
pub(crate) mod slot;

pub use authentication::AuthenticationResponse;
pub use borrowed::AuthenticationResponseRef;
pub use error::{MemberFault, ResponseError};
pub use form::{RESPONSE_SCRATCH, ResponseScratch};
pub use registration::RegistrationResponse;

/// The most bytes of a response's JSON text: 256 KiB.
///
/// The largest part is the attestation object of at most 64 KiB; base64url makes 85 KiB of it. Browsers repeat
/// authenticator data and the public key outside it, and some extensions return blobs.
pub const RESPONSE_JSON_MAX: usize = 256 * 1024;

/// The most items of `transports`. The specification has six, and the ones that are not known are kept.
pub const TRANSPORTS_MAX: usize = 32;

/// The most bytes of a transport or of an authenticator attachment; the longest specified one has 14. They end up in
/// the credential record.
pub const KEYWORD_MAX: usize = 64;

#[cfg(test)]
mod tests;
