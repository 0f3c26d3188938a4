//! Tests of compound attestation. [`packed`] and [`self_attested`] make good parts; each test of a rule changes one
//! thing.

use std::sync::Arc;

use ciborium::{Value, cbor};
use countersign_types::{Aaguid, Code};

use core::num::NonZeroUsize;

use super::*;
use crate::{
    anchors::TrustAnchors,
    oid,
    test_support::{
        certificates::{Builder, Key, common_name, root},
        mutations::{Acceptance, Example, Material},
        statements::{AAGUID, Registration, assert_no_flipped_bit_is_trusted, encode},
    },
};
use countersign_authenticator::der::{element, octet_string, sequence};

fn registration() -> Registration {
    Registration::new(&Key::p256(3), AAGUID)
}

fn part(format: &str, statement: Value) -> Value {
    Value::Map(vec![("fmt".into(), format.into()), ("attStmt".into(), statement)])
}

fn packed_with(certificate: &Builder, copies: usize) -> Value {
    let signature = Value::Bytes(Key::p256(2).sign(&registration().signed_data()));
    let der = certificate.der(&common_name("root"), &root().1);
    let x5c = Value::Array(vec![Value::Bytes(der); copies]);
    part("packed", cbor!({ "alg" => -7, "sig" => signature, "x5c" => x5c }).unwrap())
}

fn packed() -> Value {
    packed_with(&Builder::attestation(&Key::p256(2)), 1)
}

fn signed_by(key: &Key) -> Value {
    let signature = Value::Bytes(key.sign(&registration().signed_data()));
    part("packed", cbor!({ "alg" => -7, "sig" => signature }).unwrap())
}

fn self_attested() -> Value {
    signed_by(&Key::p256(3))
}

fn none() -> Value {
    part("none", Value::Map(Vec::new()))
}

/// The signature is another key's.
fn failing() -> Value {
    signed_by(&Key::p256(4))
}

fn unknown() -> Value {
    part("example.org.format", Value::Map(Vec::new()))
}

fn any() -> CompoundConfiguration {
    CompoundConfiguration::new(Quorum::Any)
}

fn at_least(count: usize) -> CompoundConfiguration {
    CompoundConfiguration::new(Quorum::AtLeast(NonZeroUsize::new(count).unwrap()))
}

fn verify_by(policy: CompoundConfiguration, statement: &Value) -> Result<Attestation, AttestationError> {
    let formats = Formats::standard().with_format(Arc::new(CompoundFormat::new(policy)));
    registration().verify_with(&formats, "compound", &encode(statement))
}

fn verify(parts: &[Value]) -> Result<Attestation, AttestationError> {
    verify_by(CompoundConfiguration::default(), &Value::Array(parts.to_vec()))
}

fn rejected(policy: CompoundConfiguration, parts: &[Value]) -> AttestationError {
    verify_by(policy, &Value::Array(parts.to_vec())).unwrap_err()
}

fn accepted(policy: CompoundConfiguration, parts: &[Value]) -> Attestation {
    verify_by(policy, &Value::Array(parts.to_vec())).unwrap()
}

fn failed(position: usize, error: AttestationError) -> AttestationError {
    CompoundError::PartFailed { position, error: Box::new(error) }.into()
}

fn assert_malformed(statement: &Value, fault: StatementError) {
    // Whatever the policy.
    let expected = AttestationError::StatementMalformed(fault);
    for policy in [CompoundConfiguration::default(), any(), at_least(1)] {
        let error = verify_by(policy, statement).unwrap_err();
        assert_eq!(error, expected);
        assert_eq!(error.code(), Code::AttestationStatementMalformed);
    }
}

#[test]
fn each_part_is_verified_and_kept() {
    let attestation = verify(&[packed(), self_attested(), none()]).unwrap();
    assert_eq!(attestation.format(), "compound");
    assert!(attestation.trust_path().is_empty());
    assert!(attestation.covers_authenticator_data());
    let parts: Vec<_> =
        attestation.parts().iter().map(|part| (part.format(), part.result().unwrap())).collect();
    assert_eq!(parts.iter().map(|(format, _)| *format).collect::<Vec<_>>(), ["packed", "packed", "none"]);
    let types: Vec<_> = parts.iter().map(|(_, result)| result.attestation_type()).collect();
    assert_eq!(types, [AttestationType::Uncertain, AttestationType::SelfAttestation, AttestationType::None]);
    assert_eq!(parts[0].1.trust_path().len(), 1);
}

#[test]
fn the_type_is_what_the_certified_parts_agree_on() {
    let of = |parts: &[Value]| verify(parts).unwrap().attestation_type();
    assert_eq!(of(&[self_attested(), packed()]), AttestationType::Uncertain);
    assert_eq!(of(&[none(), self_attested()]), AttestationType::SelfAttestation);
    assert_eq!(of(&[none(), none()]), AttestationType::None);
    assert_eq!(of(&[packed(), apple()]), AttestationType::Uncertain);
    assert_eq!(of(&[apple(), packed()]), AttestationType::Uncertain);
    assert_eq!(of(&[apple(), apple()]), AttestationType::AnonCa);
    assert_eq!(of(&[apple(), none()]), AttestationType::AnonCa);
}

fn apple() -> Value {
    let nonce = countersign_cose::hash::sha256(&[&registration().signed_data()]);
    let value = sequence(&[&element(0xa1, &octet_string(&nonce))]);
    let certificate = Builder::attestation(&Key::p256(3)).with_extension(oid::APPLE_NONCE, false, &value);
    let x5c = Value::Array(vec![Value::Bytes(certificate.der(&common_name("root"), &root().1))]);
    part("apple", cbor!({ "x5c" => x5c }).unwrap())
}

#[test]
fn parts_are_verified_by_the_table_that_the_format_is_in() {
    let formats = Formats::empty().with_format(Arc::new(CompoundFormat::default()));
    let statement = encode(&Value::Array(vec![none(), none()]));
    let error = registration().verify_with(&formats, "compound", &statement).unwrap_err();
    assert_eq!(error, failed(0, AttestationError::FormatUnsupported("none".to_owned())));
}

#[test]
fn rule_251_the_statement_is_an_array() {
    for statement in [packed(), Value::Null, Value::Bytes(vec![0x80]), "text".into(), 2.into()] {
        assert_malformed(&statement, StatementError::NotArray);
    }
    let error = registration().verify("compound", &[0x82, 0xa0]).unwrap_err();
    assert_eq!(error, AttestationError::StatementMalformed(StatementError::NotCbor));
}

#[test]
fn rule_252_there_are_two_parts_or_more() {
    assert_malformed(&Value::Array(Vec::new()), StatementError::TooFewParts(0));
    assert_malformed(&Value::Array(vec![packed()]), StatementError::TooFewParts(1));
}

#[test]
fn rule_253_a_part_is_a_map_with_fmt_and_att_stmt() {
    let empty = || Value::Map(Vec::new());
    let wrong = StatementError::WrongType { member: "fmt", expected: "a text" };
    for (second, fault) in [
        (Value::Null, StatementError::NotMap),
        (Value::Array(vec!["packed".into(), empty()]), StatementError::NotMap),
        (Value::Bytes(encode(&packed())), StatementError::NotMap),
        (empty(), StatementError::Missing("fmt")),
        (cbor!({ "fmt" => "none" }).unwrap(), StatementError::Missing("attStmt")),
        (cbor!({ "attStmt" => empty() }).unwrap(), StatementError::Missing("fmt")),
        (cbor!({ "fmt" => null, "attStmt" => empty() }).unwrap(), wrong.clone()),
        (cbor!({ "fmt" => 1, "attStmt" => empty() }).unwrap(), wrong),
    ] {
        let fault = StatementError::Part { position: 1, error: Box::new(fault) };
        assert_malformed(&Value::Array(vec![packed(), second]), fault);
    }
}

#[test]
fn a_part_may_have_more_members() {
    let none =
        cbor!({ "fmt" => "none", "attStmt" => Value::Map(Vec::new()), "more" => 1, 2 => null }).unwrap();
    verify(&[packed(), none]).unwrap();
}

#[test]
fn rule_254_a_part_is_not_compound_itself() {
    let fault = StatementError::Part { position: 1, error: Box::new(StatementError::Nested) };
    let inner = part("compound", Value::Array(vec![none(), none()]));
    assert_malformed(&Value::Array(vec![packed(), inner]), fault.clone());
    assert_malformed(&Value::Array(vec![packed(), part("compound", Value::Null)]), fault);
}

#[test]
fn rule_255_a_part_of_an_unknown_format_needs_a_policy_that_is_content_with_the_others() {
    for (format, second) in [
        ("example.org.format", unknown()),
        ("None", part("None", Value::Map(Vec::new()))),
        ("Compound", part("Compound", Value::Map(Vec::new()))),
    ] {
        let expected = failed(1, AttestationError::FormatUnsupported(format.to_owned()));
        for policy in [CompoundConfiguration::default(), at_least(2), any().with_required_format(format)] {
            let error = rejected(policy, &[packed(), second.clone()]);
            assert_eq!(error, expected);
            assert_eq!(error.code(), Code::AttestationFormatUnsupported);
        }
        let attestation = accepted(any(), &[packed(), second]);
        let unsupported = AttestationError::FormatUnsupported(format.to_owned());
        assert_eq!(attestation.parts()[1].result(), Err(&unsupported));
    }
}

#[test]
fn rule_256_as_many_parts_verify_as_the_policy_wants() {
    let bad = failed(1, AttestationError::SignatureInvalid);
    let parts = [packed(), failing(), none()];
    assert_eq!(rejected(CompoundConfiguration::default(), &parts), bad);
    assert_eq!(bad.code(), Code::AttestationSignatureInvalid);
    assert_eq!(rejected(at_least(3), &parts), bad);
    for policy in [any(), at_least(1), at_least(2)] {
        let attestation = accepted(policy, &parts);
        assert_eq!(attestation.parts()[1].result(), Err(&AttestationError::SignatureInvalid));
    }
    assert_eq!(rejected(any(), &[failing(), failing()]), failed(0, AttestationError::SignatureInvalid));

    let error = rejected(at_least(3), &[packed(), none()]);
    assert_eq!(error, CompoundError::TooFewVerified { expected: 3, got: 2 }.into());
    assert_eq!(error.code(), Code::AttestationNotAccepted);
}

#[test]
fn rule_256_formats_that_the_policy_wants_are_among_them() {
    accepted(any().with_required_format("packed").with_required_format("none"), &[packed(), none()]);
    let error = rejected(any().with_required_format("tpm"), &[packed(), none()]);
    assert_eq!(error, CompoundError::FormatMissing("tpm".to_owned()).into());
    assert_eq!(error.code(), Code::AttestationNotAccepted);
    let error = rejected(any().with_required_format("packed"), &[none(), failing()]);
    assert_eq!(error, failed(1, AttestationError::SignatureInvalid));
}

#[test]
fn rule_258_parts_that_disagree_on_the_aaguid_are_rejected_under_any_quorum() {
    let named = |aaguid: &[u8]| {
        let certificate = Builder::attestation(&Key::p256(2));
        packed_with(&certificate.with_extension(oid::FIDO_AAGUID, false, &octet_string(aaguid)), 1)
    };
    let other = *b"another's model!";
    let mismatch = AttestationError::AaguidMismatch {
        certificate: Aaguid::from_bytes(other),
        authenticator: Aaguid::from_bytes(AAGUID),
    };
    for policy in [CompoundConfiguration::default(), any(), at_least(1)] {
        accepted(policy.clone(), &[packed(), named(&AAGUID)]);
        let error = rejected(policy, &[packed(), named(&other)]);
        assert_eq!(error, failed(1, mismatch.clone()));
        assert_eq!(error.code(), Code::AttestationAaguidMismatch);
    }
}

#[test]
fn rule_259_the_number_of_parts_is_bounded() {
    verify(&vec![none(); PARTS_MAX]).unwrap();
    let error = verify(&vec![none(); PARTS_MAX + 1]).unwrap_err();
    assert_eq!(error, CompoundError::TooManyParts(PARTS_MAX + 1).into());
    assert_eq!(error.code(), Code::AttestationStatementMalformed);
    // The last that is allowed is read, and none after it.
    let mut parts = vec![none(); PARTS_MAX];
    parts[PARTS_MAX - 1] = Value::Null;
    let fault = StatementError::Part { position: PARTS_MAX - 1, error: Box::new(StatementError::NotMap) };
    assert_malformed(&Value::Array(parts), fault);
    for surplus in 1..=2 {
        let parts = [vec![none(); PARTS_MAX], vec![Value::Null; surplus]].concat();
        assert_eq!(verify(&parts).unwrap_err(), CompoundError::TooManyParts(PARTS_MAX + surplus).into());
    }
}

#[test]
fn rule_259_the_number_of_certificates_is_bounded() {
    let eight = packed_with(&Builder::attestation(&Key::p256(2)), 8);
    let full = vec![eight; PART_CERTIFICATES_MAX / 8];
    verify(&full).unwrap();
    let error = verify(&[&full[..], &[packed()]].concat()).unwrap_err();
    assert_eq!(error, CompoundError::TooManyCertificates(PART_CERTIFICATES_MAX + 1).into());
    assert_eq!(error.code(), Code::AttestationStatementMalformed);
}

#[test]
fn no_statement_with_a_flipped_bit_is_trusted() {
    let statement = encode(&Value::Array(vec![packed(), self_attested(), apple()]));
    assert_no_flipped_bit_is_trusted(&statement, statement.len(), |flipped| {
        registration().verify("compound", flipped)
    });
}

mod trust {
    //! What a compound attestation needs to be trusted.

    use super::*;
    use crate::{
        anchors::{AnchorList, AnchorQuery, TrustAnchor},
        path::{
            error::{PathError, UntrustedError},
            limits::PathLimits,
        },
        test_support::{links, statements::CLIENT_DATA_HASH},
        trust::Trust,
    };

    /// A part with a certificate of an unknown CA.
    fn stranger() -> Value {
        let key = Key::p256(5);
        let signature = Value::Bytes(key.sign(&registration().signed_data()));
        let der = Builder::attestation(&key).der(&common_name("stranger"), &Key::p256(9));
        let x5c = Value::Array(vec![Value::Bytes(der)]);
        part("packed", cbor!({ "alg" => -7, "sig" => signature, "x5c" => x5c }).unwrap())
    }

    fn u2f() -> Value {
        let point = Key::p256(3).public_bytes();
        let message = [&[0][..], &[0xab; 32], &CLIENT_DATA_HASH, &[7], &point].concat();
        let signature = Value::Bytes(Key::p256(6).sign(&message));
        let der = Builder::attestation(&Key::p256(6)).der(&common_name("root"), &root().1);
        let x5c = Value::Array(vec![Value::Bytes(der)]);
        part("fido-u2f", cbor!({ "sig" => signature, "x5c" => x5c }).unwrap())
    }

    fn assess(policy: CompoundConfiguration, parts: &[Value]) -> Result<Trust, PathError> {
        assess_with(policy, parts, &AnchorList::new([root().0]), &PathLimits::default())
    }

    fn assess_with(
        policy: CompoundConfiguration,
        parts: &[Value],
        anchors: &dyn TrustAnchors,
        limits: &PathLimits,
    ) -> Result<Trust, PathError> {
        let attestation = accepted(policy, parts);
        links::assess(&attestation, Aaguid::from_bytes(AAGUID), anchors, limits)
    }

    fn untrusted(obstacle: UntrustedError) -> PathError {
        let error = PathError::Untrusted(obstacle);
        assert_eq!(error.code(), Code::AttestationUntrusted);
        error
    }

    #[test]
    fn each_certified_part_has_a_path() {
        let trust = assess(CompoundConfiguration::default(), &[packed(), none(), u2f()]).unwrap();
        assert_eq!(trust.paths().len(), 2);
        assert!(trust.covers_authenticator_data());
    }

    #[test]
    fn rule_257_parts_of_type_none_and_self_are_never_trusted() {
        for policy in [CompoundConfiguration::default(), any(), at_least(1), at_least(2)] {
            let error = assess(policy.clone(), &[none(), self_attested()]).unwrap_err();
            assert_eq!(error, untrusted(UntrustedError::NoCertificate));
        }
        // Two verify, of which one counts.
        let parts = [packed(), self_attested()];
        let error = assess(at_least(2), &parts).unwrap_err();
        assert_eq!(error, untrusted(UntrustedError::TooFewParts { expected: 2, got: 1 }));
        for policy in [CompoundConfiguration::default(), any(), at_least(1)] {
            assert_eq!(assess(policy, &parts).unwrap().paths().len(), 1);
        }
    }

    #[test]
    fn rule_257_a_part_without_a_path_is_not_made_up_for_by_a_self_part() {
        for policy in [CompoundConfiguration::default(), any(), at_least(1), at_least(2)] {
            let error = assess(policy, &[stranger(), self_attested()]).unwrap_err();
            assert_eq!(error, untrusted(UntrustedError::IssuerUnknown));
        }
    }

    #[test]
    fn rule_256_as_many_certified_parts_have_a_path_as_the_policy_wants() {
        let parts = [packed(), stranger()];
        for policy in [CompoundConfiguration::default(), at_least(2)] {
            assert_eq!(assess(policy, &parts).unwrap_err(), untrusted(UntrustedError::IssuerUnknown));
        }
        for policy in [any(), at_least(1)] {
            assert_eq!(assess(policy, &parts).unwrap().paths().len(), 1);
        }
    }

    #[test]
    fn rule_256_the_same_attestation_key_counts_once() {
        assess(at_least(2), &[packed(), u2f()]).unwrap();
        let error = assess(at_least(2), &[packed(), packed()]).unwrap_err();
        assert_eq!(error, untrusted(UntrustedError::TooFewParts { expected: 2, got: 1 }));
    }

    #[test]
    fn rule_256_a_format_that_the_policy_wants_has_a_path() {
        let policy = any().with_required_format("packed");
        assess(policy.clone(), &[packed(), u2f()]).unwrap();
        let error = assess(policy.clone(), &[self_attested(), u2f()]).unwrap_err();
        assert_eq!(error, untrusted(UntrustedError::PartMissing("packed".to_owned())));
        let error = assess(policy, &[stranger(), u2f()]).unwrap_err();
        assert_eq!(error, untrusted(UntrustedError::IssuerUnknown));
    }

    #[test]
    fn a_part_that_does_not_cover_the_authenticator_data_does_not_attest_it() {
        assert!(!verify(&[u2f(), none()]).unwrap().covers_authenticator_data());
        assert!(!assess(any(), &[u2f(), self_attested()]).unwrap().covers_authenticator_data());
        assert!(!assess(any(), &[u2f(), stranger()]).unwrap().covers_authenticator_data());
        assert!(assess(any(), &[u2f(), packed()]).unwrap().covers_authenticator_data());
    }

    #[derive(Debug)]
    struct PackedAlone(TrustAnchor);

    impl TrustAnchors for PackedAlone {
        fn anchors(&self, query: &AnchorQuery<'_>) -> std::borrow::Cow<'_, [TrustAnchor]> {
            if query.format == "packed" { vec![self.0.clone()].into() } else { Vec::new().into() }
        }
    }

    #[test]
    fn anchors_are_asked_for_each_parts_format() {
        let anchors = PackedAlone(root().0);
        let limits = PathLimits::default();
        assess_with(CompoundConfiguration::default(), &[packed(), none()], &anchors, &limits).unwrap();
        let error =
            assess_with(CompoundConfiguration::default(), &[packed(), u2f()], &anchors, &limits).unwrap_err();
        assert_eq!(error, untrusted(UntrustedError::NoAnchor));
    }

    #[test]
    fn rule_259_signature_checks_are_bounded_for_all_parts_together() {
        let anchors = AnchorList::new([root().0]);
        let parts = [packed(), u2f()];
        let limits = PathLimits::default().with_signature_checks(2);
        assess_with(CompoundConfiguration::default(), &parts, &anchors, &limits).unwrap();
        let error =
            assess_with(CompoundConfiguration::default(), &parts, &anchors, &limits.with_signature_checks(1));
        assert_eq!(error.unwrap_err(), PathError::BudgetExceeded(0));
    }
}

#[test]
fn mutations_of_a_good_statement_are_not_accepted() {
    let example = Example {
        format: "compound",
        formats: Formats::standard(),
        registration: registration(),
        statement: Value::Array(vec![packed(), self_attested(), none()]),
        material: Material::Parts(&["alg", "sig", "x5c"]),
        acceptance: Acceptance::Trusted,
    };
    example.assert_no_mutation_is_accepted();
}
