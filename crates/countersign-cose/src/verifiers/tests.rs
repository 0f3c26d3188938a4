use alloc::{boxed::Box, string::ToString as _, sync::Arc};

use countersign_types::Code;

use crate::algorithm::{Algorithm, Scheme};
use crate::testing::{eddsa_key, encode};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};
use crate::{key::error::KeyError, key::public_key::PublicKey, verifiers::Verifiers};

/// Takes every key, and every signature that is its message.
#[derive(Debug, Clone, Copy)]
struct Echo;

impl SignatureVerifier for Echo {
    fn scheme(&self) -> Scheme {
        Scheme::Ed25519
    }

    fn prepare(&self, _: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        Ok(Box::new(*self))
    }
}

impl PreparedKey for Echo {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        if message.concat() == signature { Ok(()) } else { Err(SignatureError) }
    }
}

#[test]
fn rule_090_a_missing_verifier_has_a_code_of_its_own() {
    let key = PublicKey::from_cose(&encode(&eddsa_key())).unwrap();
    let error = Verifiers::none().prepare(&key, Scheme::Ed25519).unwrap_err();
    assert_eq!(error, KeyError::VerifierMissing(Scheme::Ed25519));
    assert_eq!(error.code(), Code::VerifierMissing);
    assert_eq!(error.to_string(), "the table has no verifier for Ed25519");
}

#[test]
fn a_verifier_adds_the_algorithms_of_its_scheme() {
    let verifiers = Verifiers::none().with_verifier(Arc::new(Echo));
    assert!(verifiers.algorithms().eq([Algorithm::EdDsa, Algorithm::Ed25519]));
    assert!(!verifiers.supports(Algorithm::Es256.scheme()));
}

#[cfg(feature = "rust-crypto")]
#[test]
fn the_default_table_is_the_default_backend_and_not_empty() {
    let (default, backend) = (Verifiers::default(), Verifiers::rust_crypto());
    assert!(default.algorithms().eq(backend.algorithms()));
    assert!(default.supports(Algorithm::Es256.scheme()));
    assert_eq!(Verifiers::none().algorithms().count(), 0);
}

#[cfg(feature = "rust-crypto")]
#[test]
fn the_backends_verify_every_algorithm() {
    for verifiers in crate::testing::backends() {
        for &algorithm in Algorithm::ALL {
            let expected = algorithm != Algorithm::Ed448 || cfg!(feature = "ed448");
            assert_eq!(verifiers.supports(algorithm.scheme()), expected, "{algorithm}");
        }
    }
}

#[cfg(feature = "rust-crypto")]
#[test]
fn the_fastest_table_verifies_every_scheme() {
    let fastest = Verifiers::fastest();
    assert!(fastest.algorithms().eq(Verifiers::rust_crypto().algorithms()));
    for vector in crate::testing::vectors() {
        let key = fastest.prepare(&vector.key, vector.scheme).unwrap();
        assert_eq!(key.verify(&[&vector.message], &vector.signature), Ok(()), "{}", vector.scheme);
        assert_eq!(key.verify(&[&vector.message, &[0]], &vector.signature), Err(SignatureError));
    }
}

#[cfg(feature = "rust-crypto")]
#[test]
fn rule_109_a_long_rsa_key_is_rejected_without_the_option() {
    use crate::key::error::MalformedKeyError;
    let key = |bytes: usize, first: u8| {
        let mut n = alloc::vec![0xff; bytes];
        n[0] = first;
        PublicKey::from_cose(&encode(&crate::testing::with(&crate::testing::rsa_key(), -1, n))).unwrap()
    };
    let scheme = Algorithm::Rs256.scheme();
    for verifiers in crate::testing::backends() {
        let long = verifiers.clone().with_padded_ecdsa_integers().with_long_rsa_keys();
        verifiers.prepare(&key(512, 0xff), scheme).unwrap();
        for (key, bits) in [(key(513, 0x01), 4097), (key(1024, 0xff), 8192)] {
            let error = verifiers.prepare(&key, scheme).unwrap_err();
            assert_eq!(error, MalformedKeyError::ModulusSize { bits }.into());
            assert_eq!(error.code(), Code::PublicKeyMalformed);
            long.prepare(&key, scheme).unwrap();
        }
    }
}

#[cfg(feature = "rust-crypto")]
#[test]
fn rule_123_rs1_is_verified_but_not_among_the_algorithms_to_offer() {
    for verifiers in crate::testing::backends() {
        assert!(verifiers.supports(Algorithm::Rs1.scheme()));
        assert!(verifiers.algorithms().all(|algorithm| algorithm != Algorithm::Rs1));
        assert!(verifiers.algorithms().any(|algorithm| algorithm == Algorithm::Rs256));
    }
}

#[cfg(feature = "rust-crypto")]
#[test]
fn a_later_verifier_replaces_the_one_for_its_scheme() {
    let vector = crate::testing::ed25519_vector();
    let before = Verifiers::rust_crypto();
    let after = before.clone().with_verifier(Arc::new(Echo));
    let verify = |verifiers: &Verifiers, signature: &[u8]| {
        let key = verifiers.prepare(&vector.key, vector.scheme).unwrap();
        key.verify(&[&vector.message], signature)
    };
    assert_eq!(verify(&before, &vector.signature), Ok(()));
    assert_eq!(verify(&before, &vector.message), Err(SignatureError));
    assert_eq!(verify(&after, &vector.signature), Err(SignatureError));
    assert_eq!(verify(&after, &vector.message), Ok(()));
    assert_eq!(after.algorithms().count(), before.algorithms().count());
}
