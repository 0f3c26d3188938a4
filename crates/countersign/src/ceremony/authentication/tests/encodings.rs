//! A value that differs only in its encoding is rejected by the same code, with a message that says so.

use countersign_types::UserHandle;

use super::*;
use crate::report::{encoding::HandleEncoding, error::ErrorKind};

fn of(text: impl AsRef<[u8]>) -> UserHandle {
    UserHandle::new(text.as_ref()).unwrap()
}

fn fault_of(received: UserHandle, stored: UserHandle) -> ErrorKind {
    let rp = rp().build().unwrap();
    let record = record().with_user_handle(stored);
    let get = Get { user_handle: Some(received), ..get() };
    let state = authentication_state(&rp, None);
    let error = rp.finish_authentication(state, &get.response(), &record, NOW).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::UserHandleMismatch, Step::User.into()));
    error.kind().clone()
}

#[test]
fn rule_291_a_user_handle_in_another_encoding_is_rejected_with_that_reason() {
    let bytes = [0xfb, 0xff, 0xfe, 1];
    for (received, stored, expected) in [
        (of("-__-AQ"), of(bytes), HandleEncoding::ReceivedAsText),
        (of("-__-AQ=="), of(bytes), HandleEncoding::ReceivedAsText),
        (of("+//+AQ=="), of(bytes), HandleEncoding::ReceivedAsText),
        (of(bytes), of("-__-AQ"), HandleEncoding::StoredAsText),
        (of("-__-AQ=="), of("-__-AQ"), HandleEncoding::Padding),
        (of("-__-AQ"), of("-__-AQ=="), HandleEncoding::Padding),
    ] {
        let fault = fault_of(received, stored);
        assert_eq!(fault, ErrorKind::UserHandleEncoding(expected));
        assert!(fault.to_string().contains("store"), "{fault}");
    }
    for (received, stored) in [(of("-__-AR"), of(bytes)), (of(bytes), of([1]))] {
        assert_eq!(fault_of(received, stored), ErrorKind::UserHandleMismatch);
    }
    // With the user identified before, too.
    let again = Get { user_handle: Some(of(base64url::encode(handle(7)))), ..get() };
    let error = finish(&again, Some(&record()), rp()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::UserHandleEncoding(HandleEncoding::ReceivedAsText));
}

#[test]
fn rule_031_a_challenge_in_another_encoding_is_rejected_with_that_reason() {
    let once = base64url::encode(CHALLENGE);
    for (challenge, is_encoding) in [
        (format!("{once}="), true),
        (base64url::encode(&once), true),
        (base64url::encode([9; 32]), false),
        (String::new(), false),
    ] {
        let error =
            finish(&with_client_data("challenge", json!(challenge)), Some(&record()), rp()).unwrap_err();
        assert_eq!((error.code(), error.step()), (Code::ChallengeMismatch, Step::Challenge.into()));
        assert_eq!(*error.kind() == ErrorKind::ChallengeEncoding, is_encoding, "{challenge}: {error}");
    }
}

#[test]
fn messages_say_what_is_wrong_and_what_to_do() {
    for (fault, said) in [
        (ErrorKind::UserHandleMissing, "takes a user name first"),
        (ErrorKind::BackupEligibilityChanged { registered: false }, "which the policy can accept"),
        (ErrorKind::BackupEligibilityChanged { registered: true }, "which no policy accepts"),
        (ErrorKind::Policy(crate::report::policy_error::PolicyErrorKind::NotDiscoverable), "rk: false"),
    ] {
        let text = fault.to_string();
        assert!(text.contains(said) && text.len() < 200 && !text.contains("  "), "{text}");
    }
}
