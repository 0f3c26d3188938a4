use countersign_types::Code;
use serde_json::{Value, json};

use crate::test_ceremony::{NOW, handle, record};

use super::*;

/// What version 0.1.0 wrote, byte for byte.
const VERSION_1: &str = concat!(
    r#"{"version":1,"id":"HR0dHR0dHR0dHR0dHR0dHQ","rp_id":"example.org","user_handle":"BwcHBwcHBwcHBwcHBwcHBw","#,
    r#""public_key":"pQECAyYgASFYIA","algorithm":-7,"sign_count":5,"uv_initialized":true,"transports":["usb","x"],"#,
    r#""backup_eligible":true,"backup_state":false,"aaguid":"08987058-cadc-4b81-b6e1-30de50dcbe96","#,
    r#""attestation":{"format":"packed","attestation_type":"self","object":"o2Nm","client_data":"e30"}}"#,
);

/// The same as this version writes it.
const VERSION_2: &str = concat!(
    r#"{"version":2,"static":{"type":"public-key","id":"HR0dHR0dHR0dHR0dHR0dHQ","rp_id":"example.org","#,
    r#""user_handle":"BwcHBwcHBwcHBwcHBwcHBw","public_key":"pQECAyYgASFYIA","algorithm":-7,"#,
    r#""transports":["usb","x"],"aaguid":"08987058-cadc-4b81-b6e1-30de50dcbe96"},"#,
    r#""dynamic":{"sign_count":5,"backup_eligible":true,"backup_state":false,"uv_initialized":true,"flag":null},"#,
    r#""evidence":{"format":"packed","attestation_type":"self","trusted":null,"judged_at":null,"#,
    r#""object":"o2Nm","client_data":"e30"}}"#,
);

fn read(text: &str) -> Result<CredentialRecord, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn changed(text: &str, change: impl FnOnce(&mut Value)) -> Result<CredentialRecord, String> {
    let mut json = serde_json::from_str(text).unwrap();
    change(&mut json);
    read(&json.to_string())
}

#[test]
fn a_record_of_version_1_is_read_without_loss() {
    let record = read(VERSION_1).unwrap();
    assert_eq!(record.id().as_bytes(), [0x1d; 16]);
    assert_eq!((record.rp_id(), record.user_handle()), ("example.org", &handle(7)));
    assert_eq!(record.public_key(), [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20]);
    assert_eq!(record.algorithm(), Some(AlgorithmIdentifier(-7)));
    assert_eq!(record.sign_count(), 5);
    assert!(record.uv_initialized() && !record.backup_state());
    assert_eq!(record.transports(), [Transport::Usb, Transport::Unknown("x".into())]);
    assert_eq!(record.backup_eligible(), Some(true));
    assert_eq!(record.aaguid().to_string(), "08987058-cadc-4b81-b6e1-30de50dcbe96");
    assert_eq!((record.attestation_format(), record.attestation_type()), (Some("packed"), Some("self")));
    assert_eq!(record.attestation_object(), Some(&[0xa3, 0x63, 0x66][..]));
    assert_eq!(record.attestation_client_data(), Some(&b"{}"[..]));
    assert_eq!(record.standing(), &Standing::Active);
    let evidence = record.evidence().unwrap();
    assert_eq!((evidence.trusted(), evidence.judged_at()), (None, None));
    // The result is the current form, and it is stable.
    assert_eq!(serde_json::to_string(&record).unwrap(), VERSION_2);
    assert_eq!(read(VERSION_2).unwrap(), record);
}

#[test]
fn a_record_of_version_1_without_algorithm_and_attestation_is_read() {
    let without = |json: &mut Value| {
        json["algorithm"] = Value::Null;
        json["attestation"] = Value::Null;
    };
    let record = changed(VERSION_1, without).unwrap();
    assert_eq!((record.algorithm(), record.evidence()), (None, None));
    let json = serde_json::to_value(&record).unwrap();
    assert_eq!((&json["static"]["algorithm"], &json["evidence"]), (&Value::Null, &Value::Null));
    assert_eq!(serde_json::from_value::<CredentialRecord>(json).unwrap(), record);
}

#[test]
fn a_newer_version_is_refused_by_its_name_whatever_it_holds() {
    for text in [VERSION_1, VERSION_2, r#"{"version":0,"more":{}}"#] {
        let error = changed(text, |json| json["version"] = 3.into()).unwrap_err();
        assert!(
            error.starts_with("credential record of version 3, and this program supports none above 2"),
            "{error}"
        );
    }
    changed(VERSION_2, |json| json["version"] = 0.into()).unwrap_err();
    changed(VERSION_2, |json| json["version"] = "2".into()).unwrap_err();
    let error = changed(VERSION_2, |json| drop(json.as_object_mut().unwrap().remove("version"))).unwrap_err();
    assert!(error.contains("missing field `version`"), "{error}");
}

#[test]
fn a_member_that_the_version_has_not_is_refused() {
    for (text, part) in [
        (VERSION_1, ""),
        (VERSION_1, "/attestation"),
        (VERSION_2, ""),
        (VERSION_2, "/static"),
        (VERSION_2, "/dynamic"),
        (VERSION_2, "/evidence"),
    ] {
        let error = changed(text, |json| json.pointer_mut(part).unwrap()["more"] = 1.into()).unwrap_err();
        assert!(error.contains("unknown field `more`"), "{error}");
    }
    // A member of the other version is none of this one.
    changed(VERSION_1, |json| json["dynamic"] = Value::Null).unwrap_err();
    changed(VERSION_2, |json| json["sign_count"] = 5.into()).unwrap_err();
}

#[test]
fn a_member_that_is_missing_or_there_twice_is_refused() {
    for part in ["", "/static", "/dynamic", "/evidence"] {
        let json: Value = serde_json::from_str(VERSION_2).unwrap();
        for name in json.pointer(part).unwrap().as_object().unwrap().keys() {
            let without = |json: &mut Value| {
                json.pointer_mut(part).unwrap().as_object_mut().unwrap().remove(name).unwrap();
            };
            assert!(changed(VERSION_2, without).unwrap_err().contains(name));
        }
    }
    for (text, member) in [
        (VERSION_2, "\"version\":2"),
        (VERSION_2, "\"rp_id\":\"example.org\""),
        (VERSION_2, "\"type\":\"public-key\""),
        (VERSION_2, "\"sign_count\":5"),
        (VERSION_2, "\"flag\":null"),
        (VERSION_2, "\"object\":\"o2Nm\""),
        (VERSION_1, "\"sign_count\":5"),
        (VERSION_1, "\"object\":\"o2Nm\""),
    ] {
        let twice = text.replacen(member, &format!("{member},{member}"), 1);
        assert_ne!(twice, text);
        let error = read(&twice).unwrap_err();
        assert!(error.contains("occurs twice"), "{member}: {error}");
    }
    read("[2]").unwrap_err();
}

#[test]
fn the_members_order_is_free() {
    let record = read(VERSION_2).unwrap();
    let Value::Object(json) = serde_json::from_str(VERSION_2).unwrap() else { panic!() };
    let reversed: Vec<_> = json.iter().rev().map(|(name, value)| format!("{name:?}:{value}")).collect();
    assert_eq!(read(&format!("{{{}}}", reversed.join(","))).unwrap(), record);
}

#[test]
fn each_part_is_stored_by_itself_with_its_version() {
    let mut record = read(VERSION_2).unwrap();
    record.flag("lost", NOW);
    let (fixed, dynamic) = (record.static_part().clone(), record.dynamic_part().clone());
    let json = serde_json::to_value(&dynamic).unwrap();
    assert_eq!(
        json,
        json!({
            "version": 2, "sign_count": 5, "backup_eligible": true, "backup_state": false, "uv_initialized": true,
            "flag": {"reason": "lost", "at": NOW.unix_seconds()},
        })
    );
    assert_eq!(serde_json::from_value::<DynamicPart>(json.clone()).unwrap(), dynamic);
    for (member, value) in [("version", json!(3)), ("version", json!(1)), ("more", json!(1))] {
        let mut json = json.clone();
        json[member] = value;
        serde_json::from_value::<DynamicPart>(json).unwrap_err();
    }
    let evidence = record.evidence().cloned();
    let read_again = CredentialRecord::from_parts(
        serde_json::from_value(serde_json::to_value(&fixed).unwrap()).unwrap(),
        dynamic,
        evidence.map(|evidence| serde_json::from_value(serde_json::to_value(&evidence).unwrap()).unwrap()),
    );
    assert_eq!(read_again, record);
}

#[test]
fn what_was_not_noted_at_registration_is_unknown() {
    let unknown = record().with_backup_eligible(None);
    assert_eq!(unknown.backup_eligible(), None);
    let json = serde_json::to_value(&unknown).unwrap();
    assert_eq!(json["dynamic"]["backup_eligible"], Value::Null);
    assert_eq!(serde_json::from_value::<CredentialRecord>(json).unwrap(), unknown);
}

fn update(previous: &CredentialRecord, next: CredentialRecord) -> CredentialUpdate {
    CredentialUpdate {
        credential_id: previous.id().clone(),
        previous: previous.dynamic.clone(),
        next: next.dynamic,
    }
}

#[test]
fn rule_300_an_update_is_applied_to_the_record_that_it_was_judged_by_alone() {
    let before = record().with_backup_eligible(true);
    let update = update(&before, before.clone().with_sign_count(6).with_backup_state(true));
    let mut stored = before.clone();
    stored.apply(&update).unwrap();
    assert_eq!((stored.sign_count(), stored.backup_state()), (6, true));
    // A second time, or after another ceremony, it is refused.
    let mut flagged = before.clone();
    flagged.flag("stolen", NOW);
    for other in [
        stored,
        before.clone().with_sign_count(4),
        before.clone().with_backup_state(true),
        before.clone().with_uv_initialized(false),
        before.clone().with_backup_eligible(None),
        flagged,
    ] {
        let mut stored = other.clone();
        let refused = stored.apply(&update).unwrap_err();
        assert_eq!((refused, refused.code()), (UpdateError::Changed, Some(Code::RecordChanged)));
        assert_eq!(stored, other);
    }
}

#[test]
fn an_update_of_another_credential_is_refused() {
    let before = record();
    let mut update = update(&before, before.clone().with_sign_count(6));
    update.credential_id = CredentialId::new([1; 16]).unwrap();
    let mut stored = before.clone();
    assert_eq!(stored.apply(&update), Err(UpdateError::OtherCredential));
    assert_eq!(stored, before);
    assert_eq!(UpdateError::OtherCredential.code(), None, "the caller's mistake");
    assert_ne!(UpdateError::Changed.to_string(), UpdateError::OtherCredential.to_string());
}

#[test]
fn a_flag_says_why_and_when_until_it_is_cleared() {
    let mut flagged = record();
    flagged.flag("reported stolen", NOW);
    let Standing::Flagged(flag) = flagged.standing() else { panic!() };
    assert_eq!((flag.reason(), flag.at()), ("reported stolen", NOW));
    flagged.clear_flag();
    assert_eq!(flagged, record());
}
