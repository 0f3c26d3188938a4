use countersign_authenticator::BlobSigner;
use countersign_cose::Hash;
use countersign_types::{Code, base64url};
use serde_json::json;

use super::{MODEL, certificates::NOW, payload, read};
use crate::{
    blob::Blob,
    limits::{ROGUE_KEY_MAX, ROGUE_LIST_MAX},
    rogue::{RogueList, RogueListError},
};

const LIST: &str = r#"[{"sk":"AQID","date":"2025-06-07"},{"date":"2026-06-07","sk":"BAUG","why":[]}]"#;

fn naming(hash: &[u8]) -> Blob {
    let mut payload = payload();
    payload["entries"][0]["rogueListURL"] = "https://example.org/rogues".into();
    payload["entries"][0]["rogueListHash"] = base64url::encode(hash).into();
    read(&payload).unwrap()
}

fn hash_of(list: &str) -> Vec<u8> {
    Hash::Sha256.digest(&[base64url::encode(list).as_bytes()])
}

fn read_list(list: &str) -> Result<RogueList, RogueListError> {
    let blob = naming(&hash_of(list));
    let reference =
        blob.entry(MODEL.parse::<crate::keys::ModelKey>().unwrap()).unwrap().rogue_list().unwrap();
    assert_eq!(reference.url.decode(), "https://example.org/rogues");
    reference.read(list.as_bytes())
}

#[test]
fn a_rogue_list_is_read_and_searched() {
    let list = read_list(LIST).unwrap();
    assert_eq!(list.keys().len(), 2);
    assert_eq!(list.keys()[1].date.to_string(), "2026-06-07");
    assert!(list.has(&[1, 2, 3], NOW));
    assert!(!list.has(&[4, 5, 6], NOW), "not yet");
    assert!(!list.has(&[1, 2], NOW));
    assert!(read_list("[]").unwrap().keys().is_empty());
}

#[test]
fn rule_366_a_rogue_list_is_the_one_that_the_metadata_names() {
    let good = hash_of(LIST);
    let over_the_json = Hash::Sha256.digest(&[LIST.as_bytes()]);
    for hash in [&good[..31], &over_the_json, &Hash::Sha384.digest(&[b""])] {
        let blob = naming(hash);
        let entry = blob.entries().next().unwrap();
        let error = entry.rogue_list().unwrap().read(LIST.as_bytes()).unwrap_err();
        assert_eq!((&error, error.code()), (&RogueListError::HashDiffers, Code::MetadataSignatureInvalid));
    }
    let blob = naming(&good);
    let reference = blob.entries().next().unwrap().rogue_list().unwrap();
    reference.read(LIST.as_bytes()).unwrap();
    assert_eq!(reference.read(format!("{LIST} ").as_bytes()).unwrap_err(), RogueListError::HashDiffers);
    assert_eq!(reference.read(&vec![b' '; ROGUE_LIST_MAX + 1]).unwrap_err(), RogueListError::TooLong);
    assert!(blob.entries().nth(1).unwrap().rogue_list().is_none());
}

#[test]
fn rule_366_a_rogue_list_has_its_form() {
    let long = base64url::encode([1; ROGUE_KEY_MAX + 1]);
    for (list, expected) in [
        (r#"{"sk":"AQID"}"#.into(), RogueListError::Type("an array")),
        (r#"["AQID"]"#.into(), RogueListError::Type("an object")),
        (LIST.replace(r#""AQID""#, "3"), RogueListError::Type("a text")),
        (LIST.replace("AQID", "AQI="), RogueListError::SecretKey),
        (LIST.replace("AQID", ""), RogueListError::SecretKey),
        (LIST.replace("AQID", &long), RogueListError::SecretKey),
        (LIST.replace("2025-06-07", "2025-06-31"), RogueListError::Date),
        (LIST.replace(r#""sk":"AQID","#, ""), RogueListError::Missing("sk")),
        (LIST.replace(r#","date":"2025-06-07""#, ""), RogueListError::Missing("date")),
        (LIST.replace(r#""AQID","#, r#""AQID","sk":"AQID","#), RogueListError::Twice("sk")),
        (format!("{LIST}]"), RogueListError::NotJson(LIST.len())),
        (LIST[..LIST.len() - 1].into(), RogueListError::NotJson(LIST.len() - 1)),
    ] {
        let error = read_list(&list).unwrap_err();
        assert_eq!((&error, error.code()), (&expected, Code::MetadataMalformed), "{list}");
        assert!(!error.to_string().contains('\n'));
    }
    let blob = naming(&Hash::Sha256.digest(&[base64url::encode(b"[\xff]").as_bytes()]));
    let reference = blob.entries().next().unwrap().rogue_list().unwrap();
    assert_eq!(reference.read(b"[\xff]").unwrap_err(), RogueListError::NotJson(1));
}

#[test]
fn rule_366_the_hash_is_that_of_the_signature() {
    let chain = BlobSigner::new();
    let blob = naming(&[]);
    assert!(
        blob.skipped()
            .iter()
            .any(|entry| *entry.error() == crate::entry_error::EntryError::RogueListWithoutHash)
    );
    for (algorithm, hash) in [("ES256", Hash::Sha256), ("RS384", Hash::Sha384), ("PS512", Hash::Sha512)] {
        let header = json!({"alg": algorithm}).to_string();
        let blob = chain.sign_with_header(&header, b"{}");
        assert_eq!(crate::jws::Jws::read(&blob).unwrap().hash(), hash);
    }
}
