//! `GET /openapi.json`: the [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html) document of this interface. It is made
//! from the tables of routes, and the same for every configuration.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use countersign_axum::openapi::{self, Operation, RelatedOrigins, Routes, Verb};
use serde_json::{Value, json};

use super::assets::Asset;
use super::auth;
use super::tables::{metrics_table, models_table};

pub(super) mod operations;

/// The document as it is sent.
static DOCUMENT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("/openapi.json", "application/json", document().to_string()));

/// The route of the document.
pub(super) fn table<S: Clone + Send + Sync + 'static>() -> Routes<S> {
    Routes::new().route(Verb::Get, "/openapi.json", send, operations::document)
}

/// Sends the document.
async fn send(headers: HeaderMap) -> Response {
    DOCUMENT.response(&headers)
}

/// The document. The page's files are not in it, and neither is the API for FIDO's conformance tests: FIDO describes that, and a
/// server that users reach does not have it.
fn document() -> Value {
    let mut components = openapi::components();
    if let Some(Value::Object(schemes)) = components.get_mut("securitySchemes") {
        let description = "The secret of a configured client.";
        schemes.insert(
            "client".into(),
            json!({ "type": "http", "scheme": "bearer", "description": description }),
        );
    }
    let tables = [
        openapi::paths("/api", of_api),
        // There only if related origins are configured, as its summary says.
        openapi::well_known_paths(RelatedOrigins::Some, in_text),
        auth::table().paths("", of_auth),
        models_table().paths("", in_text),
        table::<()>().paths("", in_text),
        metrics_table().paths("", in_text),
    ];
    let paths: serde_json::Map<_, _> = tables
        .into_iter()
        .filter_map(|table| if let Value::Object(paths) = table { Some(paths) } else { None })
        .flatten()
        .collect();
    json!({
        "openapi": openapi::VERSION,
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Countersign",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Accounts, passkeys and sessions. Every error has a stable code.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": components,
    })
}

/// What the server adds to the routes below `/api`.
fn of_api(operation: Operation) -> Operation {
    let is_judged = ["startAccount", "startRecovery", "startCredential"].contains(&operation.id());
    let operation = if operation.has_body() { operation.error(408, &["request-timeout"]) } else { operation };
    let operation = if is_judged { operation.error(503, &["metadata-unavailable"]) } else { operation };
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
