//! The assessment of all passkeys by today's metadata: started by an operator, and watched by any.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign::store::AuditKind;
use countersign::types::{Aaguid, CredentialId, UserHandle};
use countersign_axum::Models as _;
use serde::{Deserialize, Serialize};

use super::super::site::{Shared, Site};
use super::access::{Seeing, acts};
use super::body::{Json, json};
use super::error::{Answer, OperatorPageError};
use crate::models::ServerModels;
use crate::operator::assessment::{Finding, Flagging};
use crate::operator::operations::{Operator, audit};
use crate::operator::work::{AssessmentResult, Running};
use crate::operator::{acting::Acting, assessor::Assessor, error::OperatorError};

/// What an assessment does with passkeys that it finds compromised.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Asked {
    Report,
    Flag,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    compromised: Asked,
}

/// Work that is under way, in an answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunningShown {
    started_at: String,
    done: u64,
    total: u64,
    /// Whether compromised passkeys are flagged.
    flags: bool,
}

impl RunningShown {
    pub(super) fn new(running: &Running) -> Self {
        Self {
            started_at: running.started_at.to_string(),
            done: running.done,
            total: running.total,
            flags: running.flagging == Flagging::Flag,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Result<'a> {
    started_at: String,
    finished_at: String,
    metadata: u64,
    flags: bool,
    assessed: u64,
    findings: Vec<FindingShown>,
    trust_lost: u64,
    newly_flagged: u64,
    notable: Vec<Notable<'a>>,
    left_out: u64,
}

#[derive(Serialize)]
struct FindingShown {
    finding: &'static str,
    passkeys: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notable<'a> {
    id: &'a CredentialId,
    account: &'a UserHandle,
    label: Option<&'a str>,
    aaguid: Option<Aaguid>,
    model: Option<String>,
    finding: &'static str,
    code: Option<&'static str>,
    detail: &'a str,
    flagged: bool,
    newly_flagged: bool,
}

impl<'a> Result<'a> {
    fn new(site: &Site, result: &'a AssessmentResult) -> Self {
        let models = ServerModels::new(site.app.metadata.clone());
        let of = |finding: Finding| FindingShown {
            finding: finding.as_str(),
            passkeys: result.summary.of(finding),
        };
        let notable = result.notable.iter().map(|one| Notable {
            id: &one.id,
            account: &one.owner,
            label: one.label.as_deref(),
            aaguid: one.model,
            model: one.model.and_then(|aaguid| models.name(aaguid)),
            finding: one.finding.as_str(),
            code: one.code,
            detail: &one.detail,
            flagged: one.flagged,
            newly_flagged: one.newly_flagged,
        });
        Self {
            started_at: result.started_at.to_string(),
            finished_at: result.finished_at.to_string(),
            metadata: result.metadata,
            flags: result.flagging == Flagging::Flag,
            assessed: result.summary.assessed,
            findings: Finding::ALL.into_iter().map(of).collect(),
            trust_lost: result.summary.trust_lost,
            newly_flagged: result.summary.newly_flagged,
            notable: notable.collect(),
            left_out: result.left_out,
        }
    }
}

/// The assessment that is under way in this instance, and the result of the latest one.
pub(super) async fn show(State(site): State<Shared>, _: Seeing) -> Answer {
    answer(&site, StatusCode::OK)
}

/// Starts an assessment. If one is under way already, that goes on, and all operators watch it.
pub(super) async fn start(
    State(site): State<Shared>,
    acting: Acting,
    Json(Start { compromised }): Json<Start>,
) -> Answer {
    let assessor = Assessor::of(&site.app).map_err(|error| match error {
        OperatorError::NoMetadata => OperatorPageError::MetadataUnavailable,
        other => OperatorPageError::Internal(other.to_string()),
    })?;
    // The role may have been taken since the headers arrived. An assessment that is under way has its row.
    let acting = acts(acting, &site);
    let begins = site.work.assessment().running.is_none();
    let row = begins.then(|| audit(acting.entry_of_none(AuditKind::AssessmentBegun)));
    acting.transact(row.into_iter().collect()).await?;
    let flagging = match compromised {
        Asked::Report => Flagging::Report,
        Asked::Flag => Flagging::Flag,
    };
    let operator = Operator::of(site.app.database.clone());
    let has_begun = site.work.assess(&operator, assessor, flagging);
    answer(&site, if has_begun { StatusCode::ACCEPTED } else { StatusCode::OK })
}

fn answer(site: &Site, status: StatusCode) -> Answer<Response> {
    #[derive(Serialize)]
    struct Body<'a> {
        running: Option<RunningShown>,
        latest: Option<Result<'a>>,
        failure: Option<&'static str>,
    }
    let task = site.work.assessment();
    let body = Body {
        running: task.running.as_ref().map(RunningShown::new),
        latest: task.latest.as_ref().map(|latest| Result::new(site, latest)),
        failure: task.failure,
    };
    json(status, &body)
}
