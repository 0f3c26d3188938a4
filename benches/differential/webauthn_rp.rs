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
use xtask::conformance::{Ceremony, Put};

use crate::{
    cases::{Asked, decode},
    peers::Answer,
};

type Key = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// What is stored of a registration: ID, static state as bytes, dynamic state.
struct Stored(Vec<u8>, Vec<u8>, DynamicState);

/// Why there is no verdict, or which one.
enum Stopped {
    NotAsked(&'static str),
    Refused(String),
}

use Stopped::{NotAsked, Refused};

pub fn ask(asked: &Asked) -> Answer {
    let put = &asked.put;
    let outcome = match (put.ceremony, &put.registration, &put.record) {
        (Ceremony::Registration, ..) => {
            register(put, &put.challenge, &put.response, put.user_handle.as_deref()).map(drop)
        }
        (Ceremony::Authentication, Some((challenge, response)), Some(record)) => {
            match register(put, challenge, response, Some(&record.user_handle)) {
                Ok(stored) => authenticate(put, &stored, &record.user_handle),
                Err(_) => Err(NotAsked("it refuses the registration before")),
            }
        }
        _ => Err(NotAsked("the stored credential comes without a registration")),
    };
    match outcome {
        Ok(()) => Answer::Accepted,
        Err(NotAsked(why)) => Answer::NotAsked(why),
        Err(Refused(reason)) => Answer::Refused(reason),
    }
}

fn user(handle: Option<&str>) -> Result<UserHandle<16>, Stopped> {
    let handle = handle.map(decode).unwrap_or_else(|| vec![1; 16]);
    <[u8; 16]>::try_from(handle)
        .map(UserHandle::from)
        .map_err(|_| NotAsked("its user handle here has 16 bytes"))
}

/// The state's bytes with the challenge of the case.
fn replaced(mut state: Vec<u8>, own: u128, challenge: &str) -> Result<Vec<u8>, Stopped> {
    let challenge = decode(challenge);
    let own = own.to_le_bytes();
    let at = state.windows(16).position(|window| window == own);
    match at {
        Some(at) if challenge.len() == 16 => {
            state[at..at + 16].copy_from_slice(&challenge);
            Ok(state)
        }
        _ => Err(NotAsked("its challenges have 16 bytes")),
    }
}

fn rp_id(put: &Put) -> Result<RpId, Stopped> {
    let domain = AsciiDomain::try_from(put.rp_id.clone()).map_err(|_| NotAsked("its RP ID is a domain"))?;
    Ok(RpId::Domain(domain))
}

fn top_origins(put: &Put) -> Result<Option<&[String]>, Stopped> {
    match (&put.top_origins, put.cross_origin) {
        (_, false) => Ok(None),
        (Some(list), true) => Ok(Some(list)),
        (None, true) => Err(NotAsked("it has no words for any top origin")),
    }
}

fn required(put: &Put) -> UserVerificationRequirement {
    match put.user_verification {
        "required" => UserVerificationRequirement::Required,
        "discouraged" => UserVerificationRequirement::Discouraged,
        _ => UserVerificationRequirement::Preferred,
    }
}

fn offered(put: &Put) -> CoseAlgorithmIdentifiers {
    let all = [
        (-8, CoseAlgorithmIdentifier::Eddsa),
        (-7, CoseAlgorithmIdentifier::Es256),
        (-35, CoseAlgorithmIdentifier::Es384),
        (-257, CoseAlgorithmIdentifier::Rs256),
    ];
    let refused = all.into_iter().filter(|(id, _)| !put.algorithms.contains(id));
    refused.fold(CoseAlgorithmIdentifiers::ALL, |offered, (_, algorithm)| offered.remove(algorithm))
}

fn register(put: &Put, challenge: &str, response: &str, handle: Option<&str>) -> Result<Stored, Stopped> {
    let rp_id = rp_id(put)?;
    let user = user(handle)?;
    let entity = PublicKeyCredentialUserEntity::from(&user);
    let mut options = PublicKeyCredentialCreationOptions::passkey(&rp_id, entity, Vec::new());
    options.pub_key_cred_params = offered(put);
    options.authenticator_selection.user_verification = required(put);
    options.authenticator_selection.resident_key = ResidentKeyRequirement::Preferred;
    options.extensions.cred_protect = CredProtect::None;
    if put.conditional {
        options.mediation = CredentialMediationRequirement::Conditional;
    }
    let own = options.challenge.as_data();
    let Ok((state, _)) = options.start_ceremony() else { return Err(NotAsked("it makes no such options")) };
    let state = state.encode().map_err(|_| NotAsked("no clock"))?;
    let state = replaced(state, own, challenge)?;
    let state = RegistrationServerState::<16>::decode(&state).map_err(|_| NotAsked("its state"))?;
    let verification = RegistrationVerificationOptions::<'_, '_, String, String> {
        allowed_origins: &put.origins,
        allowed_top_origins: top_origins(put)?,
        error_on_unsolicited_extensions: false,
        ..RegistrationVerificationOptions::default()
    };
    let registration = Registration::from_json_relaxed(response.as_bytes())
        .map_err(|error| Refused(format!("JSON: {error}")))?;
    let registered =
        state.verify(&rp_id, &registration, &verification).map_err(|error| Refused(error.to_string()))?;
    let state = registered.static_state().encode().map_err(|never| match never {})?;
    Ok(Stored(registered.id().as_ref().to_vec(), state, registered.dynamic_state()))
}

fn authenticate(put: &Put, stored: &Stored, handle: &str) -> Result<(), Stopped> {
    let rp_id = rp_id(put)?;
    let user = user(Some(handle))?;
    let Stored(id, state, dynamic) = stored;
    let key = StaticState::<Key>::decode(state.as_slice()).map_err(|_| NotAsked("its own static state"))?;
    let id = CredentialId::<&[u8]>::try_from(id.as_slice()).map_err(|_| NotAsked("its own credential ID"))?;
    let mut credential =
        AuthenticatedCredential::new(id, &user, key, *dynamic).map_err(|_| NotAsked("its own credential"))?;
    let verification = AuthenticationVerificationOptions::<'_, '_, String, String> {
        allowed_origins: &put.origins,
        allowed_top_origins: top_origins(put)?,
        backup_requirement: Some(BackupReq::from(dynamic.backup)),
        error_on_unsolicited_extensions: false,
        ..AuthenticationVerificationOptions::default()
    };
    let json = put.response.as_bytes();
    let refused = |error: &dyn std::fmt::Display| Refused(error.to_string());
    if put.discoverable {
        let mut options = DiscoverableCredentialRequestOptions::passkey(&rp_id);
        options.0.user_verification = required(put);
        let own = options.0.challenge.as_data();
        let (state, _) = options.start_ceremony().map_err(|_| NotAsked("it makes no such options"))?;
        let state = replaced(state.encode().map_err(|_| NotAsked("no clock"))?, own, &put.challenge)?;
        let state =
            DiscoverableAuthenticationServerState::decode(&state).map_err(|_| NotAsked("its state"))?;
        let response = DiscoverableAuthentication::<16>::from_json_relaxed(json)
            .map_err(|error| Refused(format!("JSON: {error}")))?;
        state.verify(&rp_id, &response, &mut credential, &verification).map_err(|error| refused(&error))?;
    } else {
        let ids = if put.allow.is_empty() {
            vec![id.as_ref().to_vec()]
        } else {
            put.allow.iter().map(|id| decode(id)).collect()
        };
        let mut allowed = AllowedCredentials::with_capacity(ids.len());
        for id in ids {
            let id = CredentialId::<Vec<u8>>::try_from(id).map_err(|_| NotAsked("such a credential ID"))?;
            allowed.push(PublicKeyCredentialDescriptor { id, transports: AuthTransports::NONE }.into());
        }
        let options = NonDiscoverableCredentialRequestOptions::second_factor(&rp_id, allowed);
        let mut options = options.map_err(|_| NotAsked("it makes no such options"))?;
        options.options().user_verification = required(put);
        let own = options.options().challenge.as_data();
        let (state, _) = options.start_ceremony().map_err(|_| NotAsked("it makes no such options"))?;
        let state = replaced(state.encode().map_err(|_| NotAsked("its state"))?, own, &put.challenge)?;
        let state =
            NonDiscoverableAuthenticationServerState::decode(&state).map_err(|_| NotAsked("its state"))?;
        let response = NonDiscoverableAuthentication::<16>::from_json_relaxed(json)
            .map_err(|error| Refused(format!("JSON: {error}")))?;
        state.verify(&rp_id, &response, &mut credential, &verification).map_err(|error| refused(&error))?;
    }
    Ok(())
}
