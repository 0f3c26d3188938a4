//! Limits of a response's JSON
//! ([section 5.1](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson)).

/// The most bytes of a response's JSON text: 256 KiB.
///
/// The largest part is the attestation object of at most 64 KiB, which is 85 KiB of base64url. Browsers repeat
/// authenticator data and the public key outside it, and some extensions return blobs.
pub const RESPONSE_JSON_MAX: usize = 256 * 1024;

/// The most items of `transports`. The specification defines six; unknown ones are kept.
pub const TRANSPORTS_MAX: usize = 32;

/// The most bytes of a transport or of an authenticator attachment; the longest specified one has 14. They are stored in
/// the credential record.
pub const KEYWORD_MAX: usize = 64;
