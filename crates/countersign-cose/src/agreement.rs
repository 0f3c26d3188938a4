//! Tests that the backends have the same verdicts, on signatures that AWS-LC and the crates of plain Rust make.
//!
//! `testing::prepare` asserts that all backends agree about a key, and then about each signature.

use alloc::{vec, vec::Vec};
use std::sync::LazyLock;

use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA384, RsaKeyPair};
use aws_lc_rs::{rand::SystemRandom, rsa::KeySize};
use p256::ecdsa::signature::Signer as _;
use proptest::prelude::*;

use crate::algorithm::{Curve, Hash, Scheme};
use crate::testing::{element, encode, prepare, rsa_key, vectors, with};
use crate::{key::public_key::PublicKey, verifier::SignatureError};

mod additions;
mod mutations;

#[test]
fn a_message_that_does_not_fit_is_verified_too() {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let (first, second) = ([1; 300], [2; 300]);
    let signature: p256::ecdsa::DerSignature = key.sign(&[first, second].concat());
    let point = key.verifying_key().to_sec1_point(false);
    let prepared = prepare(&ec(Curve::P256, point.as_bytes()), ecdsa_scheme(Curve::P256)).unwrap();
    assert_eq!(prepared.verify(&[&first, &second], signature.as_bytes()), Ok(()));
    assert_eq!(prepared.verify(&[&first, &first], signature.as_bytes()), Err(SignatureError));
}

fn ecdsa_scheme(curve: Curve) -> Scheme {
    let hash = match curve {
        Curve::P256 | Curve::Secp256k1 => Hash::Sha256,
        Curve::P384 => Hash::Sha384,
        Curve::P521 => Hash::Sha512,
    };
    Scheme::Ecdsa { curve, hash }
}

fn ec(curve: Curve, point: &[u8]) -> PublicKey {
    let (x, y) = point[1..].split_at(curve.field_size());
    let members = with(&with(&crate::testing::ec_key(curve), -2, x.to_vec()), -3, y.to_vec());
    PublicKey::from_cose(&encode(&members)).unwrap()
}

static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

/// A key of the seed, and its signature of the message.
fn signed(which: u8, seed: [u8; 32], message: &[u8]) -> (PublicKey, Scheme, Vec<u8>) {
    // Small enough for the order of each curve.
    let scalar = |length: usize| [&vec![0; length - 31][..], &seed[..31]].concat();
    match which {
        0 => {
            let key = p256::ecdsa::SigningKey::from_slice(&scalar(32)).unwrap();
            let signature: p256::ecdsa::DerSignature = key.sign(message);
            let point = key.verifying_key().to_sec1_point(false);
            (ec(Curve::P256, point.as_bytes()), ecdsa_scheme(Curve::P256), signature.as_bytes().to_vec())
        }
        1 => {
            let key = p384::ecdsa::SigningKey::from_slice(&scalar(48)).unwrap();
            let signature: p384::ecdsa::DerSignature = key.sign(message);
            let point = key.verifying_key().to_sec1_point(false);
            (ec(Curve::P384, point.as_bytes()), ecdsa_scheme(Curve::P384), signature.as_bytes().to_vec())
        }
        2 => {
            let key = p521::ecdsa::SigningKey::from_slice(&scalar(66)).unwrap();
            let signature: p521::ecdsa::DerSignature = key.sign(message);
            let point = key.verifying_key().to_sec1_point(false);
            (ec(Curve::P521, point.as_bytes()), ecdsa_scheme(Curve::P521), signature.as_bytes().to_vec())
        }
        3 => {
            let key = ed25519_dalek::SigningKey::from_bytes(&seed);
            let x = key.verifying_key().to_bytes().to_vec();
            let members = with(&crate::testing::eddsa_key(), -2, x);
            let key_of_it = PublicKey::from_cose(&encode(&members)).unwrap();
            (key_of_it, Scheme::Ed25519, key.sign(message).to_bytes().to_vec())
        }
        _ => {
            // An `RSAPublicKey`: after the heads of the sequence and of the number, and the byte for its sign.
            let modulus = RSA.public_key().as_ref()[9..9 + 256].to_vec();
            let key = PublicKey::from_cose(&encode(&with(&rsa_key(), -1, modulus))).unwrap();
            let (encoding, scheme): (&'static aws_lc_rs::signature::RsaSignatureEncoding, _) = match which {
                4 => (&RSA_PKCS1_SHA256, Scheme::RsaPkcs1 { hash: Hash::Sha256 }),
                _ => (&RSA_PSS_SHA384, Scheme::RsaPss { hash: Hash::Sha384 }),
            };
            let mut signature = vec![0; 256];
            RSA.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
            (key, scheme, signature)
        }
    }
}

proptest! {
    #[test]
    fn the_backends_agree_about_random_keys_and_what_is_made_of_their_signatures(
        which in 0..6_u8,
        seed in prop::array::uniform32(1_u8..),
        message in prop::collection::vec(any::<u8>(), 0..700),
        cut in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let (key, scheme, signature) = signed(which, seed, &message);
        let prepared = prepare(&key, scheme).unwrap();
        let (head, tail) = message.split_at(cut.index(message.len() + 1));
        prop_assert_eq!(prepared.verify(&[head, tail], &signature), Ok(()));
        prop_assert_eq!(prepared.verify(&[head, tail, &[0]], &signature), Err(SignatureError));

        let at = at.index(signature.len());
        let mut changed = signature.clone();
        changed[at] = value;
        prop_assert_eq!(prepared.verify(&[&message], &changed).is_ok(), changed == signature);
        let mut longer = signature.clone();
        longer.insert(at, value);
        prop_assert_eq!(prepared.verify(&[&message], &longer), Err(SignatureError));
        let mut shorter = signature;
        shorter.remove(at);
        prop_assert_eq!(prepared.verify(&[&message], &shorter), Err(SignatureError));
    }

    #[test]
    fn the_backends_agree_about_changed_keys(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..4),
    ) {
        let vectors = vectors();
        let vector = &vectors[which.index(vectors.len())];
        let mut cose = vector.key.to_cose(vector.key.algorithm().unwrap()).unwrap();
        let at = at.index(cose.len());
        for (place, byte) in cose[at..].iter_mut().zip(bytes) {
            *place = byte;
        }
        if let Ok(key) = PublicKey::from_cose(&cose)
            && let Ok(prepared) = prepare(&key, vector.scheme)
        {
            let verdict = prepared.verify(&[&vector.message], &vector.signature);
            prop_assert_eq!(verdict.is_ok(), key.material() == vector.key.material());
        }
    }

    #[test]
    fn the_backends_agree_about_any_ed25519_key_and_signature(
        y in prop::array::uniform32(any::<u8>()),
        high in any::<bool>(),
        r in prop::array::uniform32(any::<u8>()),
        s in prop::array::uniform32(any::<u8>()),
    ) {
        let mut x = y;
        if high {
            // Near the prime, where encodings are not canonical.
            x[1..].fill(0xff);
            x[31] = y[31] | 0x7f;
        }
        let members = with(&crate::testing::eddsa_key(), -2, x.to_vec());
        let key = PublicKey::from_cose(&encode(&members)).unwrap();
        if let Ok(prepared) = prepare(&key, Scheme::Ed25519) {
            let _ = prepared.verify(&[b"sample"], &[r, s].concat());
        }
    }

    #[test]
    fn the_backends_agree_about_any_two_integers(
        which in 0..3_usize,
        r in prop::collection::vec(any::<u8>(), 0..68),
        s in prop::collection::vec(any::<u8>(), 0..68),
    ) {
        let curve = Curve::ALL[which];
        let key = PublicKey::from_cose(&encode(&crate::testing::ec_key(curve))).unwrap();
        let prepared = prepare(&key, ecdsa_scheme(curve)).unwrap();
        let wrong = crate::testing::sequence(&[element(0x02, &r), element(0x02, &s)].concat());
        prop_assert_eq!(prepared.verify(&[b"sample"], &wrong), Err(SignatureError));
    }

    #[test]
    fn the_backends_agree_about_any_modulus_and_exponent(
        n in prop::collection::vec(any::<u8>(), 256..=512),
        e in prop::collection::vec(any::<u8>(), 1..=5),
        signature in prop::collection::vec(any::<u8>(), 256..=512),
    ) {
        let members = with(&with(&rsa_key(), -1, n.clone()), -2, e);
        if let Ok(key) = PublicKey::from_cose(&encode(&members)) {
            for scheme in [Scheme::RsaPkcs1 { hash: Hash::Sha1 }, Scheme::RsaPss { hash: Hash::Sha512 }] {
                let prepared = prepare(&key, scheme).unwrap();
                let mut signature = signature.clone();
                signature.resize(n.len(), 1);
                prop_assert_eq!(prepared.verify(&[b"sample"], &signature), Err(SignatureError));
            }
        }
    }
}
