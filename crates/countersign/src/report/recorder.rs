//! How the steps of a ceremony tell what happens, at no cost where nobody asked.

use countersign_types::cbor;

use crate::report::{
    ceremony_report::{Outcome, Reason, Report},
    deviation::{Deviation, Deviations},
    error::{Error, ErrorKind},
    evidence::Evidence,
    step::Step,
};

/// Is told of each step as the ceremony comes to it. The step that fails is told by the [`Error`].
pub(crate) trait Recorder {
    /// A step that did not fail. `evidence` runs only where somebody wants to know.
    fn record(&mut self, step: Step, outcome: Outcome, evidence: impl FnOnce() -> Option<Evidence>);

    /// A deviation that was accepted.
    fn accept(&mut self, deviation: Deviation);

    /// Whether somebody wants to know of it.
    fn wants(&self, deviation: Deviation) -> bool;

    /// A deviation at this step, where it is `found`: refused where the policy refuses it, else told.
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

    /// The step that `result` is of: it has passed, or it is the error's.
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

    /// The same, with what it was read from.
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

    /// A step that can't fail, because it only computes.
    fn passed(&mut self, step: impl Into<Step>, evidence: impl FnOnce() -> Evidence) {
        self.record(step.into(), Outcome::Passed, || Some(evidence()));
    }

    /// A step that there was no cause for.
    fn skipped(&mut self, step: impl Into<Step>, reason: Reason) {
        self.record(step.into(), Outcome::Skipped(reason), || None);
    }

    /// A step that is the caller's.
    fn callers(&mut self, step: impl Into<Step>) {
        self.record(step.into(), Outcome::Caller, || None);
    }

    /// A step that holds by construction.
    fn by_construction(&mut self, step: impl Into<Step>) {
        self.record(step.into(), Outcome::ByConstruction, || None);
    }

    /// What strict CBOR accepts beyond the canonical form.
    fn check_cbor_deviations(
        &mut self,
        rejected: Deviations,
        step: impl Into<Step>,
        found: cbor::Deviations,
    ) -> Result<(), Error> {
        let step = step.into();
        self.check_deviation(rejected, step, Deviation::NonMinimalCbor, || found.non_minimal)?;
        self.check_deviation(rejected, step, Deviation::UnsortedCborKeys, || found.unsorted_keys)
    }
}

/// Nobody wants to know.
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
