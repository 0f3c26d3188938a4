//! [Section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion): verifying an authentication assertion.

pub(crate) mod factor;
pub(crate) mod outcome;
pub(crate) mod prepared;
pub(crate) mod procedure;
pub(crate) mod record_lookup;
mod stored_checks;

use countersign_types::AuthenticationResponse;

use crate::ceremony::authentication::outcome::Authenticated;
use crate::ceremony::authentication::procedure::Procedure;
use crate::ceremony::authentication::record_lookup::RecordLookup;
use crate::ceremony::{finish_options::FinishOptions, state::authentication::AuthenticationState};
use crate::relying_party::party::RelyingParty;
use crate::report::{ceremony_report::Report, error::Error, recorder::NoReport};

impl RelyingParty {
    /// Finishes an authentication, steps 3 to 25: decides whether `response` answers the authentication of `state`.
    ///
    /// `record` is the result of looking up [`response.credential_id()`](AuthenticationResponse::credential_id) in the
    /// store: a record, [with its prepared key](crate::CredentialRecord::with_key) if that is kept, or `None`. `now` is a
    /// [`Timestamp`](countersign_types::Timestamp), or [`FinishOptions`] with a report to fill. The state is used up,
    /// whatever the result. On an error nothing may be stored.
    ///
    /// With a prepared key, the call makes 2 heap allocations in addition to those of the signature's verification; parsing
    /// the response makes 2 more.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is checked against the same state again"
    )]
    pub fn finish_authentication<'a>(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        record: impl Into<RecordLookup<'a>>,
        now: impl Into<FinishOptions<'a>>,
    ) -> Result<Authenticated, Error> {
        let FinishOptions { now, report } = now.into();
        let RecordLookup { record, key } = record.into();
        let procedure = Procedure { rp: self, state: &state, response, key, now };
        let Some(report) = report else { return procedure.run(record, &mut NoReport) };
        *report = Report::of_authentication();
        procedure.run(record, report).inspect_err(|error| report.fail(error))
    }
}

#[cfg(test)]
mod tests;
