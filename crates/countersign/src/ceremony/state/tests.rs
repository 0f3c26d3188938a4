use core::fmt;

use countersign_cose::Algorithm;
use countersign_types::{Code, UserHandle};

use super::*;
use crate::ceremony::registration::outcome::CredentialIdStatus;
use crate::ceremony::request::AuthenticationRequest;
use crate::ceremony::step_up::BoundAuthenticationState;
use crate::relying_party::policy::Policy;
use crate::relying_party::policy::choices::UnverifiedDiscoverable;
use crate::relying_party::policy::conditional_create::ConditionalCreatePolicy;
use crate::relying_party::{configuration_error::ConfigurationError, party::RelyingParty};
use crate::test_ceremony::{
    AT, Asking, CHALLENGE, Create, Get, NOW, UP, authentication_state, create, entropy, get, handle, policy,
    record, registration_state, registration_state_of, rp,
};

fn with(policy: Policy) -> RelyingParty {
    rp().policy(policy).build().unwrap()
}

/// What a registration comes to that was started by one relying party and is finished by another.
fn registered(
    started: &RelyingParty,
    finished: &RelyingParty,
    asking: Asking,
    create: &Create,
) -> Result<(), Code> {
    let state = registration_state_of(started, CHALLENGE, handle(7), asking);
    let json = serde_json::to_vec(&state).unwrap();
    let state = RegistrationState::from_json(&json).unwrap();
    let status = CredentialIdStatus::Unregistered;
    let result = finished.finish_registration(state, &create.response(), status, NOW);
    result.map(drop).map_err(|error| error.code())
}

/// What an authentication comes to that was started by one relying party and is finished by another.
fn authenticated(
    started: &RelyingParty,
    finished: &RelyingParty,
    user: Option<UserHandle>,
    get: &Get,
) -> Result<(), Code> {
    let state = authentication_state(started, user);
    let record = record().with_uv_initialized(true);
    let result = finished.finish_authentication(state, &get.response(), &record, NOW);
    result.map(drop).map_err(|error| error.code())
}

#[test]
fn rule_389_a_state_of_another_purpose_is_rejected() {
    let purpose = |purpose: &str| rp().purpose(purpose).build().unwrap();
    let (sign_in, step_up) = (purpose("sign-in"), purpose("step-up"));
    assert_eq!((sign_in.purpose(), rp().build().unwrap().purpose()), ("sign-in", "default"));
    for (other, expected) in [(&sign_in, Ok(())), (&step_up, Err(Code::StateInvalid))] {
        assert_eq!(registered(&sign_in, other, Asking::Modal, &create()), expected);
        assert_eq!(authenticated(&sign_in, other, Some(handle(7)), &get()), expected);
    }
    assert_eq!(
        authenticated(&rp().build().unwrap(), &step_up, None, &get()),
        Err(Code::StateInvalid),
        "a relying party without a purpose has one of its own"
    );
}

#[test]
fn rule_389_a_bound_state_of_another_purpose_is_rejected() {
    let step_up = rp().purpose("step-up").build().unwrap();
    let user = handle(7);
    for (other, expected) in
        [(step_up.clone(), Some(Code::ChallengeMismatch)), (rp().build().unwrap(), Some(Code::StateInvalid))]
    {
        let request = AuthenticationRequest::identified(&user, &[]);
        let (_, state) = step_up.start_bound_authentication(request, b"pay 12", &mut entropy(), NOW).unwrap();
        let state = state.confirm(b"pay 12").unwrap();
        let finished = other.finish_authentication(state, &get().response(), &record(), NOW);
        assert_eq!(finished.err().map(|error| error.code()), expected);
    }
}

#[test]
fn rule_389_the_stricter_user_verification_of_state_and_policy_applies() {
    let (lenient, strict) = (with(policy()), with(Policy::passkeys()));
    let (unverified_create, unverified) = (Create { flags: UP | AT, ..create() }, Get { flags: UP, ..get() });
    for (started, finished, expected) in [
        (&lenient, &lenient, Ok(())),
        (&lenient, &strict, Err(Code::UserNotVerified)),
        (&strict, &lenient, Err(Code::UserNotVerified)),
    ] {
        assert_eq!(registered(started, finished, Asking::Modal, &unverified_create), expected);
        assert_eq!(registered(started, finished, Asking::Modal, &create()), Ok(()));
        assert_eq!(authenticated(started, finished, Some(handle(7)), &unverified), expected);
        assert_eq!(authenticated(started, finished, Some(handle(7)), &get()), Ok(()));
    }
}

#[test]
fn rule_389_391_a_discoverable_state_needs_user_verification_unless_the_policy_accepts_possession() {
    let lenient = with(policy());
    let strict = with(policy().with_unverified_discoverable(UnverifiedDiscoverable::Reject));
    let unverified = Get { flags: UP, ..get() };
    for (finished, expected) in [(&lenient, Ok(())), (&strict, Err(Code::UserNotVerified))] {
        assert_eq!(authenticated(&lenient, finished, None, &unverified), expected);
        assert_eq!(authenticated(&lenient, finished, Some(handle(7)), &unverified), Ok(()));
    }
}

#[test]
fn rule_389_a_conditional_state_is_checked_like_a_modal_one_if_the_policy_rejects_it() {
    let within = |seconds| {
        Policy::passkeys().with_conditional_create(ConditionalCreatePolicy::AfterSignIn { seconds })
    };
    let refusing = Policy::passkeys().with_conditional_create(ConditionalCreatePolicy::Reject);
    let started = with(within(600));
    let absent = Create { flags: AT, ..create() };
    let present = Create { flags: UP | AT, ..create() };
    for (policy, expected) in [
        (within(600), [Ok(()), Ok(())]),
        (within(3600), [Ok(()), Ok(())]),
        (within(599), [Err(Code::UserNotPresent), Err(Code::UserNotVerified)]),
        (refusing, [Err(Code::UserNotPresent), Err(Code::UserNotVerified)]),
    ] {
        let finished = with(policy);
        let got = [&absent, &present].map(|it| registered(&started, &finished, Asking::Conditional, it));
        assert_eq!(got, expected);
        // In which the user was asked after all.
        assert_eq!(registered(&started, &finished, Asking::Conditional, &create()), Ok(()));
        assert_eq!(registered(&started, &finished, Asking::Modal, &absent), Err(Code::UserNotPresent));
    }
}

#[test]
fn rule_389_an_algorithm_must_be_in_both_state_and_policy() {
    let offering = |algorithms: &[Algorithm]| with(policy().with_algorithms(algorithms.iter().copied()));
    let (es256, eddsa) = (Algorithm::Es256, Algorithm::EdDsa);
    let (both, one, other) = (offering(&[es256, eddsa]), offering(&[es256]), offering(&[eddsa]));
    for (started, finished, expected) in [
        (&both, &one, Ok(())),
        (&one, &both, Ok(())),
        (&both, &other, Err(Code::AlgorithmNotAllowed)),
        (&other, &both, Err(Code::AlgorithmNotAllowed)),
    ] {
        assert_eq!(registered(started, finished, Asking::Modal, &create()), expected);
    }
}

#[test]
fn a_purpose_is_a_short_word() {
    let built = |purpose: &str| rp().purpose(purpose).build().map(drop);
    for good in ["a", "step-up-2", &"a".repeat(64)] {
        assert_eq!(built(good), Ok(()));
    }
    for bad in ["", "Step", "step up", "a\0b", "ä", &"a".repeat(65)] {
        assert_eq!(built(bad), Err(ConfigurationError::Purpose(bad.into())));
    }
}

/// The states of one ceremony of each kind, serialised.
fn serialised() -> [(&'static str, String); 3] {
    let rp = rp().build().unwrap();
    let request = AuthenticationRequest::discoverable();
    let (_, bound) = rp.start_bound_authentication(request, b"pay 12", &mut entropy(), NOW).unwrap();
    [
        ("registration", serde_json::to_string(&registration_state(&rp)).unwrap()),
        ("authentication", serde_json::to_string(&authentication_state(&rp, None)).unwrap()),
        ("bound authentication", serde_json::to_string(&bound).unwrap()),
    ]
}

fn is_refused<S: CeremonyState + fmt::Debug>(expected: &'static str) {
    for (got, json) in serialised() {
        if got == expected {
            let _ = S::from_json(json.as_bytes()).unwrap();
            let _: S = serde_json::from_str(&json).unwrap();
            continue;
        }
        let error = S::from_json(json.as_bytes()).unwrap_err();
        assert_eq!((error, error.code()), (StateError::OtherCeremony { expected, got }, Code::StateInvalid));
        let sentence = format!("the ceremony state is of kind {got}, {expected} expected");
        assert_eq!(error.to_string(), sentence);
        // A larger structure that serde reads gives the same error.
        assert_eq!(serde_json::from_str::<S>(&json).unwrap_err().to_string(), sentence);
    }
    for junk in ["", "{}", "[]", "null", r#"{"ceremony":"payment"}"#, r#"{"ceremony":"registration"}"#] {
        let error = S::from_json(junk.as_bytes()).unwrap_err();
        assert_eq!((error, error.code()), (StateError::Unreadable, Code::StateInvalid), "{junk}");
    }
    assert_eq!(StateError::Unreadable.to_string(), "not a ceremony state that this version wrote");
}

#[test]
fn rule_392_the_state_of_another_kind_of_ceremony_is_invalid_and_not_a_parse_error() {
    let [(_, registration), ..] = serialised();
    let error = AuthenticationState::from_json(registration.as_bytes()).unwrap_err();
    assert_eq!(error.code(), Code::StateInvalid);
    is_refused::<RegistrationState>("registration");
    is_refused::<AuthenticationState>("authentication");
    is_refused::<BoundAuthenticationState>("bound authentication");
}

#[test]
fn debug_text_shows_neither_challenge_nor_account() {
    let rp = rp().build().unwrap();
    let user = handle(7);
    let request = AuthenticationRequest::identified(&user, &[]);
    let (_, bound) = rp.start_bound_authentication(request, b"pay 12", &mut entropy(), NOW).unwrap();
    let texts = [
        format!("{:?}", registration_state(&rp)),
        format!("{:?}", authentication_state(&rp, Some(user.clone()))),
        format!("{bound:?}"),
    ];
    for (text, kind) in texts.iter().zip(["Registration", "Authentication", "BoundAuthentication"]) {
        let expires_at = NOW.plus_seconds(330);
        let expected = format!(r#"{kind}State {{ rp_id: "example.org", expires_at: {expires_at:?}, .. }}"#);
        assert_eq!(text, &expected);
    }
}
