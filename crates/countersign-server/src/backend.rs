//! The library that verifies signatures, chosen when the program is built.

use countersign::cose::Verifiers;

/// The name of the library that verifies signatures.
pub const BACKEND: &str = if cfg!(feature = "aws-lc") { "AWS-LC" } else { "RustCrypto" };

/// The verifiers of that library.
pub(crate) fn verifiers() -> Verifiers {
    #[cfg(feature = "aws-lc")]
    let verifiers = Verifiers::aws_lc();
    #[cfg(not(feature = "aws-lc"))]
    let verifiers = Verifiers::rust_crypto();
    verifiers
}
