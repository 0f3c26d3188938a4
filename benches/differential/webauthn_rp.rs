//! webauthn_rp, in process.
//!
//! Its challenges are its own and random. So each ceremony is begun as usual, and in the serialised state its challenge
//! is replaced by the case's, which has the same 16 bytes of length.

use ::webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, NonDiscoverableAuthenticationServerState,
    Registration, RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        AsciiDomain, BackupReq, CredentialMediationRequirement, Credentials, PublicKeyCredentialDescriptor,
        RpId, UserVerificationRequirement,
        auth::{
            AllowedCredentials, AuthenticationVerificationOptions, DiscoverableCredentialRequestOptions,
            NonDiscoverableCredentialRequestOptions,
        },
        register::{
            CoseAlgorithmIdentifier, CoseAlgorithmIdentifiers, CredProtect,
            PublicKeyCredentialCreationOptions, PublicKeyCredentialUserEntity,
            RegistrationVerificationOptions, ResidentKeyRequirement, UserHandle,
        },
    },
    response::{
        AuthTransports, CredentialId,
        auth::{DiscoverableAuthentication, NonDiscoverableAuthentication},
        register::{CompressedPubKey, DynamicState, StaticState},
    },
};
use countersign_conformance::{
    format::UserVerification,
    protocol::{Request, Settings},
};

use crate::{answer::Answer, cases::Asked};

type Key = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// The stored part of a registration: ID, static state as bytes, dynamic state.
struct Stored(Vec<u8>, Vec<u8>, DynamicState);

/// A rejection, or the reason that there is no verdict.
enum Stopped {
    NotAsked(&'static str),
    Rejected(String),
}

use Stopped::{NotAsked, Rejected};

pub fn ask(asked: &Asked) -> Answer {
    let request = &asked.step.request;
    let outcome = match (asked.is_authentication(), &asked.step.registration, &request.credential) {
        (false, ..) => register(request, request.user_handle.as_deref()).map(drop),
        (true, Some(registration), Some(credential)) => {
            let account = credential.user_handle.as_deref();
            match register(registration, account) {
                Ok(stored) => authenticate(request, &stored, account),
                Err(_) => Err(NotAsked("it rejects the registration before")),
            }
        }
        _ => Err(NotAsked("the stored credential comes without a registration")),
    };
    match outcome {
        Ok(()) => Answer::Accepted,
        Err(NotAsked(why)) => Answer::NotAsked(why.to_owned()),
        Err(Rejected(reason)) => Answer::Rejected(reason),
    }
}

fn user(handle: Option<&[u8]>) -> Result<UserHandle<16>, Stopped> {
    <[u8; 16]>::try_from(handle.unwrap_or(&[1; 16]))
        .map(UserHandle::from)
        .map_err(|_| NotAsked("its user handle here has 16 bytes"))
}

/// The state's bytes with the challenge of the case.
fn replaced(mut state: Vec<u8>, own: u128, challenge: &[u8]) -> Result<Vec<u8>, Stopped> {
    let own = own.to_le_bytes();
    let at = state.windows(16).position(|window| window == own);
    match at {
        Some(at) if challenge.len() == 16 => {
            state[at..at + 16].copy_from_slice(challenge);
            Ok(state)
        }
        _ => Err(NotAsked("its challenges have 16 bytes")),
    }
}

fn rp_id(settings: &Settings) -> Result<RpId, Stopped> {
    let domain = AsciiDomain::try_from(settings.id.clone()).map_err(|_| NotAsked("its RP ID is a domain"))?;
    Ok(RpId::Domain(domain))
}

fn top_origins(settings: &Settings) -> Result<Option<&[String]>, Stopped> {
    match (&settings.top_origins, settings.cross_origin) {
        (_, false) => Ok(None),
        (Some(list), true) => Ok(Some(list)),
        (None, true) => Err(NotAsked("it has no words for any top origin")),
    }
}

fn required(settings: &Settings) -> UserVerificationRequirement {
    match settings.user_verification {
        UserVerification::Required => UserVerificationRequirement::Required,
        UserVerification::Discouraged => UserVerificationRequirement::Discouraged,
        UserVerification::Preferred => UserVerificationRequirement::Preferred,
    }
}

fn offered(settings: &Settings) -> CoseAlgorithmIdentifiers {
    let all = [
        (-8, CoseAlgorithmIdentifier::Eddsa),
        (-7, CoseAlgorithmIdentifier::Es256),
        (-35, CoseAlgorithmIdentifier::Es384),
        (-257, CoseAlgorithmIdentifier::Rs256),
    ];
    let offered = settings.algorithms.as_deref().unwrap_or_default();
    let others = all.into_iter().filter(|(id, _)| !offered.contains(id));
    others.fold(CoseAlgorithmIdentifiers::ALL, |offered, (_, algorithm)| offered.remove(algorithm))
}

fn register(request: &Request, handle: Option<&[u8]>) -> Result<Stored, Stopped> {
    let settings = &request.relying_party;
    let rp_id = rp_id(settings)?;
    let user = user(handle)?;
    let entity = PublicKeyCredentialUserEntity::from(&user);
    let mut options = PublicKeyCredentialCreationOptions::passkey(&rp_id, entity, Vec::new());
    options.pub_key_cred_params = offered(settings);
    options.authenticator_selection.user_verification = required(settings);
    options.authenticator_selection.resident_key = ResidentKeyRequirement::Preferred;
    options.extensions.cred_protect = CredProtect::None;
    if settings.conditional_create {
        options.mediation = CredentialMediationRequirement::Conditional;
    }
    let own = options.challenge.as_data();
    let Ok((state, _)) = options.start_ceremony() else { return Err(NotAsked("it makes no such options")) };
    let state = state.encode().map_err(|_| NotAsked("no clock"))?;
    let state = replaced(state, own, &request.challenge)?;
    let state = RegistrationServerState::<16>::decode(&state).map_err(|_| NotAsked("its state"))?;
    let verification = RegistrationVerificationOptions::<'_, '_, String, String> {
        allowed_origins: &settings.origins,
        allowed_top_origins: top_origins(settings)?,
        error_on_unsolicited_extensions: false,
        ..RegistrationVerificationOptions::default()
    };
    let registration = Registration::from_json_relaxed(request.response.as_bytes())
        .map_err(|error| Rejected(format!("JSON: {error}")))?;
    let registered =
        state.verify(&rp_id, &registration, &verification).map_err(|error| Rejected(error.to_string()))?;
    let state = registered.static_state().encode().map_err(|never| match never {})?;
    Ok(Stored(registered.id().as_ref().to_vec(), state, registered.dynamic_state()))
}

fn authenticate(request: &Request, stored: &Stored, handle: Option<&[u8]>) -> Result<(), Stopped> {
    let settings = &request.relying_party;
    let rp_id = rp_id(settings)?;
    let user = user(handle)?;
    let Stored(id, state, dynamic) = stored;
    let key = StaticState::<Key>::decode(state.as_slice()).map_err(|_| NotAsked("its own static state"))?;
    let id = CredentialId::<&[u8]>::try_from(id.as_slice()).map_err(|_| NotAsked("its own credential ID"))?;
    let mut credential =
        AuthenticatedCredential::new(id, &user, key, *dynamic).map_err(|_| NotAsked("its own credential"))?;
    let verification = AuthenticationVerificationOptions::<'_, '_, String, String> {
        allowed_origins: &settings.origins,
        allowed_top_origins: top_origins(settings)?,
        backup_requirement: Some(BackupReq::from(dynamic.backup)),
        error_on_unsolicited_extensions: false,
        ..AuthenticationVerificationOptions::default()
    };
    let json = request.response.as_bytes();
    let rejected = |error: &dyn std::fmt::Display| Rejected(error.to_string());
    if request.discoverable {
        let mut options = DiscoverableCredentialRequestOptions::passkey(&rp_id);
        options.0.user_verification = required(settings);
        let own = options.0.challenge.as_data();
        let (state, _) = options.start_ceremony().map_err(|_| NotAsked("it makes no such options"))?;
        let state = replaced(state.encode().map_err(|_| NotAsked("no clock"))?, own, &request.challenge)?;
        let state =
            DiscoverableAuthenticationServerState::decode(&state).map_err(|_| NotAsked("its state"))?;
        let response = DiscoverableAuthentication::<16>::from_json_relaxed(json)
            .map_err(|error| Rejected(format!("JSON: {error}")))?;
        state.verify(&rp_id, &response, &mut credential, &verification).map_err(|error| rejected(&error))?;
    } else {
        let ids = if request.allow.is_empty() {
            vec![id.as_ref().to_vec()]
        } else {
            request.allow.iter().map(|id| id.to_vec()).collect()
        };
        let mut allowed = AllowedCredentials::with_capacity(ids.len());
        for id in ids {
            let id = CredentialId::<Vec<u8>>::try_from(id).map_err(|_| NotAsked("such a credential ID"))?;
            allowed.push(PublicKeyCredentialDescriptor { id, transports: AuthTransports::NONE }.into());
        }
        let options = NonDiscoverableCredentialRequestOptions::second_factor(&rp_id, allowed);
        let mut options = options.map_err(|_| NotAsked("it makes no such options"))?;
        options.options().user_verification = required(settings);
        let own = options.options().challenge.as_data();
        let (state, _) = options.start_ceremony().map_err(|_| NotAsked("it makes no such options"))?;
        let state = replaced(state.encode().map_err(|_| NotAsked("its state"))?, own, &request.challenge)?;
        let state =
            NonDiscoverableAuthenticationServerState::decode(&state).map_err(|_| NotAsked("its state"))?;
        let response = NonDiscoverableAuthentication::<16>::from_json_relaxed(json)
            .map_err(|error| Rejected(format!("JSON: {error}")))?;
        state.verify(&rp_id, &response, &mut credential, &verification).map_err(|error| rejected(&error))?;
    }
    Ok(())
}
