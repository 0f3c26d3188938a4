//! Which library verifies signatures: decided when the program is built.

use countersign::cose::Verifiers;

/// The library that verifies signatures, by its name.
pub const BACKEND: &str = if cfg!(feature = "aws-lc") { "AWS-LC" } else { "RustCrypto" };

/// Its verifiers.
pub(crate) fn verifiers() -> Verifiers {
    #[cfg(feature = "aws-lc")]
    let verifiers = Verifiers::aws_lc();
    #[cfg(not(feature = "aws-lc"))]
    let verifiers = Verifiers::rust_crypto();
    verifiers
}
