//! The newest rows of the audit log, of all accounts or of one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use countersign::store::{ApplicationStore as _, AuditQuery, AuditRow};
use countersign::types::{UserHandle, base64url, hex::Hex};
use serde::Serialize;

use super::super::auth::parameters::Parameters;
use super::super::site::Shared;
use super::access::Seeing;
use super::body::json;
use super::error::{Answer, OperatorPageError};

/// The most rows of an answer. `countersign audit` exports all of them.
const ROWS: usize = 100;

/// A row of the log. It has no name and no user handle: the log has none.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    at: String,
    kind: String,
    actor: String,
    /// What the log has in place of the account.
    account: Option<String>,
    /// The client's address.
    address: Option<String>,
    trace_id: Option<String>,
}

impl From<AuditRow> for Row {
    fn from(row: AuditRow) -> Self {
        Self {
            at: row.at.to_string(),
            kind: row.kind,
            actor: row.actor,
            account: row.account.map(|pseudonym| pseudonym.to_string()),
            address: row.source.address.map(|address| address.to_string()),
            trace_id: row.source.trace_id.map(|id| Hex(&id).to_string()),
        }
    }
}

/// The newest rows first; with the parameter `account`, those of one account.
pub(super) async fn rows(State(site): State<Shared>, _: Seeing, parts: Parts) -> Answer {
    #[derive(Serialize)]
    struct Body {
        rows: Vec<Row>,
    }
    let parameters = Parameters::parse(parts.uri.query(), &["account"])?;
    let query = match parameters.get("account") {
        None => AuditQuery::Newest,
        Some(text) => {
            let handle = base64url::decode(text).ok().and_then(UserHandle::new);
            AuditQuery::NewestOf(handle.ok_or(OperatorPageError::QueryMalformed)?)
        }
    };
    let rows = site.app.database.audit_rows(&query, ROWS).await?;
    json(StatusCode::OK, &Body { rows: rows.into_iter().map(Row::from).collect() })
}
