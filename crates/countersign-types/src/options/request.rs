//! Options for assertion generation
//! ([section 5.5](https://www.w3.org/TR/webauthn-3/#dictionary-assertion-options)).

use alloc::{string::String, vec::Vec};

use super::descriptor::CredentialDescriptor;
use super::dictionary::{dictionary, null_is_default};
use crate::enumerations::{Hint, UserVerificationRequirement};
use crate::{base64url::Base64Url, extensions::inputs::ClientExtensionInputs};

dictionary! {
    /// Request options, `PublicKeyCredentialRequestOptionsJSON`: the argument of `navigator.credentials.get()`.
    RequestOptions {
        /// The random bytes that the client puts into client data, at least 16
        /// ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).
        challenge: Base64Url,
        /// How long the caller is willing to wait, in milliseconds. A hint.
        timeout: Option<u32> = default,
        /// The RP ID; if it is absent, the client uses the origin's effective domain.
        rp_id: Option<String> = default,
        /// The account's credentials, the most preferred first; empty for a discoverable credential of any account.
        allow_credentials: Vec<CredentialDescriptor> = default,
        /// Whether the user must be verified.
        #[serde(default, deserialize_with = "null_is_default")]
        user_verification: UserVerificationRequirement,
        /// The kinds of authenticator that the user will probably use, the most probable first.
        hints: Vec<Hint> = default,
        /// The extension inputs.
        extensions: ClientExtensionInputs = default,
    }
}

impl RequestOptions {
    /// Creates options from the required member; all others are absent or have their defaults.
    pub fn new(challenge: impl Into<Base64Url>) -> Self {
        Self {
            challenge: challenge.into(),
            timeout: None,
            rp_id: None,
            allow_credentials: Vec::new(),
            user_verification: UserVerificationRequirement::default(),
            hints: Vec::new(),
            extensions: ClientExtensionInputs::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use serde_json::json;

    #[test]
    fn every_member_survives_a_round_trip() {
        let value = json!({
            "challenge": "AQI",
            "timeout": 1,
            "rpId": "example.org",
            "allowCredentials": [{"type": "public-key", "id": "Aw", "transports": ["internal"]}],
            "userVerification": "sometimes",
            "hints": ["hybrid"],
            "extensions": {"appid": "https://example.org/u2f"},
        });
        let options: RequestOptions = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(options.rp_id.as_deref(), Some("example.org"));
        assert_eq!(options.user_verification, UserVerificationRequirement::Unknown("sometimes".into()));
        assert_eq!(serde_json::to_value(&options).unwrap(), value);
    }

    #[test]
    fn absent_and_null_members_have_their_defaults() {
        let minimal = RequestOptions::new(vec![1, 2]);
        assert_eq!(minimal.user_verification, UserVerificationRequirement::Preferred);
        let nulls = json!({
            "challenge": "AQI",
            "timeout": null,
            "rpId": null,
            "allowCredentials": null,
            "userVerification": null,
            "hints": null,
            "extensions": null,
        });
        assert_eq!(serde_json::from_value::<RequestOptions>(nulls).unwrap(), minimal);
        assert_eq!(serde_json::from_value::<RequestOptions>(json!({"challenge": "AQI"})).unwrap(), minimal);
    }

    #[test]
    fn the_challenge_is_required() {
        for value in [json!({}), json!({"challenge": null}), json!(["AQI"]), json!("AQI"), json!(null)] {
            assert!(serde_json::from_value::<RequestOptions>(value.clone()).is_err(), "{value}");
        }
    }
}
