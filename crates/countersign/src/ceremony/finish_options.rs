//! Options of the calls that finish a ceremony.

use countersign_types::Timestamp;

use crate::report::ceremony_report::Report;

/// The time at which a ceremony is finished, and the report to fill, if one is wanted.
///
/// A [`Timestamp`] converts into it, so that most calls pass `now`:
///
/// ```
/// # use countersign::{
/// #     AuthenticationResponse, AuthenticationState, CredentialRecord, RelyingParty, Timestamp,
/// #     ceremony::FinishOptions, report::Report,
/// # };
/// fn audit(
///     rp: &RelyingParty,
///     state: AuthenticationState,
///     response: &AuthenticationResponse,
///     record: &CredentialRecord,
///     now: Timestamp,
/// ) -> Report {
///     let mut report = Report::default();
///     let options = FinishOptions::at(now).with_report(&mut report);
///     let _ = rp.finish_authentication(state, response, record, options);
///     report
/// }
/// ```
#[derive(Debug)]
pub struct FinishOptions<'a> {
    pub(super) now: Timestamp,
    pub(super) report: Option<&'a mut Report>,
}

impl<'a> FinishOptions<'a> {
    /// Finishes at this time, without a report.
    pub fn at(now: Timestamp) -> Self {
        Self { now, report: None }
    }

    /// Fills this report with the outcome of every step, whether the ceremony succeeds or fails. What the report held is
    /// discarded.
    ///
    /// A report is for people and logs; the result of the call is what decides.
    pub fn with_report(mut self, report: &'a mut Report) -> Self {
        self.report = Some(report);
        self
    }
}

impl From<Timestamp> for FinishOptions<'_> {
    fn from(now: Timestamp) -> Self {
        Self::at(now)
    }
}
