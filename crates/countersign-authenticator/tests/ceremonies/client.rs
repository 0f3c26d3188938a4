//! What the client does before anything is signed, and what it adds.

use countersign::{
    AuthenticationRequest, CredentialIdStatus, RegistrationRequest, RegistrationState, RelyingParty, User,
    ceremony::{Challenge, Consumption, RecentSession},
    types::{
        AlgorithmIdentifier, ClientData, CreationOptions, RequestOptions,
        enumerations::{
            AttestationConveyance, AuthenticatorAttachment, ResidentKeyRequirement,
            UserVerificationRequirement,
        },
        extensions::ClientExtensionInputs,
        options::{AuthenticatorSelection, CredentialDescriptor, CredentialParameters},
    },
};
use countersign_authenticator::{
    Algorithm, Attestation, Authenticator, Backup, CeremonyError, Client, Counter, CredentialKind, Frame,
    Scenario, UserVerification,
};
use serde_json::Value;

use super::relying_party::{NOW, ORIGIN, RP_ID, entropy, rp, user};

fn options() -> CreationOptions {
    let mut options = Scenario::REGISTRATION.creation_options(&[0xc4; 32]);
    options.rp.id = Some(RP_ID.to_owned());
    options
}

fn client() -> Client {
    Client::new(ORIGIN)
}

fn refused(options: &CreationOptions, authenticator: Authenticator) -> &'static str {
    let mut authenticator = authenticator;
    client().create(options, &mut authenticator).unwrap_err().name().unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let response = |seed: &str| {
        let mut authenticator = Authenticator::platform(seed);
        let created = client().create_json(&options(), &mut authenticator).unwrap();
        let mut options = RequestOptions::new([0xc4; 32].to_vec());
        options.rp_id = Some(RP_ID.to_owned());
        (created, client().get_json(&options, &mut authenticator).unwrap())
    };
    assert_eq!(response("a"), response("a"));
    assert_ne!(response("a").0, response("b").0);
}

#[test]
fn an_excluded_credential_is_not_made_twice() {
    let mut authenticator = Authenticator::platform("a seed");
    let created = client().create(&options(), &mut authenticator).unwrap();
    let mut options = options();
    options.exclude_credentials = vec![CredentialDescriptor::new(created.credential_id().clone(), [])];
    assert_eq!(client().create(&options, &mut authenticator), Err(CeremonyError::InvalidState));
}

#[test]
fn what_does_not_fit_is_refused_as_a_browser_does() {
    let mut other = options();
    other.pub_key_cred_params = vec![CredentialParameters::new(AlgorithmIdentifier(-12_345))];
    assert_eq!(refused(&other, Authenticator::platform("a seed")), "NotSupportedError");

    let mut other = options();
    other.rp.id = Some("example.com".to_owned());
    assert_eq!(refused(&other, Authenticator::platform("a seed")), "SecurityError");
    // A domain that ends alike is no parent.
    other.rp.id = Some("3456789.org.example".to_owned());
    assert_eq!(refused(&other, Authenticator::platform("a seed")), "SecurityError");

    let mut other = options();
    let required = UserVerificationRequirement::Required;
    let mut selection = AuthenticatorSelection::new(ResidentKeyRequirement::Preferred, required);
    other.authenticator_selection = Some(selection.clone());
    let unable = Authenticator::platform("a seed").with_user_verification(UserVerification::Never);
    assert_eq!(refused(&other, unable), "NotAllowedError");
    selection.authenticator_attachment = Some(AuthenticatorAttachment::CrossPlatform);
    other.authenticator_selection = Some(selection);
    assert_eq!(refused(&other, Authenticator::platform("a seed")), "NotAllowedError");

    let request = RequestOptions::new([0xc4; 32].to_vec());
    let error = client().get(&request, &mut Authenticator::platform("a seed")).unwrap_err();
    assert_eq!(error.name(), Some("NotAllowedError"));
}

#[test]
fn attestation_that_is_not_asked_for_is_not_given() {
    let mut options = options();
    options.attestation = AttestationConveyance::None;
    let mut authenticator = Authenticator::platform("a seed").with_attestation(Attestation::SelfPacked);
    let response = client().create(&options, &mut authenticator).unwrap();
    assert!(response.attestation_object().windows(4).any(|window| window == b"none"));
}

#[test]
fn client_data_names_the_frame() {
    let client_data = |frame: Frame| {
        let client = client().with_frame(frame).with_client_data("future", 1);
        let response = client.create(&options(), &mut Authenticator::platform("a seed")).unwrap();
        let client_data = ClientData::parse(response.client_data_json()).unwrap();
        assert_eq!(client_data.origin, ORIGIN);
        (client_data.cross_origin, client_data.top_origin.map(|origin| origin.to_string()))
    };
    assert_eq!(client_data(Frame::TopLevel), (Some(false), None));
    assert_eq!(client_data(Frame::CrossOrigin), (Some(true), None));
    let top = "https://example.com".to_owned();
    assert_eq!(client_data(Frame::Below(top.clone())), (Some(true), Some(top)));
}

/// The state for options that another service issued, in which the user is asked.
fn expected(rp: &RelyingParty, options: &CreationOptions) -> RegistrationState {
    let user = User::new(options.user.id.clone(), "jo", "Jo");
    let challenge = Challenge::new(options.challenge.to_vec()).unwrap();
    let request = RegistrationRequest::new(&user).with_challenge(challenge);
    rp.expect_registration(request, NOW).unwrap().spent(Consumption::First).unwrap()
}

#[test]
fn a_conditional_creation_does_not_ask_the_user() {
    let rp = rp().build().unwrap();
    let mut authenticator = Authenticator::phone("a seed");
    let session = RecentSession::vouched(user().handle, NOW);
    let (options, state) = rp
        .start_registration(
            RegistrationRequest::new(&user()).with_conditional_mediation(session),
            &mut entropy(),
            NOW,
        )
        .unwrap();
    let response = client().create_conditionally(&options, &mut authenticator).unwrap();
    let registered = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW).unwrap();
    assert!(!registered.user_verified());
    // The same response in a dialogue's ceremony.
    let state = expected(&rp, &options);
    let error = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW).unwrap_err();
    assert_eq!(error.code().as_str(), "user-not-present");
}

#[test]
fn a_server_side_credential_authenticates_if_listed_and_returns_no_user_handle() {
    let rp = rp().build().unwrap();
    let mut authenticator = Authenticator::security_key("a seed").with_counter(Counter::Increasing);
    let mut options = options();
    options.pub_key_cred_params = vec![CredentialParameters::new(Algorithm::Es256.identifier())];
    let response = client().create(&options, &mut authenticator).unwrap();
    let handle = options.user.id.clone();
    let state = expected(&rp, &options);
    let registered = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW).unwrap();
    let record = registered.into_credential();
    assert_eq!(record.sign_count(), 1);

    let (options, _) =
        rp.start_authentication(AuthenticationRequest::discoverable(), &mut entropy(), NOW).unwrap();
    client().get(&options, &mut authenticator).unwrap_err();
    let credentials = [record.descriptor()];
    let accounts = AuthenticationRequest::identified(&handle, &credentials);
    let (options, state) = rp.start_authentication(accounts, &mut entropy(), NOW).unwrap();
    let response = client().get(&options, &mut authenticator).unwrap();
    assert_eq!(response.user_handle(), None);
    let authenticated = rp.finish_authentication(state, &response, Some(&record), NOW).unwrap();
    assert_eq!(authenticated.update().next.sign_count(), 2);
}

#[test]
fn a_credential_that_is_backed_up_later_says_so() {
    let mut authenticator = Authenticator::platform("a seed").with_backup(Backup::Eligible);
    client().create(&options(), &mut authenticator).unwrap();
    authenticator.set_backup(Backup::BackedUp);
    let mut options = RequestOptions::new([0xc4; 32].to_vec());
    options.rp_id = Some(RP_ID.to_owned());
    let response = client().get(&options, &mut authenticator).unwrap();
    assert_eq!(response.authenticator_data()[32], 0x01 | 0x04 | 0x08 | 0x10);
}

#[test]
fn extensions_are_answered_in_their_places() {
    let inputs: ClientExtensionInputs = serde_json::from_str(
        r#"{"credProps":true,"prf":{"eval":{"first":"AQI"}},"credBlob":"AQI","largeBlob":{"support":"required"},
            "credentialProtectionPolicy":"userVerificationRequired","minPinLength":true,"uvm":true}"#,
    )
    .unwrap();
    let mut options = options();
    options.extensions = inputs;
    let mut authenticator = Authenticator::platform("a seed").with_storage(CredentialKind::Discoverable);
    let created = client().create_json(&options, &mut authenticator).unwrap();
    let results = &serde_json::from_str::<Value>(&created).unwrap()["clientExtensionResults"];
    assert_eq!(results["credProps"]["rk"], true);
    assert_eq!(results["prf"]["enabled"], true);
    assert_eq!(results["largeBlob"]["supported"], true);
    let first = results["prf"]["results"]["first"].clone();

    let mut options = RequestOptions::new([0xc4; 32].to_vec());
    options.rp_id = Some(RP_ID.to_owned());
    options.extensions = serde_json::from_str(
        r#"{"prf":{"eval":{"first":"AQI","second":"AQM"}},"getCredBlob":true,"largeBlob":{"write":"AQID"}}"#,
    )
    .unwrap();
    let asserted = client().get_json(&options, &mut authenticator).unwrap();
    let results = &serde_json::from_str::<Value>(&asserted).unwrap()["clientExtensionResults"];
    assert_eq!(results["prf"]["results"]["first"], first, "the same salt, the same output");
    assert_ne!(results["prf"]["results"]["second"], first);
    assert_eq!(results["getCredBlob"], "AQI");
    assert_eq!(results["largeBlob"]["written"], true);

    options.extensions = serde_json::from_str(r#"{"largeBlob":{"read":true}}"#).unwrap();
    let asserted = client().get_json(&options, &mut authenticator).unwrap();
    let results = &serde_json::from_str::<Value>(&asserted).unwrap()["clientExtensionResults"];
    assert_eq!(results["largeBlob"]["blob"], "AQID");
}
