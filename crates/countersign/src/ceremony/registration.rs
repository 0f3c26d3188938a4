//! [Section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential): registering a new credential.

pub(crate) mod outcome;
pub(crate) mod procedure;

use countersign_types::RegistrationResponse;

use crate::ceremony::finish_options::FinishOptions;
use crate::ceremony::registration::outcome::{CredentialIdStatus, Registered};
use crate::ceremony::registration::procedure::Procedure;
use crate::ceremony::state::registration::RegistrationState;
use crate::relying_party::party::RelyingParty;
use crate::report::{ceremony_report::Report, error::Error, recorder::NoReport};

impl RelyingParty {
    /// Finishes a registration, steps 3 to 29: decides whether `response` answers the registration of `state`.
    ///
    /// `status` says whether the store has [`response.credential_id()`](RegistrationResponse::credential_id) already. `now`
    /// is a [`Timestamp`](countersign_types::Timestamp), or [`FinishOptions`] with a report to fill. The state is used up,
    /// whatever the result. On an error nothing may be stored.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is checked against the same state again"
    )]
    #[expect(single_use_lifetimes, reason = "`impl Trait` can't elide it")]
    pub fn finish_registration<'a>(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        status: CredentialIdStatus,
        now: impl Into<FinishOptions<'a>>,
    ) -> Result<Registered, Error> {
        let FinishOptions { now, report } = now.into();
        let procedure = Procedure { rp: self, state: &state, response, status, now };
        let Some(report) = report else { return procedure.run(&mut NoReport) };
        *report = Report::of_registration();
        procedure.run(report).inspect_err(|error| report.fail(error))
    }
}

#[cfg(test)]
mod tests;
