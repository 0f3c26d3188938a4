//! The credential properties extension
//! ([section 10.1.3](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-credential-properties-extension)).

use super::error::{ExtensionError, ExtensionInputError};
use super::{inputs::ClientExtensionInputs, outputs::ClientExtensionOutputs, value};

const CRED_PROPS: &str = "credProps";

/// Properties of the new credential, `CredentialPropertiesOutput`: a claim of the client, not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CredentialProperties {
    /// Whether the credential is discoverable; `None` if the client does not know, which usually means that it is not.
    pub rk: Option<bool>,
}

impl ClientExtensionInputs {
    /// Requests, at registration, the new credential's properties.
    pub fn with_cred_props(self) -> Self {
        self.with(CRED_PROPS, true)
    }

    /// Whether [`with_cred_props`](Self::with_cred_props) was called.
    pub fn cred_props(&self) -> Result<Option<bool>, ExtensionInputError> {
        Ok(value::boolean(self.get(CRED_PROPS), CRED_PROPS)?)
    }
}

impl ClientExtensionOutputs {
    /// The new credential's properties; `None` if the client did not process the extension.
    pub fn cred_props(&self) -> Result<Option<CredentialProperties>, ExtensionError> {
        let Some(members) = value::object(self.get(CRED_PROPS), CRED_PROPS)? else { return Ok(None) };
        Ok(Some(CredentialProperties { rk: value::boolean(members.get("rk"), "credProps.rk")? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cred_props(text: &str) -> Result<Option<CredentialProperties>, ExtensionError> {
        serde_json::from_str::<ClientExtensionOutputs>(text).unwrap().cred_props()
    }

    #[test]
    fn rk_is_an_optional_boolean_in_an_optional_object() {
        for (text, rk) in [
            (r#"{"credProps":{"rk":true}}"#, Some(true)),
            (r#"{"credProps":{"rk":false,"future":1}}"#, Some(false)),
            (r#"{"credProps":{"rk":null}}"#, None),
            (r#"{"credProps":{}}"#, None),
        ] {
            assert_eq!(cred_props(text), Ok(Some(CredentialProperties { rk })), "{text}");
        }
        assert_eq!(cred_props(r#"{"credProps":null}"#), Ok(None));
        assert_eq!(cred_props("{}"), Ok(None));
    }

    #[test]
    fn rule_316_an_output_of_another_type_is_invalid() {
        for text in [r#"{"credProps":true}"#, r#"{"credProps":[true]}"#, r#"{"credProps":"rk"}"#] {
            let error = ExtensionError::WrongType { output: "credProps", expected: "an object" };
            assert_eq!(cred_props(text), Err(error), "{text}");
        }
        for text in [r#"{"credProps":{"rk":1}}"#, r#"{"credProps":{"rk":"true"}}"#] {
            let error = ExtensionError::WrongType { output: "credProps.rk", expected: "a boolean" };
            assert_eq!(cred_props(text), Err(error), "{text}");
        }
    }
}
