//! The assessment of all stored passkeys by today's metadata, page by page.

use std::sync::Arc;

use countersign::lifecycle::{Change, Reassessor, Verdict};
use countersign::record::Standing;
use countersign::store::{AuditKind, Evidence};
use countersign::types::{Aaguid, CredentialId, Timestamp, UserHandle};
use countersign_store::listing::CredentialRow;

use super::operations::{Operator, audit};
use super::{assessor::Assessor, error::OperatorError};

/// The number of passkeys in a page: some seconds of work, after which progress is shown, and a fraction of a megabyte.
const PAGE: usize = 64;

/// Whether an assessment flags the passkeys that it finds compromised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third choice")]
pub enum Flagging {
    /// Nothing is changed.
    Report,
    /// A passkey whose certificate is revoked, or whose model or device is rejected, is flagged, so that it can't
    /// authenticate, and its sessions end.
    Flag,
}

/// What an assessment finds of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Finding {
    /// Its attestation is trusted.
    Trusted,
    /// It has no attestation that certifies its model, or none is stored.
    Uncertified,
    /// Its attestation leads to no trust anchor, or does not verify any more.
    Untrusted,
    /// A certificate is revoked, or its model or its device is rejected.
    Rejected,
    /// Its evidence or its row can't be read, or is another passkey's.
    Unusable,
}

impl Finding {
    /// All findings, the best first.
    pub const ALL: [Self; 5] =
        [Self::Trusted, Self::Uncertified, Self::Untrusted, Self::Rejected, Self::Unusable];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Uncertified => "uncertified",
            Self::Untrusted => "untrusted",
            Self::Rejected => "rejected",
            Self::Unusable => "unusable",
        }
    }

    const fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Trusted | Verdict::TrustedAtRegistration => Self::Trusted,
            Verdict::Uncertified(_) | Verdict::EvidenceMissing => Self::Uncertified,
            Verdict::Revoked(_) | Verdict::ModelRejected(_) | Verdict::DeviceRejected(_) => Self::Rejected,
            Verdict::EvidenceUnusable(_) => Self::Unusable,
            // Untrusted, or invalid; and a verdict of the future is not one of trust.
            _ => Self::Untrusted,
        }
    }
}

/// A passkey that was assessed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Assessed {
    /// The ID of the passkey.
    pub id: CredentialId,
    /// The account that it belongs to.
    pub owner: UserHandle,
    /// The owner's label; `None` if the row can't be read.
    pub label: Option<String>,
    /// The authenticator model; `None` if the row can't be read.
    pub model: Option<Aaguid>,
    /// What was found.
    pub finding: Finding,
    /// The code of what is wrong, if anything is.
    pub code: Option<&'static str>,
    /// The verdict as a sentence.
    pub detail: String,
    /// Whether the passkey was trusted when it was registered, and no longer is.
    pub trust_lost: bool,
    /// Whether the passkey was not trusted when it was registered, and is now.
    pub trust_gained: bool,
    /// Whether the passkey is flagged now.
    pub flagged: bool,
    /// Whether this assessment flagged it.
    pub newly_flagged: bool,
}

impl Assessed {
    /// Whether the assessment differs from that of the registration, or calls for the operator: the model is rejected and the
    /// passkey is not flagged, this assessment flagged it, or its evidence or row can't be used.
    pub const fn is_notable(&self) -> bool {
        self.trust_lost
            || self.trust_gained
            || self.newly_flagged
            || (matches!(self.finding, Finding::Rejected) && !self.flagged)
            || matches!(self.finding, Finding::Unusable)
    }
}

/// How many passkeys have each finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct AssessmentSummary {
    /// All that were assessed.
    pub assessed: u64,
    /// Those of each finding, in the order of [`Finding::ALL`].
    pub findings: [u64; Finding::ALL.len()],
    /// Those that were trusted when they were registered, and no longer are.
    pub trust_lost: u64,
    /// Those that this assessment flagged.
    pub newly_flagged: u64,
}

impl AssessmentSummary {
    fn count(&mut self, assessed: &Assessed) {
        let add = |number: &mut u64, is: bool| *number = number.saturating_add(u64::from(is));
        add(&mut self.assessed, true);
        for (number, finding) in self.findings.iter_mut().zip(Finding::ALL) {
            add(number, finding == assessed.finding);
        }
        add(&mut self.trust_lost, assessed.trust_lost);
        add(&mut self.newly_flagged, assessed.newly_flagged);
    }

    /// The number of passkeys with this finding.
    pub fn of(&self, finding: Finding) -> u64 {
        let found = Finding::ALL.into_iter().zip(self.findings).find(|(other, _)| *other == finding);
        found.map_or(0, |(_, number)| number)
    }
}

/// An assessment of all passkeys, in the order of their IDs: begun with [`Operator::assess`], and complete when
/// [`next`](Self::next) returns `None`. One page is in memory at a time.
///
/// Assessing a passkey again does not change the result, so that an assessment that was broken off can be begun again, or
/// after the ID at which it ended.
pub struct Assessment {
    operator: Operator,
    assessor: Assessor,
    flagging: Flagging,
    after: Option<CredentialId>,
    total: u64,
    summary: AssessmentSummary,
}

impl Operator {
    /// Begins to assess all passkeys, after this ID. A row of the audit log says so.
    pub async fn assess(
        &self,
        assessor: Assessor,
        flagging: Flagging,
        after: Option<CredentialId>,
    ) -> Result<Assessment, OperatorError> {
        self.transact(vec![audit(self.entry_of_none(AuditKind::AssessmentBegun))]).await?;
        self.assess_unnoted(assessor, flagging, after).await
    }

    /// Begins to assess all passkeys, after this ID. The caller has added the row to the audit log.
    pub(super) async fn assess_unnoted(
        &self,
        assessor: Assessor,
        flagging: Flagging,
        after: Option<CredentialId>,
    ) -> Result<Assessment, OperatorError> {
        let total = self.database.totals().await?.credentials;
        let summary = AssessmentSummary::default();
        Ok(Assessment { operator: self.clone(), assessor, flagging, after, total, summary })
    }
}

impl Assessment {
    /// Assesses the next page; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Vec<Assessed>>, OperatorError> {
        let page = self.operator.database.all_credentials(self.after.as_ref(), Evidence::Read, PAGE).await?;
        let Some(last) = page.last().map(|row| row.id.clone()) else { return Ok(None) };
        let (reassessor, now) = (self.assessor.reassessor.clone(), Assessor::now());
        // Each needs the verification of a signature and a path.
        let judging = tokio::task::spawn_blocking(move || judge_page(&reassessor, page, now)).await;
        let mut page = judging.map_err(|error| OperatorError::Interrupted(error.to_string()))?;
        if self.flagging == Flagging::Flag {
            for assessed in &mut page {
                self.flag(assessed).await?;
            }
        }
        for assessed in &page {
            self.summary.count(assessed);
        }
        self.after = Some(last);
        Ok(Some(page))
    }

    async fn flag(&self, assessed: &mut Assessed) -> Result<(), OperatorError> {
        if assessed.finding != Finding::Rejected || assessed.flagged {
            return Ok(());
        }
        let reason = format!("metadata {}: {}", self.assessor.metadata, assessed.detail);
        match self.operator.flag_passkey(&assessed.id, &reason).await {
            Ok(_) => (assessed.flagged, assessed.newly_flagged) = (true, true),
            // It was removed meanwhile.
            Err(OperatorError::PasskeyUnknown(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// How many passkeys were assessed, and how many there were at the beginning.
    pub const fn progress(&self) -> (u64, u64) {
        (self.summary.assessed, self.total)
    }

    /// The ID of the last passkey that was assessed: an assessment after it continues this one.
    pub const fn position(&self) -> Option<&CredentialId> {
        self.after.as_ref()
    }

    /// What was found so far.
    pub const fn summary(&self) -> &AssessmentSummary {
        &self.summary
    }
}

fn judge_page(reassessor: &Arc<Reassessor>, page: Vec<CredentialRow>, now: Timestamp) -> Vec<Assessed> {
    page.into_iter().map(|row| judge(reassessor, row, now)).collect()
}

fn judge(reassessor: &Reassessor, row: CredentialRow, now: Timestamp) -> Assessed {
    let CredentialRow { id, owner, credential } = row;
    let mut assessed = Assessed {
        id,
        owner,
        label: None,
        model: None,
        finding: Finding::Unusable,
        code: Some("row-unreadable"),
        detail: String::new(),
        trust_lost: false,
        trust_gained: false,
        flagged: false,
        newly_flagged: false,
    };
    let credential = match credential {
        Ok(credential) => credential,
        Err(fault) => return Assessed { detail: fault, ..assessed },
    };
    let reassessment = reassessor.judge(&credential.record, now);
    let verdict = reassessment.verdict();
    let has = |change: &Change| reassessment.changes().contains(change);
    assessed.label = Some(credential.label);
    assessed.model = Some(credential.record.aaguid());
    assessed.finding = Finding::of(verdict);
    assessed.code = verdict.code().map(countersign::Code::as_str);
    assessed.detail = verdict.to_string();
    assessed.trust_lost = has(&Change::TrustLost);
    assessed.trust_gained = has(&Change::TrustGained);
    assessed.flagged = matches!(credential.record.standing(), Standing::Flagged(_));
    assessed
}
