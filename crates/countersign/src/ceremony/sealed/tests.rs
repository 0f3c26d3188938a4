use countersign_types::{Code, CredentialId};
use proptest::prelude::*;

use super::*;
use crate::ceremony::entropy::EntropyError;
use crate::ceremony::registration::outcome::CredentialIdStatus;
use crate::ceremony::request::AuthenticationRequest;
use crate::ceremony::single_use::{memory::OneProcessSingleUse, unspent::SpendError};
use crate::ceremony::state::{authentication::AuthenticationState, registration::RegistrationState};
use crate::ceremony::step_up::BoundAuthenticationState;
use crate::test_ceremony::{
    NOW, authentication_state, create, entropy, get, handle, policy, record, registration_state, rp, spend,
};

fn key(id: u32, byte: u8) -> SealingKey {
    SealingKey::new(id, [byte; 32])
}

fn ring() -> KeyRing {
    KeyRing::new([key(7, 1)]).unwrap()
}

fn state() -> AuthenticationState {
    let rp = rp().policy(policy().with_timeout_seconds(60)).build().unwrap();
    authentication_state(&rp, Some(handle(7)))
}

fn token() -> String {
    ring().seal(&state(), b"", &mut entropy()).unwrap()
}

fn open(ring: &KeyRing, token: &str) -> Result<Opened<AuthenticationState>, OpenError> {
    ring.open(&rp().build().unwrap(), token, Bearer::Anonymous, NOW)
}

/// What is attached to the state of a token.
fn attached(token: &str) -> Result<Vec<u8>, OpenError> {
    open(&ring(), token).map(|opened| opened.attached)
}

/// A token that only this crate could have sealed, of content that it never seals.
fn sealed(content: &[u8]) -> String {
    let header = Header::new(2, 7, "example.org", "default");
    let associated = associated_data(&header, "example.org", "default");
    let nonce = [3; NONCE_LENGTH];
    let payload = Payload { msg: content, aad: &associated };
    let sealed = key(7, 1).cipher.encrypt(&XNonce::from(nonce), payload).unwrap();
    base64url::encode(header.followed_by(&nonce, &sealed))
}

#[test]
fn an_authentication_is_finished_with_a_token() {
    let opened = open(&ring(), &token()).unwrap();
    let state = spend(opened.state, &OneProcessSingleUse::new(1), NOW).unwrap();
    let rp = rp().build().unwrap();
    let _ = rp.finish_authentication(state, &get().response(), &record(), NOW).unwrap();
}

#[test]
fn a_registration_is_finished_with_a_token() {
    let rp = rp().build().unwrap();
    let state = registration_state(&rp);
    let token = ring().seal(&state, b"", &mut entropy()).unwrap();
    let user = handle(7);
    let opened = ring().open(&rp, &token, Bearer::Account(&user), NOW).unwrap();
    let state = spend(opened.state, &OneProcessSingleUse::new(1), NOW).unwrap();
    let status = CredentialIdStatus::Unregistered;
    let _ = rp.finish_registration(state, &create().response(), status, NOW).unwrap();
}

#[test]
fn rule_283_287_a_token_works_once() {
    let (used, token) = (OneProcessSingleUse::new(10), token());
    let _ = spend(open(&ring(), &token).unwrap().state, &used, NOW).unwrap();
    let again = spend(open(&ring(), &token).unwrap().state, &used, NOW).unwrap_err();
    assert_eq!((again.code(), &again), (Some(Code::ChallengeExpired), &SpendError::AlreadyUsed));
    // Sealed anew it is the same ceremony.
    let resealed = ring().seal(&state(), b"", &mut |buffer: &mut [u8]| {
        buffer.fill(9);
        Ok::<(), EntropyError>(())
    });
    let again = spend(open(&ring(), &resealed.unwrap()).unwrap().state, &used, NOW).unwrap_err();
    assert_eq!(again, SpendError::AlreadyUsed);
}

#[test]
fn rule_284_an_expired_token_is_refused() {
    let rp = rp().build().unwrap();
    for (seconds, expected) in [(90, None), (91, Some(OpenError::Expired))] {
        let opened =
            ring().open::<AuthenticationState>(&rp, &token(), Bearer::Anonymous, NOW.plus_seconds(seconds));
        assert_eq!(opened.err(), expected);
    }
    assert_eq!(OpenError::Expired.code(), Code::ChallengeExpired);
}

#[test]
fn rule_285_a_token_of_another_ceremony_is_refused() {
    let rp = rp().build().unwrap();
    let token = token();
    let error = ring().open::<RegistrationState>(&rp, &token, Bearer::Anonymous, NOW).unwrap_err();
    assert_eq!((error, error.code()), (OpenError::OtherCeremony, Code::StateInvalid));
    let error = ring().open::<BoundAuthenticationState>(&rp, &token, Bearer::Anonymous, NOW).unwrap_err();
    assert_eq!(error, OpenError::OtherCeremony);
    let request = AuthenticationRequest::discoverable();
    let (_, state) = rp.start_bound_authentication(request, b"data", &mut entropy(), NOW).unwrap();
    let token = ring().seal(&state, b"", &mut entropy()).unwrap();
    let bound = ring().open::<BoundAuthenticationState>(&rp, &token, Bearer::Anonymous, NOW).unwrap();
    let state = spend(bound.state, &OneProcessSingleUse::new(1), NOW).unwrap();
    assert!(state.confirm(b"data").is_ok());
    assert_eq!(open(&ring(), &token).unwrap_err(), OpenError::OtherCeremony);
}

#[test]
fn rule_285_a_token_for_nobody_is_no_signed_in_accounts() {
    let rp = rp().build().unwrap();
    let (_, state) =
        rp.start_authentication(AuthenticationRequest::discoverable(), &mut entropy(), NOW).unwrap();
    let token = ring().seal(&state, b"", &mut entropy()).unwrap();
    let _ = open(&ring(), &token).unwrap();
    let opened = ring().open::<AuthenticationState>(&rp, &token, Bearer::Account(&handle(7)), NOW);
    assert_eq!(opened.unwrap_err(), OpenError::OtherUser);
}

#[test]
fn rule_286_a_token_of_another_user_is_refused() {
    let rp = rp().build().unwrap();
    for (byte, expected) in [(7, None), (8, Some(OpenError::OtherUser))] {
        let opened = ring().open::<AuthenticationState>(&rp, &token(), Bearer::Account(&handle(byte)), NOW);
        assert_eq!(opened.err(), expected);
    }
    assert_eq!(OpenError::OtherUser.code(), Code::StateInvalid);
}

#[test]
fn rule_286_a_token_of_another_relying_party_is_refused() {
    let other = RelyingParty::builder("example.net", "Other").origin("https://example.net").build().unwrap();
    let opened = ring().open::<AuthenticationState>(&other, &token(), Bearer::Anonymous, NOW);
    assert_eq!(opened.unwrap_err(), OpenError::OtherRelyingParty);
}

#[test]
fn rule_389_a_token_of_another_purpose_is_refused() {
    let step_up = rp().purpose("step-up").build().unwrap();
    let open = |token: &str| {
        ring().open::<AuthenticationState>(&step_up, token, Bearer::Anonymous, NOW).unwrap_err()
    };
    let error = open(&token());
    assert_eq!((error, error.code()), (OpenError::OtherPurpose, Code::StateInvalid));
    // Nor does it help to write the other purpose's tag into the header.
    let own = ring().seal(&authentication_state(&step_up, None), b"", &mut entropy()).unwrap();
    let (mut forged, own) = (base64url::decode(token()).unwrap(), base64url::decode(own).unwrap());
    forged[14..22].copy_from_slice(&own[14..22]);
    let error = open(&base64url::encode(forged));
    assert_eq!((error, error.code()), (OpenError::NotAuthentic, Code::StateInvalid));
}

#[test]
fn rule_286_a_token_of_another_key_is_refused() {
    let token = token();
    assert_eq!(open(&KeyRing::new([key(8, 1)]).unwrap(), &token).unwrap_err(), OpenError::UnknownKey(7));
    assert_eq!(open(&KeyRing::new([key(7, 2)]).unwrap(), &token).unwrap_err(), OpenError::NotAuthentic);
}

#[test]
fn a_token_opens_until_its_key_is_retired() {
    let old = ring().seal(&state(), b"", &mut entropy()).unwrap();
    let rotating = KeyRing::new([key(8, 2), key(7, 1)]).unwrap();
    let _ = open(&rotating, &old).unwrap();
    let new = rotating.seal(&state(), b"", &mut entropy()).unwrap();
    let rotated = KeyRing::new([key(8, 2)]).unwrap();
    let _ = open(&rotated, &new).unwrap();
    assert_eq!(open(&rotated, &old).unwrap_err(), OpenError::UnknownKey(7));
}

#[test]
fn keys_that_make_no_ring_are_refused() {
    assert_eq!(KeyRing::new([]).unwrap_err(), KeyRingError::Empty);
    assert_eq!(KeyRing::new([key(7, 1), key(7, 2)]).unwrap_err(), KeyRingError::DuplicateId(7));
}

#[test]
fn a_key_is_in_no_debug_text() {
    assert_eq!(format!("{:?}", key(7, 0xab)), "SealingKey { id: 7, .. }");
}

#[test]
fn a_state_is_not_sealed_without_random_bytes() {
    let mut none = |_: &mut [u8]| Err("none");
    assert_eq!(
        ring().seal(&state(), b"", &mut none).unwrap_err(),
        SealError::Entropy(EntropyError::new("none"))
    );
}

#[test]
fn a_token_has_its_greatest_length() {
    let ids = |count: u8| (0..count).filter_map(|byte| CredentialId::new(vec![byte; 512]));
    let token = ring().seal(&state().with_allowed(ids(64)), b"", &mut entropy()).unwrap();
    let _ = open(&ring(), &token).unwrap();
    assert_eq!(
        ring().seal(&state().with_allowed(ids(80)), b"", &mut entropy()).unwrap_err(),
        SealError::TooLong
    );
    let length = TOKEN_MAX + 1;
    assert_eq!(open(&ring(), &"A".repeat(length)).unwrap_err(), OpenError::TooLong { length });
}

#[test]
fn other_text_is_no_token() {
    for text in ["", "AQ", "AQ==", "not a token", &"A".repeat(40)] {
        assert_eq!(open(&ring(), text).unwrap_err(), OpenError::Malformed, "{text}");
    }
    assert_eq!(open(&ring(), &"_".repeat(200)).unwrap_err(), OpenError::UnknownVersion(0xff));
}

#[test]
fn a_state_of_an_unknown_version_is_refused() {
    let text = serde_json::to_string(&state()).unwrap();
    let later = text.replacen("\"version\":2", "\"version\":3", 1);
    let token = |text: &str| sealed(&token::content(text.as_bytes(), b"").unwrap());
    assert_eq!(attached(&token(&text)), Ok(Vec::new()));
    assert_eq!(attached(&token(&later)), Err(OpenError::UnknownState));
}

#[test]
fn attached_bytes_come_back_with_the_state() {
    let long = vec![b'"'; 30_000];
    for bytes in [&b""[..], b"{\"name\":\"Jo\"}", &[0, 0xff, 0], &long] {
        let token = ring().seal(&state(), bytes, &mut entropy()).unwrap();
        let opened = open(&ring(), &token).unwrap();
        assert_eq!(opened.attached, bytes);
        assert_eq!(opened.state.ceremony(), state().ceremony());
    }
}

#[test]
fn attached_bytes_that_make_a_token_too_long_are_rejected() {
    let too_long = ring().seal(&state(), &vec![0; TOKEN_MAX], &mut entropy());
    assert_eq!(too_long.unwrap_err(), SealError::TooLong);
}

#[test]
fn attached_bytes_are_not_readable_in_a_token() {
    let token = ring().seal(&state(), b"the name of an account", &mut entropy()).unwrap();
    let bytes = base64url::decode(&token).unwrap();
    assert!(!bytes.windows(4).any(|window| b"the name of an account".windows(4).any(|it| it == window)));
}

#[test]
fn rule_286_sealed_content_that_is_cut_is_rejected() {
    let state = serde_json::to_vec(&state()).unwrap();
    let whole = token::content(&state, b"").unwrap();
    assert_eq!(attached(&sealed(&whole)), Ok(Vec::new()));
    for length in [0, 3, 4, whole.len() - 1] {
        assert_eq!(attached(&sealed(&whole[..length])), Err(OpenError::UnknownState), "{length}");
    }
    let longer = [&u32::MAX.to_be_bytes(), &whole[4..]].concat();
    assert_eq!(attached(&sealed(&longer)), Err(OpenError::UnknownState));
}

#[test]
fn a_token_does_not_tell_what_it_holds() {
    let bytes = base64url::decode(token()).unwrap();
    let text = serde_json::to_vec(&state()).unwrap();
    assert!(text.windows(12).all(|window| !bytes.windows(12).any(|other| other == window)));
}

proptest! {
    #[test]
    fn rule_286_a_token_with_any_byte_changed_is_refused(position in 0_usize..10_000, bits in 1_u8..) {
        let mut bytes = base64url::decode(token()).unwrap();
        let position = position % bytes.len();
        bytes[position] ^= bits;
        prop_assert!(open(&ring(), &base64url::encode(&bytes)).is_err());
    }

    #[test]
    fn rule_286_a_token_cut_or_longer_is_refused(length in 0_usize..2000) {
        let mut bytes = base64url::decode(token()).unwrap();
        prop_assume!(length != bytes.len());
        bytes.resize(length, 0);
        prop_assert!(open(&ring(), &base64url::encode(&bytes)).is_err());
    }

    #[test]
    fn any_text_is_taken_without_a_panic(text in "[A-Za-z0-9_-]{0,200}") {
        prop_assert!(open(&ring(), &text).is_err());
    }
}

#[test]
fn rule_286_every_single_byte_is_protected() {
    let bytes = base64url::decode(token()).unwrap();
    for position in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[position] ^= 1;
        let error = open(&ring(), &base64url::encode(&changed)).unwrap_err();
        assert_eq!(error.code(), Code::StateInvalid, "byte {position}");
    }
}
