use countersign_types::{Code, enumerations::UserVerificationRequirement, extensions::ClientExtensionInputs};
use serde_json::{Value, json};

use super::*;
use crate::ceremony::authentication::outcome::Authenticated;
use crate::ceremony::registration::outcome::{CredentialIdStatus, Registered};
use crate::ceremony::state::{authentication::AuthenticationState, registration::RegistrationState};
use crate::relying_party::policy::extensions::{
    CredProtectPolicy, ExtensionPolicy, PrfResultsPolicy, PrfUserVerification, RemoteClients, Unsolicited,
};
use crate::report::step::{AuthenticationStep, RegistrationStep};
use crate::report::{error::Error, extension_rejected::ExtensionRejectedError};
use crate::test_ceremony::{
    Create, ED, Get, NOW, authentication_state, create, get, handle, policy, record, registration_state, rp,
};

mod authentication;
mod payment;
mod registration;
mod secrets;
mod start;

fn inputs() -> ClientExtensionInputs {
    ClientExtensionInputs::new()
}

/// A CBOR map of these outputs.
fn map(outputs: &[(&str, &[u8])]) -> Vec<u8> {
    let mut map = vec![0xa0 | u8::try_from(outputs.len()).unwrap()];
    for (name, value) in outputs {
        map.push(0x60 | u8::try_from(name.len()).unwrap());
        map.extend([name.as_bytes(), value].concat());
    }
    map
}

/// The valid registration with these outputs.
fn created(client: Value, authenticator: &[(&str, &[u8])]) -> Create {
    let mut create = Create { extension_results: client, ..create() };
    if !authenticator.is_empty() {
        create.flags |= ED;
        create.trailing = map(authenticator);
    }
    create
}

/// The valid authentication with these outputs.
fn gotten(client: Value, authenticator: &[(&str, &[u8])]) -> Get {
    let mut get = Get { extension_results: client, ..get() };
    if !authenticator.is_empty() {
        get.flags |= ED;
        get.trailing = map(authenticator);
    }
    get
}

/// What becomes of a registration that asked for this.
fn register(
    asked: &ClientExtensionInputs,
    extensions: ExtensionPolicy,
    create: &Create,
) -> Result<Registered, Error> {
    let rp = rp().policy(policy().with_extensions(extensions)).build().unwrap();
    let state = registration_state(&rp);
    let status = CredentialIdStatus::Unregistered;
    rp.finish_registration(state.with_extensions(asked), &create.response(), status, NOW)
}

/// What becomes of an authentication that asked for this.
fn authenticate(
    asked: &ClientExtensionInputs,
    extensions: ExtensionPolicy,
    get: &Get,
) -> Result<Authenticated, Error> {
    let rp = rp().policy(policy().with_extensions(extensions)).build().unwrap();
    let state = authentication_state(&rp, Some(handle(7)));
    rp.finish_authentication(state.with_extensions(asked), &get.response(), &record(), NOW)
}

/// With the default policy.
fn learned_at_registration(asked: &ClientExtensionInputs, create: &Create) -> RegistrationExtensions {
    register(asked, ExtensionPolicy::new(), create).unwrap().extensions().clone()
}

/// With the default policy.
fn learned_at_authentication(asked: &ClientExtensionInputs, get: &Get) -> AuthenticationExtensions {
    authenticate(asked, ExtensionPolicy::new(), get).unwrap().extensions().clone()
}

fn registration_refused(
    asked: &ClientExtensionInputs,
    extensions: ExtensionPolicy,
    create: &Create,
    code: Code,
) -> Error {
    let error = register(asked, extensions, create).unwrap_err();
    assert_eq!((error.code(), error.step()), (code, RegistrationStep::Extensions.into()), "{error}");
    error
}

fn authentication_refused(
    asked: &ClientExtensionInputs,
    extensions: ExtensionPolicy,
    get: &Get,
    code: Code,
) -> Error {
    let error = authenticate(asked, extensions, get).unwrap_err();
    assert_eq!((error.code(), error.step()), (code, AuthenticationStep::Extensions.into()), "{error}");
    error
}

#[test]
fn rule_313_a_client_output_that_nobody_asked_for_is_ignored_reported_or_rejected() {
    let (create, get) = (created(json!({"future": 1}), &[]), gotten(json!({"future": 1}), &[]));
    let policy = |unsolicited| ExtensionPolicy::new().with_unsolicited_client_outputs(unsolicited);
    for (unsolicited, names) in [(Unsolicited::Accept, &[][..]), (Unsolicited::Report, &["future"])] {
        let registered = register(&inputs(), policy(unsolicited), &create).unwrap();
        assert_eq!(registered.extensions().unsolicited, names);
        let authenticated = authenticate(&inputs(), policy(unsolicited), &get).unwrap();
        assert_eq!(authenticated.extensions().unsolicited, names);
    }
    let reject = || policy(Unsolicited::Reject);
    let error = registration_refused(&inputs(), reject(), &create, Code::ExtensionNotAccepted);
    assert!(error.to_string().starts_with("a client extension output that was not requested: \"future\""));
    authentication_refused(&inputs(), reject(), &get, Code::ExtensionNotAccepted);
    let asked = inputs().with_other("future", &true).unwrap();
    let _ = register(&asked, reject(), &create).unwrap();
    let _ = authenticate(&asked, reject(), &get).unwrap();
}

#[test]
fn rule_314_an_authenticator_output_that_nobody_asked_for_is_ignored_reported_or_rejected() {
    let outputs = [("credProtect", &[0x02][..])];
    let (create, get) = (created(json!({}), &outputs), gotten(json!({}), &outputs));
    let policy = |unsolicited| ExtensionPolicy::new().with_unsolicited_authenticator_outputs(unsolicited);
    for (unsolicited, names) in [(Unsolicited::Accept, &[][..]), (Unsolicited::Report, &["credProtect"])] {
        let registered = register(&inputs(), policy(unsolicited), &create).unwrap();
        assert_eq!(registered.extensions().unsolicited, names);
        let authenticated = authenticate(&inputs(), policy(unsolicited), &get).unwrap();
        assert_eq!(authenticated.extensions().unsolicited, names);
    }
    let reject = || policy(Unsolicited::Reject);
    let error = registration_refused(&inputs(), reject(), &create, Code::ExtensionNotAccepted);
    let refused = ExtensionRejectedError::UnsolicitedAuthenticatorOutput { name: "credProtect".into() };
    assert_eq!(*error.kind(), crate::report::error::ErrorKind::ExtensionNotAccepted(refused));
    authentication_refused(&inputs(), reject(), &get, Code::ExtensionNotAccepted);
    let level = CredentialProtection::UserVerificationOptional;
    let asked = inputs().with_cred_protect(level, Enforcement::BestEffort);
    let _ = register(&asked, reject(), &create).unwrap();
}

#[test]
fn what_nobody_asked_for_is_told_where_it_can_be_read_and_fails_nothing() {
    let create = created(json!({"credProps": {"rk": true}}), &[("credProtect", &[0x02])]);
    let learned = learned_at_registration(&inputs(), &create);
    assert_eq!(learned.discoverable, Some(true));
    let level = CredentialProtection::UserVerificationOptionalWithCredentialIdList;
    assert_eq!(learned.cred_protect, Some(level));
    let create = created(json!({"credProps": true, "prf": 1}), &[("credProtect", &[0x09])]);
    assert_eq!(learned_at_registration(&inputs(), &create), RegistrationExtensions::default());
}

#[test]
fn rule_338_a_remote_client_must_be_accepted() {
    let remote = json!({"remoteClientDataJSON": true});
    let (create, get) = (created(remote.clone(), &[]), gotten(remote, &[]));
    registration_refused(&inputs(), ExtensionPolicy::new(), &create, Code::ExtensionNotAccepted);
    authentication_refused(&inputs(), ExtensionPolicy::new(), &get, Code::ExtensionNotAccepted);
    let accepted = || ExtensionPolicy::new().with_remote_clients(RemoteClients::Accept);
    let registered = register(&inputs(), accepted(), &create).unwrap();
    assert_eq!(registered.extensions().remote_client_data, Some(true));
    let authenticated = authenticate(&inputs(), accepted(), &get).unwrap();
    assert_eq!(authenticated.extensions().remote_client_data, Some(true));
}

#[test]
fn a_policy_survives_its_serialised_form() {
    let policy = ExtensionPolicy::new()
        .with_required(Extension::Prf)
        .with_required(Extension::from("future"))
        .with_unsolicited_client_outputs(Unsolicited::Reject)
        .with_prf_results(PrfResultsPolicy::Reject)
        .with_cred_protect(CredProtectPolicy::Exact)
        .with_minimum_pin_length(6);
    let text = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<ExtensionPolicy>(&text).unwrap(), policy);
    // A missing member would be a requirement that is lost.
    serde_json::from_str::<ExtensionPolicy>("{}").unwrap_err();
    let mistyped = text.replace("prf_results", "prf_result");
    serde_json::from_str::<ExtensionPolicy>(&mistyped).unwrap_err();
}

#[test]
fn a_policy_that_requires_an_impossible_request_is_rejected() {
    let built = |builder: crate::relying_party::builder::RelyingPartyBuilder| builder.build().map(drop);
    let prf = || ExtensionPolicy::new().with_required(Extension::Prf);
    let error = built(rp().policy(policy().with_extensions(prf()))).unwrap_err();
    assert!(
        matches!(error, crate::relying_party::configuration_error::ConfigurationError::Extensions(_)),
        "{error}"
    );
    built(rp().policy(policy().with_extensions(prf().with_prf_user_verification(PrfUserVerification::Any))))
        .unwrap();
    built(rp().policy(
        policy().with_extensions(prf()).with_user_verification(UserVerificationRequirement::Required),
    ))
    .unwrap();
    let remote = || ExtensionPolicy::new().with_required(Extension::RemoteClientDataJson);
    let error = built(rp().policy(policy().with_extensions(remote()))).unwrap_err();
    assert_eq!(error.to_string(), "remoteClientDataJSON is required, and remote clients are refused");
    built(rp().policy(policy().with_extensions(remote().with_remote_clients(RemoteClients::Accept))))
        .unwrap();
}

#[test]
fn a_state_remembers_what_was_asked_for() {
    let rp = rp().build().unwrap();
    let state = registration_state(&rp);
    let asked = inputs().with_large_blob(&LargeBlobInput::Support(LargeBlobSupport::Required));
    let text = serde_json::to_string(&state.with_extensions(&asked)).unwrap();
    let state: RegistrationState = serde_json::from_str(&text).unwrap();
    let status = CredentialIdStatus::Unregistered;
    let error = rp.finish_registration(state, &create().response(), status, NOW).unwrap_err();
    assert_eq!(error.code(), Code::ExtensionNotAccepted);
}
