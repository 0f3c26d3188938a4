//! Options for credential creation
//! ([section 5.4](https://www.w3.org/TR/webauthn-3/#dictionary-makecredentialoptions)).

use alloc::{string::String, vec::Vec};

use super::descriptor::CredentialDescriptor;
use super::dictionary::{dictionary, null_is_default};
use super::entities::{RpEntity, UserEntity};
use super::parameters::CredentialParameters;
use super::selection::AuthenticatorSelection;
use crate::enumerations::{AttestationConveyance, Hint};
use crate::{base64url::Base64Url, extensions::inputs::ClientExtensionInputs};

dictionary! {
    /// Creation options, `PublicKeyCredentialCreationOptionsJSON`: the argument of `navigator.credentials.create()`.
    CreationOptions {
        /// The relying party.
        rp: RpEntity,
        /// The account that the credential is for.
        user: UserEntity,
        /// The random bytes that the client puts into client data, at least 16
        /// ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).
        challenge: Base64Url,
        /// The accepted algorithms, the most preferred first.
        pub_key_cred_params: Vec<CredentialParameters>,
        /// How long the caller is willing to wait, in milliseconds. A hint.
        timeout: Option<u32> = default,
        /// The account's credentials, so that no authenticator creates a second one.
        exclude_credentials: Vec<CredentialDescriptor> = default,
        /// Requirements on the authenticator.
        authenticator_selection: Option<AuthenticatorSelection> = default,
        /// The kinds of authenticator that the user will probably use, the most probable first.
        hints: Vec<Hint> = default,
        /// The attestation that the relying party wants.
        #[serde(default, deserialize_with = "null_is_default")]
        attestation: AttestationConveyance,
        /// Attestation statement format identifiers, the most preferred first. Advisory.
        attestation_formats: Vec<String> = default,
        /// The extension inputs.
        extensions: ClientExtensionInputs = default,
    }
}

impl CreationOptions {
    /// Creates options from the required members; all others are absent or have their defaults.
    pub fn new(
        rp: RpEntity,
        user: UserEntity,
        challenge: impl Into<Base64Url>,
        pub_key_cred_params: impl Into<Vec<CredentialParameters>>,
    ) -> Self {
        Self {
            rp,
            user,
            challenge: challenge.into(),
            pub_key_cred_params: pub_key_cred_params.into(),
            timeout: None,
            exclude_credentials: Vec::new(),
            authenticator_selection: None,
            hints: Vec::new(),
            attestation: AttestationConveyance::default(),
            attestation_formats: Vec::new(),
            extensions: ClientExtensionInputs::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enumerations::{CredentialType, Transport, UserVerificationRequirement};
    use crate::identifiers::{AlgorithmIdentifier, CredentialId, UserHandle};
    use alloc::{string::ToString, vec};
    use serde_json::{Value, json};

    fn minimal() -> CreationOptions {
        CreationOptions::new(
            RpEntity::new("example.org", "Example"),
            UserEntity::new(UserHandle::new([7, 7]).unwrap(), "anna", "Anna"),
            vec![0xff; 16],
            [CredentialParameters::new(AlgorithmIdentifier(-7))],
        )
    }

    fn minimal_json() -> Value {
        json!({
            "rp": {"id": "example.org", "name": "Example"},
            "user": {"id": "Bwc", "name": "anna", "displayName": "Anna"},
            "challenge": "_____________________w",
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
            "attestation": "none",
        })
    }

    fn read(value: &Value) -> Result<CreationOptions, serde_json::Error> {
        serde_json::from_str(&value.to_string())
    }

    #[test]
    fn absent_members_are_left_out() {
        assert_eq!(serde_json::to_value(minimal()).unwrap(), minimal_json());
    }

    #[test]
    fn absent_and_null_members_have_their_defaults() {
        let mut value = minimal_json();
        value.as_object_mut().unwrap().remove("attestation");
        assert_eq!(read(&value).unwrap(), minimal());
        for name in [
            "timeout",
            "excludeCredentials",
            "authenticatorSelection",
            "hints",
            "attestation",
            "attestationFormats",
            "extensions",
        ] {
            value[name] = Value::Null;
        }
        assert_eq!(read(&value).unwrap(), minimal());
    }

    #[test]
    fn every_member_survives_a_round_trip() {
        let mut value = minimal_json();
        value["timeout"] = json!(300_000);
        value["excludeCredentials"] = json!([{"type": "public-key", "id": "AQI", "transports": ["usb", "pigeon"]}, {"type": "other", "id": "Aw"}]);
        value["authenticatorSelection"] = json!({
            "authenticatorAttachment": "platform",
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        });
        value["hints"] = json!(["client-device", "crystal-ball"]);
        value["attestation"] = json!("direct");
        value["attestationFormats"] = json!(["packed", "tpm"]);
        value["extensions"] = json!({"credProps": true, "future": {"a": [1]}});

        let options = read(&value).unwrap();
        assert_eq!(serde_json::to_value(&options).unwrap(), value);
        assert_eq!(options.challenge.as_ref(), [0xff; 16]);
        assert_eq!(options.timeout, Some(300_000));
        let [first, second] = options.exclude_credentials.as_slice() else { panic!("two descriptors") };
        assert_eq!(first.id, CredentialId::new([1, 2]).unwrap());
        assert_eq!(first.transports, [Transport::Usb, Transport::Unknown("pigeon".into())]);
        assert_eq!(second.credential_type, CredentialType::Unknown("other".into()));
        let selection = options.authenticator_selection.unwrap();
        assert_eq!(selection.user_verification, UserVerificationRequirement::Required);
        assert_eq!(options.hints, [Hint::ClientDevice, Hint::Unknown("crystal-ball".into())]);
        assert_eq!(options.attestation, AttestationConveyance::Direct);
        assert_eq!(options.attestation_formats, ["packed", "tpm"]);
        assert_eq!(options.extensions.names().collect::<Vec<_>>(), ["credProps", "future"]);
    }

    #[test]
    fn unknown_members_pass() {
        let mut value = minimal_json();
        value["future"] = json!([{}]);
        value["user"]["icon"] = json!("https://example.org/icon");
        assert_eq!(read(&value).unwrap(), minimal());
    }

    #[test]
    fn required_members_are_required() {
        for name in ["rp", "user", "challenge", "pubKeyCredParams"] {
            let mut absent = minimal_json();
            absent.as_object_mut().unwrap().remove(name);
            assert!(read(&absent).is_err(), "{name}");
            let mut null = minimal_json();
            null[name] = Value::Null;
            assert!(read(&null).is_err(), "{name}");
        }
    }

    #[test]
    fn values_of_another_type_are_rejected() {
        for (name, other) in [
            ("rp", json!(["example.org", "Example"])),
            ("user", json!(["Bwc", "anna", "Anna"])),
            ("challenge", json!("_____________________w==")),
            ("challenge", json!([255])),
            ("pubKeyCredParams", json!([["public-key", -7]])),
            ("pubKeyCredParams", json!([{"type": "public-key", "alg": "ES256"}])),
            ("timeout", json!(-1)),
            ("timeout", json!(4_294_967_296_u64)),
            ("excludeCredentials", json!([["public-key", "AQI"]])),
            ("excludeCredentials", json!([{"type": "public-key", "id": ""}])),
            ("authenticatorSelection", json!(["platform", null, false, "required"])),
            ("hints", json!("hybrid")),
            ("attestation", json!(1)),
            ("attestationFormats", json!([1])),
            ("extensions", json!([["credProps", true]])),
        ] {
            let mut value = minimal_json();
            value[name] = other;
            assert!(read(&value).is_err(), "{value}");
        }
        let array = json!([{"name": "Example"}, {"id": "Bwc", "name": "a", "displayName": ""}, "AA", []]);
        assert!(read(&array).is_err(), "an array for the dictionary itself");
    }

    #[test]
    fn a_member_that_occurs_twice_is_rejected() {
        let text = minimal_json().to_string();
        assert!(serde_json::from_str::<CreationOptions>(&text).is_ok());
        let twice = text.replacen('{', r#"{"challenge":"AA","#, 1);
        assert!(serde_json::from_str::<CreationOptions>(&twice).is_err());
    }
}
