//! [Section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential): registering a new credential.

pub(crate) mod procedure;

use countersign_attestation::{Attestation, AttestedAaguid, Trust, TrustedPath};
use countersign_types::{RegistrationResponse, Timestamp};

use crate::{
    extensions::outcome::RegistrationExtensions,
    record::credential_record::CredentialRecord,
    registration::procedure::Procedure,
    relying_party::party::RelyingParty,
    report::{ceremony_report::Report, error::Error, recorder::NoReport},
    state::RegistrationState,
};

/// What the caller's store says of a credential ID, whichever account it is in.
///
/// The look-up says it early, to the person; what decides is the store, which must refuse a second record with the same
/// ID when two registrations run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialIdStatus {
    /// No account has a credential with this ID.
    Unregistered,
    /// Some account has one.
    Registered,
}

/// A registration that passed every step.
#[derive(Debug, Clone)]
#[must_use = "the credential is not registered until its record is stored"]
pub struct Registered {
    credential: CredentialRecord,
    attestation: Attestation,
    trust: Option<Trust>,
    user_verified: bool,
    extensions: RegistrationExtensions,
}

impl Registered {
    /// The record to store in the account.
    pub fn credential(&self) -> &CredentialRecord {
        &self.credential
    }

    /// The record, taken out.
    pub fn into_credential(self) -> CredentialRecord {
        self.credential
    }

    /// The attestation as its format's verification procedure left it.
    pub fn attestation(&self) -> &Attestation {
        &self.attestation
    }

    /// The path to a trust anchor; `None` where none was demanded. Of a compound attestation it is the first one.
    pub fn trusted_path(&self) -> Option<&TrustedPath> {
        self.trusted_paths().first()
    }

    /// The paths to trust anchors: none where none was demanded, and one for each trusted part of a compound
    /// attestation.
    pub fn trusted_paths(&self) -> &[TrustedPath] {
        self.trust.as_ref().map_or(&[], Trust::paths)
    }

    /// The authenticator's model, where a trust anchor vouches for it. `None` also for a format such as `fido-u2f`, which
    /// does not sign it.
    pub fn attested_aaguid(&self) -> Option<AttestedAaguid> {
        self.trust.as_ref().and_then(Trust::attested_aaguid)
    }

    /// Whether the user was verified.
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// What was learned from extensions.
    pub fn extensions(&self) -> &RegistrationExtensions {
        &self.extensions
    }
}

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
