//! How the steps of a ceremony report their outcomes, at no cost without a report.

use crate::report::ceremony_report::{Outcome, Reason, Report};
use crate::report::deviation::{Deviation, Deviations};
use crate::report::error::{Error, ErrorKind};
use crate::report::{evidence::Evidence, step::Step};

/// Receives the outcome of each step, in order. A failing step is reported through the returned [`Error`], not here.
pub(crate) trait Recorder {
    /// Records a step that did not fail. `evidence` runs only if it is recorded.
    fn record(&mut self, step: Step, outcome: Outcome, evidence: impl FnOnce() -> Option<Evidence>);

    /// Records a deviation that was accepted.
    fn accept(&mut self, deviation: Deviation);

    /// Whether this recorder collects `deviation`, so that detecting it can be skipped otherwise.
    fn wants(&self, deviation: Deviation) -> bool;

    /// Handles a deviation at this step, if it is `found`: rejected if the policy rejects it, else recorded.
    fn check_deviation(
        &mut self,
        rejected: Deviations,
        step: impl Into<Step>,
        deviation: Deviation,
        found: impl FnOnce() -> bool,
    ) -> Result<(), Error> {
        let is_rejected = rejected.contains(deviation);
        if !(is_rejected || self.wants(deviation)) || !found() {
            return Ok(());
        }
        if is_rejected {
            return Err(Error::new(step, ErrorKind::DeviationNotAccepted(deviation)));
        }
        self.accept(deviation);
        Ok(())
    }

    /// Records the step of `result` as passed, or returns its error.
    fn check<T, F: Into<ErrorKind>>(
        &mut self,
        step: impl Into<Step>,
        result: Result<T, F>,
    ) -> Result<T, Error> {
        let step = step.into();
        let value = result.map_err(|fault| Error::new(step, fault))?;
        self.record(step, Outcome::Passed, || None);
        Ok(value)
    }

    /// Records the step of `result` with evidence as passed, or returns its error.
    fn check_with<T, F: Into<ErrorKind>>(
        &mut self,
        step: impl Into<Step>,
        result: Result<T, F>,
        evidence: impl FnOnce(&T) -> Evidence,
    ) -> Result<T, Error> {
        let step = step.into();
        let value = result.map_err(|fault| Error::new(step, fault))?;
        self.record(step, Outcome::Passed, || Some(evidence(&value)));
        Ok(value)
    }

    /// Records a step that can't fail, because it only computes.
    fn passed(&mut self, step: impl Into<Step>, evidence: impl FnOnce() -> Evidence) {
        self.record(step.into(), Outcome::Passed, || Some(evidence()));
    }

    /// Records a step as skipped, with the reason.
    fn skipped(&mut self, step: impl Into<Step>, reason: Reason) {
        self.record(step.into(), Outcome::Skipped(reason), || None);
    }

    /// Records a step that is up to the caller.
    fn callers(&mut self, step: impl Into<Step>) {
        self.record(step.into(), Outcome::Caller, || None);
    }

    /// Records a step that holds by construction.
    fn by_construction(&mut self, step: impl Into<Step>) {
        self.record(step.into(), Outcome::ByConstruction, || None);
    }

    /// Handles what strict CBOR accepts beyond the canonical form.
    fn check_cbor_deviations(
        &mut self,
        rejected: Deviations,
        step: impl Into<Step>,
        found: countersign_types::cbor::Deviations,
    ) -> Result<(), Error> {
        let step = step.into();
        self.check_deviation(rejected, step, Deviation::NonMinimalCbor, || found.non_minimal)?;
        self.check_deviation(rejected, step, Deviation::UnsortedCborKeys, || found.unsorted_keys)
    }
}

/// The no-op recorder of calls without a report; compiles to nothing.
pub(crate) struct NoReport;

impl Recorder for NoReport {
    #[inline]
    fn record(&mut self, _: Step, _: Outcome, _: impl FnOnce() -> Option<Evidence>) {}

    #[inline]
    fn accept(&mut self, _: Deviation) {}

    #[inline]
    fn wants(&self, _: Deviation) -> bool {
        false
    }
}

impl Recorder for Report {
    fn record(&mut self, step: Step, outcome: Outcome, evidence: impl FnOnce() -> Option<Evidence>) {
        self.set(step, outcome, evidence());
    }

    fn accept(&mut self, deviation: Deviation) {
        self.deviations.push(deviation);
    }

    fn wants(&self, deviation: Deviation) -> bool {
        !self.deviations.contains(&deviation)
    }
}
