//! The JSON of options and responses, through only the public API.

use countersign_types::enumerations::{AttestationConveyance, Hint, Transport, UserVerificationRequirement};
use countersign_types::extensions::{ClientExtensionInputs, ClientExtensionOutputs};
use countersign_types::options::{
    AuthenticatorSelection, CredentialDescriptor, CredentialParameters, RpEntity, UserEntity,
};
use countersign_types::{
    AlgorithmIdentifier, AuthenticationResponse, CreationOptions, CredentialId, RegistrationResponse,
    RequestOptions, UserHandle,
};
use proptest::prelude::*;

const REGISTRATION: &str = r#"{"id":"AQI","rawId":"AQI","response":{"clientDataJSON":"e30","authenticatorData":"AQ","transports":["usb"],"publicKey":"MAA","publicKeyAlgorithm":-7,"attestationObject":"oA"},"authenticatorAttachment":"platform","clientExtensionResults":{"credProps":{"rk":true}},"type":"public-key"}"#;
const AUTHENTICATION: &str = r#"{"id":"AQI","rawId":"AQI","response":{"clientDataJSON":"e30","authenticatorData":"AQ","signature":"MAA","userHandle":"Bwc"},"authenticatorAttachment":"platform","clientExtensionResults":{"appid":false},"type":"public-key"}"#;

#[test]
fn responses_are_written_in_the_order_of_the_specification() {
    let response = RegistrationResponse::from_json(REGISTRATION.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&response).unwrap(), REGISTRATION);
    let response = AuthenticationResponse::from_json(AUTHENTICATION.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&response).unwrap(), AUTHENTICATION);
}

#[test]
fn creation_options_have_the_form_that_browsers_parse() {
    let mut options = CreationOptions::new(
        RpEntity::new("example.org", "Example"),
        UserEntity::new(UserHandle::new([7; 16]).unwrap(), "anna@example.org", "Anna"),
        vec![9; 16],
        [-8, -7, -257].map(|number| CredentialParameters::new(AlgorithmIdentifier(number))),
    );
    options.timeout = Some(300_000);
    options.exclude_credentials = vec![CredentialDescriptor::new(
        CredentialId::new([1]).unwrap(),
        [Transport::Internal, Transport::Hybrid],
    )];
    options.authenticator_selection =
        Some(AuthenticatorSelection::new("required".into(), UserVerificationRequirement::Required));
    options.hints = vec![Hint::ClientDevice];
    options.attestation = AttestationConveyance::Direct;
    options.extensions = ClientExtensionInputs::new().with_cred_props();

    let text = concat!(
        r#"{"rp":{"id":"example.org","name":"Example"},"#,
        r#""user":{"id":"BwcHBwcHBwcHBwcHBwcHBw","name":"anna@example.org","displayName":"Anna"},"#,
        r#""challenge":"CQkJCQkJCQkJCQkJCQkJCQ","#,
        r#""pubKeyCredParams":[{"type":"public-key","alg":-8},{"type":"public-key","alg":-7},{"type":"public-key","alg":-257}],"#,
        r#""timeout":300000,"#,
        r#""excludeCredentials":[{"type":"public-key","id":"AQ","transports":["internal","hybrid"]}],"#,
        r#""authenticatorSelection":{"residentKey":"required","requireResidentKey":true,"userVerification":"required"},"#,
        r#""hints":["client-device"],"attestation":"direct","extensions":{"credProps":true}}"#,
    );
    assert_eq!(serde_json::to_string(&options).unwrap(), text);
    assert_eq!(serde_json::from_str::<CreationOptions>(text).unwrap(), options);
}

/// A JSON document of any shape, its objects with names that the parsers know.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[-_A-Za-z0-9]{0,8}".prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        Just("public-key".into()),
    ];
    let name = prop_oneof![
        proptest::sample::select(vec![
            "id",
            "rawId",
            "type",
            "response",
            "clientDataJSON",
            "attestationObject",
            "authenticatorData",
            "signature",
            "userHandle",
            "transports",
            "clientExtensionResults",
            "challenge",
            "rp",
            "user",
            "extensions",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::hash_map(name.clone(), inner, 0..10)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// `text` with some of its bytes replaced.
fn damaged(text: &str, changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (place, byte) in changes {
        let place = place.index(bytes.len());
        bytes[place] = *byte;
    }
    bytes
}

proptest! {
    #[test]
    fn a_parsed_registration_response_survives_a_round_trip(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        if let Ok(response) = RegistrationResponse::from_json(&damaged(REGISTRATION, &changes)) {
            let text = serde_json::to_vec(&response).unwrap();
            prop_assert_eq!(RegistrationResponse::from_json(&text).unwrap(), response);
        }
    }

    #[test]
    fn a_parsed_authentication_response_survives_a_round_trip(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        if let Ok(response) = AuthenticationResponse::from_json(&damaged(AUTHENTICATION, &changes)) {
            let text = serde_json::to_vec(&response).unwrap();
            prop_assert_eq!(AuthenticationResponse::from_json(&text).unwrap(), response);
        }
    }

    #[test]
    fn any_bytes_are_parsed_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = RegistrationResponse::from_json(&bytes);
        let _ = AuthenticationResponse::from_json(&bytes);
    }

    #[test]
    fn text_and_deserialiser_agree(value in any_json()) {
        let text = value.to_string();
        prop_assert_eq!(
            RegistrationResponse::from_json(text.as_bytes()).ok(),
            serde_json::from_str::<RegistrationResponse>(&text).ok(),
        );
        prop_assert_eq!(
            AuthenticationResponse::from_json(text.as_bytes()).ok(),
            serde_json::from_str::<AuthenticationResponse>(&text).ok(),
        );
    }

    #[test]
    fn parsed_options_survive_a_round_trip(value in any_json()) {
        if let Ok(options) = serde_json::from_value::<CreationOptions>(value.clone()) {
            let written = serde_json::to_value(&options).unwrap();
            prop_assert_eq!(serde_json::from_value::<CreationOptions>(written).unwrap(), options);
        }
        if let Ok(options) = serde_json::from_value::<RequestOptions>(value) {
            let written = serde_json::to_value(&options).unwrap();
            prop_assert_eq!(serde_json::from_value::<RequestOptions>(written).unwrap(), options);
        }
    }

    #[test]
    fn extension_outputs_survive_a_round_trip_and_their_accessors_accept_anything(value in any_json()) {
        if let Ok(outputs) = serde_json::from_value::<ClientExtensionOutputs>(value.clone()) {
            prop_assert_eq!(serde_json::to_value(&outputs).unwrap(), value);
            let _ = (outputs.appid(), outputs.cred_props());
        }
    }
}
