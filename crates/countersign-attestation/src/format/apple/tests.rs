//! Tests of Apple anonymous attestation. [`good`] makes a good certificate; each test of a rule changes one thing.

use ciborium::{Value, cbor};
use countersign_cose::{KeyError, MalformedKeyError, Verifiers, hash::sha256};
use countersign_types::{Aaguid, Code};

use crate::{
    anchors::AnchorList,
    attestation::Attestation,
    attestation_type::AttestationType,
    certificate::error::CertificateError,
    error::{
        AttestationError, certificate::AttestationCertificateError, key_mismatch::KeyMismatchError,
        statement::StatementError,
    },
    format::table::Formats,
    oid,
    path::{
        error::{PathError, UntrustedError},
        limits::PathLimits,
    },
    test_support::{
        NOW,
        certificates::{Builder, Key, common_name, root, rsa_spki},
        mutations::{Acceptance, Example, Material},
        statements::{AAGUID, Registration, assert_no_flipped_bit_is_trusted, encode},
    },
};
use countersign_authenticator::der::{element, octet_string, sequence};

fn credential_key() -> Key {
    Key::p256(3)
}

fn registration() -> Registration {
    Registration::new(&credential_key(), AAGUID)
}

/// With this `COSE_Key` in the place of the credential's.
fn with_key(key: &Value) -> Registration {
    let mut registration = registration();
    let others = registration.authenticator_data.len() - registration.credential_key.len();
    registration.authenticator_data.truncate(others);
    registration.credential_key = encode(key);
    registration.authenticator_data.extend(&registration.credential_key);
    registration
}

fn nonce() -> [u8; 32] {
    sha256(&[&registration().signed_data()])
}

/// The value of the extension.
fn value(nonce: &[u8]) -> Vec<u8> {
    sequence(&[&element(0xa1, &octet_string(nonce))])
}

fn good() -> Builder {
    with_value(&value(&nonce()))
}

fn with_value(value: &[u8]) -> Builder {
    Builder::attestation(&credential_key()).with_extension(oid::APPLE_NONCE, false, value)
}

fn der(certificate: &Builder) -> Vec<u8> {
    certificate.der(&common_name("root"), &root().1)
}

fn verify_x5c(x5c: Value) -> Result<Attestation, AttestationError> {
    registration().verify("apple", &encode(&Value::Map(vec![("x5c".into(), x5c)])))
}

fn verify(certificate: &Builder) -> Result<Attestation, AttestationError> {
    verify_x5c(Value::Array(vec![Value::Bytes(der(certificate))]))
}

fn assert_certificate(certificate: &Builder, fault: AttestationCertificateError) {
    let error = verify(certificate).unwrap_err();
    assert_eq!(error, AttestationError::CertificateInvalid(fault));
    assert_eq!(error.code(), Code::AttestationCertificateInvalid);
}

#[test]
fn a_certificate_for_the_credential_is_accepted() {
    let attestation = verify(&good()).unwrap();
    assert_eq!(attestation.format(), "apple");
    assert_eq!(attestation.attestation_type(), AttestationType::AnonCa);
    assert_eq!(attestation.trust_path()[0].as_der(), der(&good()));
    assert!(attestation.covers_authenticator_data());
}

#[test]
fn credentials_with_other_keys_are_attested_too() {
    let key = Key::ed25519(3);
    let x = Value::Bytes(key.public_bytes());
    let cose = cbor!({ 1 => 1, 3 => -8, -1 => 6, -2 => x }).unwrap();
    let registration = with_key(&cose);
    let nonce = sha256(&[&registration.signed_data()]);
    let certificate = Builder::attestation(&key).with_extension(oid::APPLE_NONCE, true, &value(&nonce));
    let x5c = Value::Array(vec![Value::Bytes(der(&certificate))]);
    registration.verify("apple", &encode(&cbor!({ "x5c" => x5c }).unwrap())).unwrap();
}

#[test]
fn members_other_than_x5c_are_ignored() {
    // The first devices sent `alg` as well.
    let x5c = Value::Array(vec![Value::Bytes(der(&good()))]);
    registration().verify("apple", &encode(&cbor!({ "alg" => -7, "x5c" => x5c }).unwrap())).unwrap();
}

#[test]
fn rule_245_x5c_is_an_array_of_certificates() {
    let wrong = |expected| StatementError::WrongType { member: "x5c", expected };
    let good = Value::Bytes(der(&good()));
    for (x5c, fault) in [
        ("text".into(), wrong("an array")),
        (good.clone(), wrong("an array")),
        (Value::Null, wrong("an array")),
        (Value::Array(Vec::new()), StatementError::Empty("x5c")),
        (Value::Array(vec!["text".into()]), wrong("an array of byte strings")),
        (Value::Array(vec![good.clone(), Value::Null]), wrong("an array of byte strings")),
        (Value::Array(vec![Value::Bytes(Vec::new())]), StatementError::Empty("x5c")),
        (Value::Array(vec![good; 9]), StatementError::TooManyCertificates(9)),
    ] {
        let error = verify_x5c(x5c).unwrap_err();
        assert_eq!(error, AttestationError::StatementMalformed(fault));
        assert_eq!(error.code(), Code::AttestationStatementMalformed);
    }
    let error = registration().verify("apple", &[0xa0]).unwrap_err();
    assert_eq!(error, AttestationError::StatementMalformed(StatementError::Missing("x5c")));
    let cut = Value::Bytes(der(&self::good())[..100].to_vec());
    let error = verify_x5c(Value::Array(vec![cut])).unwrap_err();
    let fault = AttestationCertificateError::Unparsable { position: 0, error: CertificateError::NotDer };
    assert_eq!(error, AttestationError::CertificateInvalid(fault));
}

#[test]
fn rule_246_the_certificate_has_a_nonce() {
    let without = good().without_extension(&oid::APPLE_NONCE);
    assert_certificate(&without, AttestationCertificateError::ExtensionMissing(oid::APPLE_NONCE));
    // In the next certificate it is of no use.
    let x5c = [der(&without), der(&good())].map(Value::Bytes).to_vec();
    let error = verify_x5c(Value::Array(x5c)).unwrap_err();
    let fault = AttestationCertificateError::ExtensionMissing(oid::APPLE_NONCE);
    assert_eq!(error, AttestationError::CertificateInvalid(fault));
}

#[test]
fn rule_247_the_nonce_is_a_tagged_octet_string_of_32_bytes_in_a_sequence() {
    let octets = octet_string(&nonce());
    for value in [
        Vec::new(),
        nonce().to_vec(),
        octets.clone(),
        sequence(&[&octets]),
        element(0xa1, &octets),
        sequence(&[&element(0x81, &nonce())]),
        sequence(&[&element(0xa0, &octets)]),
        sequence(&[&element(0xa1, &nonce())]),
        sequence(&[&element(0xa1, &[&octets[..], &[0x05, 0x00]].concat())]),
        sequence(&[&element(0xa1, &octets), &[0x05, 0x00]]),
        [value(&nonce()), vec![0]].concat(),
        value(&[]),
        value(&nonce()[..31]),
        value(&[&nonce()[..], &[0]].concat()),
    ] {
        assert_certificate(&with_value(&value), AttestationCertificateError::Extension(oid::APPLE_NONCE));
    }
}

#[test]
fn rule_248_the_nonce_is_the_hash_of_authenticator_data_and_client_data_hash() {
    let data = registration().signed_data();
    let (authenticator_data, hash) = data.split_at(data.len() - 32);
    let mut flipped = nonce();
    flipped[31] ^= 1;
    let others = [
        [0; 32],
        sha256(&[&nonce()]),
        sha256(&[hash, authenticator_data]),
        sha256(&[authenticator_data]),
        flipped,
    ];
    for nonce in others {
        let error = verify(&with_value(&value(&nonce))).unwrap_err();
        assert_eq!(error, AttestationError::BindingMismatch("nonce"));
        assert_eq!(error.code(), Code::AttestationBindingMismatch);
    }
}

#[test]
fn rule_249_the_certificates_key_is_the_credentials() {
    // Ed448 is of a kind that is not known here.
    let mut ed448 = vec![0x30, 0x43, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71, 0x03, 0x3a, 0x00];
    ed448.extend([1; 57]);
    for spki in [Key::p256(4).spki(), Key::p384(3).spki(), Key::ed25519(3).spki(), rsa_spki(256), ed448] {
        let mut other = good();
        other.public_key = spki;
        let error = verify(&other).unwrap_err();
        assert_eq!(error, AttestationError::KeyMismatch(KeyMismatchError::Key));
        assert_eq!(error.code(), Code::AttestationKeyMismatch);
    }
    let mut short = good();
    short.public_key = rsa_spki(128);
    let fault = KeyError::Malformed(MalformedKeyError::ModulusSize { bits: 1024 });
    assert_certificate(&short, AttestationCertificateError::Key(fault));
}

#[test]
fn rule_250_the_chain_leads_to_an_anchor() {
    let attestation = verify(&good()).unwrap();
    let assess = |anchors: AnchorList| {
        let limits = PathLimits::default();
        attestation.assess_trust(Aaguid::ZERO, &anchors, NOW, &Verifiers::rust_crypto(), &limits)
    };
    assess(AnchorList::new([root().0])).unwrap();
    let key = Key::p256(9);
    let other = crate::TrustAnchor::from_certificate(Builder::ca("root", &key).self_signed(&key));
    let error = assess(AnchorList::new([other])).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::SignatureInvalid));
    assert_eq!(error.code(), Code::AttestationUntrusted);
}

#[test]
fn no_statement_with_a_flipped_bit_is_trusted() {
    let x5c = Value::Array(vec![Value::Bytes(der(&good()))]);
    let statement = encode(&Value::Map(vec![("x5c".into(), x5c)]));
    assert_no_flipped_bit_is_trusted(&statement, statement.len(), |flipped| {
        registration().verify("apple", flipped)
    });
}

#[test]
fn mutations_of_a_good_statement_are_not_accepted() {
    let x5c = Value::Array(vec![Value::Bytes(der(&good()))]);
    let example = Example {
        format: "apple",
        formats: Formats::standard(),
        registration: registration(),
        statement: Value::Map(vec![("x5c".into(), x5c)]),
        material: Material::Members(&["x5c"]),
        acceptance: Acceptance::Trusted,
    };
    example.assert_no_mutation_is_accepted();
}
