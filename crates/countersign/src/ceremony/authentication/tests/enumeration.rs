//! What a stranger learns from a rejection if an authentication starts with a user name
//! ([section 14.6.2](https://www.w3.org/TR/webauthn-3/#sctn-username-enumeration)).

use super::*;
use crate::lifecycle::decoys::{DecoyKey, Decoys};

/// The responses that can be sent without the credential's private key.
fn forged() -> Vec<Get> {
    let forged = Get { key: signing_key(9), ..get() };
    let with = |name: &str, value: serde_json::Value| {
        let mut get = forged.clone();
        get.client_data[name] = value;
        get
    };
    vec![
        forged.clone(),
        with("type", json!("webauthn.create")),
        with("type", json!(1)),
        with("challenge", json!(base64url::encode([9; 32]))),
        with("origin", json!("https://example.net")),
        with("crossOrigin", json!(true)),
        with("topOrigin", json!("https://example.net")),
        Get { rp_id: "example.net".into(), ..forged.clone() },
        Get { rp_id: APPID.into(), extension_results: json!({"appid": true}), ..forged.clone() },
        Get { extension_results: json!({"appid": 1}), ..forged.clone() },
        Get { extension_results: json!({"prf": {"enabled": true}}), ..forged.clone() },
        Get { flags: 0, ..forged.clone() },
        Get { flags: UP, ..forged.clone() },
        Get { flags: UP | UV | BS, ..forged.clone() },
        Get { flags: UP | UV | BE, ..forged.clone() },
        Get { trailing: vec![0], ..forged.clone() },
        Get { sign_count: 0, ..forged.clone() },
        Get { user_handle: None, ..forged.clone() },
        Get { user_handle: Some(handle(8)), ..forged.clone() },
        Get { id: vec![0x1e; 16], ..forged },
    ]
}

fn strict() -> RelyingPartyBuilder {
    rp().appid(APPID).policy(crate::relying_party::policy::Policy::passkeys())
}

#[test]
fn rule_307_a_forged_response_for_a_real_name_is_rejected_like_one_for_an_unknown_name() {
    let rp = strict().build().unwrap();
    let decoy = Decoys::new(DecoyKey::new(&[0x5e; 32]).unwrap()).account(&rp, "nobody");
    let refused = |user: &UserHandle, id: &[u8], get: &Get, record: Option<&CredentialRecord>| {
        let id = CredentialId::new(id).unwrap();
        let state = authentication_state(&rp, Some(user.clone()));
        let finished = rp.finish_authentication(state.with_allowed([id]), &get.response(), record, NOW);
        finished.unwrap_err()
    };
    for get in forged() {
        let real = refused(&handle(7), &[0x1d; 16], &get, Some(&record()));
        // The decoy's own ID instead of the real one.
        let decoy_id = decoy.credentials()[0].id.as_bytes();
        let id = if get.id == [0x1d; 16] { decoy_id.to_vec() } else { get.id.clone() };
        let unknown = refused(decoy.user_handle(), decoy_id, &Get { id, ..get.clone() }, None);
        assert_eq!(real.public_code(), unknown.public_code(), "{real}; {unknown}");
        assert_ne!(unknown.public_code(), Code::CredentialUnknown);
    }
}

#[test]
fn rule_307_a_removed_credential_is_rejected_like_one_with_a_wrong_signature() {
    let rp = strict().build().unwrap();
    let refused = |get: &Get, record: Option<&CredentialRecord>| {
        let state = authentication_state(&rp, Some(handle(7)));
        rp.finish_authentication(state, &get.response(), record, NOW).unwrap_err()
    };
    for get in forged() {
        let (there, gone) = (refused(&get, Some(&record())), refused(&get, None));
        assert_eq!(there.public_code(), Code::SignatureInvalid, "{there}");
        assert_eq!(gone.public_code(), Code::SignatureInvalid, "{gone}");
    }
}

#[test]
fn the_holder_of_the_key_and_a_late_user_learn_the_reason() {
    let replayed = Get { sign_count: 5, ..get() };
    let error = finish(&replayed, Some(&record()), rp()).unwrap_err();
    assert_eq!(error.public_code(), Code::SignCountNotIncreased);
    let rp = rp().build().unwrap();
    let state = authentication_state(&rp, Some(handle(7)));
    let error = rp.finish_authentication(state, &get().response(), None, NOW.plus_seconds(3600)).unwrap_err();
    assert_eq!(error.public_code(), Code::ChallengeExpired);
}
