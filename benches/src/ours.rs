//! Our own ceremonies, from the JSON text to the verdict.

use std::{hint::black_box, sync::Arc};

use countersign::{
    AuthenticationRequest, AuthenticationResponse, AuthenticationState, CredentialId, CredentialIdStatus,
    CredentialRecord, Policy, RegistrationRequest, RegistrationResponse, RegistrationState, RelyingParty,
    Timestamp, User, UserHandle,
    attestation::{AnchorList, CachingAnchors, Certificate, TrustAnchor, TrustAnchors, VerifiedLinks},
    ceremony::{Challenge, Consumption, PreparedCredential},
    cose::Verifiers,
    relying_party::{
        RelyingPartyBuilder,
        policy::{AttestationPolicy, UnverifiedDiscoverable},
    },
    types::enumerations::UserVerificationRequirement,
};
use countersign_authenticator::{Format, NOW, ORIGIN, RP_ID};

use crate::{
    fixtures::{CHALLENGE, CREDENTIAL_ID, USER_HANDLE, registration},
    keys::Key,
};

const TIME: Timestamp = Timestamp::from_unix_seconds(NOW);

fn relying_party(policy: Policy, verifiers: &Verifiers) -> RelyingPartyBuilder {
    RelyingParty::builder(RP_ID, "Example")
        .origin(ORIGIN)
        .policy(policy.with_user_verification(UserVerificationRequirement::Preferred))
        .verifiers(verifiers.clone())
}

fn challenge() -> Challenge {
    Challenge::new(CHALLENGE).expect("a challenge")
}

/// The record of a credential with this key.
pub fn record(key: &Key) -> CredentialRecord {
    let id = CredentialId::new(CREDENTIAL_ID).expect("an ID");
    let handle = UserHandle::new(USER_HANDLE).expect("a handle");
    CredentialRecord::new(id, RP_ID, handle, key.cose())
}

/// The authentication of a stored credential.
pub struct Authentication {
    rp: RelyingParty,
    record: CredentialRecord,
}

impl Authentication {
    pub fn new(verifiers: &Verifiers, key: &Key) -> Self {
        let policy = Policy::passkeys().with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept);
        Self { rp: relying_party(policy, verifiers).build().expect("a policy"), record: record(key) }
    }

    pub fn state(&self) -> AuthenticationState {
        let request = AuthenticationRequest::discoverable().with_challenge(challenge());
        let unspent = self.rp.expect_authentication(request, TIME).expect("a state");
        unspent.spent(Consumption::First).expect("a first use")
    }

    pub fn prepare(&self) -> PreparedCredential {
        self.rp.prepare(&self.record).expect("a key")
    }

    /// Verifies with the key that is in the record.
    pub fn finish(&self, state: AuthenticationState, text: &str) {
        let response = AuthenticationResponse::from_json(text.as_bytes()).expect("a response");
        let finished = self.rp.finish_authentication(state, &response, &self.record, TIME);
        let _ = black_box(finished.expect("a valid response"));
    }

    /// Verifies with the prepared key.
    pub fn finish_prepared(&self, state: AuthenticationState, text: &str, prepared: &PreparedCredential) {
        let response = AuthenticationResponse::from_json(text.as_bytes()).expect("a response");
        let finished = self.rp.finish_authentication(state, &response, self.record.with_key(prepared), TIME);
        let _ = black_box(finished.expect("a valid response"));
    }
}

/// A registration, with a path to the trust anchor if its attestation has certificates.
pub struct Registration {
    rp: RelyingParty,
    text: String,
}

impl Registration {
    pub fn new(verifiers: &Verifiers, key: &Key, format: Format) -> Self {
        Self::with_source(verifiers, key, format, |anchors| Arc::new(anchors))
    }

    /// A relying party that remembers the links of trusted paths: only its first registration verifies them.
    pub fn of_known_batch(verifiers: &Verifiers, key: &Key, format: Format) -> Self {
        let links = Arc::new(VerifiedLinks::default());
        let remembering = |anchors| Arc::new(CachingAnchors::new(Arc::new(anchors), links)) as _;
        Self::with_source(verifiers, key, format, remembering)
    }

    fn with_source(
        verifiers: &Verifiers,
        key: &Key,
        format: Format,
        source: impl FnOnce(AnchorList) -> Arc<dyn TrustAnchors>,
    ) -> Self {
        let made = registration(key, format);
        let builder = match made.anchor {
            Some(der) => {
                let anchor = Certificate::from_der(&der).expect("a certificate");
                let anchors = AnchorList::new([TrustAnchor::from_certificate(anchor)]);
                let policy = Policy::attested(AttestationPolicy::new());
                relying_party(policy, verifiers).trust_anchors(source(anchors))
            }
            None => relying_party(Policy::passkeys(), verifiers),
        };
        Self { rp: builder.build().expect("a policy"), text: made.text }
    }

    pub fn state(&self) -> RegistrationState {
        let user = User::new(UserHandle::new(USER_HANDLE).expect("a handle"), "jo", "Jo");
        let request = RegistrationRequest::new(&user).with_challenge(challenge());
        let unspent = self.rp.expect_registration(request, TIME).expect("a state");
        unspent.spent(Consumption::First).expect("a first use")
    }

    pub fn finish(&self, state: RegistrationState) {
        let response = RegistrationResponse::from_json(self.text.as_bytes()).expect("a response");
        let status = CredentialIdStatus::Unregistered;
        let finished = self.rp.finish_registration(state, &response, status, TIME);
        let _ = black_box(finished.expect("a valid response"));
    }
}
