//! The bounds of a policy's numbers.

/// Five minutes: the lower end of what
/// [section 15.1](https://www.w3.org/TR/webauthn-3/#sctn-timeout-recommended-range) recommends.
pub(super) const TIMEOUT_SECONDS: u32 = 300;

/// The most seconds that the dictionaries' `timeout`, 32 bits of milliseconds, can say.
pub(crate) const TIMEOUT_SECONDS_MAX: u32 = u32::MAX / 1000;

/// The most bytes a credential ID may have: [`CREDENTIAL_ID_MAX`](countersign_types::identifiers::CREDENTIAL_ID_MAX).
pub(crate) const CREDENTIAL_ID_BYTES_MAX: u16 = 1023;
