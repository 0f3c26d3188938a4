use countersign_types::{CredentialId, extensions::ClientExtensionInputs, options::CredentialDescriptor};

use super::*;
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
    let request = RegistrationRequest::new(&user).excluding(credentials);
    let registration = rp.begin_registration(request, &mut entropy(), NOW).map(drop);
    let request = AuthenticationRequest::identified(&user.handle, credentials);
    let authentication = rp.begin_authentication(request, &mut entropy(), NOW).map(drop);
    assert_eq!(registration, authentication);
    authentication
}

#[test]
fn rule_383_a_list_with_a_credential_twice_is_refused() {
    let mut credentials = credentials(3);
    listed(&credentials).unwrap();
    credentials[2].id = credentials[0].id.clone();
    assert_eq!(listed(&credentials), Err(StartError::DuplicateCredential { position: 2 }));
}

#[test]
fn rule_383_a_list_with_a_credential_id_of_1024_bytes_is_refused() {
    let mut credentials = credentials(2);
    credentials[1].id = id([9; 1023]);
    listed(&credentials).unwrap();
    credentials[1].id = id([9; 1024]);
    assert_eq!(listed(&credentials), Err(StartError::CredentialIdTooLong { length: 1024 }));
}

#[test]
fn a_list_of_more_than_64_credentials_is_refused() {
    listed(&credentials(64)).unwrap();
    let error = listed(&credentials(65)).unwrap_err();
    assert_eq!(error, StartError::TooManyCredentials { count: 65 });
    assert_eq!(error.to_string(), "65 credentials are listed, at most 64 expected");
}

#[test]
fn what_is_asked_of_extensions_is_in_options_and_state() {
    let rp = rp().appid("https://example.org/u2f").build().unwrap();
    let user = user();
    let request = RegistrationRequest::new(&user).extensions(ClientExtensionInputs::new());
    let (options, state) = rp.begin_registration(request, &mut entropy(), NOW).unwrap();
    assert_eq!(options.extensions.names().collect::<Vec<_>>(), ["credProps"]);
    assert_eq!(state.extensions.names().collect::<Vec<_>>(), ["credProps"]);
    let request = AuthenticationRequest::discoverable();
    let (options, state) = rp.begin_authentication(request, &mut entropy(), NOW).unwrap();
    assert_eq!(options.extensions.names().collect::<Vec<_>>(), ["appid"]);
    assert_eq!(state.extensions.names().collect::<Vec<_>>(), ["appid"]);
}
