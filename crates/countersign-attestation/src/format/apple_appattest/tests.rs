//! Tests of Apple's App Attest. [`Case`] makes a good attestation; each test of a rule changes one thing.

use std::sync::Arc;

use ciborium::Value;
use countersign_cose::hash::sha256;
use countersign_types::Code;

use super::*;
use crate::{
    certificate::error::CertificateError,
    error::{certificate::AttestationCertificateError, key_mismatch::KeyMismatchError},
    format::table::Formats,
    oid,
    test_support::{
        certificates::{Builder, Key, common_name, root},
        mutations::{Acceptance, Example, Material},
        statements::{CLIENT_DATA_HASH, Registration, assert_no_flipped_bit_is_trusted, encode},
    },
};
use countersign_authenticator::der::{element, octet_string, sequence};

const APP_ID: &str = "1234567890.com.example.app";
const RECEIPT: &[u8] = b"a receipt";

/// What goes into an attestation: change one thing, then verify.
struct Case {
    /// The key of the credential.
    credential: Key,
    /// The key of the certificate.
    certified: Key,
    app_id: &'static str,
    sign_count: u8,
    aaguid: [u8; 16],
    credential_id: Vec<u8>,
    /// `None` for the right one.
    nonce: Option<[u8; 32]>,
    receipt: Option<Value>,
    /// `None` for the right one.
    x5c: Option<Value>,
    environment: AppAttestEnvironment,
}

fn case() -> Case {
    Case {
        credential: Key::p256(3),
        certified: Key::p256(3),
        app_id: APP_ID,
        sign_count: 0,
        aaguid: *b"appattest\0\0\0\0\0\0\0",
        credential_id: sha256(&[&Key::p256(3).public_bytes()]).to_vec(),
        nonce: None,
        receipt: Some(Value::Bytes(RECEIPT.into())),
        x5c: None,
        environment: AppAttestEnvironment::Production,
    }
}

impl Case {
    /// User presence is not set, as on the devices.
    fn registration(&self) -> Registration {
        let mut registration = Registration::new(&self.credential, self.aaguid);
        let mut data = sha256(&[self.app_id.as_bytes()]).to_vec();
        data.extend([0x40, 0, 0, 0, self.sign_count]);
        data.extend(self.aaguid);
        data.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(&registration.credential_key);
        registration.authenticator_data = data;
        registration
    }

    fn certificates(&self) -> [Vec<u8>; 2] {
        let nonce = self
            .nonce
            .unwrap_or_else(|| sha256(&[&self.registration().authenticator_data, &CLIENT_DATA_HASH]));
        let value = sequence(&[&element(0xa1, &octet_string(&nonce))]);
        let leaf = Builder::attestation(&self.certified).with_extension(oid::APPLE_NONCE, false, &value);
        let key = Key::p384(5);
        let ca = Builder::ca("ca", &key).der(&common_name("root"), &root().1);
        [leaf.der(&common_name("ca"), &key), ca]
    }

    fn statement(&self) -> Vec<u8> {
        let x5c = || Value::Array(self.certificates().map(Value::Bytes).to_vec());
        let mut members = vec![("x5c".into(), self.x5c.clone().unwrap_or_else(x5c))];
        members.extend(self.receipt.clone().map(|receipt| ("receipt".into(), receipt)));
        encode(&Value::Map(members))
    }

    fn verify(&self) -> Result<Attestation, AttestationError> {
        self.verify_statement(&self.statement())
    }

    fn verify_statement(&self, statement: &[u8]) -> Result<Attestation, AttestationError> {
        let format = AppAttestFormat::new(self.environment, ["0987654321.other", APP_ID]);
        let formats = Formats::empty().with_format(Arc::new(format));
        self.registration().verify_with(&formats, "apple-appattest", statement)
    }

    fn rejected(&self, error: &AttestationError, code: Code) {
        assert_eq!(self.verify().unwrap_err(), *error);
        assert_eq!(error.code(), code);
    }

    fn malformed(&self, fault: StatementError) {
        let error = AttestationError::StatementMalformed(fault);
        self.rejected(&error, Code::AttestationStatementMalformed);
    }
}

#[test]
fn an_attestation_is_accepted_and_its_receipt_kept() {
    let attestation = case().verify().unwrap();
    assert_eq!(attestation.format(), "apple-appattest");
    assert_eq!(attestation.attestation_type(), AttestationType::AnonCa);
    assert_eq!(attestation.trust_path().len(), 2);
    let Details::AppAttest(details) = attestation.details() else { panic!("{attestation:?}") };
    assert_eq!(details.receipt, RECEIPT);
    assert_eq!(details.environment, AppAttestEnvironment::Production);
}

#[test]
fn app_attest_is_not_a_standard_format() {
    assert!(Formats::standard().identifiers().all(|identifier| identifier != "apple-appattest"));
}

#[test]
fn rule_260_x5c_has_two_certificates() {
    let certificates = case().certificates().map(Value::Bytes);
    let wrong = |expected| StatementError::WrongType { member: "x5c", expected };
    let count = |got| StatementError::CertificateCount { expected: 2, got };
    for (x5c, fault) in [
        (Value::Null, wrong("an array")),
        (certificates[0].clone(), wrong("an array")),
        (Value::Array(Vec::new()), StatementError::Empty("x5c")),
        (Value::Array(certificates[..1].to_vec()), count(1)),
        (Value::Array([&certificates[..], &certificates[1..]].concat()), count(3)),
        (Value::Array(vec![certificates[0].clone(), "text".into()]), wrong("an array of byte strings")),
        (Value::Array(vec![certificates[0].clone(), Value::Bytes(Vec::new())]), StatementError::Empty("x5c")),
    ] {
        Case { x5c: Some(x5c), ..case() }.malformed(fault);
    }
    let second = Value::Array(vec![certificates[0].clone(), Value::Bytes(b"none".into())]);
    let fault = AttestationCertificateError::Unparsable { position: 1, error: CertificateError::NotDer };
    let error = AttestationError::CertificateInvalid(fault);
    Case { x5c: Some(second), ..case() }.rejected(&error, Code::AttestationCertificateInvalid);
}

#[test]
fn the_receipt_is_a_byte_string() {
    let wrong = StatementError::WrongType { member: "receipt", expected: "a byte string" };
    Case { receipt: None, ..case() }.malformed(StatementError::Missing("receipt"));
    Case { receipt: Some(Value::Null), ..case() }.malformed(wrong);
    Case { receipt: Some(Value::Bytes(Vec::new())), ..case() }.malformed(StatementError::Empty("receipt"));
}

#[test]
fn rule_261_the_aaguid_is_the_environments() {
    let development = *b"appattestdevelop";
    Case { aaguid: development, environment: AppAttestEnvironment::Development, ..case() }.verify().unwrap();
    for (aaguid, environment) in [
        (development, AppAttestEnvironment::Production),
        (case().aaguid, AppAttestEnvironment::Development),
        ([0; 16], AppAttestEnvironment::Production),
        (*b"appattest\0\0\0\0\0\0\x01", AppAttestEnvironment::Production),
    ] {
        let fault = FormatConfigurationError::AppAttestEnvironment(Aaguid::from_bytes(aaguid));
        let error = AttestationError::NotAccepted(fault);
        Case { aaguid, environment, ..case() }.rejected(&error, Code::AttestationNotAccepted);
    }
}

#[test]
fn rule_262_the_nonce_is_bound_to_the_challenge() {
    let error = AttestationError::BindingMismatch("nonce");
    let nonce = Some(sha256(&[&case().registration().authenticator_data]));
    Case { nonce, ..case() }.rejected(&error, Code::AttestationBindingMismatch);
}

#[test]
fn rule_262_the_key_identifier_is_the_hash_of_the_certified_key() {
    let error = AttestationError::BindingMismatch("credentialId");
    let point = case().credential.public_bytes();
    let of_spki = sha256(&[&case().credential.spki()]).to_vec();
    let cut = sha256(&[&point])[..31].to_vec();
    for credential_id in [vec![7; 32], sha256(&[&point[1..]]).to_vec(), of_spki, cut] {
        Case { credential_id, ..case() }.rejected(&error, Code::AttestationBindingMismatch);
    }
    Case { certified: Key::p256(4), ..case() }.rejected(&error, Code::AttestationBindingMismatch);
}

#[test]
fn rule_262_the_app_is_a_configured_one() {
    let error = AttestationError::BindingMismatch("rpIdHash");
    for app_id in ["1234567890.com.example.App", "com.example.app", ""] {
        Case { app_id, ..case() }.rejected(&error, Code::AttestationBindingMismatch);
    }
}

#[test]
fn rule_262_the_counter_is_zero() {
    let error = AttestationError::BindingMismatch("signCount");
    Case { sign_count: 1, ..case() }.rejected(&error, Code::AttestationBindingMismatch);
}

#[test]
fn the_certified_key_is_the_credentials() {
    // The key identifier fits the certificate, not the key next to it.
    let error = AttestationError::KeyMismatch(KeyMismatchError::Key);
    Case { credential: Key::p256(4), ..case() }.rejected(&error, Code::AttestationKeyMismatch);
    let error = AttestationError::CertificateInvalid(AttestationCertificateError::KeyNotP256);
    Case { certified: Key::p384(3), ..case() }.rejected(&error, Code::AttestationCertificateInvalid);
}

#[test]
fn no_statement_with_a_flipped_bit_is_trusted() {
    let statement = case().statement();
    // The receipt, which is last, is kept as it is.
    let end = statement.len() - RECEIPT.len();
    assert_no_flipped_bit_is_trusted(&statement, end, |flipped| case().verify_statement(flipped));
}

#[test]
fn mutations_of_a_good_statement_are_not_accepted() {
    let format = AppAttestFormat::new(AppAttestEnvironment::Production, [APP_ID]);
    let example = Example {
        format: "apple-appattest",
        formats: Formats::empty().with_format(Arc::new(format)),
        registration: case().registration(),
        statement: ciborium::from_reader(&*case().statement()).unwrap(),
        // The receipt is handed on as it is, for Apple to judge.
        material: Material::Members(&["x5c"]),
        acceptance: Acceptance::Trusted,
    };
    example.assert_no_mutation_is_accepted();
}
