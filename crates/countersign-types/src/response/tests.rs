//! Rules 1 to 16, 19 and 21: the form of the response's JSON.
//!
//! Over 600 lines: each rule is tried on the members of both ceremonies, by the same few helpers.

use alloc::string::{String, ToString};
use alloc::{format, vec, vec::Vec};

use serde_json::{Value, json};

use super::*;
use crate::{code::Code, enumerations::Transport, identifiers::UserHandle};

mod clients;

fn registration() -> Value {
    json!({
        "id": "-_8",
        "rawId": "-_8",
        "type": "public-key",
        "authenticatorAttachment": "cross-platform",
        "clientExtensionResults": {"credProps": {"rk": true}},
        "response": {
            "clientDataJSON": "e30",
            "attestationObject": "oA",
            "authenticatorData": "AQ",
            "transports": ["usb", "pigeon"],
            "publicKey": "MAA",
            "publicKeyAlgorithm": -7,
        },
    })
}

fn authentication() -> Value {
    json!({
        "id": "-_8",
        "rawId": "-_8",
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "clientExtensionResults": {"appid": false},
        "response": {
            "clientDataJSON": "e30",
            "authenticatorData": "AQ",
            "signature": "MAA",
            "userHandle": "Bwc",
        },
    })
}

fn register(text: impl AsRef<[u8]>) -> Result<RegistrationResponse, ResponseError> {
    RegistrationResponse::from_json(text.as_ref())
}

fn authenticate(text: impl AsRef<[u8]>) -> Result<AuthenticationResponse, ResponseError> {
    AuthenticationResponse::from_json(text.as_ref())
}

/// What both ceremonies' parsers say of a text; each test has the same for both.
type Parse = fn(&[u8]) -> Result<(), ResponseError>;

fn ceremonies() -> [(Value, Parse); 2] {
    let ceremonies: [(Value, Parse); 2] = [
        (registration(), |text| register(text).map(drop)),
        (authentication(), |text| authenticate(text).map(drop)),
    ];
    for (value, parse) in &ceremonies {
        parse(value.to_string().as_bytes()).unwrap();
    }
    ceremonies
}

/// `value` with the member at `path` (`/response/signature`) replaced.
fn with(mut value: Value, path: &str, member: Value) -> String {
    let (parent, name) = path.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap()[name] = member;
    value.to_string()
}

fn without(mut value: Value, path: &str) -> String {
    let (parent, name) = path.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    value.to_string()
}

fn malformed(member: &'static str, kind: MemberErrorKind) -> ResponseError {
    ResponseError::Malformed { member, kind }
}

#[track_caller]
fn assert_malformed<T: core::fmt::Debug>(
    got: Result<T, ResponseError>,
    member: &'static str,
    kind: MemberErrorKind,
) {
    let error = got.unwrap_err();
    assert_eq!(error, malformed(member, kind));
    assert_eq!(error.code(), Code::ResponseMalformed);
}

/// Asserts that a required base64url member is rejected if it is absent or not such text.
fn assert_required_bytes(value: &Value, parse: Parse, path: &str, member: &'static str) {
    assert_malformed(parse(without(value.clone(), path).as_bytes()), member, MemberErrorKind::Missing);
    for (other, kind) in [
        (json!(null), MemberErrorKind::Missing),
        (json!(7), MemberErrorKind::WrongType),
        (json!([255]), MemberErrorKind::WrongType),
        (json!({"0": 255}), MemberErrorKind::WrongType),
        (json!("*"), MemberErrorKind::NotBase64Url),
    ] {
        assert_malformed(parse(with(value.clone(), path, other).as_bytes()), member, kind);
    }
}

#[test]
fn a_registration_response_returns_its_members() {
    let response = register(registration().to_string()).unwrap();
    assert_eq!(response.credential_id().as_bytes(), [0xfb, 0xff]);
    assert_eq!(response.client_data_json(), b"{}");
    assert_eq!(response.attestation_object(), [0xa0]);
    assert_eq!(response.authenticator_data(), Some([1].as_slice()));
    assert_eq!(response.transports(), [Transport::Usb, Transport::Unknown("pigeon".into())]);
    assert_eq!(response.public_key(), Some([0x30, 0].as_slice()));
    assert_eq!(response.public_key_algorithm().unwrap().0, -7);
    assert_eq!(response.authenticator_attachment().unwrap().as_str(), "cross-platform");
    assert_eq!(response.client_extension_results().cred_props().unwrap().unwrap().rk, Some(true));
}

#[test]
fn an_authentication_response_returns_its_members() {
    let response = authenticate(authentication().to_string()).unwrap();
    assert_eq!(response.credential_id().as_bytes(), [0xfb, 0xff]);
    assert_eq!(response.client_data_json(), b"{}");
    assert_eq!(response.authenticator_data(), [1]);
    assert_eq!(response.signature(), [0x30, 0]);
    assert_eq!(response.user_handle(), UserHandle::new([7, 7]).as_ref());
    assert_eq!(response.authenticator_attachment().unwrap().as_str(), "platform");
    assert_eq!(response.client_extension_results().appid(), Ok(Some(false)));
}

#[test]
fn responses_survive_a_round_trip_through_serde() {
    let response: RegistrationResponse = serde_json::from_value(registration()).unwrap();
    assert_eq!(serde_json::to_value(&response).unwrap(), registration());
    let mut without = registration();
    let members = without["response"].as_object_mut().unwrap();
    for name in ["authenticatorData", "publicKey", "publicKeyAlgorithm"] {
        assert!(members.remove(name).is_some(), "{name}");
    }
    let response: RegistrationResponse = serde_json::from_value(without.clone()).unwrap();
    assert_eq!(serde_json::to_value(&response).unwrap(), without);
    let response: AuthenticationResponse = serde_json::from_value(authentication()).unwrap();
    assert_eq!(serde_json::to_value(&response).unwrap(), authentication());
}

#[test]
fn a_buffer_is_reused_and_its_content_discarded() {
    let signed_with = |length: usize| {
        let signature = json!(crate::base64url::encode(vec![7; length]));
        with(authentication(), "/response/signature", signature)
    };
    let mut buffer = vec![9; 10_000];
    for length in [0, 100, 5000, 10] {
        let (start, text) = (buffer.as_ptr(), signed_with(length));
        let response = AuthenticationResponse::from_json_in(text.as_bytes(), buffer).unwrap();
        assert_eq!(response, authenticate(&text).unwrap());
        assert_eq!(response.signature(), vec![7; length]);
        buffer = response.into_buffer();
        assert_eq!(buffer.as_ptr(), start, "nothing was allocated");
    }
    let text = registration().to_string();
    let start = buffer.as_ptr();
    let response = RegistrationResponse::from_json_in(text.as_bytes(), buffer).unwrap();
    assert_eq!(response, register(&text).unwrap());
    let buffer = response.into_buffer();
    assert_eq!(buffer.as_ptr(), start);
}

#[test]
fn a_new_buffer_has_room_for_every_member() {
    for length in 0..200 {
        let signature = json!(crate::base64url::encode(vec![7; length]));
        let text = with(authentication(), "/response/signature", signature);
        let capacity = crate::base64url::decoded_estimate(text.len());
        let buffer = Vec::with_capacity(capacity);
        let start = buffer.as_ptr();
        let response = AuthenticationResponse::from_json_in(text.as_bytes(), buffer).unwrap();
        let buffer = response.into_buffer();
        assert_eq!(buffer.as_ptr(), start);
    }
}

#[test]
fn debug_text_shows_no_signed_bytes() {
    let response = authenticate(authentication().to_string()).unwrap();
    assert_eq!(
        format!("{response:?}"),
        "AuthenticationResponse { envelope: Envelope { credential_id: CredentialId(-_8), \
         authenticator_attachment: Some(Platform), client_extension_results: ClientExtensionOutputs{\"appid\"} }, \
         user_handle: Some(UserHandle(Bwc)), .. }"
    );
    let response = register(registration().to_string()).unwrap();
    let text = format!("{response:?}");
    assert!(text.starts_with("RegistrationResponse { envelope: ") && !text.contains("bytes"), "{text}");
}

#[test]
fn absent_and_null_optional_members_are_the_same() {
    let optional = [
        "/authenticatorAttachment",
        "/clientExtensionResults",
        "/response/authenticatorData",
        "/response/transports",
        "/response/publicKey",
        "/response/publicKeyAlgorithm",
    ];
    for path in optional {
        let absent = register(without(registration(), path)).unwrap();
        assert_eq!(absent, register(with(registration(), path, Value::Null)).unwrap(), "{path}");
        assert_ne!(absent, register(registration().to_string()).unwrap(), "{path}");
    }
    for path in ["/authenticatorAttachment", "/clientExtensionResults", "/response/userHandle"] {
        let absent = authenticate(without(authentication(), path)).unwrap();
        assert_eq!(absent, authenticate(with(authentication(), path, Value::Null)).unwrap(), "{path}");
    }
}

#[test]
fn unknown_members_pass_and_so_do_their_duplicates() {
    for (value, parse) in ceremonies() {
        let text = value.to_string();
        for unknown in [r#""ID":"AA","#, r#""future":1,"future":[{"id":{}}],"#, r#""":null,"#] {
            parse(text.replacen('{', &format!("{{{unknown}"), 1).as_bytes()).unwrap();
            let inside = text.replacen(r#""response":{"#, &format!(r#""response":{{{unknown}"#), 1);
            assert_ne!(inside, text);
            parse(inside.as_bytes()).unwrap();
        }
    }
}

#[test]
fn rule_001_a_body_that_is_not_one_complete_json_object_is_rejected() {
    for (value, parse) in ceremonies() {
        let text = value.to_string();
        parse(format!(" \t\r\n{text}\n ").as_bytes()).unwrap();
        for other in ["null", "\"{}\"", "7", "true", "[]", "[{}]", &format!("[{text}]")] {
            let error = parse(other.as_bytes()).unwrap_err();
            assert_eq!(error, ResponseError::NotObject, "{other}");
            assert_eq!(error.code(), Code::ResponseMalformed);
        }
        let end = text.len() - 1;
        let trailing = ["{}", "x", ",", "\0", "null"].map(|tail| format!("{text}{tail}"));
        for other in ["", " ", "{", &text[..end], &text[1..]].map(ToString::to_string).iter().chain(&trailing)
        {
            let error = parse(other.as_bytes()).unwrap_err();
            assert!(matches!(error, ResponseError::NotJson { .. }), "{other}: {error}");
            assert_eq!(error.code(), Code::ResponseMalformed);
        }
    }
}

#[test]
fn rule_001_an_array_of_members_is_rejected() {
    let array = json!(["-_8", "-_8", {}, null, {}, "public-key"]).to_string();
    assert_eq!(register(&array).unwrap_err(), ResponseError::NotObject);
    let response = json!(["e30", "AQ", "MAA", null]);
    let text = with(authentication(), "/response", response);
    assert_malformed(authenticate(text), "response", MemberErrorKind::WrongType);
}

#[test]
fn rule_001_bytes_that_are_not_utf_8_are_rejected() {
    for (value, parse) in ceremonies() {
        let text = value.to_string().replacen('{', r#"{"future":"é","#, 1).into_bytes();
        parse(&text).unwrap();
        let position = text.iter().position(|byte| *byte == 0xc3).unwrap();
        let latin: Vec<u8> = text.iter().copied().filter(|byte| *byte != 0xc3).collect();
        let error = parse(&latin).unwrap_err();
        assert_eq!(error, ResponseError::NotUtf8 { position });
        assert_eq!(error.code(), Code::ResponseMalformed);
    }
}

#[test]
fn rule_002_an_id_that_is_missing_or_empty_is_rejected() {
    for (value, parse) in ceremonies() {
        assert_malformed(parse(without(value.clone(), "/id").as_bytes()), "id", MemberErrorKind::Missing);
        assert_malformed(
            parse(with(value.clone(), "/id", json!(null)).as_bytes()),
            "id",
            MemberErrorKind::Missing,
        );
        assert_malformed(parse(with(value, "/id", json!("")).as_bytes()), "id", MemberErrorKind::Empty);
    }
}

#[test]
fn rule_003_a_raw_id_that_is_missing_is_rejected() {
    for (value, parse) in ceremonies() {
        assert_required_bytes(&value, parse, "/rawId", "rawId");
        assert_malformed(parse(with(value, "/rawId", json!("")).as_bytes()), "rawId", MemberErrorKind::Empty);
    }
}

#[test]
fn rule_004_an_id_that_is_not_base64url_is_rejected() {
    for (value, parse) in ceremonies() {
        assert_required_bytes(&value, parse, "/id", "id");
    }
}

#[test]
fn rule_005_an_id_of_other_bytes_than_the_raw_id_is_a_mismatch() {
    for (value, parse) in ceremonies() {
        for path in ["/id", "/rawId"] {
            for other in ["-_4", "-_8A", "-w"] {
                let error = parse(with(value.clone(), path, json!(other)).as_bytes()).unwrap_err();
                assert_eq!(error, ResponseError::IdMismatch);
                assert_eq!(error.code(), Code::CredentialIdMismatch);
            }
        }
    }
}

#[test]
fn rule_005_ids_with_escapes_are_compared_as_bytes() {
    for (value, parse) in ceremonies() {
        let text = value.to_string().replace(r#""id":"-_8""#, r#""id":"-\u005f8""#);
        assert_ne!(text, value.to_string());
        parse(text.as_bytes()).unwrap();
    }
}

#[test]
fn rule_006_a_type_that_is_not_exactly_public_key_is_rejected() {
    for (value, parse) in ceremonies() {
        for (other, kind) in [
            (json!("password"), MemberErrorKind::NotPublicKey),
            (json!("Public-Key"), MemberErrorKind::NotPublicKey),
            (json!("public-key "), MemberErrorKind::NotPublicKey),
            (json!(""), MemberErrorKind::NotPublicKey),
            (json!(1), MemberErrorKind::WrongType),
            (json!(["public-key"]), MemberErrorKind::WrongType),
            (json!(null), MemberErrorKind::Missing),
        ] {
            assert_malformed(parse(with(value.clone(), "/type", other).as_bytes()), "type", kind);
        }
        assert_malformed(parse(without(value, "/type").as_bytes()), "type", MemberErrorKind::Missing);
    }
}

#[test]
fn rule_007_a_missing_response_or_one_of_the_other_ceremony_is_rejected() {
    for (value, parse) in ceremonies() {
        assert_malformed(
            parse(without(value.clone(), "/response").as_bytes()),
            "response",
            MemberErrorKind::Missing,
        );
        for other in [json!("e30"), json!([]), json!(1), json!(true)] {
            let text = with(value.clone(), "/response", other);
            assert_malformed(parse(text.as_bytes()), "response", MemberErrorKind::WrongType);
        }
    }
    assert_malformed(
        register(authentication().to_string()),
        "response.attestationObject",
        MemberErrorKind::Missing,
    );
    assert_malformed(
        authenticate(registration().to_string()),
        "response.signature",
        MemberErrorKind::Missing,
    );
}

#[test]
fn rule_008_client_data_that_is_missing_or_not_base64url_is_rejected() {
    for (value, parse) in ceremonies() {
        assert_required_bytes(&value, parse, "/response/clientDataJSON", "response.clientDataJSON");
    }
}

#[test]
fn rule_009_a_registration_without_attestation_object_is_rejected() {
    let [(value, parse), _] = ceremonies();
    assert_required_bytes(&value, parse, "/response/attestationObject", "response.attestationObject");
}

#[test]
fn rule_010_an_assertion_without_authenticator_data_is_rejected() {
    let [_, (value, parse)] = ceremonies();
    assert_required_bytes(&value, parse, "/response/authenticatorData", "response.authenticatorData");
}

#[test]
fn rule_011_an_assertion_without_signature_is_rejected() {
    let [_, (value, parse)] = ceremonies();
    assert_required_bytes(&value, parse, "/response/signature", "response.signature");
}

#[test]
fn an_empty_signature_is_left_to_its_verification() {
    let response = authenticate(with(authentication(), "/response/signature", json!(""))).unwrap();
    assert!(response.signature().is_empty());
}

#[test]
fn rule_012_a_user_handle_that_is_not_base64url_or_too_long_is_rejected() {
    let handle = |value: Value| authenticate(with(authentication(), "/response/userHandle", value));
    for (other, kind) in [
        (json!("*"), MemberErrorKind::NotBase64Url),
        (json!([7, 7]), MemberErrorKind::WrongType),
        (json!(7), MemberErrorKind::WrongType),
        (json!(crate::base64url::encode([7; 65])), MemberErrorKind::TooLong),
    ] {
        assert_malformed(handle(other), "response.userHandle", kind);
    }
    let longest = handle(json!(crate::base64url::encode([7; 64]))).unwrap();
    assert_eq!(longest.user_handle().unwrap().as_bytes(), [7; 64]);
}

#[test]
fn an_empty_user_handle_is_an_absent_one() {
    let empty = authenticate(with(authentication(), "/response/userHandle", json!(""))).unwrap();
    assert_eq!((empty.user_handle(), empty.has_empty_user_handle()), (None, true));
    let absent = authenticate(without(authentication(), "/response/userHandle")).unwrap();
    assert_eq!((absent.user_handle(), absent.has_empty_user_handle()), (None, false));
    assert!(!authenticate(authentication().to_string()).unwrap().has_empty_user_handle());
}

/// Every member that must hold bytes, by ceremony.
const BYTES: [&[&str]; 2] = [
    &["id", "rawId", "response.clientDataJSON", "response.attestationObject"],
    &[
        "id",
        "rawId",
        "response.clientDataJSON",
        "response.authenticatorData",
        "response.signature",
        "response.userHandle",
    ],
];

fn path(member: &str) -> String {
    format!("/{}", member.replace('.', "/"))
}

#[test]
fn rule_013_padding_white_space_and_the_standard_alphabet_are_rejected_everywhere() {
    for ((value, parse), members) in ceremonies().into_iter().zip(BYTES) {
        for member in members {
            for (text, kind) in [
                ("-_8=", MemberErrorKind::Padded),
                ("+/8=", MemberErrorKind::Padded),
                ("+_8", MemberErrorKind::Base64),
                ("-/8", MemberErrorKind::Base64),
                ("-_ 8", MemberErrorKind::NotBase64Url),
                ("-_8\n", MemberErrorKind::NotBase64Url),
                ("-_8.", MemberErrorKind::NotBase64Url),
                ("-_9=", MemberErrorKind::NotBase64Url),
                ("=-_8", MemberErrorKind::NotBase64Url),
                ("-_é", MemberErrorKind::NotBase64Url),
            ] {
                let text = with(value.clone(), &path(member), json!(text));
                assert_malformed(parse(text.as_bytes()), member, kind);
            }
        }
    }
}

#[test]
fn rule_014_spare_bits_that_are_not_zero_are_rejected_everywhere() {
    for ((value, parse), members) in ceremonies().into_iter().zip(BYTES) {
        for member in members {
            for text in ["-_9", "AB", "A"] {
                let text = with(value.clone(), &path(member), json!(text));
                assert_malformed(parse(text.as_bytes()), member, MemberErrorKind::NotBase64Url);
            }
        }
    }
}

#[test]
fn rule_015_a_known_member_that_occurs_twice_is_rejected() {
    let outside = ["id", "rawId", "type", "response", "authenticatorAttachment", "clientExtensionResults"];
    for ((value, parse), bytes) in ceremonies().into_iter().zip(BYTES) {
        let text = value.to_string();
        for member in outside.iter().copied().chain(bytes[2..].iter().copied()) {
            let (before, name) = match member.split_once('.') {
                None => ("{", member),
                Some((_, name)) => (r#""response":{"#, name),
            };
            let same = value.pointer(&path(member)).unwrap();
            for first in [same.to_string(), "null".to_string()] {
                let twice = text.replacen(before, &format!("{before}\"{name}\":{first},"), 1);
                assert_malformed(parse(twice.as_bytes()), member, MemberErrorKind::Duplicate);
            }
        }
    }
    let escaped = registration().to_string().replacen('{', r#"{"\u0069d":"-_8","#, 1);
    assert_malformed(register(escaped), "id", MemberErrorKind::Duplicate);
}

#[test]
fn rule_017_018_a_duplicate_copy_is_unreadable_and_accepted() {
    let text = registration().to_string();
    assert!(!register(&text).unwrap().has_unreadable_copies());
    for name in ["authenticatorData", "publicKey", "publicKeyAlgorithm"] {
        let value = registration()["response"][name].to_string();
        let twice = text.replacen(r#""response":{"#, &format!(r#""response":{{"{name}":{value},"#), 1);
        assert_ne!(twice, text);
        let response = register(twice).unwrap();
        assert!(response.has_unreadable_copies(), "{name}");
    }
}

#[test]
fn rule_015_extension_results_with_a_name_twice_are_rejected() {
    for (value, parse) in ceremonies() {
        let mut rest = value;
        let results = rest.as_object_mut().unwrap().remove("clientExtensionResults").unwrap().to_string();
        let rest = rest.to_string();
        let text = |results: &str| rest.replacen('{', &format!("{{\"clientExtensionResults\":{results},"), 1);
        parse(text(&results).as_bytes()).unwrap();
        for results in [r#"{"a":1,"a":1}"#, r#"{"a":{"b":[{"c":1,"c":2}]}}"#] {
            assert_malformed(
                parse(text(results).as_bytes()),
                "clientExtensionResults",
                MemberErrorKind::Duplicate,
            );
        }
    }
}

#[test]
fn rule_016_transports_that_are_not_an_array_of_texts_are_rejected() {
    let transports = |value: Value| register(with(registration(), "/response/transports", value));
    assert_eq!(transports(json!([])).unwrap().transports(), []);
    assert_eq!(transports(json!(["usb", "usb"])).unwrap().transports(), [Transport::Usb, Transport::Usb]);
    for other in [
        json!("usb"),
        json!({}),
        json!([1]),
        json!(["usb", null]),
        json!([["usb"], "nfc"]),
        json!(1),
        json!(false),
    ] {
        assert_malformed(transports(other), "response.transports", MemberErrorKind::WrongType);
    }
}

#[test]
fn rule_019_a_text_over_the_limit_is_rejected() {
    for (value, parse) in ceremonies() {
        let mut text = value.to_string();
        text.push_str(&" ".repeat(RESPONSE_JSON_MAX - text.len()));
        parse(text.as_bytes()).unwrap();
        text.push(' ');
        let error = parse(text.as_bytes()).unwrap_err();
        assert_eq!(error, ResponseError::TooLarge { length: RESPONSE_JSON_MAX + 1 });
        assert_eq!(error.code(), Code::ResponseMalformed);
    }
}

#[test]
fn rule_019_too_many_transports_and_too_long_keywords_are_rejected() {
    let transports = |value: Value| register(with(registration(), "/response/transports", value));
    assert_eq!(transports(json!(vec!["x"; TRANSPORTS_MAX])).unwrap().transports().len(), TRANSPORTS_MAX);
    let (longest, longer) = ("x".repeat(KEYWORD_MAX), "x".repeat(KEYWORD_MAX + 1));
    transports(json!([longest])).unwrap();
    for other in [json!(vec!["x"; TRANSPORTS_MAX + 1]), json!(["usb", longer])] {
        assert_malformed(transports(other), "response.transports", MemberErrorKind::TooLong);
    }
    for (value, parse) in ceremonies() {
        let attachment = |text: &str| with(value.clone(), "/authenticatorAttachment", json!(text));
        parse(attachment(&longest).as_bytes()).unwrap();
        let member = "authenticatorAttachment";
        assert_malformed(parse(attachment(&longer).as_bytes()), member, MemberErrorKind::TooLong);
    }
}

#[test]
fn rule_021_extension_results_that_are_not_an_object_are_rejected() {
    for (value, parse) in ceremonies() {
        for other in [json!([]), json!("{}"), json!(1), json!(false), json!([["appid", true]])] {
            let text = with(value.clone(), "/clientExtensionResults", other);
            assert_malformed(parse(text.as_bytes()), "clientExtensionResults", MemberErrorKind::WrongType);
        }
    }
}

#[test]
fn an_attachment_of_another_type_is_rejected() {
    for (value, parse) in ceremonies() {
        for other in [json!(1), json!(["platform"]), json!({}), json!(true)] {
            let text = with(value.clone(), "/authenticatorAttachment", other);
            assert_malformed(parse(text.as_bytes()), "authenticatorAttachment", MemberErrorKind::WrongType);
        }
    }
}

#[test]
fn deep_nesting_is_skipped_or_rejected() {
    let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    for (value, parse) in ceremonies() {
        let text = value.to_string();
        let unknown = text.replacen('{', &format!(r#"{{"future":{},"#, nested(100_000)), 1);
        parse(unknown.as_bytes()).unwrap();
        let results = text.replacen(
            r#""clientExtensionResults":{"#,
            &format!(r#""clientExtensionResults":{{"future":{},"#, nested(200)),
            1,
        );
        assert_ne!(results, text);
        assert!(matches!(parse(results.as_bytes()), Err(ResponseError::NotJson { .. })));
    }
}

#[test]
fn deserialising_is_as_strict() {
    for text in [
        json!(["-_8", "-_8"]).to_string(),
        with(registration(), "/type", json!("password")),
        with(registration(), "/rawId", json!("-_4")),
        with(registration(), "/response", json!(["e30", "oA"])),
        with(registration(), "/clientExtensionResults", json!([])),
        registration().to_string().replacen('{', r#"{"id":"-_8","#, 1),
    ] {
        assert!(serde_json::from_str::<RegistrationResponse>(&text).is_err(), "{text}");
    }
    let reader = registration().to_string();
    assert!(
        serde_json::from_reader::<_, RegistrationResponse>(reader.as_bytes()).is_ok(),
        "nothing is borrowed"
    );
    let error = serde_json::from_value::<AuthenticationResponse>(registration()).unwrap_err();
    assert_eq!(error.to_string(), "response member `response.signature` is missing");
}

#[test]
fn messages_name_the_member_and_hold_no_value() {
    let secret = "c2VjcmV0*";
    for (member, value) in [("id", json!(secret)), ("response", json!(secret)), ("type", json!(secret))] {
        let message = register(with(registration(), &path(member), value)).unwrap_err().to_string();
        assert!(message.contains(&format!("`{member}`")), "{message}");
        assert!(!message.contains(secret), "{message}");
    }
    for (error, message) in [
        (ResponseError::TooLarge { length: 300_000 }, "response of 300000 bytes, at most 262144 expected"),
        (ResponseError::NotUtf8 { position: 3 }, "response is not UTF-8 after 3 bytes"),
        (
            ResponseError::NotJson { line: 1, column: 2 },
            "response is not one complete JSON text, at line 1 column 2",
        ),
        (ResponseError::NotObject, "response is not a JSON object"),
        (malformed("id", MemberErrorKind::Duplicate), "response member `id` has a duplicate name"),
        (ResponseError::IdMismatch, "response members `id` and `rawId` differ"),
    ] {
        assert_eq!(error.to_string(), message);
    }
}
