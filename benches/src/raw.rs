//! The backends, and their own calls that verify with a parsed public key.

use std::sync::Arc;

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use countersign_cose::{Algorithm, Verifiers};

use crate::keys::Key;

/// Whether a message has this signature.
pub type Verify = Arc<dyn Fn(&[u8], &[u8]) -> bool>;

/// The backends of `countersign-cose` that this processor supports, by their names.
pub fn backends() -> Vec<(&'static str, Verifiers)> {
    let everywhere = [("rust-crypto", Verifiers::rust_crypto()), ("aws-lc", Verifiers::aws_lc())];
    let graviola = Verifiers::graviola().map(|verifiers| ("graviola", verifiers));
    everywhere.into_iter().chain(graviola).collect()
}

/// The backend's own call with its parsed key, and the library of the call; `None` for a backend without the algorithm.
pub fn raw(key: &Key, backend: &str) -> Option<(&'static str, Verify)> {
    parsed(backend, key.algorithm, &key.private.public_bytes())
}

/// The backend's own calls that parse the key and verify with it.
pub fn raw_and_parsed(key: &Key, backend: &'static str) -> Option<(&'static str, Verify)> {
    let (algorithm, public) = (key.algorithm, key.private.public_bytes());
    let (library, _) = parsed(backend, algorithm, &public)?;
    let verify = move |message: &[u8], signature: &[u8]| {
        parsed(backend, algorithm, &public).is_some_and(|(_, verify)| verify(message, signature))
    };
    Some((library, Arc::new(verify)))
}

fn parsed(backend: &str, algorithm: Algorithm, public: &[u8]) -> Option<(&'static str, Verify)> {
    match backend {
        "rust-crypto" => Some(rust_crypto(algorithm, public)),
        "aws-lc" => Some(("aws-lc-rs", aws_lc(parameters(algorithm), public))),
        "graviola" => Some(("graviola", graviola(algorithm, public)?)),
        _ => None,
    }
}

fn parameters(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::Es256 => &signature::ECDSA_P256_SHA256_ASN1,
        Algorithm::EdDsa => &signature::ED25519,
        Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::MlDsa44 => &signature::ML_DSA_44,
        other => panic!("no row of {other}"),
    }
}

fn aws_lc(parameters: &'static dyn VerificationAlgorithm, public: &[u8]) -> Verify {
    let parsed = ParsedPublicKey::new(parameters, public).expect("a key");
    Arc::new(move |message, signature| parsed.verify_sig(message, signature).is_ok())
}

/// `None` for an algorithm that graviola lacks.
fn graviola(algorithm: Algorithm, public: &[u8]) -> Option<Verify> {
    use graviola::{
        hashing::Sha256,
        signing::{
            ecdsa::{P256, VerifyingKey},
            eddsa::Ed25519VerifyingKey,
            rsa,
        },
    };
    match algorithm {
        Algorithm::Es256 => {
            let key = VerifyingKey::<P256>::from_x962_uncompressed(public).expect("a point");
            Some(Arc::new(move |message, signature| key.verify_asn1::<Sha256>(&[message], signature).is_ok()))
        }
        Algorithm::EdDsa => {
            let key = Ed25519VerifyingKey::from_bytes(public).expect("a point");
            Some(Arc::new(move |message, signature| key.verify(signature, message).is_ok()))
        }
        Algorithm::Rs256 => {
            let key = rsa::VerifyingKey::from_pkcs1_der(public).expect("a key");
            Some(Arc::new(move |message, signature| key.verify_pkcs1_sha256(signature, message).is_ok()))
        }
        _ => None,
    }
}

fn rust_crypto(algorithm: Algorithm, public: &[u8]) -> (&'static str, Verify) {
    match algorithm {
        Algorithm::Es256 => {
            use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
            let key = VerifyingKey::from_sec1_bytes(public).expect("a point");
            let verify = move |message: &[u8], signature: &[u8]| {
                Signature::from_der(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
            };
            ("p256", Arc::new(verify))
        }
        Algorithm::EdDsa => {
            let key = ed25519_dalek::VerifyingKey::from_bytes(public.try_into().expect("32 bytes"));
            let key = key.expect("a point");
            let verify = move |message: &[u8], signature: &[u8]| {
                ed25519_dalek::Signature::from_slice(signature)
                    .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            };
            ("ed25519-dalek", Arc::new(verify))
        }
        Algorithm::Rs256 => {
            use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey};
            use sha2::{Digest as _, Sha256};
            // An `RSAPublicKey`: after the heads of the sequence and of the number, and the byte for its sign.
            let [n, e] = [&public[9..9 + 256], &[1, 0, 1]].map(BoxedUint::from_be_slice_vartime);
            let key = PublicKey::new(n, e).expect("a key");
            let verify = move |message: &[u8], signature: &[u8]| {
                key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature).is_ok()
            };
            ("rsa", Arc::new(verify))
        }
        Algorithm::MlDsa44 => {
            use ml_dsa::{MlDsa44, Signature, Verifier as _, VerifyingKey};
            let key = VerifyingKey::<MlDsa44>::decode(public.try_into().expect("an encoded key"));
            let verify = move |message: &[u8], signature: &[u8]| {
                Signature::<MlDsa44>::try_from(signature)
                    .is_ok_and(|signature| key.verify(message, &signature).is_ok())
            };
            ("ml-dsa", Arc::new(verify))
        }
        other => panic!("no row of {other}"),
    }
}
