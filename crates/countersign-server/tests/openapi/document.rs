//! `docs/openapi.json` is what the server sends.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::site::Site;

/// The document of the repository.
pub(crate) const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

/// The codes that the program explains.
const CODES: &str = include_str!("../../../countersign-cli/src/explain/server_codes.tsv");

/// What writes the document.
const WRITE: &str = "WRITE_DOCS=1 cargo test -p countersign-server --all-features --test openapi document";

async fn sent() -> Value {
    Site::new().await.client().get("/openapi.json").await.expect(200).json()
}

#[tokio::test]
async fn the_document_of_the_repository_is_what_the_server_sends() {
    let sent = sent().await;
    if std::env::var_os("WRITE_DOCS").is_some() {
        fs::write(DOCUMENT, serde_json::to_string_pretty(&sent).unwrap() + "\n").unwrap();
    }
    let stored: Value = serde_json::from_slice(&fs::read(DOCUMENT).unwrap()).unwrap();
    assert!(stored == sent, "docs/openapi.json differs from the routes: run {WRITE}");
}

#[tokio::test]
async fn the_document_is_compressed_and_sent_once() {
    let site = Site::new().await;
    let ask = |field: &str, value: &str| {
        let request = axum::http::Request::get("/openapi.json").header(field, value);
        request.body(axum::body::Body::empty()).unwrap()
    };
    let answer = site.client().request(ask("accept-encoding", "gzip")).await.expect(200);
    assert_eq!(answer.header("content-encoding"), "gzip");
    let tag = answer.header("etag").to_owned();
    let plain = site.client().get("/openapi.json").await.expect(200);
    assert_ne!(plain.header("etag"), tag);
    site.client().request(ask("if-none-match", plain.header("etag"))).await.expect(304);
}

#[tokio::test]
async fn every_reference_leads_to_a_schema_and_every_schema_is_used() {
    let document = sent().await;
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let schemas: BTreeSet<_> = schemas.keys().map(|name| format!("#/components/schemas/{name}")).collect();
    assert_eq!(references, schemas);
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[tokio::test]
async fn operations_have_the_statuses_that_the_program_explains_for_their_codes() {
    let document = sent().await;
    let explained: BTreeSet<(String, String)> = CODES
        .lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            (cells.next().unwrap(), cells.next().unwrap())
        })
        .collect();
    let mut described = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let code = response
                    .pointer("/content/application~1json/schema/allOf/1/properties/error/properties/code");
                let codes = code.and_then(|code| code.get("enum").or_else(|| code.pointer("/anyOf/0/enum")));
                for code in codes.and_then(Value::as_array).into_iter().flatten() {
                    described.insert((code.as_str().unwrap().to_owned(), status.clone()));
                }
            }
        }
    }
    // Codes of `countersign` that have a status of their own.
    let of_ceremonies = ["credential-already-registered", "record-changed"];
    described.retain(|(code, _)| !of_ceremonies.contains(&code.as_str()));
    // What no operation answers: a method that does not exist, and the codes of the operator's page, whose interface is its
    // own and no one else's.
    let of_no_operation = ["method-not-allowed", "operator-link-invalid", "own-account"];
    let mut expected = explained;
    expected.retain(|(code, _)| !of_no_operation.contains(&code.as_str()));
    assert_eq!(described, expected);
}
