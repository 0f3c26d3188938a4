//! The [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html) documents: `GET /openapi.json` for users and applications, and
//! `GET /operator/openapi.json` for the operator's page, which a proxy may keep to a network with all that is below
//! `/operator`. Both are made from the tables of routes, and are the same for every configuration.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use countersign_axum::openapi::{self, Operation, RelatedOrigins, Routes, Verb};
use serde_json::{Map, Value, json};

use super::assets::Asset;
use super::tables::{metrics_table, models_table};
use super::{auth, inspect, operator as operators};

mod explanation;
pub(super) mod operations;
pub(super) mod operator;
mod operator_schemas;

/// The path of the document.
const PATH: &str = "/openapi.json";

/// The path of the document of the operator's page.
const OPERATOR_PATH: &str = "/operator/openapi.json";

/// The document as it is sent.
static DOCUMENT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(PATH, "application/json", document().to_string()));

/// The document of the operator's page as it is sent.
static OPERATOR_DOCUMENT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(OPERATOR_PATH, "application/json", operator_document().to_string()));

/// The route of the document.
pub(super) fn table<S: Clone + Send + Sync + 'static>() -> Routes<S> {
    Routes::new().route(Verb::Get, PATH, send, operations::document)
}

/// The route of the document of the operator's page.
pub(super) fn operator_table<S: Clone + Send + Sync + 'static>() -> Routes<S> {
    Routes::new().route(Verb::Get, OPERATOR_PATH, send_operator, operations::document)
}

async fn send(headers: HeaderMap) -> Response {
    DOCUMENT.response(&headers)
}

async fn send_operator(headers: HeaderMap) -> Response {
    OPERATOR_DOCUMENT.response(&headers)
}

/// The document. The page's files are not in it, and neither is the API for FIDO's conformance tests: FIDO describes that, and a
/// server that users reach does not have it.
fn document() -> Value {
    let tables = [
        openapi::paths("/api", of_api),
        // There only if related origins are configured, as its summary says.
        openapi::well_known_paths(RelatedOrigins::Some, in_text),
        auth::table().paths("", of_auth),
        models_table().paths("", in_text),
        inspect::table().paths("", of_api),
        table::<()>().paths("", in_text),
        metrics_table().paths("", in_text),
    ];
    let description = "Accounts, passkeys and sessions. Every error has a stable code.";
    described("Countersign", description, tables)
}

/// The document of the operator's page.
fn operator_document() -> Value {
    let tables =
        [operators::table().paths("/operator/api", in_json), operator_table::<()>().paths("", in_text)];
    let description = "What operators see of accounts, passkeys and sessions, and do to them. Every error has a stable code.";
    described("Countersign for operators", description, tables)
}

/// The document of these tables, with the schemas and security schemes that they refer to.
fn described(title: &str, description: &str, tables: impl IntoIterator<Item = Value>) -> Value {
    let paths: Map<_, _> = tables
        .into_iter()
        .filter_map(|table| if let Value::Object(paths) = table { Some(paths) } else { None })
        .flatten()
        .collect();
    let paths = Value::Object(paths);
    json!({
        "openapi": openapi::VERSION,
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": title,
            "version": env!("CARGO_PKG_VERSION"),
            "description": description,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "components": used(components(), &paths),
        "paths": paths,
    })
}

/// The components of both documents.
fn components() -> Value {
    let mut components = openapi::components();
    if let Some(Value::Object(schemes)) = components.get_mut("securitySchemes") {
        let description = "The secret of a configured client.";
        schemes.insert(
            "client".into(),
            json!({ "type": "http", "scheme": "bearer", "description": description }),
        );
    }
    if let Some(Value::Object(schemas)) = components.get_mut("schemas") {
        schemas.extend(operator_schemas::schemas());
        schemas.extend(explanation::schemas());
    }
    components
}

/// The components that the paths refer to, themselves or by a schema.
fn used(mut components: Value, paths: &Value) -> Value {
    let (mut names, mut unseen) = (BTreeSet::new(), BTreeSet::new());
    collect(paths, &mut unseen);
    while let Some(name) = unseen.pop_first() {
        if let Some(schema) = components.pointer(&format!("/schemas/{name}"))
            && names.insert(name.clone())
        {
            collect(schema, &mut unseen);
        }
        names.insert(name);
    }
    for kind in ["schemas", "securitySchemes"] {
        if let Some(Value::Object(of_kind)) = components.get_mut(kind) {
            of_kind.retain(|name, _| names.contains(name));
        }
    }
    components
}

/// Collects the names of schemas and security schemes that a part of the document refers to.
fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("$ref", Value::String(address)) => {
                        names.extend(address.rsplit('/').next().map(str::to_owned));
                    }
                    ("security", Value::Array(choices)) => {
                        let schemes = choices.iter().filter_map(Value::as_object).flat_map(Map::keys);
                        names.extend(schemes.cloned());
                    }
                    _ => collect(member, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        _ => {}
    }
}

/// What the server adds to the routes below `/api`.
fn of_api(operation: Operation) -> Operation {
    let is_judged = ["startAccount", "startRecovery", "startCredential"].contains(&operation.id());
    in_json(if is_judged { operation.error(503, &["metadata-unavailable"]) } else { operation })
}

/// What the server adds to routes whose errors are JSON.
fn in_json(operation: Operation) -> Operation {
    let operation = if operation.has_body() { operation.error(408, &["request-timeout"]) } else { operation };
    limited(
        operation
            .error(400, &["host-missing"])
            .error(414, &["address-too-long"])
            .error(429, &["too-many-requests"]),
    )
}

/// What the server adds to the routes below `/auth`, and to the page's question where a link leads to.
fn of_auth(operation: Operation) -> Operation {
    let in_text = operation.id() != "describeReturn";
    let operation = if in_text {
        operation.text_error(400).text_error(408).text_error(414)
    } else {
        operation.error(400, &["host-missing"]).error(414, &["address-too-long"])
    };
    limited(operation.error(429, &["too-many-requests"])).error_header(
        "countersign-error",
        "The code, which proxies pass on; absent from plain text, and from 429 of `/api/return`.",
        json!({ "type": "string" }),
    )
}

/// What the server adds to routes whose errors are plain text.
fn in_text(operation: Operation) -> Operation {
    let is_limited = !matches!(operation.id(), "live" | "ready");
    let operation = operation.text_error(400).text_error(414);
    // Without related origins there is no document of them.
    let operation = if operation.id() == "relatedOrigins" { operation.text_error(404) } else { operation };
    if is_limited { limited(operation.text_error(429)) } else { traced(operation) }
}

/// Adds the time to wait, for a request over a limit.
fn limited(operation: Operation) -> Operation {
    let seconds = json!({ "type": "integer", "minimum": 1 });
    traced(operation).answer_header(429, "Retry-After", "The seconds to wait.", seconds)
}

/// Adds the ID by which the lines of a request in the log are found.
fn traced(operation: Operation) -> Operation {
    let schema = json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" });
    operation.error_header("countersign-trace-id", "The ID of the request in the log.", schema)
}
