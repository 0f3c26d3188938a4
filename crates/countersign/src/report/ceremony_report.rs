//! What happened at each step of a ceremony, for logs, audits and support: sections
//! [7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) and
//! [7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion).

use core::fmt;

use countersign_types::Code;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::report::step::{AuthenticationStep, RegistrationStep, Step};
use crate::report::{deviation::Deviation, error::Error, evidence::Evidence};

/// The version of the serialised report. Version 1 had the member `lint` in place of `deviations`.
const VERSION: u8 = 2;

/// Every step of one ceremony in the specification's order, and the deviations that were accepted.
///
/// It holds no secret: no challenge, no extension output, no credential ID and no user handle, only what [`Evidence`]
/// says. It describes a ceremony and does not decide on it: the result of the call does.
///
/// A new report is empty. [`FinishOptions::with_report`](crate::ceremony::FinishOptions::with_report) passes it to the call
/// that fills it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    steps: Vec<StepReport>,
    pub(super) deviations: Vec<Deviation>,
}

/// The report of one step: its outcome, and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    step: Step,
    outcome: Outcome,
    evidence: Option<Evidence>,
}

/// The outcome of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The step was carried out, and passed.
    Passed,
    /// The ceremony failed at this step.
    Failed(Failure),
    /// The step was not carried out, for this reason.
    Skipped(Reason),
    /// The step is up to the caller: before the finishing call, in the browser, or afterwards.
    Caller,
    /// The step can't fail: the types ensure it.
    ByConstruction,
    /// The ceremony failed at an earlier step.
    NotReached,
}

/// Why a step failed: the error, without its step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: Code,
    message: String,
}

/// Why a step was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Client data has no `topOrigin`.
    TopOriginAbsent,
    /// The mediation was `conditional`, so that the user need not be present.
    ConditionalMediation,
    /// User verification was preferred or discouraged.
    UserVerificationNotRequired,
    /// The policy has no requirement here.
    NoPolicy,
    /// The policy requires no trusted attestation.
    TrustNotRequired,
}

impl Report {
    pub(crate) fn of_registration() -> Self {
        Self::over(RegistrationStep::ALL.iter().copied().map(Step::from))
    }

    pub(crate) fn of_authentication() -> Self {
        Self::over(AuthenticationStep::ALL.iter().copied().map(Step::from))
    }

    fn over(steps: impl Iterator<Item = Step>) -> Self {
        let untouched = |step| StepReport { step, outcome: Outcome::NotReached, evidence: None };
        Self { steps: steps.map(untouched).collect(), deviations: Vec::new() }
    }

    /// Every step, in the order of the specification, including those that the ceremony did not reach.
    pub fn steps(&self) -> &[StepReport] {
        &self.steps
    }

    /// The report of one step; `None` if it belongs to the other ceremony.
    pub fn step(&self, step: impl Into<Step>) -> Option<&StepReport> {
        let step = step.into();
        self.steps.iter().find(|report| report.step == step)
    }

    /// The step that failed.
    pub fn failed(&self) -> Option<&StepReport> {
        self.steps.iter().find(|report| matches!(report.outcome, Outcome::Failed(_)))
    }

    /// The deviations from the specification that were accepted, each once.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// Completes the report with the step at which the ceremony failed.
    pub(crate) fn fail(&mut self, error: &Error) {
        let failure = Failure { code: error.code(), message: error.kind().to_string() };
        self.set(error.step(), Outcome::Failed(failure), None);
    }

    pub(super) fn set(&mut self, step: Step, outcome: Outcome, evidence: Option<Evidence>) {
        if let Some(report) = self.steps.iter_mut().find(|report| report.step == step) {
            report.outcome = outcome;
            report.evidence = evidence;
        }
    }
}

impl StepReport {
    /// The step.
    pub fn step(&self) -> Step {
        self.step
    }

    /// The outcome of the step.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The evidence for the outcome, if it says more than the outcome.
    pub fn evidence(&self) -> Option<&Evidence> {
        self.evidence.as_ref()
    }
}

impl Outcome {
    /// The stable word for this value.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
            Self::Caller => "caller",
            Self::ByConstruction => "by-construction",
            Self::NotReached => "not-reached",
        }
    }
}

impl Failure {
    /// The stable word for what is wrong.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong as a sentence, with the values that differ.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Reason {
    /// The stable word for this value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TopOriginAbsent => "top-origin-absent",
            Self::ConditionalMediation => "conditional-mediation",
            Self::UserVerificationNotRequired => "user-verification-not-required",
            Self::NoPolicy => "no-policy",
            Self::TrustNotRequired => "trust-not-required",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `{"version": 2, "ceremony": "registration", "steps": […], "deviations": [words]}`. The ceremony is `null` in a report
/// that no call filled.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ceremony = match self.steps.first().map(|report| report.step) {
            Some(Step::Registration(_)) => Some("registration"),
            Some(Step::Authentication(_)) => Some("authentication"),
            None => None,
        };
        let mut report = serializer.serialize_struct("Report", 4)?;
        report.serialize_field("version", &VERSION)?;
        report.serialize_field("ceremony", &ceremony)?;
        report.serialize_field("steps", &self.steps)?;
        report.serialize_field("deviations", &self.deviations)?;
        report.end()
    }
}

/// `{"number": 9, "anchor": …, "step": …, "outcome": word}`, with `code` and `message` if it failed, `reason` if it
/// was skipped, and `evidence` if there is some.
impl Serialize for StepReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("StepReport", 8)?;
        report.serialize_field("number", &self.step.number())?;
        report.serialize_field("anchor", self.step.anchor())?;
        report.serialize_field("step", self.step.description())?;
        report.serialize_field("outcome", self.outcome.as_str())?;
        match &self.outcome {
            Outcome::Failed(failure) => {
                report.serialize_field("code", failure.code.as_str())?;
                report.serialize_field("message", &failure.message)?;
            }
            Outcome::Skipped(reason) => report.serialize_field("reason", reason.as_str())?,
            _ => {}
        }
        match &self.evidence {
            Some(evidence) => report.serialize_field("evidence", evidence)?,
            None => report.skip_field("evidence")?,
        }
        report.end()
    }
}

#[cfg(test)]
mod tests;
