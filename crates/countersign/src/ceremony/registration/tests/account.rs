//! Which account a credential comes into, and by whose policy.

use super::*;

#[test]
fn rule_298_a_credential_comes_into_the_account_that_the_state_names() {
    let rp = rp().build().unwrap();
    for byte in [7, 8] {
        let user = handle(byte);
        let state = registration_state_of(&rp, CHALLENGE, user.clone(), Asking::Modal);
        // Whatever the response says of an account.
        let mut create = create();
        create.more = json!({"userHandle": base64url::encode([9; 16])});
        create.client_data["user"] = json!("mallory");
        let status = CredentialIdStatus::Unregistered;
        let registered = rp.finish_registration(state, &create.response(), status, NOW).unwrap();
        assert_eq!(registered.credential().user_handle(), &user);
    }
}

#[test]
fn rule_306_the_client_has_no_say_in_the_policy() {
    let said = json!({
        "userVerification": "discouraged", "attestation": "none", "mediation": "conditional",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    });
    let with = |flags| {
        let mut create = create();
        create.client_data.as_object_mut().unwrap().append(said.clone().as_object_mut().unwrap());
        Create { flags, more: said.clone(), extension_results: said.clone(), ..create }
    };
    let verified = || rp().policy(Policy::passkeys());
    let _ = with(UP | UV | AT).finish(verified()).unwrap();
    let error = with(UP | AT).finish(verified()).unwrap_err();
    assert_eq!(error.code(), Code::UserNotVerified);
    let error = with(AT).finish(rp()).unwrap_err();
    assert_eq!(error.code(), Code::UserNotPresent);
    let error =
        with(UP | UV | AT).finish(rp().policy(policy().with_algorithms([Algorithm::Rs256]))).unwrap_err();
    assert_eq!(error.code(), Code::AlgorithmNotAllowed);
}
