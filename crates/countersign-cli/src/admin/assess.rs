//! `countersign admin assess`.

use clap::Args;
use countersign::types::CredentialId;
use countersign_server::Config;
use countersign_server::operator::{Assessed, AssessmentSummary, Assessor, Finding, Flagging, Operator};
use serde_json::{Value, json};

use super::output::{Out, id, note};
use super::{error::AdminError, selector::credential_id};
use crate::progress::Progress;

/// The arguments of `assess`.
#[derive(Debug, Args)]
pub(crate) struct AssessArguments {
    /// Flag the passkeys whose certificate is revoked or whose model or device is rejected, so that they can't sign in
    /// [default: change nothing]
    #[arg(long)]
    flag: bool,
    /// Print every passkey [default: those that differ from their registration, or call for the operator]
    #[arg(long)]
    all: bool,
    /// Begin after the passkey with this ID, to continue an assessment that was broken off
    #[arg(long, value_name = "ID", value_parser = credential_id)]
    after: Option<CredentialId>,
}

impl AssessArguments {
    pub(crate) async fn run(
        self,
        operator: &Operator,
        config: &Config,
        out: &mut Out<'_>,
    ) -> Result<(), AdminError> {
        let assessor = Assessor::open(config)?;
        let number = assessor.metadata_number();
        let flagging = if self.flag { Flagging::Flag } else { Flagging::Report };
        let mut assessment = operator.assess(assessor, flagging, self.after).await?;
        let mut progress = Progress::on_terminal();
        loop {
            let page = match assessment.next().await {
                Ok(Some(page)) => page,
                Ok(None) => break,
                Err(error) => {
                    out.finish()?;
                    if let Some(position) = assessment.position() {
                        note(&format!("continue with --after {}", id(position.as_bytes())));
                    }
                    return Err(error.into());
                }
            };
            let notable: Vec<_> =
                page.into_iter().filter(|assessed| self.all || assessed.is_notable()).collect();
            if !notable.is_empty() {
                progress.clear();
                out.rows(["finding", "passkey", "label", "flagged", "detail"], &notable, cells, object)?;
                out.finish()?;
            }
            let (done, whole) = assessment.progress();
            progress.show_rows("passkeys", done, Some(whole));
        }
        drop(progress);
        let summary = assessment.summary();
        out.sentence(&sentence(number, summary), &summed(number, summary))
    }
}

fn cells(assessed: &Assessed) -> [String; 5] {
    let flagged = match (assessed.newly_flagged, assessed.flagged) {
        (true, _) => "now",
        (false, true) => "yes",
        (false, false) => "no",
    };
    let change = match (assessed.trust_lost, assessed.trust_gained) {
        (true, _) => "was trusted: ",
        (_, true) => "was not trusted: ",
        _ => "",
    };
    [
        assessed.finding.as_str().to_owned(),
        id(assessed.id.as_bytes()),
        assessed.label.clone().unwrap_or_default(),
        flagged.to_owned(),
        format!("{change}{}", assessed.detail),
    ]
}

fn object(assessed: &Assessed) -> Value {
    json!({
        "id": id(assessed.id.as_bytes()),
        "account_id": id(assessed.owner.as_bytes()),
        "label": assessed.label,
        "model": assessed.model.map(|model| model.to_string()),
        "finding": assessed.finding.as_str(),
        "code": assessed.code,
        "detail": assessed.detail,
        "trust_lost": assessed.trust_lost,
        "trust_gained": assessed.trust_gained,
        "flagged": assessed.flagged,
        "newly_flagged": assessed.newly_flagged,
    })
}

fn sentence(number: u64, summary: &AssessmentSummary) -> String {
    let findings: Vec<_> =
        Finding::ALL.iter().map(|finding| format!("{} {}", summary.of(*finding), finding.as_str())).collect();
    format!(
        "assessed {} passkeys by metadata {number}: {}; {} lost their trust, {} were flagged",
        summary.assessed,
        findings.join(", "),
        summary.trust_lost,
        summary.newly_flagged
    )
}

fn summed(number: u64, summary: &AssessmentSummary) -> Value {
    let findings: serde_json::Map<String, Value> = Finding::ALL
        .iter()
        .map(|finding| (finding.as_str().to_owned(), summary.of(*finding).into()))
        .collect();
    json!({
        "summary": {
            "metadata": number,
            "assessed": summary.assessed,
            "findings": findings,
            "trust_lost": summary.trust_lost,
            "newly_flagged": summary.newly_flagged,
        },
    })
}
