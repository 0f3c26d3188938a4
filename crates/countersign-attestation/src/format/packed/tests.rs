//! Tests of packed attestation. [`statement`] makes a good one; each test of a rule changes one thing.

use std::sync::Arc;

use ciborium::{Value, cbor};
use countersign_cose::{Algorithm, KeyError, MalformedKeyError, PublicKey, Verifiers};
use countersign_types::{Aaguid, AlgorithmIdentifier, Code};

use crate::{
    attestation::{AaguidSource, Attestation},
    attestation_type::AttestationType,
    certificate::{Certificate, error::CertificateError, name::SubjectAttribute},
    details::Details,
    error::{
        AttestationError, certificate::AttestationCertificateError, key_mismatch::KeyMismatchError,
        statement::StatementError,
    },
    format::{fido::FidoDetails, packed::PackedFormat, table::Formats},
    limits::X5C_MAX,
    oid,
    test_support::{
        certificates::{Builder, Key, common_name, root, rsa_spki, text},
        mutations::{Acceptance, Example, Material},
        statements::{
            AAGUID, Members, Registration, assert_statement_malformed, encode, removed, replaced, x5c,
        },
    },
};
use countersign_authenticator::der::octet_string;

const ES256: i64 = -7;

fn registration() -> Registration {
    Registration::new(&Key::p256(3), AAGUID)
}

fn attestation_key() -> Key {
    Key::p256(2)
}

fn leaf() -> Builder {
    Builder::attestation(&attestation_key())
}

fn der(leaf: &Builder) -> Vec<u8> {
    leaf.der(&common_name("root"), &root().1)
}

fn statement(algorithm: impl Into<Value>, signature: impl Into<Value>, x5c: Option<Value>) -> Members {
    let mut members = vec![("alg".into(), algorithm.into()), ("sig".into(), signature.into())];
    members.extend(x5c.map(|x5c| ("x5c".into(), x5c)));
    members
}

fn verify(statement: Members) -> Result<Attestation, AttestationError> {
    registration().verify("packed", &encode(&Value::Map(statement)))
}

/// Verifies a statement that is good, but for what may be wrong with its certificates.
fn verify_x5c(certificates: &[Vec<u8>]) -> Result<Attestation, AttestationError> {
    let signature = attestation_key().sign(&registration().signed_data());
    verify(statement(ES256, Value::Bytes(signature), Some(x5c(certificates))))
}

fn verify_leaf(leaf: &Builder) -> Result<Attestation, AttestationError> {
    verify_x5c(&[der(leaf)])
}

/// A good statement, its members to be changed.
fn good() -> Members {
    let signature = attestation_key().sign(&registration().signed_data());
    statement(ES256, Value::Bytes(signature), Some(x5c(&[der(&leaf())])))
}

fn with(member: &str, value: Value) -> Members {
    replaced(good(), member, value)
}

fn without(member: &str) -> Members {
    removed(good(), member)
}

fn assert_malformed(statement: Members, fault: StatementError) {
    assert_statement_malformed(verify(statement), fault);
}

fn assert_certificate(leaf: &Builder, fault: AttestationCertificateError) {
    let error = verify_leaf(leaf).unwrap_err();
    assert_eq!(error, AttestationError::CertificateInvalid(fault));
    assert_eq!(error.code(), Code::AttestationCertificateInvalid);
}

#[test]
fn a_statement_with_a_certificate_is_accepted_and_its_type_uncertain() {
    let attestation = verify(good()).unwrap();
    assert_eq!(attestation.format(), "packed");
    assert_eq!(attestation.attestation_type(), AttestationType::Uncertain);
    assert_eq!(attestation.trust_path()[0].as_der(), der(&leaf()));
}

#[test]
fn self_attestation_is_accepted_and_has_no_trust_path() {
    let signature = Key::p256(3).sign(&registration().signed_data());
    let attestation = verify(statement(ES256, Value::Bytes(signature), None)).unwrap();
    assert_eq!(attestation.attestation_type(), AttestationType::SelfAttestation);
    assert!(attestation.trust_path().is_empty());
}

#[test]
fn keys_of_other_algorithms_attest_too() {
    for (algorithm, key) in [(-35, Key::p384(2)), (-8, Key::ed25519(2))] {
        let signature = Value::Bytes(key.sign(&registration().signed_data()));
        verify(statement(algorithm, signature, Some(x5c(&[der(&Builder::attestation(&key))])))).unwrap();
    }
}

#[test]
fn the_trust_path_has_all_certificates_in_their_order() {
    let certificates = [der(&leaf()), root().0.certificate().as_der().to_vec()];
    let attestation = verify_x5c(&certificates).unwrap();
    let path: Vec<_> = attestation.trust_path().iter().map(Certificate::as_der).collect();
    assert_eq!(path, certificates);
}

#[test]
fn rule_139_members_of_another_type_are_malformed() {
    let wrong = |member, expected| StatementError::WrongType { member, expected };
    let integer = "an integer of 64 bits";
    assert_malformed(with("alg", "ES256".into()), wrong("alg", integer));
    assert_malformed(with("alg", u64::MAX.into()), wrong("alg", integer));
    assert_malformed(with("sig", "text".into()), wrong("sig", "a byte string"));
    assert_malformed(with("x5c", "text".into()), wrong("x5c", "an array"));
    assert_malformed(with("x5c", Value::Null), wrong("x5c", "an array"));
}

#[test]
fn rule_140_alg_is_required() {
    assert_malformed(without("alg"), StatementError::Missing("alg"));
}

#[test]
fn rule_141_sig_is_required_and_not_empty() {
    assert_malformed(without("sig"), StatementError::Missing("sig"));
    assert_malformed(
        with("sig", Value::Null),
        StatementError::WrongType { member: "sig", expected: "a byte string" },
    );
    assert_malformed(with("sig", Value::Bytes(Vec::new())), StatementError::Empty("sig"));
}

#[test]
fn rule_142_ecdaa_is_no_longer_part_of_the_format() {
    let mut members = good();
    members.push(("ecdaaKeyId".into(), Value::Bytes(vec![1])));
    assert_malformed(members, StatementError::Removed("ecdaaKeyId"));
}

#[test]
fn rule_143_unknown_members_are_passed_over() {
    let mut members = good();
    members.push(("extra".into(), Value::Null));
    members.push((Value::from(1), Value::Null));
    verify(members).unwrap();
}

#[test]
fn rule_144_an_empty_x5c_is_malformed() {
    assert_malformed(with("x5c", Value::Array(Vec::new())), StatementError::Empty("x5c"));
}

#[test]
fn rule_145_elements_of_x5c_are_byte_strings_and_not_empty() {
    let fault = StatementError::WrongType { member: "x5c", expected: "an array of byte strings" };
    let second = |element| with("x5c", Value::Array(vec![Value::Bytes(der(&leaf())), element]));
    assert_malformed(second(Value::Null), fault.clone());
    assert_malformed(second("text".into()), fault);
    assert_malformed(second(Value::Bytes(Vec::new())), StatementError::Empty("x5c"));
}

#[test]
fn rule_146_elements_of_x5c_are_one_certificate_each() {
    let good = der(&leaf());
    let mut surplus = good.clone();
    surplus.push(0);
    let garbage = b"not a certificate".to_vec();
    for (position, certificates, error) in [
        (0, vec![surplus.clone()], CertificateError::TrailingData { length: 1 }),
        (1, vec![good.clone(), surplus], CertificateError::TrailingData { length: 1 }),
        (0, vec![good.repeat(2)], CertificateError::TrailingData { length: good.len() }),
        (0, vec![garbage], CertificateError::NotDer),
    ] {
        let got = verify_x5c(&certificates).unwrap_err();
        let fault = AttestationCertificateError::Unparsable { position, error };
        assert_eq!(got, AttestationError::CertificateInvalid(fault));
        assert_eq!(got.code(), Code::AttestationCertificateInvalid);
    }
}

#[test]
fn rule_147_alg_is_supported_and_fits_the_certificates_key() {
    for (algorithm, expected, code) in [
        (5, AttestationError::AlgorithmUnsupported(AlgorithmIdentifier(5)), Code::AlgorithmUnsupported),
        // RS1, which is a TPM's only.
        (
            -65535,
            AttestationError::AlgorithmUnsupported(AlgorithmIdentifier(-65535)),
            Code::AlgorithmUnsupported,
        ),
        (
            -257,
            AttestationError::AlgorithmUnfit(AlgorithmIdentifier(-257)),
            Code::AttestationSignatureInvalid,
        ),
        (-35, AttestationError::AlgorithmUnfit(AlgorithmIdentifier(-35)), Code::AttestationSignatureInvalid),
        (-8, AttestationError::AlgorithmUnfit(AlgorithmIdentifier(-8)), Code::AttestationSignatureInvalid),
    ] {
        let error = verify(with("alg", algorithm.into())).unwrap_err();
        assert_eq!(error, expected);
        assert_eq!(error.code(), code);
    }
}

#[test]
fn rule_147_sha_1_signs_no_packed_statement() {
    let mut rsa = leaf();
    rsa.public_key = rsa_spki(256);
    let signed = |algorithm| {
        let signature = Value::Bytes(vec![1; 256]);
        verify(statement(algorithm, signature, Some(x5c(&[der(&rsa)])))).unwrap_err()
    };
    assert_eq!(signed(-257), AttestationError::SignatureInvalid);
    assert_eq!(signed(-65535), AttestationError::AlgorithmUnsupported(AlgorithmIdentifier(-65535)));
}

#[test]
fn rule_163_sha_1_signs_no_self_attestation() {
    let modulus = Value::Bytes(vec![0xff; 256]);
    let exponent = Value::Bytes(vec![1, 0, 1]);
    let key = cbor!({ 1 => 3, 3 => -65535, -1 => modulus, -2 => exponent }).unwrap();
    let registration = Registration::with_credential_key(encode(&key), AAGUID);
    let members = statement(-65535, Value::Bytes(vec![1; 256]), None);
    let statement = encode(&Value::Map(members));
    let error = registration.verify("packed", &statement).unwrap_err();
    assert_eq!(error, AttestationError::AlgorithmUnsupported(AlgorithmIdentifier(-65535)));
    // Where it is accepted, the signature is verified.
    let accepting = PackedFormat::default().with_dangerous_sha1_self_attestation();
    let formats = Formats::standard().with_format(Arc::new(accepting));
    let error = registration.verify_with(&formats, "packed", &statement).unwrap_err();
    assert_eq!(error, AttestationError::SignatureInvalid);
}

#[test]
fn rule_388_the_attestation_records_whether_the_certificate_names_the_model() {
    assert_eq!(verify_leaf(&leaf()).unwrap().aaguid_source(), AaguidSource::NotCertified);
    let named = leaf().with_extension(oid::FIDO_AAGUID, false, &octet_string(&AAGUID));
    assert_eq!(verify_leaf(&named).unwrap().aaguid_source(), AaguidSource::Authenticator);
}

#[test]
fn rule_147_alg_needs_a_verifier() {
    let mut registration = registration();
    registration.verifiers = Verifiers::none();
    let error = registration.verify("packed", &encode(&Value::Map(good()))).unwrap_err();
    assert_eq!(error, AttestationError::VerifierMissing(Algorithm::Es256.scheme()));
    assert_eq!(error.code(), Code::VerifierMissing);
}

#[test]
fn rule_147_the_certificates_key_is_of_a_known_kind_and_well_formed() {
    let mut unknown = leaf();
    // X25519, whose keys sign nothing.
    unknown.public_key = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00];
    unknown.public_key.extend([1; 32]);
    let error = verify_leaf(&unknown).unwrap_err();
    assert_eq!(error, AttestationError::AlgorithmUnfit(AlgorithmIdentifier(ES256)));

    let mut short = leaf();
    short.public_key = rsa_spki(128);
    let fault = KeyError::Malformed(MalformedKeyError::ModulusSize { bits: 1024 });
    assert_certificate(&short, AttestationCertificateError::Key(fault));
}

#[test]
fn rule_148_the_signature_is_over_authenticator_data_and_client_data_hash() {
    let data = registration().signed_data();
    let (authenticator_data, hash) = data.split_at(data.len() - 32);
    let mut flipped = data.clone();
    flipped[36] ^= 1;
    for signed in [&[hash, authenticator_data].concat(), authenticator_data, &flipped] {
        let error = verify(with("sig", Value::Bytes(attestation_key().sign(signed)))).unwrap_err();
        assert_eq!(error, AttestationError::SignatureInvalid);
        assert_eq!(error.code(), Code::AttestationSignatureInvalid);
    }
}

#[test]
fn rule_149_a_signature_of_the_credential_key_is_not_the_certificates() {
    let signature = Key::p256(3).sign(&registration().signed_data());
    let error = verify(with("sig", Value::Bytes(signature))).unwrap_err();
    assert_eq!(error, AttestationError::SignatureInvalid);
}

#[test]
fn rule_150_the_certificate_has_version_3() {
    let mut version_1 = leaf();
    version_1.version = 1;
    assert_certificate(&version_1, AttestationCertificateError::Version(1));
    let mut version_2 = leaf();
    version_2.version = 2;
    assert_certificate(&version_2, AttestationCertificateError::Version(2));
}

#[test]
fn rule_151_the_subjects_c_is_two_capital_letters() {
    for country in [None, Some(""), Some("S"), Some("se"), Some("SWE"), Some("S1")] {
        let changed = leaf().with_subject(&oid::COUNTRY, country);
        assert_certificate(&changed, AttestationCertificateError::Subject(SubjectAttribute::Country));
    }
    verify_leaf(&leaf().with_subject(&oid::COUNTRY, Some("AA"))).unwrap();
}

#[test]
fn rule_152_the_subjects_o_is_there_and_not_empty() {
    for organization in [None, Some("")] {
        let changed = leaf().with_subject(&oid::ORGANIZATION, organization);
        assert_certificate(&changed, AttestationCertificateError::Subject(SubjectAttribute::Organization));
    }
}

#[test]
fn rule_153_the_subjects_ou_is_the_literal() {
    for unit in [None, Some(""), Some("authenticator attestation"), Some("Authenticator Attestation ")] {
        let changed = leaf().with_subject(&oid::ORGANIZATIONAL_UNIT, unit);
        assert_certificate(
            &changed,
            AttestationCertificateError::Subject(SubjectAttribute::OrganizationalUnit),
        );
    }
}

#[test]
fn rule_153_a_second_ou_is_rejected() {
    let mut changed = leaf();
    changed.subject.push(text(&oid::ORGANIZATIONAL_UNIT, "Another"));
    assert_certificate(&changed, AttestationCertificateError::Subject(SubjectAttribute::OrganizationalUnit));
}

#[test]
fn rule_154_the_subject_has_a_cn() {
    let changed = leaf().with_subject(&oid::COMMON_NAME, None);
    assert_certificate(&changed, AttestationCertificateError::Subject(SubjectAttribute::CommonName));
}

#[test]
fn rule_155_basic_constraints_say_that_the_certificate_is_no_cas() {
    let missing = leaf().without_extension(&oid::BASIC_CONSTRAINTS);
    assert_certificate(&missing, AttestationCertificateError::BasicConstraintsMissing);
    let ca = leaf().with_extension(oid::BASIC_CONSTRAINTS, true, &[0x30, 0x03, 0x01, 0x01, 0xff]);
    assert_certificate(&ca, AttestationCertificateError::IsCa);
    // An explicit FALSE is no DER and passes.
    let explicit = leaf().with_extension(oid::BASIC_CONSTRAINTS, true, &[0x30, 0x03, 0x01, 0x01, 0x00]);
    verify_leaf(&explicit).unwrap();
}

#[test]
fn rule_156_the_certificates_aaguid_is_the_authenticators() {
    let with_aaguid =
        |aaguid: [u8; 16]| leaf().with_extension(oid::FIDO_AAGUID, false, &octet_string(&aaguid));
    verify_leaf(&with_aaguid(AAGUID)).unwrap();

    let error = verify_leaf(&with_aaguid([7; 16])).unwrap_err();
    let (certificate, authenticator) = (Aaguid::from_bytes([7; 16]), Aaguid::from_bytes(AAGUID));
    assert_eq!(error, AttestationError::AaguidMismatch { certificate, authenticator });
    assert_eq!(error.code(), Code::AttestationAaguidMismatch);

    let zero = Registration::new(&Key::p256(3), [0; 16]);
    let signature = Value::Bytes(attestation_key().sign(&zero.signed_data()));
    let members = statement(ES256, signature, Some(x5c(&[der(&with_aaguid(AAGUID))])));
    let error = zero.verify("packed", &encode(&Value::Map(members))).unwrap_err();
    let (certificate, authenticator) = (Aaguid::from_bytes(AAGUID), Aaguid::ZERO);
    assert_eq!(error, AttestationError::AaguidMismatch { certificate, authenticator });
}

#[test]
fn rule_156_without_attested_credential_data_there_is_no_aaguid_to_compare() {
    let mut bare = registration();
    bare.authenticator_data.truncate(37);
    bare.authenticator_data[32] = 0x05;
    let certificate = leaf().with_extension(oid::FIDO_AAGUID, false, &octet_string(&AAGUID));
    let signature = Value::Bytes(attestation_key().sign(&bare.signed_data()));
    let members = statement(ES256, signature, Some(x5c(&[der(&certificate)])));
    let error = bare.verify("packed", &encode(&Value::Map(members))).unwrap_err();
    assert_eq!(error, AttestationError::AttestedCredentialDataMissing);
    assert_eq!(error.code(), Code::AttestedCredentialDataMissing);
}

#[test]
fn rule_157_the_aaguid_is_wrapped_in_two_octet_strings() {
    let once = AAGUID.to_vec();
    let twice = octet_string(&AAGUID);
    let surplus = [&twice[..], &[0]].concat();
    for value in [once, octet_string(&twice), octet_string(&AAGUID[1..]), surplus, Vec::new()] {
        let changed = leaf().with_extension(oid::FIDO_AAGUID, false, &value);
        assert_certificate(&changed, AttestationCertificateError::Extension(oid::FIDO_AAGUID));
    }
}

#[test]
fn rule_158_the_extensions_of_fido_are_not_critical() {
    for (identifier, value) in [
        (oid::FIDO_AAGUID, octet_string(&AAGUID)),
        (oid::FIDO_FIRMWARE_VERSION, vec![0x02, 0x01, 0x05]),
        (oid::FIDO_SERIAL_NUMBER, octet_string(b"serial")),
    ] {
        verify_leaf(&leaf().with_extension(identifier.clone(), false, &value)).unwrap();
        let critical = leaf().with_extension(identifier.clone(), true, &value);
        assert_certificate(&critical, AttestationCertificateError::Critical(identifier));
    }
}

#[test]
fn rule_159_the_firmware_version_is_a_non_negative_integer() {
    for value in [&[0x02, 0x01, 0x00][..], &[0x02, 0x02, 0x00, 0x80]] {
        verify_leaf(&leaf().with_extension(oid::FIDO_FIRMWARE_VERSION, false, value)).unwrap();
    }
    for value in [&[0x02, 0x01, 0xff][..], &[0x02, 0x00], &[0x02, 0x02, 0x00, 0x05], &[0x04, 0x01, 0x05], &[]]
    {
        let changed = leaf().with_extension(oid::FIDO_FIRMWARE_VERSION, false, value);
        assert_certificate(&changed, AttestationCertificateError::Extension(oid::FIDO_FIRMWARE_VERSION));
    }
}

#[test]
fn rule_159_a_serial_number_that_is_not_an_octet_string_is_rejected() {
    for value in [&b"serial"[..], &[0x02, 0x01, 0x05], &[0x04, 0x01, 0x05, 0x00], &[]] {
        let changed = leaf().with_extension(oid::FIDO_SERIAL_NUMBER, false, value);
        assert_certificate(&changed, AttestationCertificateError::Extension(oid::FIDO_SERIAL_NUMBER));
    }
}

fn details(leaf: &Builder) -> FidoDetails {
    let attestation = verify_leaf(leaf).unwrap();
    let Details::Fido(details) = attestation.details() else { panic!("{attestation:?}") };
    details.clone()
}

#[test]
fn the_certificates_extensions_can_be_read() {
    assert_eq!(details(&leaf()), FidoDetails::default());
    let text = details(
        &leaf()
            .with_extension(oid::FIDO_SERIAL_NUMBER, false, &octet_string(b"serial"))
            .with_extension(oid::FIDO_FIRMWARE_VERSION, false, &[0x02, 0x02, 0x01, 0x2a])
            .with_extension(oid::FIDO_U2F_TRANSPORTS, false, &[0x03, 0x02, 0x04, 0x30]),
    );
    assert_eq!(text.serial_number.as_deref(), Some(&b"serial"[..]));
    assert_eq!(text.firmware_version, Some(298));
    let transports = text.transports.unwrap();
    assert_eq!((transports.bluetooth_classic(), transports.bluetooth_low_energy()), (false, false));
    assert_eq!((transports.usb(), transports.nfc(), transports.first_octet()), (true, true, 0x30));
    assert!(text.unreadable.is_empty());
}

#[test]
fn an_extension_that_says_nothing_that_is_needed_may_be_unreadable() {
    let version =
        leaf().with_extension(oid::FIDO_FIRMWARE_VERSION, false, &[[0x02, 9].as_slice(), &[1; 9]].concat());
    assert_eq!(details(&version).firmware_version, None);
    assert_eq!(details(&version).unreadable, [oid::FIDO_FIRMWARE_VERSION]);
    for value in [&[0x03, 0x02, 0x08, 0x30][..], &[0x03, 0x00], &[0x04, 0x01, 0x30], &[]] {
        let details = details(&leaf().with_extension(oid::FIDO_U2F_TRANSPORTS, false, value));
        assert_eq!((details.transports, details.unreadable), (None, vec![oid::FIDO_U2F_TRANSPORTS]));
    }
    let none = details(&leaf().with_extension(oid::FIDO_U2F_TRANSPORTS, false, &[0x03, 0x01, 0x00]));
    assert_eq!(none.transports.unwrap().first_octet(), 0);
}

#[test]
fn rule_160_an_unasked_for_serial_number_is_accepted_and_can_be_read() {
    let serial = octet_string(b"serial");
    let changed = leaf().with_extension(oid::FIDO_SERIAL_NUMBER, false, &serial);
    assert_eq!(details(&changed).serial_number.as_deref(), Some(&b"serial"[..]));
}

#[test]
fn rule_162_self_attestation_has_the_credential_keys_algorithm() {
    let signature = Value::Bytes(Key::p256(3).sign(&registration().signed_data()));
    // ESP256 computes the same as ES256, and is another algorithm.
    for other in [-9, -35, 5] {
        let error = verify(statement(other, signature.clone(), None)).unwrap_err();
        let (statement, credential) = (AlgorithmIdentifier(other), Some(AlgorithmIdentifier(ES256)));
        assert_eq!(
            error,
            AttestationError::KeyMismatch(KeyMismatchError::Algorithm { statement, credential })
        );
        assert_eq!(error.code(), Code::AttestationKeyMismatch);
    }
}

#[test]
fn rule_163_self_attestation_is_signed_with_the_credential_key() {
    let signature = Value::Bytes(Key::p256(4).sign(&registration().signed_data()));
    let error = verify(statement(ES256, signature, None)).unwrap_err();
    assert_eq!(error, AttestationError::SignatureInvalid);
    assert_eq!(error.code(), Code::AttestationSignatureInvalid);
}

#[test]
fn rule_163_self_attestation_needs_a_usable_credential_key() {
    let registration = Registration::with_coordinates(&[1; 32], &[1; 32], AAGUID);
    let members = statement(ES256, Value::Bytes(vec![1]), None);
    let error = registration.verify("packed", &encode(&Value::Map(members))).unwrap_err();
    assert_eq!(error, AttestationError::CredentialKey(KeyError::Malformed(MalformedKeyError::NotOnCurve)));
    assert_eq!(error.code(), Code::PublicKeyMalformed);
}

#[test]
fn a_credential_key_that_was_prepared_before_is_not_prepared_again() {
    let prepare = |key: &Registration| {
        let key = PublicKey::from_cose(&key.credential_key).unwrap();
        Verifiers::rust_crypto().prepare(&key, Algorithm::Es256.scheme()).unwrap()
    };
    // Its own verifiers could prepare nothing.
    let registration = Registration { verifiers: Verifiers::none(), ..registration() };
    let signed = |key: Key| {
        let signature = Value::Bytes(key.sign(&registration.signed_data()));
        encode(&Value::Map(statement(ES256, signature, None)))
    };
    let (good, forged, prepared) = (signed(Key::p256(3)), signed(Key::p256(4)), prepare(&registration));
    let verify = |statement: &[u8], prepared| {
        registration.verify_prepared(&Formats::standard(), "packed", statement, prepared)
    };
    verify(&good, Some(&*prepared)).unwrap();
    assert_eq!(verify(&forged, Some(&*prepared)).unwrap_err(), AttestationError::SignatureInvalid);
    let error = verify(&good, None).unwrap_err();
    assert!(matches!(error, AttestationError::CredentialKey(KeyError::VerifierMissing(_))), "{error:?}");
}

#[test]
fn rule_281_x5c_has_no_more_certificates_than_the_limit() {
    let mut certificates = vec![der(&leaf()); X5C_MAX];
    verify_x5c(&certificates).unwrap();
    certificates.push(der(&leaf()));
    let error = verify_x5c(&certificates).unwrap_err();
    assert_eq!(error, AttestationError::StatementMalformed(StatementError::TooManyCertificates(9)));
}

#[test]
fn a_statement_is_one_map() {
    let error = registration().verify("packed", &encode(&Value::Array(Vec::new()))).unwrap_err();
    assert_eq!(error, AttestationError::StatementMalformed(StatementError::NotMap));
    for bytes in [&[][..], &[0xa0, 0x00], &[0xa1], &[0x81; 20]] {
        let error = registration().verify("packed", bytes).unwrap_err();
        assert_eq!(error, AttestationError::StatementMalformed(StatementError::NotCbor));
    }
    let statement = cbor!({ "alg" => ES256 }).unwrap();
    let error = registration().verify("packed", &encode(&statement)).unwrap_err();
    assert_eq!(error, AttestationError::StatementMalformed(StatementError::Missing("sig")));
}

#[test]
fn an_error_is_one_line_with_its_cause() {
    let error = verify(with("alg", Value::Null)).unwrap_err();
    assert_eq!(error.to_string(), "malformed attestation statement");
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "alg is not an integer of 64 bits");
}

fn example(statement: Members, acceptance: Acceptance) -> Example {
    Example {
        format: "packed",
        formats: Formats::standard(),
        registration: registration(),
        statement: Value::Map(statement),
        material: Material::Members(&["alg", "sig", "x5c"]),
        acceptance,
    }
}

#[test]
fn mutations_of_a_good_statement_are_not_accepted() {
    let key = Key::p384(5);
    let ca = Builder::ca("ca", &key).der(&common_name("root"), &root().1);
    let aaguid = octet_string(&AAGUID);
    let leaf = leaf().with_extension(oid::FIDO_AAGUID, false, &aaguid).der(&common_name("ca"), &key);
    example(with("x5c", x5c(&[leaf, ca])), Acceptance::Trusted).assert_no_mutation_is_accepted();
}

#[test]
fn mutations_of_a_self_attestation_are_not_accepted() {
    let signature = Key::p256(3).sign(&registration().signed_data());
    let statement = statement(ES256, Value::Bytes(signature), None);
    example(statement, Acceptance::Verified).assert_no_mutation_is_accepted();
}
