//! Tests of Google's status list.

use super::*;

fn status(json: &str) -> AttestationStatusList {
    AttestationStatusList::from_json(json.as_bytes()).unwrap()
}

fn assess_android(format: &str, serial_number: &[u8], list: &str) -> Result<(), PathError> {
    let mut leaf = leaf();
    leaf.serial_number = serial_number.to_vec();
    let path = path_of(&leaf, &middle()).to_vec();
    let attestation = Attestation::with_certificates(format, AttestationType::Basic, path);
    let revocation = Revocation::none().with_android_status(status(list)).with_required_lists();
    let anchors = AnchorList::new([anchor()]).with_revocation(revocation);
    let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
    attestation.assess_trust(Aaguid::ZERO, &anchors, NOW, &verifiers, &limits).map(drop)
}

#[test]
fn rule_220_a_serial_number_on_googles_list_is_rejected() {
    let serial_number = [0x00, 0xc8, 0x96, 0x6f];
    let listed = |name: &str, reason: &str| format!(r#"{{"entries": {{"{name}": {reason}}}}}"#);
    let assess = |list: &str| assess_android("android-key", &serial_number, list);
    assess(r#"{"entries": {}}"#).unwrap();
    assess(&listed("c8966e", r#"{"status": "REVOKED"}"#)).unwrap();
    for (entry, reason) in [
        (r#"{"status": "REVOKED", "reason": "KEY_COMPROMISE"}"#, RevocationReason::KeyCompromise),
        (r#"{"status": "REVOKED", "reason": "CA_COMPROMISE"}"#, RevocationReason::CaCompromise),
        (r#"{"status": "REVOKED", "reason": "SUPERSEDED"}"#, RevocationReason::Superseded),
        (r#"{"status": "SUSPENDED", "reason": "SOFTWARE_FLAW"}"#, RevocationReason::SoftwareFlaw),
        (r#"{"status": "SUSPENDED", "reason": "A NEW ONE", "more": 1}"#, RevocationReason::Other),
        (r#"{"status": "A NEW ONE"}"#, RevocationReason::Unspecified),
    ] {
        let error = assess(&listed("c8966f", entry)).unwrap_err();
        assert_eq!(error, PathError::Revoked { position: 0, reason });
        assert_eq!(error.code(), Code::AttestationCertificateRevoked);
    }
}

#[test]
fn rule_220_an_intermediate_or_the_root_on_googles_list_is_rejected() {
    for (serial_number, position) in [("14", 1), ("1", 2)] {
        let list = format!(r#"{{"entries": {{"{serial_number}": {{"status": "REVOKED"}}}}}}"#);
        let error = assess_android("android-key", &[30], &list).unwrap_err();
        assert_eq!(error, PathError::Revoked { position, reason: RevocationReason::Unspecified });
    }
}

#[test]
fn rule_220_a_serial_number_may_be_listed_in_decimal() {
    // 6681152659205225093 is 0x5cb838f1fe157a85.
    let list = r#"{"entries": {"6681152659205225093": {"status": "REVOKED"}}}"#;
    let decimal = [0x5c, 0xb8, 0x38, 0xf1, 0xfe, 0x15, 0x7a, 0x85];
    assess_android("android-key", &decimal, list).unwrap_err();
    let hexadecimal = [0x06, 0x68, 0x11, 0x52, 0x65, 0x92, 0x05, 0x22, 0x50, 0x93];
    assess_android("android-key", &hexadecimal, list).unwrap_err();
    assess_android("android-key", &[0x5c, 0xb8, 0x38, 0xf1, 0xfe, 0x15, 0x7a, 0x84], list).unwrap();
}

#[test]
fn rule_220_a_listed_key_makes_no_statement_of_another_format() {
    let list = |name: &str| format!(r#"{{"entries": {{"{name}": {{"status": "REVOKED"}}}}}}"#);
    let serial_number = [0x00, 0xc8, 0x96, 0x6f, 0xcb, 0x2f, 0xbb, 0x0d];
    for format in ["android-key", "packed"] {
        let error = assess_android(format, &serial_number, &list("c8966fcb2fbb0d")).unwrap_err();
        assert_eq!(error, PathError::Revoked { position: 0, reason: RevocationReason::Unspecified });
    }
    let error = assess_android("packed", &serial_number, &list("c8966fcb2fbb0e")).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::RevocationListMissing));
}

#[test]
fn googles_short_serial_numbers_apply_to_android_keys_only() {
    let list = r#"{"entries": {"1e": {"status": "REVOKED"}}}"#;
    let error = assess_android("android-key", &[30], list).unwrap_err();
    assert_eq!(error.code(), Code::AttestationCertificateRevoked);
    // For other formats it neither revokes nor replaces a list.
    let error = assess_android("packed", &[30], list).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::RevocationListMissing));
}

#[test]
fn a_status_list_has_its_form() {
    let read = |json: &str| AttestationStatusList::from_json(json.as_bytes());
    let list =
        read(r#" {"entries": {"1": {"status": "REVOKED"}, "f2": {"status": "SUSPENDED"}}, "more": 1}"#);
    let list = list.unwrap();
    assert_eq!((list.len(), list.is_empty()), (2, false));
    let longest = "1".repeat(49);
    assert_eq!(status(&format!(r#"{{"entries": {{"{longest}": {{"status": "REVOKED"}}}}}}"#)).len(), 1);
    assert!(status(r#"{"entries": {}}"#).is_empty());
    for json in ["", "{}", "[]", "[{}]", r#"{"entries": []}"#, r#"{"entries": {}}, 1"#] {
        assert_eq!(read(json).unwrap_err(), StatusListError::NotList, "{json}");
    }
    let doubled = r#"{"entries": {}, "entries": {}}"#;
    assert_eq!(read(doubled).unwrap_err(), StatusListError::NotList);
    for name in ["", "0x1", "F2", "-1", "g", &"1".repeat(50)] {
        let error = read(&format!(r#"{{"entries": {{"{name}": {{"status": "REVOKED"}}}}}}"#)).unwrap_err();
        assert!(matches!(error, StatusListError::Entry(_)), "{name}");
    }
    for entry in ["{}", "1", r#"["REVOKED"]"#, r#"{"status": 1}"#] {
        let error = read(&format!(r#"{{"entries": {{"f2": {entry}}}}}"#)).unwrap_err();
        assert_eq!(error, StatusListError::Entry("f2".into()));
        assert_eq!(error.to_string(), "entry \"f2\" of the status list has no serial number or no status");
    }
    // 8 MiB.
    assert_eq!(read(&" ".repeat(8_388_608)).unwrap_err(), StatusListError::NotList);
    let long = " ".repeat(8_388_609);
    assert_eq!(read(&long).unwrap_err(), StatusListError::TooLong { length: 8_388_609 });
}

#[test]
fn a_status_list_is_an_object_of_objects_in_utf_8() {
    let read = |json: &[u8]| AttestationStatusList::from_json(json).unwrap_err();
    let quoted = |inside: &[u8]| [br#"{"entries": {"f2": {"status": ""#, inside, br#""}}}"#].concat();
    assert!(AttestationStatusList::from_json(&quoted(b"REVOKED")).is_ok());
    assert_eq!(read(&quoted(b"\xff")), StatusListError::NotList);
    let entry = || StatusListError::Entry("f2".into());
    assert_eq!(read(br#"{"entries": {"f2": {"status": "REVOKED", "status": "REVOKED"}}}"#), entry());
    assert_eq!(read(br#"{"entries": {"f2": {"status": "REVOKED", "reason": 1}}}"#), entry());
    let cut = StatusListError::Entry("1".repeat(49));
    let long = format!(r#"{{"entries": {{"{}": {{"status": "REVOKED"}}}}}}"#, "1".repeat(1000));
    assert_eq!(read(long.as_bytes()), cut);
}

#[test]
fn a_status_lists_reason_may_be_null_and_other_members_anything() {
    let nested = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let list = format!(
        r#"{{"version": {nested}, "entries": {{"1e": {{"more": {nested}, "reason": null, "status": "REVOKED"}}}}}}"#
    );
    let error = assess_android("android-key", &[30], &list).unwrap_err();
    assert_eq!(error, PathError::Revoked { position: 0, reason: RevocationReason::Unspecified });
}

#[test]
fn a_number_that_is_listed_twice_has_the_reason_of_its_first_entry() {
    // 16 in decimal, and in hexadecimal.
    let list = r#"{"entries": {
        "16": {"status": "REVOKED", "reason": "KEY_COMPROMISE"},
        "10": {"status": "REVOKED", "reason": "SUPERSEDED"},
        "10": {"status": "REVOKED", "reason": "SOFTWARE_FLAW"}
    }}"#;
    for (serial_number, reason) in [
        (16, RevocationReason::KeyCompromise),
        (0x16, RevocationReason::KeyCompromise),
        (10, RevocationReason::Superseded),
    ] {
        let error = assess_android("android-key", &[serial_number], list).unwrap_err();
        assert_eq!(error, PathError::Revoked { position: 0, reason });
    }
    assert_eq!(status(list).len(), 3);
    assess_android("android-key", &[17], list).unwrap();
}
