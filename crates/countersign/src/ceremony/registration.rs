//! [Section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential): registering a new credential.

pub(crate) mod outcome;
pub(crate) mod procedure;

use countersign_types::{RegistrationResponse, Timestamp};

use crate::{
    ceremony::{
        registration::{
            outcome::{CredentialIdStatus, Registered},
            procedure::Procedure,
        },
        state::registration::RegistrationState,
    },
    relying_party::party::RelyingParty,
    report::{ceremony_report::Report, error::Error, recorder::NoReport},
};

impl RelyingParty {
    /// Steps 3 to 29: decides whether `response` answers the registration that `state` is of.
    ///
    /// `status` is what the store says of [`response.credential_id()`](RegistrationResponse::credential_id). The state is
    /// used up, whatever comes out. On an error nothing may be stored.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is judged by the same state again"
    )]
    pub fn finish_registration(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        status: CredentialIdStatus,
        now: Timestamp,
    ) -> Result<Registered, Error> {
        self.registration_procedure(&state, response, status, now).run(&mut NoReport)
    }

    /// The same, with a report of every step up to the one that failed, if one did.
    ///
    /// The report is for people and logs; what decides is the `Result`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is judged by the same state again"
    )]
    pub fn finish_registration_with_report(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        status: CredentialIdStatus,
        now: Timestamp,
    ) -> (Result<Registered, Error>, Report) {
        let mut report = Report::of_registration();
        let result = self.registration_procedure(&state, response, status, now).run(&mut report);
        if let Err(error) = &result {
            report.fail(error);
        }
        (result, report)
    }

    fn registration_procedure<'a>(
        &'a self,
        state: &'a RegistrationState,
        response: &'a RegistrationResponse,
        status: CredentialIdStatus,
        now: Timestamp,
    ) -> Procedure<'a> {
        Procedure { rp: self, state, parts: response.into(), status, now }
    }
}

#[cfg(test)]
mod tests;
