//! `docs/openapi.json` and `docs/openapi-operator.json` are what the server sends.

use std::collections::BTreeSet;
use std::fs;

use axum::body::Body;
use axum::http::Request;
use countersign_server::OperatorPage;
use serde_json::Value;

use crate::site::Site;

/// The document for users and applications, in the repository.
pub(crate) const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

/// The document of the operator's page, in the repository.
pub(crate) const OPERATOR_DOCUMENT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi-operator.json");

/// The files, and where the server sends what is in them.
const DOCUMENTS: [(&str, &str); 2] =
    [(DOCUMENT, "/openapi.json"), (OPERATOR_DOCUMENT, "/operator/openapi.json")];

/// The codes that the program explains.
const CODES: &str = include_str!("../../../countersign-cli/src/explain/server_codes.tsv");

/// What writes the documents.
const WRITE: &str = "WRITE_DOCS=1 cargo test -p countersign-server --all-features --test openapi document";

async fn site() -> Site {
    Site::with(|config, _| config.operator_page = OperatorPage::On).await
}

async fn sent(path: &str) -> Value {
    site().await.client().get(path).await.expect(200).json()
}

#[tokio::test]
async fn the_documents_of_the_repository_are_what_the_server_sends() {
    for (file, path) in DOCUMENTS {
        let sent = sent(path).await;
        if std::env::var_os("WRITE_DOCS").is_some() {
            fs::write(file, serde_json::to_string_pretty(&sent).unwrap() + "\n").unwrap();
        }
        let stored: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        assert!(stored == sent, "{file} differs from the routes: run {WRITE}");
    }
}

#[tokio::test]
async fn documents_are_compressed_and_sent_once() {
    let site = site().await;
    let ask = |path: &str, field: &str, value: &str| {
        Request::get(path).header(field, value).body(Body::empty()).unwrap()
    };
    for (_, path) in DOCUMENTS {
        let answer = site.client().request(ask(path, "accept-encoding", "gzip")).await.expect(200);
        assert_eq!(answer.header("content-encoding"), "gzip");
        let tag = answer.header("etag").to_owned();
        let plain = site.client().get(path).await.expect(200);
        assert_ne!(plain.header("etag"), tag);
        site.client().request(ask(path, "if-none-match", plain.header("etag"))).await.expect(304);
    }
}

#[tokio::test]
async fn without_the_operators_page_there_is_no_document_of_it() {
    Site::new().await.client().get("/operator/openapi.json").await.expect(404);
}

#[tokio::test]
async fn every_reference_leads_to_a_component_and_every_component_is_used() {
    for (_, path) in DOCUMENTS {
        let document = sent(path).await;
        let mut references = BTreeSet::new();
        collect(&document, &mut references);
        let mut components = BTreeSet::new();
        for kind in ["schemas", "securitySchemes"] {
            let names = document["components"][kind].as_object().unwrap().keys();
            components.extend(names.map(|name| format!("#/components/{kind}/{name}")));
        }
        assert_eq!(references, components, "{path}");
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            let choices = members.get("security").and_then(Value::as_array).into_iter().flatten();
            let schemes = choices.filter_map(Value::as_object).flat_map(|choice| choice.keys());
            references.extend(schemes.map(|name| format!("#/components/securitySchemes/{name}")));
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[tokio::test]
async fn operations_have_the_statuses_that_the_program_explains_for_their_codes() {
    let explained: BTreeSet<(String, String)> = CODES
        .lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            (cells.next().unwrap(), cells.next().unwrap())
        })
        .collect();
    let mut described = BTreeSet::new();
    for (_, path) in DOCUMENTS {
        let document = sent(path).await;
        let items = document["paths"].as_object().unwrap().values();
        for operation in items.flat_map(|item| item.as_object().unwrap().values()) {
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
    // No operation answers with it: the method does not exist.
    let mut expected = explained;
    expected.retain(|(code, _)| code != "method-not-allowed");
    assert_eq!(described, expected);
}
