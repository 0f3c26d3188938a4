//! COSE keys and signatures as [Web Authentication](https://www.w3.org/TR/webauthn-3/) uses them: strict parsing of
//! keys, strict verification of signatures, exchangeable cryptography.
//!
//! # Example
//!
//! ```
//! # #[cfg(feature = "rust-crypto")] {
//! use countersign_cose::{PublicKey, Verifiers};
//! # let hex = |text: &str| -> Vec<u8> {
//! #     (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
//! # };
//! # let x = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
//! # let received = [&hex("a4010103272006215820")[..], &x].concat();
//! # let signature = hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
//! #     085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
//! # let (authenticator_data, client_data_hash) = ([0x72], []);
//! let key = PublicKey::from_cose(&received)?;
//! let algorithm = key.algorithm().expect("a COSE_Key of a credential names its algorithm");
//! // Parses the key once, for any number of signatures.
//! let prepared = Verifiers::rust_crypto().prepare(&key, algorithm.scheme())?;
//! prepared.verify(&[&authenticator_data, &client_data_hash], &signature)?;
//! # }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! The example [`verify`](https://github.com/countersign/countersign/blob/main/crates/countersign-cose/examples/verify.rs) is a
//! program that does this.
//!
//! # The pieces
//!
//! - [`Algorithm`] is a COSE algorithm ([RFC 9053](https://www.rfc-editor.org/rfc/rfc9053), WebAuthn 5.8.5); its
//!   [`Scheme`] is what verifiers implement.
//! - [`PublicKey`] converts between `COSE_Key`, `SubjectPublicKeyInfo` and JSON Web Key.
//! - [`Verifiers`] is a table of verifiers, which the caller passes as a value.
//! - [`PreparedKey`] is a key that was parsed once for many verifications.
//! - [`SignatureVerifier`] is the trait that a backend implements for a scheme.
//! - [`hash`] has the hash functions; [`ecdsa_signature_to_der`] converts signatures of JSON Web Signatures.
//!
//! # What you must do
//!
//! - Accept no key before [`Verifiers::prepare`] succeeded for it: parsing does not check that a point is on its curve.
//! - Verify with the scheme of the key's own algorithm. `prepare` rejects a key that does not match the scheme.
//!
//! # Tasks
//!
//! | task | call |
//! | --- | --- |
//! | choose the algorithms to offer | [`Verifiers::algorithms`] |
//! | verify as fast as the processor can | [`Verifiers::fastest`] |
//! | use another backend for a scheme | [`Verifiers::with_verifier`] |
//! | accept the padded signatures of a YubiKey firmware | [`Verifiers::with_padded_ecdsa_integers`] |
//! | accept RSA keys beyond 4096 bits | [`Verifiers::with_long_rsa_keys`] |
//! | compare a credential's key with a certificate's | [`PublicKey::material`] |
//!
//! # Features
//!
//! | feature | adds |
//! | --- | --- |
//! | `rust-crypto`, a default | the backend in plain Rust, `Verifiers::rust_crypto` and `Verifiers::default` |
//! | `ed448` | Ed448 in the backends. Its library has no release yet |
//! | `aws-lc` | the backend over AWS-LC, `Verifiers::aws_lc`. It needs a C compiler |
//! | `graviola` | the backend over graviola, `Verifiers::graviola`. It needs Rust 1.89, and a 64-bit x86 or ARM processor |
//! | `jwk` | JSON Web Keys, `PublicKey::from_jwk` and `PublicKey::to_jwk` |
//! | `std`, a default | the standard library in the dependencies. Without it the crate needs only `alloc` |
//!
//! # Limits
//!
//! | limit | value | of |
//! | --- | ---: | --- |
//! | [`key::ENCODED_MAX`] | 8192 bytes | an encoded key |
//! | [`key::RSA_MODULUS_BITS_MIN`] | 2048 bits | an RSA modulus |
//! | [`key::RSA_MODULUS_BITS_MAX`] | 4096 bits | an RSA modulus |
//! | [`key::RSA_MODULUS_BITS_LONGEST`] | 8192 bits | an RSA modulus after `with_long_rsa_keys` |
//! | [`key::RSA_EXPONENT_BITS_MAX`] | 33 bits | an RSA exponent |
//!
//! # Errors
//!
//! [`KeyError`] says why a key is rejected, with a stable [`Code`](countersign_types::Code); its source
//! [`MalformedKeyError`] names the broken rule. [`SignatureError`] has no detail.
//!
//! The crate has no notion of attestation or ceremonies.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

#[cfg(all(test, feature = "aws-lc"))]
mod agreement;
mod algorithm;
#[cfg(feature = "aws-lc")]
mod aws_lc;
#[cfg(any(feature = "aws-lc", feature = "graviola"))]
#[cfg_attr(not(feature = "aws-lc"), allow(dead_code, reason = "graviola compiles on some targets only"))]
mod contiguous;
mod ecdsa_der;
mod ecdsa_padding;
// Cargo.toml has the same condition: graviola compiles on no other target.
#[cfg(all(
    feature = "graviola",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_endian = "little",
    target_pointer_width = "64"
))]
mod graviola;
#[cfg(all(
    feature = "graviola",
    not(all(
        any(target_arch = "x86_64", target_arch = "aarch64"),
        target_endian = "little",
        target_pointer_width = "64"
    ))
))]
mod graviola {
    use alloc::{sync::Arc, vec::Vec};

    use crate::verifier::SignatureVerifier;

    /// No processor of such a target is supported.
    pub(crate) fn verifiers() -> Option<Vec<Arc<dyn SignatureVerifier>>> {
        None
    }
}
pub mod hash;
pub mod key;
#[cfg(feature = "rust-crypto")]
mod rust_crypto;
#[cfg(test)]
#[cfg_attr(
    not(feature = "rust-crypto"),
    expect(dead_code, reason = "only the tests of the backend use all of it")
)]
mod testing;
mod verifier;
mod verifiers;

pub use algorithm::{Algorithm, Curve, Hash, ParameterSet, Scheme};
pub use ecdsa_der::{ecdsa_signature_to_der, has_padded_integers};
pub use hash::sha256;
pub use key::{EcPoint, KeyError, KeyMaterial, MalformedKeyError, PublicKey};
pub use verifier::{PreparedKey, SignatureError, SignatureVerifier};
pub use verifiers::Verifiers;

/// The example of the README, compiled as a test.
#[cfg(all(doctest, feature = "rust-crypto"))]
#[doc = include_str!("../README.md")]
struct ReadmeDoctest;
