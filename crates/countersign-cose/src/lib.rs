//! COSE keys and signatures as [Web Authentication](https://www.w3.org/TR/webauthn-3/) uses them: keys read
//! strictly, signatures verified strictly, the cryptography a value that the caller passes.
//!
//! | what | here |
//! | --- | --- |
//! | algorithms and the schemes behind them ([RFC 9053](https://www.rfc-editor.org/rfc/rfc9053), WebAuthn 5.8.5) | [`Algorithm`], [`Scheme`] |
//! | `COSE_Key` ⇄ key ⇄ `SubjectPublicKeyInfo`, JSON Web Key | [`PublicKey`] |
//! | hash functions | [`hash`] |
//! | verification | [`SignatureVerifier`], [`PreparedKey`], [`Verifiers`] |
//!
//! | feature | adds |
//! | --- | --- |
//! | `rust-crypto`, a default | the backend in plain Rust, `Verifiers::rust_crypto` |
//! | `ed448` | Ed448 to the backends: its library has no release yet |
//! | `aws-lc` | the backend over AWS-LC, `Verifiers::aws_lc`; a C compiler builds it |
//! | `jwk` | keys from and to JSON Web Keys, `PublicKey::from_jwk` and `PublicKey::to_jwk` |
//! | `std`, a default | the standard library in the dependencies; without it the crate needs `alloc` |
//!
//! The crate knows nothing of attestation or of ceremonies.
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

mod algorithm;
#[cfg(feature = "aws-lc")]
mod aws_lc;
mod ecdsa_der;
mod ecdsa_padding;
pub mod hash;
pub mod key;
#[cfg(feature = "rust-crypto")]
mod rust_crypto;
#[cfg(test)]
#[cfg_attr(not(feature = "rust-crypto"), expect(dead_code, reason = "the backend's tests use it all"))]
mod testing;
mod verifier;
mod verifiers;

pub use algorithm::{Algorithm, Curve, Hash, ParameterSet, Scheme};
pub use ecdsa_der::{ecdsa_signature_to_der, has_padded_integers};
pub use hash::sha256;
pub use key::{KeyError, KeyMaterial, MalformedKeyError, PublicKey};
pub use verifier::{PreparedKey, SignatureError, SignatureVerifier};
pub use verifiers::Verifiers;
