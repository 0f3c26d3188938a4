//! What a caller can't get wrong.

use super::*;

/// One response for each of its parts that a step can reject.
fn failing() -> Vec<Get> {
    vec![
        with_client_data("type", json!("webauthn.create")),
        with_client_data("challenge", json!(base64url::encode([9; 32]))),
        with_client_data("origin", json!("https://example.net")),
        Get { rp_id: "example.net".into(), ..get() },
        Get { flags: 0, ..get() },
        Get { flags: UP | BS, ..get() },
        Get { key: signing_key(9), ..get() },
        Get { sign_count: 5, ..get() },
        Get { user_handle: Some(handle(8)), ..get() },
        Get { id: vec![0x1e; 16], ..get() },
        Get { trailing: vec![0], ..get() },
    ]
}

#[test]
fn rule_303_a_failed_authentication_changes_no_record() {
    let stored = record();
    for get in failing() {
        finish(&get, Some(&stored), rp()).unwrap_err();
        assert_eq!(stored, record());
    }
    // A success changes none either: the update is the caller's to apply.
    let authenticated = finish(&get(), Some(&stored), rp()).unwrap();
    assert_eq!(stored, record());
    let mut updated = stored.clone();
    updated.apply(authenticated.update()).unwrap();
    assert_ne!(updated, stored);
}

/// That the result can't be dropped unseen is shown by the examples of [`Authenticated`], one of which must not compile.
#[test]
fn rule_308_only_an_accepted_response_identifies_the_user() {
    for get in failing() {
        let rp = rp().build().unwrap();
        let state = authentication_state(&rp, Some(handle(7)));
        let result = rp.finish_authentication(state, &get.response(), &record(), NOW);
        assert!(result.is_err());
    }
    assert_eq!(finish(&get(), Some(&record()), rp()).unwrap().user_handle(), &handle(7));
}

#[test]
fn rule_306_the_client_does_not_influence_the_policy() {
    let rp = || rp().policy(crate::relying_party::policy::Policy::passkeys());
    let said = json!({"userVerification": "discouraged", "mediation": "conditional"});
    let mut get = Get { flags: UP, extension_results: said.clone(), ..get() };
    get.client_data["userVerification"] = json!("discouraged");
    refused_with(&get, &record(), rp(), Code::UserNotVerified, Step::UserVerified);
    let _ = finish(&Get { flags: UP | UV, ..get }, Some(&record()), rp()).unwrap();
}

/// An error goes into logs and terminals, and the response is the attacker's.
#[test]
fn a_message_is_one_line_for_any_response() {
    let forged = "https://example.net\n2026-11-29 INFO signed in as root\u{1b}[2J\u{202e}";
    let error = finish(&with_client_data("origin", json!(forged)), Some(&record()), rp()).unwrap_err();
    assert_eq!(error.code(), Code::OriginMismatch);
    let message = error.to_string();
    assert!(message.contains("https://example.net"), "{message}");
    assert!(!message.chars().any(|c| c.is_control() || c == '\u{202e}'), "{message}");
}
