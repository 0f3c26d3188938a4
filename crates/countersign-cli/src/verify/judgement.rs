//! The verdict on a ceremony, and what led to it.

use countersign::report::{Report, Step};
use countersign::types::response::ResponseError;
use countersign::{Code, CredentialRecord, Error};
use serde_json::{Map, Value};

/// The verdict on a ceremony, and what led to it.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    /// What happened at each step; `None` if the response could not be read.
    pub(crate) report: Option<Report>,
    /// What an accepted ceremony showed, by the names of the conformance suites.
    pub(crate) outcome: Map<String, Value>,
    /// What the relying party stores after an accepted ceremony.
    pub(crate) record: Option<CredentialRecord>,
}

/// Whether a response is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Rejected(Rejection),
}

/// How a run ends that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// Each response is accepted.
    Accepted,
    /// A response is rejected.
    Rejected,
    /// There is no verdict on a response.
    Unjudged,
}

impl Ending {
    pub(crate) const fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Accepted => Self::Accepted,
            Verdict::Rejected(_) => Self::Rejected,
        }
    }
}

/// Why a response is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// The error of the step that failed; `None` if the response could not be read.
    pub(crate) error: Option<Error>,
}

impl Rejection {
    /// The step of the specification that failed.
    pub(crate) fn step(&self) -> Option<Step> {
        self.error.as_ref().map(Error::step)
    }
}

impl Judgement {
    pub(crate) fn accepted(
        report: Report,
        outcome: Map<String, Value>,
        record: impl Into<Option<CredentialRecord>>,
    ) -> Self {
        Self { verdict: Verdict::Accepted, report: Some(report), outcome, record: record.into() }
    }

    pub(crate) fn rejected(report: Report, error: &Error) -> Self {
        let (code, message) = (error.code(), error.kind().to_string());
        let rejection = Rejection { code, message, error: Some(error.clone()) };
        Self { report: Some(report), ..Self::without_report(rejection) }
    }

    /// The response is not the JSON of its ceremony.
    pub(crate) fn unreadable(error: ResponseError) -> Self {
        Self::without_report(Rejection { code: error.code(), message: error.to_string(), error: None })
    }

    fn without_report(rejection: Rejection) -> Self {
        Self { verdict: Verdict::Rejected(rejection), report: None, outcome: Map::new(), record: None }
    }

    /// The rejection, if it is one.
    pub(crate) const fn rejection(&self) -> Option<&Rejection> {
        match &self.verdict {
            Verdict::Rejected(rejection) => Some(rejection),
            Verdict::Accepted => None,
        }
    }

    /// `accept`, or the code, as the conformance runner names verdicts.
    pub(crate) fn word(&self) -> &'static str {
        self.rejection().map_or("accept", |rejection| rejection.code.as_str())
    }
}
