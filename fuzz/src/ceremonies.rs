//! Whole ceremonies: a response that was changed in a signed part is rejected.
//!
//! The input is the JSON of a response. It is verified with the state of each known ceremony; these are the
//! specification's test vectors.

use std::sync::LazyLock;

use countersign::{
    AuthenticationRequest, AuthenticationResponse, CredentialIdStatus, CredentialRecord, Policy,
    RegistrationRequest, RegistrationResponse, RegistrationState, RelyingParty, User, UserHandle,
    ceremony::{Challenge, Consumption},
    types::{base64url, enumerations::UserVerificationRequirement},
};
use countersign_conformance::format::Case;
use serde_json::Value;

use crate::{seeds::ceremonies, statements::NOW};

/// One known ceremony.
struct Known {
    rp: RelyingParty,
    registration_challenge: Vec<u8>,
    authentication_challenge: Vec<u8>,
    registration: RegistrationResponse,
    authentication: AuthenticationResponse,
    record: CredentialRecord,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let known: Vec<_> = ceremonies().iter().filter_map(Known::read).collect();
    assert!(!known.is_empty(), "no ceremonies in the suite");
    known
});

impl Known {
    fn read(case: &Case) -> Option<Self> {
        let (first, second) = (case.registration.as_ref()?, case.authentications.first()?);
        // The settings of the suite for a case that has none of its own.
        let rp = RelyingParty::builder("example.org", "Example")
            .origin("https://example.org")
            .policy(Policy::passkeys().with_user_verification(UserVerificationRequirement::Preferred))
            .build()
            .ok()?;
        let [registration_challenge, authentication_challenge] =
            [&first.challenge, &second.challenge].map(|challenge| challenge.to_vec());
        let registration = RegistrationResponse::from_json(first.response().as_bytes()).ok()?;
        let authentication = AuthenticationResponse::from_json(second.response().as_bytes()).ok()?;
        let state = registration_state(&rp, &registration_challenge)?;
        let record = rp
            .finish_registration(state, &registration, CredentialIdStatus::Unregistered, NOW)
            .ok()?
            .into_credential();
        let known = Self {
            rp,
            registration_challenge,
            authentication_challenge,
            registration,
            authentication,
            record,
        };
        known.authenticates(&known.authentication).then_some(known)
    }

    fn authenticates(&self, response: &AuthenticationResponse) -> bool {
        let user = user();
        let Ok(challenge) = Challenge::dangerous_short(&*self.authentication_challenge) else { return false };
        let request = AuthenticationRequest::identified(&user, &[]).with_challenge(challenge);
        let state = self.rp.expect_authentication(request, NOW).unwrap().spent(Consumption::First).unwrap();
        self.rp.finish_authentication(state, response, &self.record, NOW).is_ok()
    }
}

/// The state of a registration with this challenge, which a mutated case may have none of.
fn registration_state(rp: &RelyingParty, challenge: &[u8]) -> Option<RegistrationState> {
    let user = User::new(user(), "user", "");
    let request = RegistrationRequest::new(&user).with_challenge(Challenge::dangerous_short(challenge).ok()?);
    rp.expect_registration(request, NOW).ok()?.spent(Consumption::First).ok()
}

fn user() -> UserHandle {
    UserHandle::new(b"user").unwrap()
}

/// How many known ceremonies there are, for the test that none was lost on the way.
pub fn known_ceremonies() -> usize {
    KNOWN.len()
}

/// An assertion that is accepted has the known one's signed bytes.
pub fn authentication_ceremony(data: &[u8]) {
    let Ok(response) = AuthenticationResponse::from_json(data) else { return };
    for known in KNOWN.iter().filter(|known| known.authenticates(&response)) {
        assert_eq!(response.authenticator_data(), known.authentication.authenticator_data());
        assert_eq!(response.client_data_json(), known.authentication.client_data_json());
        assert_eq!(response.credential_id(), known.authentication.credential_id());
    }
}

/// A registration that is accepted answers the challenge, from the origin, for the RP ID; one with a signed attestation
/// is the known one.
pub fn registration_ceremony(data: &[u8]) {
    let Ok(response) = RegistrationResponse::from_json(data) else { return };
    for known in KNOWN.iter() {
        let Some(state) = registration_state(&known.rp, &known.registration_challenge) else { continue };
        let finished = known.rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW);
        let Ok(registered) = finished else { continue };
        let client_data: Value = serde_json::from_slice(response.client_data_json()).unwrap();
        assert_eq!(client_data["type"], "webauthn.create");
        assert_eq!(client_data["challenge"], base64url::encode(&known.registration_challenge));
        assert_eq!(client_data["origin"], "https://example.org");
        assert_eq!(registered.credential().id(), response.credential_id());
        if registered.attestation().covers_authenticator_data()
            && registered.attestation().trust_path().is_empty()
        {
            assert_eq!(registered.credential().public_key(), known.record.public_key());
            assert_eq!(response.client_data_json(), known.registration.client_data_json());
        }
    }
}
