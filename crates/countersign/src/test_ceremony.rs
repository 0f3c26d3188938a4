//! Responses for unit tests, written with the software authenticator: valid unless one member is changed.

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use countersign_authenticator::{
    Algorithm, AttestedCredentialDraft, AuthenticatorDataDraft, Cbor, PrivateKey, attestation_object,
};
use countersign_types::{
    AuthenticationResponse, CredentialId, RegistrationResponse, Timestamp, UserHandle, base64url,
    enumerations::UserVerificationRequirement,
};
use serde_json::{Value, json};

use crate::ceremony::registration::outcome::{CredentialIdStatus, Registered};
use crate::ceremony::request::{AuthenticationRequest, RegistrationRequest};
use crate::ceremony::single_use::unspent::{Consumption, SingleUse, SpendError, Unspent};
use crate::ceremony::state::{
    authentication::AuthenticationState, kind::CeremonyState, registration::RegistrationState,
};
use crate::ceremony::{
    challenge::Challenge, entropy::EntropyError, finish_options::FinishOptions, session::RecentSession,
};
use crate::relying_party::policy::{Policy, choices::UnverifiedDiscoverable};
use crate::relying_party::{
    builder::RelyingPartyBuilder, party::RelyingParty, public_suffixes::PublicSuffixList, user::User,
};
use crate::report::ceremony_report::{Report, StepReport};
use crate::{record::credential_record::CredentialRecord, report::error::Error};

pub(crate) const RP_ID: &str = "example.org";
pub(crate) const ORIGIN: &str = "https://example.org";
pub(crate) const CHALLENGE: [u8; 32] = [0xc4; 32];
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

pub(crate) const UP: u8 = 0x01;
pub(crate) const UV: u8 = 0x04;
pub(crate) const BE: u8 = 0x08;
pub(crate) const BS: u8 = 0x10;
pub(crate) const AT: u8 = 0x40;
pub(crate) const ED: u8 = 0x80;

/// A policy that accepts unverified users, whether identified or not, so that a test is about one demand only.
pub(crate) fn policy() -> Policy {
    Policy::passkeys()
        .with_user_verification(UserVerificationRequirement::Preferred)
        .with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept)
}

/// A relying party with this [`policy`].
pub(crate) fn rp() -> RelyingPartyBuilder {
    RelyingParty::builder(RP_ID, "Example")
        .origin(ORIGIN)
        .policy(policy())
        .public_suffixes(std::sync::Arc::new(PublicSuffixList))
}

pub(crate) fn handle(byte: u8) -> UserHandle {
    UserHandle::new(vec![byte; 16]).unwrap()
}

pub(crate) fn entropy() -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> {
    let mut next = 0_u8;
    move |buffer: &mut [u8]| {
        for byte in buffer {
            next = next.wrapping_add(1);
            *byte = next;
        }
        Ok(())
    }
}

pub(crate) fn signing_key(seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(Algorithm::Es256, &[seed; 32]).unwrap()
}

pub(crate) fn cose_key(key: &PrivateKey) -> Vec<u8> {
    key.cose_key().to_vec()
}

/// How a registration of a test is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    /// The user is asked.
    Modal,
    /// The user is not, in a session that is new.
    Conditional,
}

/// The state of a registration for the account of [`handle`]`(7)`, with [`CHALLENGE`].
pub(crate) fn registration_state(rp: &RelyingParty) -> RegistrationState {
    registration_state_of(rp, CHALLENGE, handle(7), Asking::Modal)
}

pub(crate) fn registration_state_of(
    rp: &RelyingParty,
    challenge: impl Into<Vec<u8>>,
    user: UserHandle,
    asking: Asking,
) -> RegistrationState {
    let user = User::new(user, "jo", "Jo");
    let challenge = Challenge::dangerous_short(challenge).unwrap();
    let mut request = RegistrationRequest::new(&user).with_challenge(challenge);
    if asking == Asking::Conditional {
        request = request.with_conditional_mediation(RecentSession::vouched(user.handle.clone(), NOW));
    }
    rp.expect_registration(request, NOW).unwrap().spent(Consumption::First).unwrap()
}

/// The state of an authentication of this account, if it was identified, with [`CHALLENGE`].
pub(crate) fn authentication_state(rp: &RelyingParty, user: Option<UserHandle>) -> AuthenticationState {
    state_for(rp, CHALLENGE, user)
}

#[expect(clippy::needless_pass_by_value, reason = "so that a test names the account in place")]
pub(crate) fn state_for(
    rp: &RelyingParty,
    challenge: impl Into<Vec<u8>>,
    user: Option<UserHandle>,
) -> AuthenticationState {
    unspent(rp, challenge, user.as_ref(), NOW).spent(Consumption::First).unwrap()
}

/// Spends a state at a store that never waits.
pub(crate) fn spend<S: CeremonyState, U: SingleUse>(
    state: Unspent<S>,
    store: &U,
    now: Timestamp,
) -> Result<S, SpendError<U::Error>> {
    let spent = pin!(state.spend(store, now)).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(spent) = spent else { panic!("the store waits") };
    spent
}

pub(crate) fn unspent(
    rp: &RelyingParty,
    challenge: impl Into<Vec<u8>>,
    user: Option<&UserHandle>,
    now: Timestamp,
) -> Unspent<AuthenticationState> {
    let request = match user {
        Some(user) => AuthenticationRequest::identified(user, &[]),
        None => AuthenticationRequest::discoverable(),
    };
    let challenge = Challenge::dangerous_short(challenge).unwrap();
    rp.expect_authentication(request.with_challenge(challenge), now).unwrap()
}

/// An attestation statement of the response to come.
#[derive(Clone)]
pub(crate) enum Attest {
    /// This format with this statement's CBOR.
    As(&'static str, Vec<u8>),
    /// Packed self attestation.
    SelfPacked,
}

/// A registration response that has yet to be written.
#[derive(Clone)]
pub(crate) struct Create {
    pub(crate) client_data: Value,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) id: Vec<u8>,
    pub(crate) attested_id: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) key: PrivateKey,
    pub(crate) attest: Attest,
    /// Members to add to the envelope's `response`.
    pub(crate) more: Value,
    pub(crate) extension_results: Value,
    /// Bytes to append to authenticator data before it is attested.
    pub(crate) trailing: Vec<u8>,
}

pub(crate) fn create() -> Create {
    let key = signing_key(0x11);
    Create {
        client_data: json!({"type": "webauthn.create", "challenge": base64url::encode(CHALLENGE), "origin": ORIGIN}),
        rp_id: RP_ID.into(),
        flags: UP | UV | AT,
        sign_count: 0,
        id: vec![0x1d; 16],
        attested_id: vec![0x1d; 16],
        public_key: cose_key(&key),
        key,
        attest: Attest::As("none", vec![0xa0]),
        more: json!({}),
        extension_results: json!({}),
        trailing: Vec::new(),
    }
}

impl Create {
    pub(crate) fn authenticator_data(&self) -> Vec<u8> {
        let mut draft = AuthenticatorDataDraft::new(&self.rp_id, self.flags, self.sign_count);
        if self.flags & AT != 0 {
            let public_key = self.public_key.clone();
            draft =
                draft.with_attested(AttestedCredentialDraft::new([0xaa; 16], &self.attested_id, public_key));
        }
        [draft.to_vec(), self.trailing.clone()].concat()
    }

    /// The statement of packed self attestation.
    pub(crate) fn packed_self(&self) -> Cbor {
        let client_data = self.client_data.to_string();
        let signature = self.key.sign_response(&self.authenticator_data(), client_data.as_bytes());
        Cbor::map([("alg", Cbor::from(-7)), ("sig", signature.into())])
    }

    pub(crate) fn attestation_object(&self) -> Vec<u8> {
        let (format, statement) = match &self.attest {
            Attest::As(format, statement) => (*format, Cbor::Encoded(statement.clone())),
            Attest::SelfPacked => ("packed", self.packed_self()),
        };
        attestation_object(format, statement, self.authenticator_data()).to_vec()
    }

    pub(crate) fn response(&self) -> RegistrationResponse {
        let mut response = json!({
            "clientDataJSON": base64url::encode(self.client_data.to_string()),
            "attestationObject": base64url::encode(self.attestation_object()),
            "transports": ["internal"],
        });
        response.as_object_mut().unwrap().append(self.more.clone().as_object_mut().unwrap());
        let json = json!({
            "id": base64url::encode(&self.id),
            "rawId": base64url::encode(&self.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": self.extension_results,
        });
        RegistrationResponse::from_json(json.to_string().as_bytes()).unwrap()
    }

    /// Finishes the registration at `rp`.
    pub(crate) fn finish(&self, rp: RelyingPartyBuilder) -> Result<Registered, Error> {
        self.finish_with(rp, Asking::Modal)
    }

    pub(crate) fn finish_with(&self, rp: RelyingPartyBuilder, asking: Asking) -> Result<Registered, Error> {
        let rp = rp.build().unwrap();
        let state = || registration_state_of(&rp, CHALLENGE, handle(7), asking);
        let (response, status) = (self.response(), CredentialIdStatus::Unregistered);
        let plain = rp.finish_registration(state(), &response, status, NOW);
        let mut report = Report::default();
        let reported = rp.finish_registration(
            state(),
            &response,
            status,
            FinishOptions::at(NOW).with_report(&mut report),
        );
        assert_eq!(reported.as_ref().err(), plain.as_ref().err());
        assert_eq!(report.failed().map(StepReport::step), plain.as_ref().err().map(Error::step));
        plain
    }
}

/// An authentication response that has yet to be written.
#[derive(Clone)]
pub(crate) struct Get {
    pub(crate) client_data: Value,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) id: Vec<u8>,
    pub(crate) key: PrivateKey,
    pub(crate) user_handle: Option<UserHandle>,
    pub(crate) extension_results: Value,
    /// Bytes to append to authenticator data before it is signed.
    pub(crate) trailing: Vec<u8>,
}

pub(crate) fn get() -> Get {
    Get {
        client_data: json!({"type": "webauthn.get", "challenge": base64url::encode(CHALLENGE), "origin": ORIGIN}),
        rp_id: RP_ID.into(),
        flags: UP | UV,
        sign_count: 6,
        id: vec![0x1d; 16],
        key: signing_key(0x11),
        user_handle: Some(handle(7)),
        extension_results: json!({}),
        trailing: Vec::new(),
    }
}

impl Get {
    pub(crate) fn response(&self) -> AuthenticationResponse {
        AuthenticationResponse::from_json(&self.json()).unwrap()
    }

    /// The response's text.
    pub(crate) fn json(&self) -> Vec<u8> {
        let draft = AuthenticatorDataDraft::new(&self.rp_id, self.flags, self.sign_count);
        let data = [draft.to_vec(), self.trailing.clone()].concat();
        let client_data = self.client_data.to_string();
        let signature = self.key.sign_response(&data, client_data.as_bytes());
        let json = json!({
            "id": base64url::encode(&self.id),
            "rawId": base64url::encode(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url::encode(client_data),
                "authenticatorData": base64url::encode(data),
                "signature": base64url::encode(signature),
                "userHandle": self.user_handle,
            },
            "clientExtensionResults": self.extension_results,
        });
        json.to_string().into_bytes()
    }
}

/// The record of the credential that [`get`] signs with; its counter is 5, and the user was verified with it before.
pub(crate) fn record() -> CredentialRecord {
    let id = CredentialId::new(vec![0x1d; 16]).unwrap();
    CredentialRecord::new(id, RP_ID, handle(7), cose_key(&signing_key(0x11)))
        .with_sign_count(5)
        .with_backup_eligible(false)
        .with_uv_initialized(true)
}
