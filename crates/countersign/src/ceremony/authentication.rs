//! [Section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion): verifying an authentication assertion.

pub(crate) mod factor;
pub(crate) mod outcome;
pub(crate) mod prepared;
pub(crate) mod procedure;

use countersign_types::{AuthenticationResponse, Timestamp};

use crate::{
    ceremony::{
        authentication::{
            outcome::Authenticated,
            procedure::{Key, Procedure},
        },
        state::authentication::AuthenticationState,
    },
    record::credential_record::CredentialRecord,
    relying_party::party::RelyingParty,
    report::{ceremony_report::Report, error::Error, recorder::NoReport},
};

impl RelyingParty {
    /// Steps 3 to 25: decides whether `response` answers the authentication that `state` is of.
    ///
    /// `record` is what the store has for [`response.credential_id()`](AuthenticationResponse::credential_id), `None`
    /// where it has nothing. The state is used up, whatever comes out. On an error nothing may be stored.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is judged by the same state again"
    )]
    #[expect(single_use_lifetimes, reason = "`impl Trait` can't elide it")]
    pub fn finish_authentication<'r>(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        record: impl Into<Option<&'r CredentialRecord>>,
        now: Timestamp,
    ) -> Result<Authenticated, Error> {
        let procedure = self.authentication_procedure(&state, response, now);
        procedure.run(record.into(), &mut NoReport).map(Authenticated::from)
    }

    /// The same, with a report of every step up to the one that failed, if one did.
    ///
    /// The report is for people and logs; what decides is the `Result`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is judged by the same state again"
    )]
    #[expect(single_use_lifetimes, reason = "`impl Trait` can't elide it")]
    pub fn finish_authentication_with_report<'r>(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        record: impl Into<Option<&'r CredentialRecord>>,
        now: Timestamp,
    ) -> (Result<Authenticated, Error>, Report) {
        let mut report = Report::of_authentication();
        let procedure = self.authentication_procedure(&state, response, now);
        let result = procedure.run(record.into(), &mut report).map(Authenticated::from);
        if let Err(error) = &result {
            report.fail(error);
        }
        (result, report)
    }

    fn authentication_procedure<'a>(
        &'a self,
        state: &'a AuthenticationState,
        response: &'a AuthenticationResponse,
        now: Timestamp,
    ) -> Procedure<'a> {
        Procedure { rp: self, state, parts: response.into(), key: Key::OfRecord, now }
    }
}

#[cfg(test)]
mod tests;
