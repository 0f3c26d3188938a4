use serde_json::{Value, json};

use super::{MODEL, payload, read};
use crate::{
    blob::Blob,
    diff::{Change, diff},
    entry_error::EntryError,
    keys::ModelKey,
    status::Status,
};

fn changed(change: impl FnOnce(&mut Value)) -> Blob {
    let mut payload = payload();
    change(&mut payload["entries"]);
    read(&payload).unwrap()
}

/// The only change, which is to the first model.
fn only(old: &Blob, new: &Blob, check: impl FnOnce(&Change<'_>)) {
    let changes = diff(old, new);
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].key, MODEL.parse::<ModelKey>().unwrap());
    assert!(changes[0].description.as_ref().unwrap().starts_with("Model"));
    check(&changes[0].change);
}

#[test]
fn equal_blobs_do_not_differ() {
    assert!(diff(&changed(|_| {}), &changed(|_| {})).is_empty());
}

#[test]
fn models_come_and_go() {
    let without = changed(|entries| drop(entries.as_array_mut().unwrap().remove(0)));
    let with = changed(|_| {});
    only(&without, &with, |change| assert_eq!(change, &Change::Added));
    only(&with, &without, |change| assert_eq!(change, &Change::Removed));
}

#[test]
fn reports_come_and_go() {
    let reported = changed(|entries| {
        let report = json!({"status": "REVOKED", "effectiveDate": "2026-01-05"});
        entries[0]["statusReports"].as_array_mut().unwrap().push(report);
    });
    let before = changed(|_| {});
    only(&before, &reported, |change| match change {
        Change::Reported(report) => {
            assert_eq!(report.status, Status::Revoked);
            assert_eq!(report.effective_date.unwrap().to_string(), "2026-01-05");
        }
        other => panic!("{other:?}"),
    });
    only(&reported, &before, |change| assert!(matches!(change, Change::Withdrawn(_))));
}

#[test]
fn statements_change_in_roots_version_or_otherwise() {
    let before = changed(|_| {});
    let statement = |change: fn(&mut Value)| changed(|entries| change(&mut entries[0]["metadataStatement"]));
    let roots = statement(|it| it["attestationRootCertificates"] = json!(["AAAA", "AAAB"]));
    only(&before, &roots, |change| assert_eq!(change, &Change::Roots { added: 2, removed: 0 }));
    only(&roots, &before, |change| assert_eq!(change, &Change::Roots { added: 0, removed: 2 }));
    let version = statement(|it| it["authenticatorVersion"] = 3.into());
    only(&before, &version, |change| assert_eq!(change, &Change::Version { from: 2, to: 3 }));
    let name = statement(|it| it["description"] = "Model renamed".into());
    only(&before, &name, |change| assert_eq!(change, &Change::Statement));
}

#[test]
fn rule_356_an_entry_that_can_no_longer_be_read_is_not_one_that_is_gone() {
    let broken = changed(|entries| entries[0]["statusReports"] = json!([]));
    only(&changed(|_| {}), &broken, |change| assert_eq!(change, &Change::Unreadable(&EntryError::NoStatus)));
}
