//! Tests of FIDO U2F attestation. [`good`] makes a good statement; each test of a rule changes one thing.

use ciborium::{Value, cbor};
use countersign_cose::{KeyError, MalformedKeyError, Verifiers};
use countersign_types::{AlgorithmIdentifier, Code};

use crate::{
    attestation::Attestation,
    attestation_type::AttestationType,
    certificate::error::CertificateError,
    details::Details,
    error::{
        AttestationError, certificate::AttestationCertificateError, key_mismatch::KeyMismatchError,
        statement::StatementError,
    },
    format::table::Formats,
    oid,
    test_support::{
        certificates::{Builder, Key, common_name, root, rsa_spki},
        mutations::{Acceptance, Example, Material},
        statements::{
            AAGUID, CLIENT_DATA_HASH, Members, Registration, assert_no_flipped_bit_is_trusted,
            assert_statement_malformed, encode, removed, replaced, x5c,
        },
    },
};
use countersign_authenticator::der::{element, sequence};

const ES256: AlgorithmIdentifier = AlgorithmIdentifier(-7);

fn registration() -> Registration {
    Registration::new(&Key::p256(3), [0; 16])
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

fn attestation_key() -> Key {
    Key::p256(2)
}

fn certificate() -> Vec<u8> {
    certificate_with(&attestation_key().spki())
}

fn certificate_with(spki: &[u8]) -> Vec<u8> {
    let mut builder = Builder::attestation(&attestation_key());
    builder.public_key = spki.to_vec();
    builder.der(&common_name("root"), &root().1)
}

/// What a U2F authenticator signs: 0x00, RP ID hash, client data hash, credential ID, public key.
fn message() -> [Vec<u8>; 5] {
    [vec![0], vec![0xab; 32], CLIENT_DATA_HASH.to_vec(), vec![7], Key::p256(3).public_bytes()]
}

fn statement(signature: &[u8], certificates: &[Vec<u8>]) -> Members {
    vec![("sig".into(), Value::Bytes(signature.into())), ("x5c".into(), x5c(certificates))]
}

fn good() -> Members {
    statement(&attestation_key().sign(&message().concat()), &[certificate()])
}

fn with(member: &str, value: Value) -> Members {
    replaced(good(), member, value)
}

fn without(member: &str) -> Members {
    removed(good(), member)
}

fn with_x5c(certificates: &[Vec<u8>]) -> Members {
    with("x5c", x5c(certificates))
}

fn verify(statement: Members) -> Result<Attestation, AttestationError> {
    registration().verify("fido-u2f", &encode(&Value::Map(statement)))
}

fn assert_malformed(statement: Members, fault: StatementError) {
    assert_statement_malformed(verify(statement), fault);
}

fn assert_signature_invalid(signature: &[u8]) {
    let error = verify(with("sig", Value::Bytes(signature.into()))).unwrap_err();
    assert_eq!(error, AttestationError::SignatureInvalid);
    assert_eq!(error.code(), Code::AttestationSignatureInvalid);
}

#[test]
fn a_statement_is_accepted_and_covers_the_credential_only() {
    let attestation = verify(good()).unwrap();
    assert_eq!(attestation.format(), "fido-u2f");
    assert_eq!(attestation.attestation_type(), AttestationType::Uncertain);
    assert_eq!(attestation.trust_path()[0].as_der(), certificate());
    assert!(!attestation.covers_authenticator_data());
}

#[test]
fn a_certificate_needs_nothing_but_its_key() {
    let mut bare = Builder::attestation(&attestation_key());
    bare.version = 1;
    bare.extensions = Vec::new();
    bare.subject = Vec::new();
    verify(with_x5c(&[bare.der(&common_name("root"), &root().1)])).unwrap();
}

#[test]
fn rule_235_x5c_is_an_array_of_one() {
    let wrong = StatementError::WrongType { member: "x5c", expected: "an array" };
    assert_malformed(without("x5c"), StatementError::Missing("x5c"));
    assert_malformed(with("x5c", Value::Null), wrong.clone());
    assert_malformed(with("x5c", Value::Bytes(certificate())), wrong.clone());
    assert_malformed(with("x5c", Value::Map(Vec::new())), wrong);
    assert_malformed(with_x5c(&[]), StatementError::Empty("x5c"));
    for count in [2, 9] {
        let fault = StatementError::CertificateCount { expected: 1, got: count };
        assert_malformed(with_x5c(&vec![certificate(); count]), fault.clone());
        assert_malformed(with_x5c(&vec![b"none".to_vec(); count]), fault);
    }
}

#[test]
fn rule_236_its_element_is_a_certificate() {
    let wrong = StatementError::WrongType { member: "x5c", expected: "an array of byte strings" };
    assert_malformed(with("x5c", Value::Array(vec!["text".into()])), wrong.clone());
    assert_malformed(with("x5c", Value::Array(vec![Value::Null])), wrong);
    assert_malformed(with_x5c(&[Vec::new()]), StatementError::Empty("x5c"));
    let mut surplus = certificate();
    surplus.push(0);
    for (element, error) in [
        (surplus, CertificateError::TrailingData { length: 1 }),
        (certificate()[..100].to_vec(), CertificateError::NotDer),
    ] {
        let got = verify(with_x5c(&[element])).unwrap_err();
        let fault = AttestationCertificateError::Unparsable { position: 0, error };
        assert_eq!(got, AttestationError::CertificateInvalid(fault));
        assert_eq!(got.code(), Code::AttestationCertificateInvalid);
    }
}

#[test]
fn rule_237_the_certificates_key_is_on_p_256() {
    const EC_PUBLIC_KEY: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const SECP256K1: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
    let point = [&[0, 0x04][..], &[1; 64]].concat();
    let secp256k1 = sequence(&[&sequence(&[EC_PUBLIC_KEY, SECP256K1]), &element(0x03, &point)]);
    for spki in [Key::p384(2).spki(), Key::ed25519(2).spki(), rsa_spki(256), secp256k1] {
        let error = verify(with_x5c(&[certificate_with(&spki)])).unwrap_err();
        assert_eq!(error, AttestationError::CertificateInvalid(AttestationCertificateError::KeyNotP256));
        assert_eq!(error.code(), Code::AttestationCertificateInvalid);
    }
    let error = verify(with_x5c(&[certificate_with(&rsa_spki(128))])).unwrap_err();
    let fault = KeyError::Malformed(MalformedKeyError::ModulusSize { bits: 1024 });
    assert_eq!(error, AttestationError::CertificateInvalid(AttestationCertificateError::Key(fault)));
}

#[test]
fn rule_238_the_credentials_algorithm_is_es256() {
    let p384 = Key::p384(3).public_bytes();
    let (x, y) = (Value::Bytes(p384[1..49].into()), Value::Bytes(p384[49..].into()));
    let es384 = cbor!({ 1 => 2, 3 => -35, -1 => 2, -2 => x, -3 => y }).unwrap();
    let p256 = Key::p256(3).public_bytes();
    let (x, y) = (Value::Bytes(p256[1..33].into()), Value::Bytes(p256[33..].into()));
    let esp256 = cbor!({ 1 => 2, 3 => -9, -1 => 1, -2 => x, -3 => y }).unwrap();
    for (key, algorithm) in [(es384, -35), (esp256, -9)] {
        let registration = with_key(&key);
        let error = registration.verify("fido-u2f", &encode(&Value::Map(good()))).unwrap_err();
        let credential = Some(AlgorithmIdentifier(algorithm));
        let mismatch = KeyMismatchError::Algorithm { statement: ES256, credential };
        assert_eq!(error, AttestationError::KeyMismatch(mismatch));
        assert_eq!(error.code(), Code::AttestationKeyMismatch);
    }
}

#[test]
fn rule_239_coordinates_of_the_credentials_key_have_32_bytes() {
    // Such a key can't be made: what reads it refuses it, before any statement is looked at.
    let point = Key::p256(3).public_bytes();
    for (x, y) in [(&point[1..32], &point[33..]), (&point[1..33], &point[32..])] {
        let (x, y) = (Value::Bytes(x.into()), Value::Bytes(y.into()));
        let key = encode(&cbor!({ 1 => 2, 3 => -7, -1 => 1, -2 => x, -3 => y }).unwrap());
        let error = countersign_cose::PublicKey::from_cose(&key).unwrap_err();
        assert!(
            matches!(error, KeyError::Malformed(MalformedKeyError::Length { expected: 32, .. })),
            "{error:?}"
        );
        assert_eq!(error.code(), Code::PublicKeyMalformed);
    }
}

#[test]
fn rule_240_sig_is_a_byte_string_and_not_empty() {
    let wrong = StatementError::WrongType { member: "sig", expected: "a byte string" };
    assert_malformed(without("sig"), StatementError::Missing("sig"));
    assert_malformed(with("sig", Value::Null), wrong.clone());
    assert_malformed(with("sig", 1.into()), wrong.clone());
    assert_malformed(with("sig", "text".into()), wrong);
    assert_malformed(with("sig", Value::Bytes(Vec::new())), StatementError::Empty("sig"));
}

#[test]
fn rule_240_sig_is_asn_1() {
    let signature = attestation_key().sign(&message().concat());
    assert_signature_invalid(&[1; 64]);
    assert_signature_invalid(&signature[..signature.len() - 1]);
    assert_signature_invalid(&[&signature[..], &[0]].concat());
}

#[test]
fn rule_241_the_signature_is_over_the_registration_response() {
    let sign = |message: &[Vec<u8>]| attestation_key().sign(&message.concat());
    for position in 0..5 {
        let mut missing = message().to_vec();
        missing.remove(position);
        assert_signature_invalid(&sign(&missing));
        let mut changed = message().to_vec();
        changed[position][0] ^= 1;
        assert_signature_invalid(&sign(&changed));
    }
    let mut swapped = message();
    swapped.swap(1, 2);
    assert_signature_invalid(&sign(&swapped));
    // What packed statements sign; and the right message, by the credential's key.
    assert_signature_invalid(&attestation_key().sign(&registration().signed_data()));
    assert_signature_invalid(&Key::p256(3).sign(&message().concat()));
}

#[test]
fn rule_242_an_aaguid_is_accepted_and_remains_a_claim() {
    let statement = encode(&Value::Map(good()));
    let attestation = Registration::new(&Key::p256(3), AAGUID).verify("fido-u2f", &statement).unwrap();
    let query = attestation.anchor_query(countersign_types::Aaguid::from_bytes(AAGUID));
    assert_eq!(query.signed_aaguid, None);
}

#[test]
fn rule_243_unknown_members_are_passed_over() {
    let mut members = good();
    members.push(("alg".into(), Value::from(-257)));
    verify(members).unwrap();
}

#[test]
fn the_signature_needs_a_verifier() {
    let mut registration = registration();
    registration.verifiers = Verifiers::none();
    let error = registration.verify("fido-u2f", &encode(&Value::Map(good()))).unwrap_err();
    assert_eq!(error, AttestationError::VerifierMissing(countersign_cose::Algorithm::Es256.scheme()));
}

#[test]
fn no_statement_with_a_flipped_bit_is_trusted() {
    let statement = encode(&Value::Map(good()));
    assert_no_flipped_bit_is_trusted(&statement, statement.len(), |flipped| {
        registration().verify("fido-u2f", flipped)
    });
}

#[test]
fn the_transports_in_the_certificate_can_be_read() {
    let verify = |value: &[u8]| {
        let builder =
            Builder::attestation(&attestation_key()).with_extension(oid::FIDO_U2F_TRANSPORTS, false, value);
        let attestation = verify(with_x5c(&[builder.der(&common_name("root"), &root().1)])).unwrap();
        let Details::Fido(details) = attestation.details() else { panic!("{attestation:?}") };
        details.clone()
    };
    let transports = verify(&[0x03, 0x02, 0x04, 0xd0]).transports.unwrap();
    assert!(transports.bluetooth_classic() && transports.bluetooth_low_energy() && transports.nfc());
    assert!(!transports.usb());
    assert!(!verify(&[0x03, 0x02, 0x04, 0xe0]).transports.unwrap().nfc());
    assert_eq!(verify(b"?").unreadable, [oid::FIDO_U2F_TRANSPORTS]);
}

#[test]
fn mutations_of_a_good_statement_are_not_accepted() {
    let example = Example {
        format: "fido-u2f",
        formats: Formats::standard(),
        registration: registration(),
        statement: Value::Map(good()),
        material: Material::Members(&["sig", "x5c"]),
        acceptance: Acceptance::Trusted,
    };
    example.assert_no_mutation_is_accepted();
}
