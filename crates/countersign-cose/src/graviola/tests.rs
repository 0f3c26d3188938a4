use alloc::vec::Vec;

use super::verifiers;
use crate::algorithm::{Curve, Hash, Scheme};
use crate::testing::{ECDSA, ecdsa_vector, vectors};
use crate::{verifier::SignatureError, verifiers::Verifiers};

#[test]
fn there_is_one_verifier_for_each_scheme_of_graviola() {
    let mut schemes: Vec<_> = verifiers().unwrap().iter().map(|verifier| verifier.scheme()).collect();
    schemes.sort_unstable();
    schemes.dedup();
    assert_eq!(schemes.len(), verifiers().unwrap().len());
    for vector in vectors() {
        let is_there = match vector.scheme {
            Scheme::Ecdsa { curve, .. } => matches!(curve, Curve::P256 | Curve::P384),
            Scheme::RsaPkcs1 { hash } => hash != Hash::Sha1,
            Scheme::RsaPss { .. } | Scheme::Ed25519 => true,
            Scheme::Ed448 | Scheme::MlDsa { .. } => false,
        };
        assert_eq!(schemes.contains(&vector.scheme), is_there, "{}", vector.scheme);
    }
}

/// With debug assertions graviola denies what a variable of the environment names. A process of its own is given one.
#[cfg(debug_assertions)]
#[test]
fn a_processor_that_lacks_an_instruction_is_not_used() {
    const DENIED: &str = "GRAVIOLA_CPU_DISABLE_aes";
    if std::env::var_os(DENIED).is_none() {
        assert!(Verifiers::graviola().is_some());
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        let thread = std::thread::current();
        let output = again.args(["--exact", thread.name().unwrap()]).env(DENIED, "1").output().unwrap();
        let text = std::string::String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    assert!(Verifiers::graviola().is_none());
    let vector = ecdsa_vector(&ECDSA[0]);
    let key = Verifiers::fastest().prepare(&vector.key, vector.scheme).unwrap();
    assert_eq!(key.verify(&[&vector.message], &vector.signature), Ok(()));
    assert_eq!(key.verify(&[&vector.message, &[0]], &vector.signature), Err(SignatureError));
}
