//! The descriptions of the server's own routes.

use countersign_axum::openapi::schema::{boolean, object, reference, text, time};
use countersign_axum::openapi::{Operation, Security};
use serde_json::json;

pub(in crate::http) fn live() -> Operation {
    Operation::new("live", "Says that the process answers").content(200, "It does.", "text/plain", text())
}

pub(in crate::http) fn ready() -> Operation {
    Operation::new("ready", "Says whether requests can be sent to this server")
        .content(200, "They can.", "text/plain", text())
        .text_error(503)
}

pub(in crate::http) fn metrics() -> Operation {
    Operation::new("metrics", "Returns the metrics, at the operator's address if there is one").content(
        200,
        "The metrics in the text format of Prometheus.",
        "text/plain",
        text(),
    )
}

pub(in crate::http) fn icon() -> Operation {
    let model = json!({ "type": "string", "format": "uuid" });
    let images = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    let operation = Operation::new("icon", "Returns the icon of an authenticator model")
        .path_parameter("aaguid", "The AAGUID of the model.", model)
        .text_error(404);
    images.into_iter().fold(operation, |operation, kind| operation.content(200, "The icon.", kind, json!({})))
}

pub(in crate::http) fn document() -> Operation {
    Operation::new("openapi", "Returns this document")
        .json(200, "The document.", json!({ "type": "object" }))
        .answer_header(200, "ETag", "The tag of the document.", text())
        .empty(304, "The client has the document: its tag is in `If-None-Match`.")
        .answer_header(304, "ETag", "The tag of the document.", text())
}

pub(in crate::http) fn inspect() -> Operation {
    let question = json!({
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": { "type": "string", "description": "The text to explain." },
            "kind": {
                "description": "The kind to read it as; recognised by default.",
                "oneOf": [{ "$ref": "#/components/schemas/InspectKind" }, { "type": "null" }],
            },
        },
        "additionalProperties": false,
    });
    Operation::new("inspect", "Explains a text, unless the server is configured not to")
        .security(Security::Session)
        .changing()
        .body(question)
        .json(200, "The explanation.", json!({ "$ref": "#/components/schemas/InspectExplanation" }))
        .error(404, &["not-found"])
        .error(503, &["storage-failed"])
}

fn max_age(operation: Operation) -> Operation {
    let seconds = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    operation.query("max_age", "The most seconds since the user was verified with a passkey.", seconds)
}

/// The way back to an application.
fn way(operation: Operation) -> Operation {
    max_age(operation)
        .required_query("to", "The address to return to.", text())
        .security(Security::Optional)
        .error(400, &["query-malformed", "return-address-not-allowed"])
        .error(503, &["storage-failed"])
}

pub(in crate::http) fn check() -> Operation {
    let redirect = json!({ "const": "true" });
    let sign_in = "The address of the page that leads back to the request, if the proxy says what it is.";
    max_age(Operation::new("check", "Says to a proxy whether the browser is signed in"))
        .query("redirect", "Answers 303 in place of 401 if a browser is navigating.", redirect)
        .security(Security::Session)
        .empty(204, "The session is good.")
        .answer_header(204, "countersign-user", "The user handle of the account.", reference("UserHandle"))
        .answer_header(204, "countersign-name", "The name of the account, percent-encoded.", text())
        .empty(303, "The page, which leads back to the request.")
        .answer_header(303, "Location", sign_in, text())
        .error(400, &["query-malformed"])
        .error(401, &["verification-too-old"])
        .error(503, &["storage-failed"])
}

pub(in crate::http) fn session() -> Operation {
    let answer = object(json!({
        "account": reference("Account"), "createdAt": time(), "verifiedAt": time(), "expiresAt": time(),
    }));
    let question = json!({
        "type": "object",
        "required": ["session"],
        "properties": { "session": { "type": "string", "description": "The value of the session's cookie." } },
    });
    Operation::new("session", "Describes the session of a cookie to a client")
        .security(Security::Client)
        .changing()
        .body(question)
        .json(200, "The session is good.", answer)
        .error(401, &["client-unknown"])
        .error(404, &["session-unknown"])
        .error(503, &["storage-failed"])
}

pub(in crate::http) fn go_back() -> Operation {
    way(Operation::new("return", "Leads a signed-in user back to an application, and others to the page"))
        .empty(303, "The address, or the page.")
        .answer_header(303, "Location", "The address, or the page.", text())
}

pub(in crate::http) fn describe_return() -> Operation {
    let answer = object(json!({ "to": text(), "open": boolean() }));
    way(Operation::new("describeReturn", "Says where the page leads to, and whether its user may go there"))
        .json(200, "The way back.", answer)
}
