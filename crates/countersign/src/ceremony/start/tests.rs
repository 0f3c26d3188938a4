use countersign_types::{CredentialId, extensions::ClientExtensionInputs, options::CredentialDescriptor};

use super::*;
use crate::relying_party::policy::Policy;
use crate::test_ceremony::{NOW, entropy, handle, rp};

fn user() -> User {
    User::new(handle(7), "jo", "Jo")
}

/// So many descriptors, with IDs of two bytes.
fn credentials(count: u16) -> Vec<CredentialDescriptor> {
    (0..count).map(|number| CredentialDescriptor::new(id(number.to_be_bytes()), [])).collect()
}

fn id(bytes: impl Into<Vec<u8>>) -> CredentialId {
    CredentialId::new(bytes).unwrap()
}

/// What both ceremonies say of this list.
fn listed(credentials: &[CredentialDescriptor]) -> Result<(), StartError> {
    let rp = rp().build().unwrap();
    let user = user();
    let request = RegistrationRequest::new(&user).with_excluded(credentials);
    let registration = rp.start_registration(request, &mut entropy(), NOW).map(drop);
    let request = AuthenticationRequest::identified(&user.handle, credentials);
    let authentication = rp.start_authentication(request, &mut entropy(), NOW).map(drop);
    assert_eq!(registration, authentication);
    authentication
}

#[test]
fn rule_383_a_list_with_a_duplicate_credential_is_rejected() {
    let mut credentials = credentials(3);
    listed(&credentials).unwrap();
    credentials[2].id = credentials[0].id.clone();
    assert_eq!(listed(&credentials), Err(StartError::DuplicateCredential { position: 2 }));
}

#[test]
fn rule_383_a_list_with_a_credential_id_of_1024_bytes_is_rejected() {
    let mut credentials = credentials(2);
    credentials[1].id = id([9; 1023]);
    listed(&credentials).unwrap();
    credentials[1].id = id([9; 1024]);
    assert_eq!(listed(&credentials), Err(StartError::CredentialIdTooLong { length: 1024 }));
}

#[test]
fn a_list_of_more_than_64_credentials_is_rejected() {
    listed(&credentials(64)).unwrap();
    let error = listed(&credentials(65)).unwrap_err();
    assert_eq!(error, StartError::TooManyCredentials { count: 65 });
    assert_eq!(error.to_string(), "65 credentials are listed, at most 64 expected");
}

#[test]
fn extension_inputs_are_in_options_and_state() {
    let rp = rp().appid("https://example.org/u2f").build().unwrap();
    let user = user();
    let request = RegistrationRequest::new(&user).with_extensions(ClientExtensionInputs::new());
    let (options, state) = rp.start_registration(request, &mut entropy(), NOW).unwrap();
    assert_eq!(options.extensions.names().collect::<Vec<_>>(), ["credProps"]);
    assert_eq!(state.extensions.names().collect::<Vec<_>>(), ["credProps"]);
    let request = AuthenticationRequest::discoverable();
    let (options, state) = rp.start_authentication(request, &mut entropy(), NOW).unwrap();
    assert_eq!(options.extensions.names().collect::<Vec<_>>(), ["appid"]);
    assert_eq!(state.extensions.names().collect::<Vec<_>>(), ["appid"]);
}

#[test]
fn credentials_of_u2f_are_excluded_by_the_appid_too() {
    let rp = rp().appid("https://example.org/u2f").build().unwrap();
    let (user, existing) = (user(), credentials(1));
    let asked = |request: RegistrationRequest<'_>| {
        let (options, state) = rp.start_registration(request, &mut entropy(), NOW).unwrap();
        assert_eq!(
            state.extensions.names().collect::<Vec<_>>(),
            options.extensions.names().collect::<Vec<_>>()
        );
        options.extensions.appid_exclude().unwrap().map(str::to_owned)
    };
    let request = || RegistrationRequest::new(&user).with_excluded(&existing);
    assert_eq!(asked(request()).as_deref(), Some("https://example.org/u2f"));
    let own = ClientExtensionInputs::new().with_appid_exclude("https://example.org/other");
    assert_eq!(asked(request().with_extensions(own)).as_deref(), Some("https://example.org/other"));
    // There is nothing to exclude.
    assert_eq!(asked(RegistrationRequest::new(&user)), None);
}

#[test]
fn rule_391_a_discoverable_authentication_without_user_verification_is_rejected_at_the_start() {
    let user = handle(7);
    let started = |policy: Policy, request: AuthenticationRequest<'_>| {
        let rp = rp().policy(policy).build().unwrap();
        let begun = rp.start_authentication(request.clone(), &mut entropy(), NOW).map(drop);
        let bound = rp.start_bound_authentication(request.clone(), b"pay", &mut entropy(), NOW).map(drop);
        let elsewhere = request.with_challenge(Challenge::new([7; 16]).unwrap());
        let expected = rp.expect_authentication(elsewhere, NOW).map(drop);
        assert_eq!((&bound, &expected), (&begun, &begun));
        begun
    };
    let discoverable = AuthenticationRequest::discoverable;
    let refused = Err(StartError::DiscoverableWithoutUserVerification);
    assert_eq!(started(Policy::second_factor(), discoverable()), refused);
    assert_eq!(started(Policy::second_factor(), AuthenticationRequest::identified(&user, &[])), Ok(()));
    assert_eq!(started(Policy::passkeys(), discoverable()), Ok(()));
    let preferred = Policy::passkeys().with_user_verification(UserVerificationRequirement::Preferred);
    assert_eq!(started(preferred.clone(), discoverable()), refused);
    let named = preferred.with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept);
    assert_eq!(started(named, discoverable()), Ok(()));
}

#[test]
fn a_challenge_of_another_service_may_be_short_and_an_issued_one_may_not() {
    let (rp, user) = (rp().build().unwrap(), user());
    for length in [1, 9, 15, 16] {
        let challenge = Challenge::dangerous_short(vec![1; length]).unwrap();
        let registration = || RegistrationRequest::new(&user).with_challenge(challenge.clone());
        let authentication = || AuthenticationRequest::discoverable().with_challenge(challenge.clone());
        assert!(rp.expect_registration(registration(), NOW).is_ok());
        assert!(rp.expect_authentication(authentication(), NOW).is_ok());
        let issued = [
            rp.start_registration(registration(), &mut entropy(), NOW).map(drop),
            rp.start_authentication(authentication(), &mut entropy(), NOW).map(drop),
        ];
        let short = || Err(StartError::ChallengeTooShort { length });
        assert_eq!(issued, if length < 16 { [short(), short()] } else { [Ok(()), Ok(())] });
    }
}

#[test]
fn an_expected_response_needs_a_challenge() {
    let (rp, user) = (rp().build().unwrap(), user());
    let registration = rp.expect_registration(RegistrationRequest::new(&user), NOW).map(drop);
    assert_eq!(registration, Err(StartError::ChallengeMissing));
    let authentication = rp.expect_authentication(AuthenticationRequest::discoverable(), NOW).map(drop);
    assert_eq!(authentication, Err(StartError::ChallengeMissing));
}

#[test]
fn a_conditional_registration_of_another_service_needs_a_recent_session_too() {
    let user = user();
    let expected = |policy: ConditionalCreatePolicy, session: RecentSession| {
        let rp = rp().policy(Policy::passkeys().with_conditional_create(policy)).build().unwrap();
        let request = RegistrationRequest::new(&user).with_challenge(Challenge::new([7; 16]).unwrap());
        rp.expect_registration(request.with_conditional_mediation(session), NOW).map(drop)
    };
    let within = ConditionalCreatePolicy::AfterSignIn { seconds: 60 };
    let since = |seconds: i64| RecentSession::vouched(handle(7), NOW.plus_seconds(-seconds));
    assert_eq!(expected(within, since(60)), Ok(()));
    assert_eq!(expected(within, since(61)), Err(StartError::SessionNotRecent { seconds: 60 }));
    assert_eq!(
        expected(ConditionalCreatePolicy::Reject, since(0)),
        Err(StartError::ConditionalCreateRejected)
    );
    let other = RecentSession::vouched(handle(8), NOW);
    assert_eq!(expected(within, other), Err(StartError::SessionOfAnotherAccount));
}

#[test]
fn an_account_needs_a_name_and_no_display_name() {
    let rp = rp().build().unwrap();
    for (name, expected) in [
        ("jo", Ok(())),
        ("", Err(StartError::UserNameEmpty)),
        (" ", Err(StartError::UserNameEmpty)),
        ("\u{200b}", Err(StartError::UserNameEmpty)),
        ("\u{3164}", Err(StartError::UserNameEmpty)),
    ] {
        let user = User::new(handle(7), name, "");
        assert_eq!(
            rp.start_registration(RegistrationRequest::new(&user), &mut entropy(), NOW).map(drop),
            expected
        );
    }
}
