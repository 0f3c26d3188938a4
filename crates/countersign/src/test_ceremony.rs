//! A software authenticator and client for unit tests: valid unless one member is changed.

use countersign_cose::hash::sha256;
use countersign_types::{
    AuthenticationResponse, CredentialId, RegistrationResponse, Timestamp, UserHandle, base64url,
    enumerations::UserVerificationRequirement,
};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};

use crate::{
    ceremony::{
        challenge::Challenge,
        entropy::EntropyError,
        finish_options::FinishOptions,
        registration::outcome::{CredentialIdStatus, Registered},
        request::{AuthenticationRequest, RegistrationRequest},
        session::RecentSession,
        single_use::unspent::{Consumption, Unspent},
        state::{authentication::AuthenticationState, registration::RegistrationState},
    },
    record::credential_record::CredentialRecord,
    relying_party::{
        builder::RelyingPartyBuilder,
        party::RelyingParty,
        policy::{Policy, choices::UnverifiedDiscoverable},
        public_suffixes::PublicSuffixList,
        user::User,
    },
    report::{
        ceremony_report::{Report, StepReport},
        error::Error,
    },
};

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

pub(crate) fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

/// The `COSE_Key` of an ES256 key.
pub(crate) fn cose_key(key: &SigningKey) -> Vec<u8> {
    let point = key.verifying_key().to_sec1_point(false);
    let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    cose.extend_from_slice(point.x().unwrap());
    cose.extend([0x22, 0x58, 0x20]);
    cose.extend_from_slice(point.y().unwrap());
    cose
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

fn head(major: u8, length: usize) -> Vec<u8> {
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    vec![major << 5 | 0x19, high, low]
}

fn bytes(content: &[u8]) -> Vec<u8> {
    [head(2, content.len()), content.to_vec()].concat()
}

fn text(content: &str) -> Vec<u8> {
    [head(3, content.len()), content.as_bytes().to_vec()].concat()
}

/// An attestation statement of the response to come.
#[derive(Clone)]
pub(crate) enum Attest {
    /// This format with this statement's CBOR.
    As(&'static str, Vec<u8>),
    /// Packed self attestation.
    SelfPacked,
}

/// A registration response in the making.
#[derive(Clone)]
pub(crate) struct Create {
    pub(crate) client_data: Value,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) id: Vec<u8>,
    pub(crate) attested_id: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) key: SigningKey,
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
        let mut data = authenticator_data(&self.rp_id, self.flags, self.sign_count);
        if self.flags & AT != 0 {
            data.extend([0xaa; 16]);
            data.extend(u16::try_from(self.attested_id.len()).unwrap().to_be_bytes());
            data.extend(&self.attested_id);
            data.extend(&self.public_key);
        }
        data.extend(&self.trailing);
        data
    }

    pub(crate) fn attestation_object(&self) -> Vec<u8> {
        let data = self.authenticator_data();
        let (format, statement) = match &self.attest {
            Attest::As(format, statement) => (*format, statement.clone()),
            Attest::SelfPacked => {
                let signed = [&*data, &sha256(&[self.client_data.to_string().as_bytes()])].concat();
                let signature: Signature = self.key.sign(&signed);
                let parts =
                    [vec![0xa2], text("alg"), vec![0x26], text("sig"), bytes(signature.to_der().as_bytes())];
                ("packed", parts.concat())
            }
        };
        let parts = [
            vec![0xa3],
            text("fmt"),
            text(format),
            text("attStmt"),
            statement,
            text("authData"),
            bytes(&data),
        ];
        parts.concat()
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

    /// What `rp` makes of it.
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

fn authenticator_data(rp_id: &str, flags: u8, sign_count: u32) -> Vec<u8> {
    let mut data = sha256(&[rp_id.as_bytes()]).to_vec();
    data.push(flags);
    data.extend(sign_count.to_be_bytes());
    data
}

/// An authentication response in the making.
#[derive(Clone)]
pub(crate) struct Get {
    pub(crate) client_data: Value,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) id: Vec<u8>,
    pub(crate) key: SigningKey,
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
        let mut data = authenticator_data(&self.rp_id, self.flags, self.sign_count);
        data.extend(&self.trailing);
        let client_data = self.client_data.to_string();
        let signature: Signature = self.key.sign(&[&*data, &sha256(&[client_data.as_bytes()])].concat());
        let json = json!({
            "id": base64url::encode(&self.id),
            "rawId": base64url::encode(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url::encode(client_data),
                "authenticatorData": base64url::encode(data),
                "signature": base64url::encode(signature.to_der().as_bytes()),
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
