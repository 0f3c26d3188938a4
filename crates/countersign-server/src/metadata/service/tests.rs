use std::fs;

use countersign_authenticator::BlobSigner;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::metadata::cache::CacheUpdate;

/// 2026-01-01, before the next update of the BLOBs here.
const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

/// 2026-03-01, after it.
const LATE: Timestamp = Timestamp::from_unix_seconds(1_772_323_200);

fn blob(number: u64) -> Vec<u8> {
    let payload = json!({ "no": number, "nextUpdate": "2026-02-01", "entries": [] });
    BlobSigner::new().sign(payload.to_string().as_bytes())
}

/// The metadata of a server, number 7 from a file, and the folder that it is stored in.
fn service() -> (TempDir, MetadataService) {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let folder = tempfile::tempdir().unwrap();
    let root = STANDARD.encode(BlobSigner::new().root);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n");
    fs::write(folder.path().join("root.pem"), pem).unwrap();
    fs::write(folder.path().join("blob"), blob(7)).unwrap();
    let mut metadata = MetadataConfig::new(folder.path().join("blob"));
    metadata.roots = vec![folder.path().join("root.pem")];
    let service = MetadataService::start(
        &metadata,
        AttestationRequirement::None,
        &folder.path().join("test.sqlite3"),
        NOW,
    )
    .unwrap();
    (folder, service)
}

/// The number in use, how often something failed, and the current problem.
fn state(service: &MetadataService) -> (u64, u64, Option<&'static str>) {
    (service.current.blob().unwrap().number(), service.current.failures(), service.current.problem(NOW))
}

#[test]
fn the_blob_of_another_server_is_read_again_if_only_reading_failed() {
    let (folder, service) = service();
    let [kept, aside] = ["test.metadata", "aside"].map(|name| folder.path().join(name));
    fs::rename(&kept, &aside).unwrap();
    fs::create_dir(&kept).unwrap();
    fs::write(folder.path().join("test.metadata-number"), "8\n").unwrap();
    service.current.follow(NOW);
    assert_eq!(state(&service), (7, 1, Some("metadata-file-unusable")));
    fs::remove_dir(&kept).unwrap();
    fs::write(&kept, blob(8)).unwrap();
    service.current.follow(NOW);
    assert_eq!(state(&service), (8, 1, None));
}

#[test]
fn the_blob_of_another_server_is_read_again_after_a_clock_was_wrong() {
    let (folder, service) = service();
    fs::write(folder.path().join("test.metadata"), blob(8)).unwrap();
    fs::write(folder.path().join("test.metadata-number"), "8\n").unwrap();
    service.current.follow(LATE);
    assert_eq!(state(&service), (7, 1, Some("metadata-outdated")));
    service.current.follow(NOW);
    assert_eq!(state(&service), (8, 1, None));
}

#[test]
fn a_rejected_blob_of_another_server_is_counted_once() {
    let (folder, service) = service();
    fs::write(folder.path().join("test.metadata"), "a.b.c").unwrap();
    fs::write(folder.path().join("test.metadata-number"), "8\n").unwrap();
    for _ in 0..2 {
        service.current.follow(NOW);
        assert_eq!(state(&service), (7, 1, Some("metadata-malformed")));
    }
}

#[test]
fn the_error_of_a_rejected_blob_names_the_file_and_all_causes() {
    let (folder, service) = service();
    let path = folder.path().join("bad");
    fs::write(&path, "a.b").unwrap();
    let sentence = format!(
        "can't use {}: the metadata blob is malformed: not a compact jws: not three parts",
        path.display()
    );
    let error = service.current.update_from(&path, NOW).unwrap_err();
    assert_eq!(error.to_string(), sentence);
    assert_eq!(error.into_start_error(&path).to_string(), sentence);
}

#[test]
fn an_unreadable_number_of_another_server_is_a_problem() {
    let (folder, service) = service();
    let number = folder.path().join("test.metadata-number");
    fs::write(&number, "x").unwrap();
    service.current.follow(NOW);
    assert_eq!(state(&service), (7, 1, Some("metadata-file-unusable")));
    fs::write(&number, "7\n").unwrap();
    service.current.follow(NOW);
    assert_eq!(state(&service), (7, 1, None));
}

#[test]
fn a_blob_older_than_that_of_another_server_is_superseded() {
    let (folder, service) = service();
    fs::write(folder.path().join("test.metadata"), blob(9)).unwrap();
    fs::write(folder.path().join("test.metadata-number"), "9\n").unwrap();
    let updated = service.current.update(&blob(8), &folder.path().join("blob"), NOW);
    assert_eq!(updated.unwrap(), (8, CacheUpdate::Superseded));
    assert_eq!(state(&service), (9, 0, None));
}

#[cfg(feature = "fetch")]
#[test]
fn rule_368_roots_that_expire_soon_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    // With FIDO's own roots. Only a running server requests the address.
    let source = MetadataSource::Url(crate::fetch::config::FetchConfig::new("https://localhost/"));
    let config = MetadataConfig::from_source(source);
    let [long_before, soon] = [1_795_305_600, 1_867_017_600].map(Timestamp::from_unix_seconds);
    let service = MetadataService::start(
        &config,
        AttestationRequirement::None,
        &folder.path().join("countersign.db"),
        long_before,
    )
    .unwrap();
    assert_eq!(service.current.expiring_roots(long_before), 0);
    assert_eq!(service.current.expiring_roots(soon), 1, "GlobalSign's R3, on 2029-03-18");
}

#[test]
fn a_server_whose_required_metadata_is_out_of_date_is_ready_and_registers_nothing() {
    let (_folder, mut service) = service();
    service.requirement = AttestationRequirement::Attested;
    assert!(service.has_what_it_requires() && service.can_judge(NOW));
    assert!(service.has_what_it_requires() && !service.can_judge(LATE));
}
