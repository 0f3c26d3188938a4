//! Tests of Android key attestation. [`Description`] makes a good key description, [`statement`] a good statement around
//! it; each test of a rule changes one thing.

use std::sync::Arc;

use ciborium::{Value, cbor};
use countersign_types::{Aaguid, AlgorithmIdentifier, Code};

use super::*;
use crate::{
    anchors::{AnchorList, TrustAnchor},
    format::table::Formats,
    oid::ANDROID_KEY_DESCRIPTION,
    path::limits::PathLimits,
    test_support::{
        NOW,
        certificates::{Builder, Key, common_name, root},
        mutations::{Acceptance, Example, Material},
        statements::{
            AAGUID, CLIENT_DATA_HASH, Members, Registration, assert_statement_malformed, encode, removed,
            replaced, x5c,
        },
    },
};

mod builder;
mod reading;

use builder::{Description, NULL, explicit, integer, purposes, root_of_trust};

const ES256: i64 = -7;

fn credential_key() -> Key {
    Key::p256(3)
}

fn registration() -> Registration {
    Registration::new(&credential_key(), AAGUID)
}

/// A certificate for this key, with this extension.
fn certificate(key: &Key, extension: &[u8]) -> Builder {
    Builder::attestation(key).with_extension(ANDROID_KEY_DESCRIPTION, false, extension)
}

fn leaf(extension: &[u8]) -> Vec<u8> {
    certificate(&credential_key(), extension).der(&common_name("root"), &root().1)
}

/// A statement that is good but for what may be wrong with its certificates, its members to be changed.
fn statement(certificates: &[Vec<u8>]) -> Members {
    vec![
        ("alg".into(), ES256.into()),
        ("sig".into(), Value::Bytes(credential_key().sign(&registration().signed_data()))),
        ("x5c".into(), x5c(certificates)),
    ]
}

fn good() -> Members {
    statement(&[leaf(&Description::new().der())])
}

fn with(member: &str, value: Value) -> Members {
    replaced(good(), member, value)
}

fn without(member: &str) -> Members {
    removed(good(), member)
}

fn verify_with(format: &AndroidKeyFormat, statement: Members) -> Result<Attestation, AttestationError> {
    let formats = Formats::empty().with_format(Arc::new(format.clone()));
    registration().verify_with(&formats, "android-key", &encode(&Value::Map(statement)))
}

fn verify(statement: Members) -> Result<Attestation, AttestationError> {
    verify_with(&AndroidKeyFormat::default(), statement)
}

fn verify_description_with(
    format: &AndroidKeyFormat,
    description: &Description,
) -> Result<Attestation, AttestationError> {
    verify_with(format, statement(&[leaf(&description.der())]))
}

fn verify_description(description: &Description) -> Result<Attestation, AttestationError> {
    verify_description_with(&AndroidKeyFormat::default(), description)
}

fn assert_malformed(statement: Members, fault: StatementError) {
    assert_statement_malformed(verify(statement), fault);
}

fn assert_unreadable(extension: &[u8]) {
    let error = verify(statement(&[leaf(extension)])).unwrap_err();
    let fault = AttestationCertificateError::Extension(ANDROID_KEY_DESCRIPTION);
    assert_eq!(error, AttestationError::CertificateInvalid(fault), "{extension:02x?}");
    assert_eq!(error.code(), Code::AttestationCertificateInvalid);
}

fn assert_fault_with(format: &AndroidKeyFormat, description: &Description, fault: AndroidKeyError) {
    let error = verify_description_with(format, description).unwrap_err();
    assert_eq!(error, AttestationError::CertificateInvalid(AttestationCertificateError::AndroidKey(fault)));
    assert_eq!(error.code(), Code::AttestationCertificateInvalid);
}

fn assert_fault(description: &Description, fault: AndroidKeyError) {
    assert_fault_with(&AndroidKeyFormat::default(), description, fault);
}

fn assert_not_accepted(
    format: &AndroidKeyFormat,
    description: &Description,
    fault: FormatConfigurationError,
) {
    let error = verify_description_with(format, description).unwrap_err();
    assert_eq!(error, AttestationError::NotAccepted(fault));
    assert_eq!(error.code(), Code::AttestationNotAccepted);
}

fn reported(attestation: &Attestation) -> &KeyDescription {
    let Details::Android(description) = attestation.details() else { panic!("{attestation:?}") };
    description
}

fn lenient() -> AndroidKeyFormat {
    AndroidKeyFormat::default().with_absent_authorizations(AbsentAuthorizations::Accept)
}

fn hardware() -> AndroidKeyFormat {
    AndroidKeyFormat::default().with_authorizations(Authorizations::HardwareEnforced)
}

#[test]
fn a_key_of_the_secure_environment_is_accepted_and_its_type_basic() {
    let attestation = verify(good()).unwrap();
    assert_eq!(attestation.format(), "android-key");
    assert_eq!(attestation.attestation_type(), AttestationType::Basic);
    // What it signs, software wrote: rule 387.
    assert_eq!(attestation.aaguid_source(), AaguidSource::Software);
    assert_eq!(attestation.trust_path().len(), 1);
}

#[test]
fn what_the_system_enforces_counts_too() {
    let mut description = Description::new();
    core::mem::swap(&mut description.software_enforced, &mut description.hardware_enforced);
    verify_description(&description).unwrap();
}

#[test]
fn rule_201_all_members_are_required() {
    for member in ["alg", "sig", "x5c"] {
        assert_malformed(without(member), StatementError::Missing(member));
    }
    assert_malformed(Vec::new(), StatementError::Missing("alg"));
}

#[test]
fn rule_201_members_of_another_type_are_malformed() {
    let wrong = |member, expected| StatementError::WrongType { member, expected };
    for value in [Value::Null, "ES256".into(), Value::Bytes(vec![0x26])] {
        assert_malformed(with("alg", value), wrong("alg", "an integer of 64 bits"));
    }
    for value in [Value::Null, "sig".into(), Value::Array(Vec::new())] {
        assert_malformed(with("sig", value), wrong("sig", "a byte string"));
    }
    assert_malformed(with("sig", Value::Bytes(Vec::new())), StatementError::Empty("sig"));
    for value in [Value::Null, Value::Bytes(leaf(&Description::new().der()))] {
        assert_malformed(with("x5c", value), wrong("x5c", "an array"));
    }
    assert_malformed(with("x5c", Value::Array(Vec::new())), StatementError::Empty("x5c"));
    assert_malformed(with("x5c", cbor!([null]).unwrap()), wrong("x5c", "an array of byte strings"));
}

#[test]
fn rule_202_alg_is_supported() {
    for algorithm in [0, 5, -65535] {
        let error = verify(with("alg", algorithm.into())).unwrap_err();
        assert_eq!(error, AttestationError::AlgorithmUnsupported(AlgorithmIdentifier(algorithm)));
        assert_eq!(error.code(), Code::AlgorithmUnsupported);
    }
}

#[test]
fn rule_203_the_signature_is_the_leaf_keys_over_authenticator_data_and_client_data_hash() {
    let data = registration().signed_data();
    let (authenticator_data, hash) = data.split_at(data.len() - 32);
    let mut flipped = data.clone();
    flipped[36] ^= 1;
    for signed in [&[hash, authenticator_data].concat(), authenticator_data, &flipped] {
        let error = verify(with("sig", Value::Bytes(credential_key().sign(signed)))).unwrap_err();
        assert_eq!(error, AttestationError::SignatureInvalid);
        assert_eq!(error.code(), Code::AttestationSignatureInvalid);
    }
    let error = verify(with("sig", Value::Bytes(root().1.sign(&data)))).unwrap_err();
    assert_eq!(error, AttestationError::SignatureInvalid);
}

#[test]
fn rule_203_alg_fits_the_leaf_key() {
    let error = verify(with("alg", (-257).into())).unwrap_err();
    assert_eq!(error, AttestationError::AlgorithmUnfit(AlgorithmIdentifier(-257)));
    assert_eq!(error.code(), Code::AttestationSignatureInvalid);
}

#[test]
fn rule_204_the_leaf_key_is_the_credentials() {
    for (algorithm, key) in [(ES256, Key::p256(4)), (-35, Key::p384(3)), (-8, Key::ed25519(3))] {
        let leaf = certificate(&key, &Description::new().der()).der(&common_name("root"), &root().1);
        let mut members = statement(&[leaf]);
        members[0].1 = algorithm.into();
        members[1].1 = Value::Bytes(key.sign(&registration().signed_data()));
        let error = verify(members).unwrap_err();
        assert_eq!(error, AttestationError::KeyMismatch(KeyMismatchError::Key));
        assert_eq!(error.code(), Code::AttestationKeyMismatch);
    }
}

#[test]
fn rule_204_keys_of_other_kinds_than_ec_are_compared_too() {
    let credential = |number: u8| {
        let x = Value::Bytes(Key::ed25519(number).public_bytes());
        Registration::with_credential_key(
            encode(&cbor!({ 1 => 1, 3 => -8, -1 => 6, -2 => x }).unwrap()),
            AAGUID,
        )
    };
    let verify = |registration: &Registration| {
        let key = Key::ed25519(3);
        let leaf = certificate(&key, &Description::new().der()).der(&common_name("root"), &root().1);
        let mut members = statement(&[leaf]);
        members[0].1 = (-8).into();
        members[1].1 = Value::Bytes(key.sign(&registration.signed_data()));
        registration.verify("android-key", &encode(&Value::Map(members)))
    };
    verify(&credential(3)).unwrap();
    assert_eq!(verify(&credential(4)), Err(AttestationError::KeyMismatch(KeyMismatchError::Key)));
}

#[test]
fn rule_205_alg_is_the_credential_keys() {
    let point = credential_key().public_bytes();
    let (x, y) = (Value::Bytes(point[1..33].into()), Value::Bytes(point[33..].into()));
    let key = cbor!({ 1 => 2, 3 => -9, -1 => 1, -2 => x, -3 => y }).unwrap();
    let registration = Registration::with_credential_key(encode(&key), AAGUID);
    let mut members = good();
    members[1].1 = Value::Bytes(credential_key().sign(&registration.signed_data()));
    let verify = |members: &[(Value, Value)]| {
        registration.verify("android-key", &encode(&Value::Map(members.to_vec())))
    };

    let (statement, credential) = (AlgorithmIdentifier(ES256), Some(AlgorithmIdentifier(-9)));
    let error = verify(&members).unwrap_err();
    assert_eq!(error, AttestationError::KeyMismatch(KeyMismatchError::Algorithm { statement, credential }));
    assert_eq!(error.code(), Code::AttestationKeyMismatch);

    members[0].1 = (-9).into();
    verify(&members).unwrap();
}

#[test]
fn rule_206_the_leaf_describes_its_key() {
    let bare = Builder::attestation(&credential_key()).der(&common_name("root"), &root().1);
    let error = verify(statement(&[bare])).unwrap_err();
    let fault = AttestationCertificateError::ExtensionMissing(ANDROID_KEY_DESCRIPTION);
    assert_eq!(error, AttestationError::CertificateInvalid(fault));
    assert_eq!(error.code(), Code::AttestationCertificateInvalid);
}

#[test]
fn rule_208_the_challenge_is_the_hash_of_client_data() {
    let longer = [&CLIENT_DATA_HASH[..], &[0]].concat();
    for challenge in [&[][..], &CLIENT_DATA_HASH[1..], &longer, &[0xcc; 32]] {
        let mut description = Description::new();
        description.attestation_challenge = challenge.to_vec();
        let error = verify_description(&description).unwrap_err();
        assert_eq!(error, AttestationError::BindingMismatch("attestationChallenge"));
        assert_eq!(error.code(), Code::AttestationBindingMismatch);
    }
}

#[test]
fn rule_209_not_all_applications_may_use_the_key_by_the_systems_word() {
    let description = Description::new().with_software(explicit(600, &NULL));
    assert_fault(&description, AndroidKeyError::AllApplications);
    // Also if the system's list does not count otherwise.
    verify_description_with(&hardware(), &Description::new()).unwrap();
    assert_fault_with(&hardware(), &description, AndroidKeyError::AllApplications);
}

#[test]
fn rule_210_not_all_applications_may_use_the_key_by_the_secure_environments_word() {
    let description = Description::new().with_hardware(explicit(600, &NULL));
    assert_fault(&description, AndroidKeyError::AllApplications);
    assert_fault_with(&lenient(), &description, AndroidKeyError::AllApplications);
}

#[test]
fn rule_211_an_absent_origin_is_rejected_unless_configured_otherwise() {
    let description = Description::new().without(702);
    assert_fault(&description, AndroidKeyError::OriginAbsent);
    verify_description_with(&lenient(), &description).unwrap();
}

#[test]
fn rule_211_only_the_lists_that_count_are_looked_at() {
    let description = Description::new().without(702).with_software(explicit(702, &integer(&[0])));
    verify_description(&description).unwrap();
    assert_fault_with(&hardware(), &description, AndroidKeyError::OriginAbsent);
}

#[test]
fn rule_212_the_key_was_generated_in_the_key_store() {
    for origin in [1, 2, 3, 4, 5] {
        let fault = AndroidKeyError::NotGenerated { origin: u32::from(origin) };
        let description = Description::new().replaced(702, &integer(&[origin]));
        assert_fault(&description, fault);
        assert_fault_with(&lenient(), &description, fault);
        // Beside the good word of the secure environment.
        let contradicting = Description::new().with_software(explicit(702, &integer(&[origin])));
        assert_fault(&contradicting, fault);
        verify_description_with(&hardware(), &contradicting).unwrap();
    }
}

#[test]
fn rule_213_the_key_is_for_signing() {
    for values in [&[][..], &[0], &[3], &[7], &[0, 1, 3]] {
        let description = Description::new().without(1).with_hardware(purposes(values));
        assert_fault(&description, AndroidKeyError::NotForSigning);
        assert_fault_with(&lenient(), &description, AndroidKeyError::NotForSigning);
    }
}

#[test]
fn rule_213_an_absent_purpose_is_rejected_unless_configured_otherwise() {
    let description = Description::new().without(1);
    assert_fault(&description, AndroidKeyError::PurposeAbsent);
    verify_description_with(&lenient(), &description).unwrap();
    let by_software = description.with_software(purposes(&[2]));
    verify_description(&by_software).unwrap();
    assert_fault_with(&hardware(), &by_software, AndroidKeyError::PurposeAbsent);
}

#[test]
fn rule_214_the_key_is_only_for_signing_unless_configured_otherwise() {
    let among_others = AndroidKeyFormat::default().with_purposes(Purposes::SignAmongOthers);
    for (values, purpose) in [([2, 3], 3), ([3, 2], 3), ([2, 7], 7)] {
        let description = Description::new().without(1).with_hardware(purposes(&values));
        assert_fault(&description, AndroidKeyError::AnotherPurpose { purpose });
        verify_description_with(&among_others, &description).unwrap();
    }
    let by_software = Description::new().with_software(purposes(&[3]));
    assert_fault(&by_software, AndroidKeyError::AnotherPurpose { purpose: 3 });
    verify_description_with(&hardware(), &by_software).unwrap();
}

#[test]
fn rule_215_a_software_key_is_rejected_if_only_the_secure_environments_list_counts() {
    let error = FormatConfigurationError::SecurityLevelNotAccepted(SecurityLevel::Software);
    let mut attested_by_software = Description::new();
    attested_by_software.attestation_security_level = 0;
    let mut kept_by_software = Description::new();
    kept_by_software.keymaster_security_level = 0;
    for description in [attested_by_software, kept_by_software] {
        verify_description(&description).unwrap();
        assert_not_accepted(&hardware(), &description, error);
    }
}

#[test]
fn security_levels_are_reported() {
    use SecurityLevel::{Software, StrongBox, TrustedEnvironment};
    let known = [Software, TrustedEnvironment, StrongBox];
    for (number, level) in [(0, Software), (1, TrustedEnvironment), (2, StrongBox)] {
        let mut description = Description::new();
        description.attestation_security_level = number;
        let attestation = verify_description(&description).unwrap();
        let reported = reported(&attestation);
        assert_eq!(reported.attestation_security_level, level);
        for minimum in known {
            let below = [level, TrustedEnvironment].into_iter().find(|level| !level.is_at_least(minimum));
            assert_eq!(reported.below(minimum), below);
        }
    }
}

#[test]
fn rule_216_an_unknown_security_level_is_rejected() {
    let error = FormatConfigurationError::SecurityLevelNotAccepted(SecurityLevel::Other(3));
    let mut attested = Description::new();
    attested.attestation_security_level = 3;
    let mut protected = Description::new();
    protected.keymaster_security_level = 3;
    for description in [attested, protected] {
        assert_not_accepted(&AndroidKeyFormat::default(), &description, error);
    }
}

#[test]
fn rule_219_the_chain_ends_at_one_of_several_roots_which_may_be_left_out() {
    let other = Key::p256(9);
    let other = TrustAnchor::from_certificate(Builder::ca("other", &other).self_signed(&other));
    let leaf = leaf(&Description::new().der());
    let with_root = [leaf, root().0.certificate().as_der().to_vec()];
    for x5c in [&with_root[..1], &with_root] {
        let attestation = verify(statement(x5c)).unwrap();
        let judge = |anchors| {
            let (anchors, limits) = (AnchorList::new(anchors), PathLimits::default());
            let verifiers = registration().verifiers;
            attestation.validate_trust_path(Aaguid::from_bytes(AAGUID), &anchors, NOW, &verifiers, &limits)
        };
        judge(vec![other.clone(), root().0]).unwrap();
        assert_eq!(judge(vec![other.clone()]).unwrap_err().code(), Code::AttestationUntrusted);
    }
}

#[test]
fn the_boot_state_is_reported_by_the_list_that_has_it() {
    use VerifiedBootState::{Failed, Other, SelfSigned, Unverified, Verified};
    for (number, state) in [(0, Verified), (1, SelfSigned), (2, Unverified), (3, Failed), (4, Other(4))] {
        for (locked, is_locked) in [(0xff, true), (0x00, false)] {
            let description = Description::new().replaced(704, &root_of_trust(locked, number));
            let attestation = verify_description(&description).unwrap();
            let root = reported(&attestation).hardware_enforced.root_of_trust.as_ref().unwrap();
            assert_eq!((root.device_locked, root.verified_boot_state), (is_locked, state));
        }
    }
    let description = Description::new().without(704).with_software(explicit(704, &root_of_trust(0xff, 0)));
    let attestation = verify_description(&description).unwrap();
    assert_eq!(reported(&attestation).hardware_enforced.root_of_trust, None);
}

#[test]
fn rule_222_only_the_leaf_describes_a_key() {
    // An attested key that signs a certificate for one that is not.
    let attested = Key::p256(5);
    let description = Description::new().der();
    let issuer = |extension: Option<&[u8]>| {
        let builder = Builder::ca("attested", &attested);
        let builder = match extension {
            Some(value) => builder.with_extension(ANDROID_KEY_DESCRIPTION, false, value),
            None => builder,
        };
        builder.der(&common_name("root"), &root().1)
    };
    let leaf = certificate(&credential_key(), &description).der(&common_name("attested"), &attested);
    let bare = Builder::attestation(&credential_key()).der(&common_name("attested"), &attested);
    verify(statement(&[leaf.clone(), issuer(None)])).unwrap();
    for (x5c, position) in [
        (vec![leaf.clone(), issuer(Some(&description))], 1),
        (vec![leaf.clone(), issuer(Some(&[]))], 1),
        (vec![leaf, issuer(None), issuer(Some(&description))], 2),
        (vec![bare, issuer(Some(&description))], 1),
    ] {
        let error = verify(statement(&x5c)).unwrap_err();
        let fault =
            AttestationCertificateError::ExtensionMisplaced { identifier: ANDROID_KEY_DESCRIPTION, position };
        assert_eq!(error, AttestationError::CertificateInvalid(fault));
        assert_eq!(error.code(), Code::AttestationCertificateInvalid);
    }
}

#[test]
fn an_error_is_one_line_with_its_causes() {
    let error = verify_description(&Description::new().replaced(702, &integer(&[2]))).unwrap_err();
    let mut line = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    assert_eq!(
        line,
        "invalid attestation certificate: its key is not a credential key: \
         the key's origin is 2, expected 0 (generated)"
    );
}

#[test]
fn mutations_of_a_good_statement_are_not_accepted() {
    let example = Example {
        format: "android-key",
        formats: Formats::standard(),
        registration: registration(),
        statement: Value::Map(good()),
        material: Material::Members(&["alg", "sig", "x5c"]),
        acceptance: Acceptance::Trusted,
    };
    example.assert_no_mutation_is_accepted();
}
