//! Limits of public keys.

/// The most bytes that an encoded key may have.
///
/// An RSA key of [`RSA_MODULUS_BITS_LONGEST`] takes about 1050, the longest key in the COSE registry (ML-DSA-87) about
/// 2600; the rest is room for optional parameters.
pub const ENCODED_MAX: usize = 8192;

/// The fewest bits of an RSA modulus:
/// [RFC 8230 section 6.1](https://www.rfc-editor.org/rfc/rfc8230#section-6.1).
pub const RSA_MODULUS_BITS_MIN: usize = 2048;

/// The most bits of an RSA modulus to verify with. No authenticator makes longer keys, and the cost of a verification
/// grows with the square of the length.
pub const RSA_MODULUS_BITS_MAX: usize = 4096;

/// The most bits of an RSA modulus to verify with where
/// [`Verifiers::with_long_rsa_keys`](crate::Verifiers::with_long_rsa_keys) says so, and of one that is read at all: what
/// AWS-LC goes up to.
pub const RSA_MODULUS_BITS_LONGEST: usize = 8192;

/// The most bits of an RSA exponent. Every key in use has 65537 or 3; longer exponents only make verification slow.
/// The limit is the one of the backend in plain Rust.
pub const RSA_EXPONENT_BITS_MAX: usize = 33;
