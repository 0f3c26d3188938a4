use countersign_authenticator::BlobSigner;
use countersign_types::{Aaguid, Timestamp};
use serde_json::{Value, json};

use super::{KEY, MODEL, OTHER, payload, read};
use crate::{blob::Blob, entry_error::EntryError, keys::ModelKey, status::Status};

/// Changes the first entry, and returns what became of it.
fn changed(change: impl FnOnce(&mut Value)) -> Blob {
    let mut payload = payload();
    change(&mut payload["entries"][0]);
    read(&payload).unwrap()
}

fn fault(change: impl FnOnce(&mut Value)) -> EntryError {
    let blob = changed(change);
    assert_eq!((blob.entries().len(), blob.skipped().len()), (3, 1));
    let skipped = &blob.skipped()[0];
    assert_eq!(skipped.position(), 0);
    assert!(blob.entry(key(OTHER)).is_some() && blob.entry(key(KEY)).is_some());
    assert!(!skipped.error().to_string().contains('\n'));
    skipped.error().clone()
}

fn key(text: &str) -> ModelKey {
    text.parse().unwrap()
}

#[test]
fn each_entry_is_found_by_its_key() {
    let blob = read(&payload()).unwrap();
    for (position, text) in [MODEL, OTHER, KEY, "4746#3208"].into_iter().enumerate() {
        let entry = blob.entry(key(text)).unwrap();
        assert_eq!((entry.position(), entry.keys()), (position, &[key(text)][..]));
        assert!(blob.models(key(text)).skipped().next().is_none());
    }
    assert!(blob.models(Aaguid::ZERO).is_empty());
    assert!(blob.entry(key("4746#3209")).is_none());
}

#[test]
fn a_statement_tells_what_the_vendor_says() {
    let blob = changed(|entry| {
        let statement = &mut entry["metadataStatement"];
        statement["description"] = "A \"key\" – ø".into();
        statement["friendlyNames"] = json!({"en-US": "Key", "de-DE": "Schlüssel"});
    });
    let entry = blob.entry(key(MODEL)).unwrap();
    let statement = entry.statement().unwrap();
    assert_eq!(statement.description.decode(), "A \"key\" – ø");
    assert_eq!(statement.friendly_name("de-de").unwrap().decode(), "Schlüssel");
    assert!(statement.friendly_name("fr").is_none());
    assert!(statement.authentication_algorithms.contains("secp256r1_ecdsa_sha256_raw"));
    let ways: Vec<Vec<_>> = statement
        .user_verification()
        .iter()
        .map(|way| way.iter().map(ToString::to_string).collect())
        .collect();
    assert_eq!(ways, [vec!["presence_internal"], vec!["fingerprint_internal", "passcode_external"]]);
    assert_eq!(statement.icon.unwrap().decode(), "data:image/png;base64,AAAA");
    assert!(statement.icon_dark.is_none());
    assert!(entry.json().starts_with('{') && entry.json().contains("somethingNew"));
    assert_eq!(entry.last_change().unwrap().to_string(), "2025-02-01");
}

#[test]
fn rule_354_an_entry_without_a_key_is_left_out() {
    let without = |entry: &mut Value| drop(entry.as_object_mut().unwrap().remove("aaguid"));
    assert_eq!(fault(without), EntryError::NoKey);
    assert_eq!(fault(|entry| *entry = json!(null)), EntryError::Type("an object"));
}

#[test]
fn rule_355_an_entry_of_another_model_than_its_statements_is_left_out() {
    let other = Aaguid::from_bytes([9; 16]).to_string();
    let differs = EntryError::KeyDiffers("aaguid");
    assert_eq!(fault(|entry| entry["metadataStatement"]["aaguid"] = other.clone().into()), differs);
    assert_eq!(
        fault(|entry| drop(entry["metadataStatement"].as_object_mut().unwrap().remove("aaguid"))),
        differs
    );
    let blob = changed(|entry| drop(entry.as_object_mut().unwrap().remove("metadataStatement")));
    assert!(blob.entry(key(MODEL)).unwrap().statement().is_none());
}

#[test]
fn rule_356_a_malformed_entry_is_left_out_with_its_reason() {
    assert_eq!(fault(|entry| entry["aaguid"] = "01".into()), EntryError::Identifier("aaguid"));
    assert_eq!(fault(|entry| entry["aaid"] = "4746".into()), EntryError::Identifier("aaid"));
    let identifiers = "attestationCertificateKeyIdentifiers";
    assert_eq!(
        fault(|entry| entry[identifiers] = json!([KEY, &KEY[2..]])),
        EntryError::Identifier(identifiers)
    );
    assert_eq!(fault(|entry| entry["metadataStatement"] = json!([])), EntryError::Type("an object"));
    assert_eq!(
        fault(|entry| entry["timeOfLastStatusChange"] = "x".into()),
        EntryError::Date("timeOfLastStatusChange")
    );
    for (member, wrong) in [
        ("description", "a text"),
        ("attestationTypes", "an array"),
        ("icon", "a text"),
        ("authenticatorVersion", "a non-negative integer"),
        ("userVerificationDetails", "an array"),
    ] {
        assert_eq!(
            fault(|entry| entry["metadataStatement"][member] = json!({})),
            EntryError::Type(wrong),
            "{member}"
        );
    }
    for member in ["description", "protocolFamily", "attestationTypes", "attestationRootCertificates"] {
        let without =
            |entry: &mut Value| drop(entry["metadataStatement"].as_object_mut().unwrap().remove(member));
        assert_eq!(fault(without), EntryError::Missing(member));
    }
}

#[test]
fn rule_356_a_malformed_status_costs_the_entry() {
    assert_eq!(
        fault(|entry| drop(entry.as_object_mut().unwrap().remove("statusReports"))),
        EntryError::Missing("statusReports")
    );
    assert_eq!(fault(|entry| entry["statusReports"] = json!([])), EntryError::NoStatus);
    assert_eq!(fault(|entry| entry["statusReports"][0] = json!({})), EntryError::Missing("status"));
    let dates = ["effectiveDate", "sunsetDate"];
    for member in dates {
        assert_eq!(
            fault(|entry| entry["statusReports"][0][member] = "soon".into()),
            EntryError::Date(member)
        );
    }
}

#[test]
fn rule_356_what_is_left_out_is_known_to_be_there() {
    let blob = changed(|entry| entry["statusReports"] = json!([]));
    let models = blob.models(key(MODEL));
    assert!(blob.entry(key(MODEL)).is_none() && !models.is_empty());
    assert_eq!(models.skipped().next().unwrap().keys(), [key(MODEL)]);
}

#[test]
fn a_member_that_is_there_twice_costs_the_entry() {
    let text = payload().to_string().replacen(
        "\"aaguid\":",
        &format!("\"aaguid\":\"{MODEL}\",\"aa\\u0067uid\":"),
        1,
    );
    let blob = super::verify(&BlobSigner::new().sign(text.as_bytes())).unwrap();
    assert_eq!(blob.skipped()[0].error(), &EntryError::Twice("aaguid"));
}

#[test]
fn rule_357_two_entries_of_one_model_are_both_left_out() {
    let mut payload = payload();
    let first = payload["entries"][0].clone();
    payload["entries"].as_array_mut().unwrap().push(first);
    let blob = read(&payload).unwrap();
    let positions: Vec<_> = blob.skipped().iter().map(crate::payload::SkippedEntry::position).collect();
    assert_eq!((blob.entries().len(), positions), (3, vec![0, 4]));
    assert_eq!(blob.skipped()[1].error(), &EntryError::SharedKey(MODEL.parse().unwrap()));
    assert_eq!(blob.models(key(MODEL)).skipped().count(), 2);
}

#[test]
fn rule_357_an_attestation_key_may_be_that_of_two_models() {
    let mut payload = payload();
    let u2f = payload["entries"][2].clone();
    payload["entries"].as_array_mut().unwrap().push(u2f);
    let blob = read(&payload).unwrap();
    assert_eq!((blob.models(key(KEY)).entries().count(), blob.skipped().len()), (2, 0));
}

#[test]
fn rule_366_a_rogue_list_has_a_hash() {
    let url = "https://example.org/rogues";
    assert_eq!(fault(|entry| entry["rogueListURL"] = url.into()), EntryError::RogueListWithoutHash);
    let blob = changed(|entry| {
        entry["rogueListURL"] = url.into();
        entry["rogueListHash"] = "AAAA".into();
    });
    assert!(blob.entry(key(MODEL)).unwrap().has_rogue_list());
}

#[test]
fn unknown_statuses_are_kept() {
    let blob = changed(|entry| entry["statusReports"][0]["status"] = "FIPS140_CERTIFIED_L9".into());
    let report = blob.entry(key(MODEL)).unwrap().reports().remove(0);
    assert_eq!(report.status, Status::Other("FIPS140_CERTIFIED_L9".into()));
    assert_eq!(report.status.to_string(), "FIPS140_CERTIFIED_L9");
}

#[test]
fn a_certification_by_fips_has_its_levels_and_its_end() {
    let report = json!({"status": "FIPS140_CERTIFIED_L3", "effectiveDate": "2023-01-01",
        "sunsetDate": "2024-01-01", "fipsRevision": 3, "fipsPhysicalSecurityLevel": 4});
    let blob = changed(|entry| entry["statusReports"] = json!([report]));
    let report = blob.entry(key(MODEL)).unwrap().reports().remove(0);
    assert_eq!((report.status.fips140_level(), report.status.certification()), (Some(3), None));
    assert_eq!((report.fips_revision, report.fips_physical_security_level), (Some(3), Some(4)));
    let at = |date: &str| report.is_in_effect_at(date.parse::<crate::date::Date>().unwrap().start());
    assert!(at("2024-01-01") && !at("2024-01-02"));
    assert_eq!(
        fault(|entry| entry["statusReports"][0]["fipsRevision"] = "3".into()),
        EntryError::Type("a non-negative integer")
    );
}

fn in_effect(reports: &Value, date: &str) -> Vec<String> {
    let blob = changed(|entry| entry["statusReports"] = reports.clone());
    let now: Timestamp = date.parse::<crate::date::Date>().unwrap().start();
    let reports = blob.entry(key(MODEL)).unwrap().reports_in_effect(now);
    reports.iter().map(|report| report.status.to_string()).collect()
}

#[test]
fn rule_361_a_report_is_in_effect_from_its_date_on() {
    let reports = json!([
        {"status": "REVOKED", "effectiveDate": "2024-05-01"},
        {"status": "NOT_FIDO_CERTIFIED", "effectiveDate": "2023-01-01"},
        {"status": "FIDO_CERTIFIED"},
    ]);
    assert_eq!(in_effect(&reports, "2022-12-31"), ["FIDO_CERTIFIED"]);
    assert_eq!(in_effect(&reports, "2024-04-30"), ["NOT_FIDO_CERTIFIED", "FIDO_CERTIFIED"]);
    assert_eq!(in_effect(&reports, "2024-05-01"), ["NOT_FIDO_CERTIFIED", "FIDO_CERTIFIED", "REVOKED"]);
}

#[test]
fn rule_361_a_certification_ends_with_its_sunset_date_and_a_compromise_does_not() {
    let reports = json!([
        {"status": "FIDO_CERTIFIED_L2", "effectiveDate": "2023-01-01", "sunsetDate": "2024-01-01"},
        {"status": "USER_VERIFICATION_BYPASS", "effectiveDate": "2023-02-01", "sunsetDate": "2024-01-01"},
    ]);
    assert_eq!(in_effect(&reports, "2024-01-01"), ["FIDO_CERTIFIED_L2", "USER_VERIFICATION_BYPASS"]);
    assert_eq!(in_effect(&reports, "2024-01-02"), ["USER_VERIFICATION_BYPASS"]);
}
