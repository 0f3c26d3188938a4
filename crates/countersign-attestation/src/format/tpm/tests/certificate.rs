//! The attestation key's certificate.

use super::*;

fn assert_certificate(leaf: Builder, fault: AttestationCertificateError) {
    let expected = AttestationError::CertificateInvalid(fault);
    good().with_leaf(leaf).assert_error(&expected, Code::AttestationCertificateInvalid);
}

fn good_leaf() -> Builder {
    good().leaf
}

fn with_names(value: &[u8]) -> Builder {
    good_leaf().with_extension(oid::SUBJECT_ALT_NAME, true, value)
}

fn with_attributes(attributes: &[Attribute]) -> Builder {
    with_names(&alternative_name(attributes))
}

fn with_attribute(attribute: Attribute) -> Builder {
    let mut attributes = tpm();
    attributes.retain(|other| other.identifier != attribute.identifier);
    attributes.push(attribute);
    with_attributes(&attributes)
}

#[test]
fn rule_192_the_certificate_has_version_3() {
    let mut version_1 = good_leaf();
    version_1.version = 1;
    assert_certificate(version_1, AttestationCertificateError::Version(1));
    let mut version_2 = good_leaf();
    version_2.version = 2;
    assert_certificate(version_2, AttestationCertificateError::Version(2));
}

#[test]
fn rule_193_the_subject_is_empty() {
    let mut named = good_leaf();
    named.subject = vec![text(&oid::COMMON_NAME, "TPM")];
    assert_certificate(named, AttestationCertificateError::SubjectNotEmpty);
}

#[test]
fn rule_194_the_alternative_name_is_there_and_not_empty() {
    let missing = good_leaf().without_extension(&oid::SUBJECT_ALT_NAME);
    assert_certificate(missing, AttestationCertificateError::ExtensionMissing(oid::SUBJECT_ALT_NAME));
    let manufacturer = AttestationCertificateError::AlternativeName(oid::TPM_MANUFACTURER);
    for names in [sequence(&[]), alternative_name(&[]), sequence(&[&element(0x82, b"tpm.example")])] {
        assert_certificate(with_names(&names), manufacturer.clone());
    }
    let good = alternative_name(&tpm());
    for names in [
        Vec::new(),
        [&good[..], &[0]].concat(),
        name(&tpm()),
        element(0x31, &good),
        // The name's own tag, and one tag too many.
        sequence(&[&element(0xa4, &element(0x31, &[]))]),
        sequence(&[&element(0xa4, &[name(&tpm()), name(&[])].concat())]),
    ] {
        let error = good_leaf().with_extension(oid::SUBJECT_ALT_NAME, true, &names);
        let got = super::good().with_leaf(error).verify().unwrap_err();
        assert_eq!(got.code(), Code::AttestationCertificateInvalid, "{names:02x?}");
    }
}

#[test]
fn rule_195_an_alternative_name_that_is_not_critical_is_accepted_and_can_be_seen() {
    let lax = good_leaf().with_extension(oid::SUBJECT_ALT_NAME, false, &alternative_name(&tpm()));
    let attestation = good().with_leaf(lax).verify().unwrap();
    assert!(!attestation.trust_path()[0].extension(&oid::SUBJECT_ALT_NAME).unwrap().critical);
}

#[test]
fn rule_196_the_alternative_name_has_manufacturer_model_and_version_once() {
    for attribute in [oid::TPM_MANUFACTURER, oid::TPM_MODEL, oid::TPM_VERSION] {
        let fault = AttestationCertificateError::AlternativeName(attribute.clone());
        let mut missing = tpm();
        missing.retain(|other| other.identifier != attribute.as_contents());
        assert_certificate(with_attributes(&missing), fault.clone());

        let mut twice = tpm();
        twice.extend(tpm().into_iter().filter(|other| other.identifier == attribute.as_contents()));
        assert_certificate(with_attributes(&twice), fault.clone());

        assert_certificate(with_attribute(text(&attribute, "")), fault.clone());
        let bytes = Attribute::with_tag(attribute.as_contents(), 0x04, b"id:49465800");
        assert_certificate(with_attribute(bytes), fault);
    }
}

#[test]
fn the_three_attributes_may_be_in_one_relative_name_next_to_other_names() {
    let attributes: Vec<_> = tpm().iter().map(Attribute::to_der).collect();
    let one = sequence(&[&element(0x31, &attributes.concat())]);
    let hardware_module_name =
        element(0xa0, &[element(0x06, &[0x2b]), element(0xa0, &sequence(&[]))].concat());
    let names = sequence(&[&hardware_module_name, &element(0xa4, &one), &element(0x82, b"tpm.example")]);
    let attestation = good().with_leaf(with_names(&names)).verify().unwrap();
    assert_eq!(details(&attestation).model, "SLB9670");
}

#[test]
fn rule_197_the_manufacturer_is_id_and_eight_hexadecimal_digits() {
    for manufacturer in ["id:FFFFF1D0", "id:53544d20", "id:00000000"] {
        let leaf = with_attribute(text(&oid::TPM_MANUFACTURER, manufacturer));
        let attestation = good().with_leaf(leaf).verify().unwrap();
        let got = details(&attestation).manufacturer.to_string();
        assert_eq!(got, manufacturer.replace("4d", "4D"));
    }
    for manufacturer in
        ["INTC", "49465800", "id:", "id:4946580", "id:494658000", "id:4946580G", "ID:49465800", "id:+4946580"]
    {
        let changed = with_attribute(text(&oid::TPM_MANUFACTURER, manufacturer));
        assert_certificate(changed, AttestationCertificateError::AlternativeName(oid::TPM_MANUFACTURER));
    }
}

#[test]
fn rule_198_the_extended_key_usage_is_an_attestation_keys() {
    let missing = good_leaf().without_extension(&oid::EXTENDED_KEY_USAGE);
    assert_certificate(missing, AttestationCertificateError::ExtensionMissing(oid::EXTENDED_KEY_USAGE));
    // 2.5.29.37.0, any; 2.23.133.8.1, tcg-kp-EKCertificate.
    let others = [&[0x55, 0x1d, 0x25, 0x00][..], &[0x67, 0x81, 0x05, 0x08, 0x01]].map(Oid::from_contents);
    for other in &others {
        let value = purposes(std::slice::from_ref(other));
        let changed = good_leaf().with_extension(oid::EXTENDED_KEY_USAGE, false, &value);
        assert_certificate(changed, AttestationCertificateError::Purpose(oid::TPM_AIK_CERTIFICATE));
    }
    let value = purposes(&[others[1].clone(), oid::TPM_AIK_CERTIFICATE]);
    good().with_leaf(good_leaf().with_extension(oid::EXTENDED_KEY_USAGE, true, &value)).verify().unwrap();
}

#[test]
fn rule_199_basic_constraints_say_that_the_certificate_is_no_cas() {
    let missing = good_leaf().without_extension(&oid::BASIC_CONSTRAINTS);
    assert_certificate(missing, AttestationCertificateError::BasicConstraintsMissing);
    let ca = good_leaf().with_extension(oid::BASIC_CONSTRAINTS, true, &[0x30, 0x03, 0x01, 0x01, 0xff]);
    assert_certificate(ca, AttestationCertificateError::IsCa);
}

#[test]
fn rule_200_the_certificates_aaguid_is_the_authenticators() {
    let with_aaguid = |value: &[u8]| good_leaf().with_extension(oid::FIDO_AAGUID, false, value);
    good().with_leaf(with_aaguid(&octet_string(&AAGUID))).verify().unwrap();

    let parts = good().with_leaf(with_aaguid(&octet_string(&[7; 16])));
    let (certificate, authenticator) = (Aaguid::from_bytes([7; 16]), Aaguid::from_bytes(AAGUID));
    let expected = AttestationError::AaguidMismatch { certificate, authenticator };
    parts.assert_error(&expected, Code::AttestationAaguidMismatch);

    // Wrapped once only.
    assert_certificate(with_aaguid(&AAGUID), AttestationCertificateError::Extension(oid::FIDO_AAGUID));
}

#[test]
fn rule_191_the_attestation_keys_own_rules_hold() {
    let mut short = good_leaf();
    short.public_key = crate::test_support::certificates::rsa_spki(128);
    let mut parts = good().with_leaf(short);
    parts.algorithm = RS256;
    let fault =
        AttestationCertificateError::Key(KeyError::Malformed(MalformedKeyError::ModulusSize { bits: 1024 }));
    let expected = AttestationError::CertificateInvalid(fault);
    parts.assert_error(&expected, Code::AttestationCertificateInvalid);
}

#[test]
fn a_malformed_certificate_is_rejected_at_any_position() {
    let good_der = good_leaf().der(&common_name("root"), &root().1);
    let x5c = Value::Array(vec![Value::Bytes(good_der), Value::Bytes(b"not a certificate".to_vec())]);
    let error = good().verify_members(with("x5c", x5c)).unwrap_err();
    assert!(matches!(
        error,
        AttestationError::CertificateInvalid(AttestationCertificateError::Unparsable { position: 1, .. })
    ));
    assert_eq!(error.code(), Code::AttestationCertificateInvalid);
}
