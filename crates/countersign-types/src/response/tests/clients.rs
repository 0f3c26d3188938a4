//! What clients and pages fill in otherwise: copies of parts of the attestation object, and an envelope of their own.

use super::*;

#[test]
fn rule_017_018_unreadable_copies_are_accepted() {
    let with = |name: &str, value: Value| {
        register(with(registration(), &format!("/response/{name}"), value)).unwrap()
    };
    assert!(!register(registration().to_string()).unwrap().has_unreadable_copies());
    for other in [json!("AQ="), json!("+"), json!(1), json!(true), json!([1]), json!({"0": 1})] {
        let response = with("authenticatorData", other.clone());
        assert_eq!(
            (response.authenticator_data(), response.has_unreadable_copies()),
            (None, true),
            "{other}"
        );
        let response = with("publicKey", other.clone());
        assert_eq!((response.public_key(), response.has_unreadable_copies()), (None, true), "{other}");
        // What was read comes back from its JSON.
        let text = serde_json::to_string(&response).unwrap();
        assert_eq!(register(text).unwrap(), response);
    }
    let empty = with("publicKey", json!(""));
    assert_eq!((empty.public_key(), empty.has_unreadable_copies()), (Some(&[][..]), false));
    let algorithm = |value: Value| with("publicKeyAlgorithm", value);
    assert_eq!(algorithm(json!(i64::MIN)).public_key_algorithm().unwrap().0, i64::MIN);
    for other in [json!("-7"), json!(-7.5), json!(u64::MAX), json!([-7]), json!({}), json!(false)] {
        let response = algorithm(other.clone());
        assert_eq!(
            (response.public_key_algorithm(), response.has_unreadable_copies()),
            (None, true),
            "{other}"
        );
    }
}

#[test]
fn an_envelope_around_the_response_is_reported_instead_of_a_missing_id() {
    for (value, parse) in ceremonies() {
        let enveloped = json!({"ceremony": "AQI", "response": value});
        assert_eq!(parse(enveloped.to_string().as_bytes()), Err(ResponseError::Enveloped));
        // Without an `id` anywhere it is no envelope.
        let text = without(enveloped, "/response/id");
        assert_malformed(parse(text.as_bytes()), "id", MemberErrorKind::Missing);
    }
    assert_eq!(
        ResponseError::Enveloped.to_string(),
        "response member `id` is missing, and `response` has one: is this the envelope? pass `response`"
    );
    assert_eq!(ResponseError::Enveloped.code(), Code::ResponseMalformed);
}
