//! Limits of public keys.

/// The longest encoded key in bytes.
///
/// An RSA key of [`RSA_MODULUS_BITS_LONGEST`] has about 1050, the longest key in the COSE registry (ML-DSA-87) about
/// 2600. The rest is room for optional parameters.
pub const ENCODED_MAX: usize = 8192;

/// The fewest bits of an RSA modulus:
/// [RFC 8230 section 6.1](https://www.rfc-editor.org/rfc/rfc8230#section-6.1).
pub const RSA_MODULUS_BITS_MIN: usize = 2048;

/// The most bits of an RSA modulus to verify with, by default. No authenticator creates longer keys, and the cost of a
/// verification grows with the square of the length.
pub const RSA_MODULUS_BITS_MAX: usize = 4096;

/// The most bits of an RSA modulus that can be read, and verified with after
/// [`Verifiers::with_long_rsa_keys`](crate::Verifiers::with_long_rsa_keys). AWS-LC has the same limit.
pub const RSA_MODULUS_BITS_LONGEST: usize = 8192;

/// The most bits of an RSA exponent. Every key in use has 65537 or 3; longer exponents only make verification slow.
/// The backend in plain Rust has the same limit.
pub const RSA_EXPONENT_BITS_MAX: usize = 33;
