//! The description of one operation.

#![expect(clippy::needless_pass_by_value, reason = "schemas are written where they are passed")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::schema::reference;
use crate::http::BODY_MAX;

/// The content type of requests and answers in JSON.
const JSON: &str = "application/json";

/// Whose request an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Security {
    /// Everyone's.
    Open,
    /// Everyone's; a session makes a difference.
    Optional,
    /// One with a session.
    Session,
    /// One with a session that names the account that the user sees.
    Account,
    /// One with a session of a user who has a role in the application. Everyone else gets the answer of a path that does not
    /// exist.
    Role,
    /// One with the secret of a client.
    Client,
}

/// An Operation Object that is being built.
#[derive(Debug, Clone)]
#[must_use]
pub struct Operation {
    id: &'static str,
    summary: &'static str,
    security: Security,
    of_browser: bool,
    changes: bool,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: BTreeMap<u16, Answer>,
    errors: BTreeMap<u16, Errors>,
    error_headers: Map<String, Value>,
}

/// What an operation answers with a status.
#[derive(Debug, Clone, Default)]
struct Answer {
    description: String,
    content: Vec<(&'static str, Value)>,
    headers: Map<String, Value>,
}

/// The errors of a status.
#[derive(Debug, Clone, Default)]
struct Errors {
    codes: BTreeSet<&'static str>,
    /// Whether there are also the codes of rejected responses.
    of_ceremonies: bool,
    /// Whether there is also plain text, with the words of the status.
    in_text: bool,
    headers: Map<String, Value>,
}

impl Operation {
    /// An operation that changes nothing and answers everyone. `id` is unique in a document.
    pub fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            security: Security::Open,
            of_browser: false,
            changes: false,
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
            errors: BTreeMap::new(),
            error_headers: Map::new(),
        }
    }

    /// Sets whose requests are accepted, and the errors of all others.
    pub fn security(mut self, security: Security) -> Self {
        self.security = security;
        match security {
            Security::Session => self.error(401, &["not-signed-in"]),
            Security::Account => self.error(401, &["not-signed-in"]).naming_account(),
            Security::Role => self.error(404, &["not-found"]),
            Security::Open | Security::Optional | Security::Client => self,
        }
    }

    /// Says that the request names the account that the user sees, and adds the errors of one that does not.
    pub fn naming_account(self) -> Self {
        let description = "The account that the user sees: its user handle.";
        self.error(400, &["account-missing"]).error(409, &["account-changed"]).header(
            "countersign-account",
            description,
            reference("UserHandle"),
        )
    }

    /// Says that the operation finishes a ceremony of the browser that started it.
    pub(crate) fn of_browser(mut self) -> Self {
        self.of_browser = true;
        self.error(400, &["cookie-missing"])
    }

    /// Says that the operation changes something, so that the origin is checked.
    pub fn changing(mut self) -> Self {
        self.changes = true;
        self.error(403, &["origin-not-allowed"])
    }

    /// The body of a request: JSON of this schema.
    pub fn body(mut self, schema: Value) -> Self {
        self.body = Some(schema);
        self.error(400, &["request-malformed"])
            .error(413, &["body-too-large"])
            .error(415, &["content-type-unsupported"])
    }

    /// A required header field of requests.
    pub fn header(mut self, name: &str, description: &str, schema: Value) -> Self {
        self.parameters.push(parameter("header", name, true, description, schema));
        self
    }

    /// A header field of requests that may be left out.
    pub fn optional_header(mut self, name: &str, description: &str, schema: Value) -> Self {
        self.parameters.push(parameter("header", name, false, description, schema));
        self
    }

    /// A parameter in the path.
    pub fn path_parameter(mut self, name: &str, description: &str, schema: Value) -> Self {
        self.parameters.push(parameter("path", name, true, description, schema));
        self
    }

    /// A parameter in the query that may be left out.
    pub fn query(mut self, name: &str, description: &str, schema: Value) -> Self {
        self.parameters.push(parameter("query", name, false, description, schema));
        self
    }

    /// A parameter in the query that is required.
    pub fn required_query(mut self, name: &str, description: &str, schema: Value) -> Self {
        self.parameters.push(parameter("query", name, true, description, schema));
        self
    }

    /// An answer without a body.
    pub fn empty(mut self, status: u16, description: &str) -> Self {
        description.clone_into(&mut self.answer(status).description);
        self
    }

    /// An answer in JSON of this schema.
    pub fn json(self, status: u16, description: &str, schema: Value) -> Self {
        self.content(status, description, JSON, schema)
    }

    /// An answer of this content type. A status may have several.
    pub fn content(
        mut self,
        status: u16,
        description: &str,
        content_type: &'static str,
        schema: Value,
    ) -> Self {
        let answer = self.answer(status);
        description.clone_into(&mut answer.description);
        answer.content.push((content_type, schema));
        self
    }

    /// A header field of the answers with this status.
    pub fn answer_header(mut self, status: u16, name: &str, description: &str, schema: Value) -> Self {
        let header = json!({ "description": description, "schema": schema });
        if let Some(errors) = self.errors.get_mut(&status) {
            errors.headers.insert(name.to_owned(), header);
        } else {
            self.answer(status).headers.insert(name.to_owned(), header);
        }
        self
    }

    /// A header field of every error.
    pub fn error_header(mut self, name: &str, description: &str, schema: Value) -> Self {
        self.error_headers.insert(name.to_owned(), json!({ "description": description, "schema": schema }));
        self
    }

    /// Errors of a status, by their codes.
    pub fn error(mut self, status: u16, codes: &[&'static str]) -> Self {
        self.errors.entry(status).or_default().codes.extend(codes);
        self
    }

    /// An error of a status in plain text: the words of the status.
    pub fn text_error(mut self, status: u16) -> Self {
        self.errors.entry(status).or_default().in_text = true;
        self
    }

    /// The errors of rejected responses, with this status.
    pub(crate) fn ceremony_errors(mut self, status: u16) -> Self {
        self.errors.entry(status).or_default().of_ceremonies = true;
        self.error(409, &["record-changed"])
    }

    /// The ID of the operation.
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// Whether the request has a body.
    pub const fn has_body(&self) -> bool {
        self.body.is_some()
    }

    fn answer(&mut self, status: u16) -> &mut Answer {
        self.answers.entry(status).or_default()
    }

    /// The Operation Object.
    pub(crate) fn into_json(self) -> Value {
        let mut object = Map::new();
        object.insert("operationId".into(), self.id.into());
        object.insert("summary".into(), self.summary.into());
        object.insert("security".into(), security(self.security, self.of_browser));
        let mut parameters = self.parameters;
        if self.changes {
            let origin = "The origin of the page, which browsers send. Requests without one are accepted.";
            parameters.push(parameter("header", "Origin", false, origin, json!({ "type": "string" })));
        }
        object.insert("parameters".into(), parameters.into());
        if let Some(schema) = self.body {
            let content = json!({ JSON: { "schema": schema } });
            let description = format!("At most {BODY_MAX} bytes of UTF-8.");
            object.insert(
                "requestBody".into(),
                json!({ "description": description, "required": true, "content": content }),
            );
        }
        let mut responses = Map::new();
        for (status, answer) in self.answers {
            responses.insert(status.to_string(), answer.into_json());
        }
        for (status, errors) in self.errors {
            responses.insert(status.to_string(), errors.into_json(&self.error_headers));
        }
        object.insert("responses".into(), responses.into());
        Value::Object(object)
    }
}

impl Answer {
    fn into_json(self) -> Value {
        let mut object = json!({ "description": self.description });
        let media = |(kind, schema): (&str, Value)| (kind.to_owned(), json!({ "schema": schema }));
        let content: Map<_, _> = self.content.into_iter().map(media).collect();
        if let (Value::Object(members), false) = (&mut object, content.is_empty()) {
            members.insert("content".into(), content.into());
        }
        with_headers(object, self.headers)
    }
}

impl Errors {
    fn into_json(self, common: &Map<String, Value>) -> Value {
        let codes: Vec<_> = self.codes.into_iter().collect();
        let mut description = codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
        let code = if self.of_ceremonies {
            description.push_str(", or the code of a rejected response");
            json!({ "anyOf": [{ "enum": codes }, reference("CeremonyCode")] })
        } else {
            json!({ "enum": codes })
        };
        let mut content = Map::new();
        if !codes.is_empty() || self.of_ceremonies {
            let schema = json!({
                "allOf": [
                    reference("Error"),
                    { "properties": { "error": { "properties": { "code": code } } } },
                ],
            });
            content.insert(JSON.to_owned(), json!({ "schema": schema }));
        }
        if self.in_text {
            let words =
                if content.is_empty() { "The words of the status" } else { ", or the words of the status" };
            description.push_str(words);
            content.insert("text/plain".to_owned(), json!({ "schema": { "type": "string" } }));
        }
        let mut headers = common.clone();
        headers.extend(self.headers);
        with_headers(json!({ "description": description, "content": content }), headers)
    }
}

fn with_headers(mut object: Value, headers: Map<String, Value>) -> Value {
    if let (Value::Object(members), false) = (&mut object, headers.is_empty()) {
        members.insert("headers".into(), headers.into());
    }
    object
}

fn parameter(place: &str, name: &str, required: bool, description: &str, schema: Value) -> Value {
    json!({ "in": place, "name": name, "required": required, "description": description, "schema": schema })
}

fn security(security: Security, of_browser: bool) -> Value {
    match (security, of_browser) {
        (Security::Open, false) => json!([]),
        (Security::Open, true) => json!([{ "browser": [] }]),
        (Security::Optional, false) => json!([{}, { "session": [] }]),
        (Security::Optional, true) => json!([{ "browser": [] }, { "browser": [], "session": [] }]),
        (Security::Session | Security::Account | Security::Role, false) => json!([{ "session": [] }]),
        (Security::Session | Security::Account | Security::Role, true) => {
            json!([{ "browser": [], "session": [] }])
        }
        (Security::Client, _) => json!([{ "client": [] }]),
    }
}
