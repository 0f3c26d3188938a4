//! The FIDO AppID extension ([section 10.1.1](https://www.w3.org/TR/webauthn-3/#sctn-appid-extension)).

use alloc::string::String;

use super::error::{ExtensionError, ExtensionInputError};
use super::{inputs::ClientExtensionInputs, outputs::ClientExtensionOutputs, value};

const APPID: &str = "appid";

impl ClientExtensionInputs {
    /// Accepts, at authentication, credentials of the older FIDO U2F API under this AppID too. An AppID is an `https`
    /// URL.
    pub fn with_appid(self, appid: impl Into<String>) -> Self {
        self.with(APPID, appid.into())
    }

    /// The AppID of [`with_appid`](Self::with_appid).
    pub fn appid(&self) -> Result<Option<&str>, ExtensionInputError> {
        Ok(value::text(self.get(APPID), APPID)?)
    }
}

impl ClientExtensionOutputs {
    /// Whether the AppID was used instead of the RP ID, so that authenticator data has the AppID's hash; `None` if the
    /// client did not process the extension.
    pub fn appid(&self) -> Result<Option<bool>, ExtensionError> {
        Ok(value::boolean(self.get(APPID), APPID)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appid(text: &str) -> Result<Option<bool>, ExtensionError> {
        serde_json::from_str::<ClientExtensionOutputs>(text).unwrap().appid()
    }

    #[test]
    fn the_output_is_an_optional_boolean() {
        assert_eq!(appid(r#"{"appid":true}"#), Ok(Some(true)));
        assert_eq!(appid(r#"{"appid":false}"#), Ok(Some(false)));
        assert_eq!(appid(r#"{"appid":null}"#), Ok(None));
        assert_eq!(appid(r#"{"appId":true}"#), Ok(None));
    }

    #[test]
    fn the_input_is_text() {
        let inputs = ClientExtensionInputs::new().with_appid("https://example.org/u2f");
        assert_eq!(inputs.appid(), Ok(Some("https://example.org/u2f")));
        let inputs: ClientExtensionInputs = serde_json::from_str(r#"{"appid":true}"#).unwrap();
        let error = ExtensionInputError::WrongType { input: "appid", expected: "text" };
        assert_eq!(inputs.appid(), Err(error));
    }

    #[test]
    fn rule_316_an_output_of_another_type_is_invalid() {
        for text in [r#"{"appid":"true"}"#, r#"{"appid":1}"#, r#"{"appid":[true]}"#, r#"{"appid":{}}"#] {
            let error = ExtensionError::WrongType { output: "appid", expected: "a boolean" };
            assert_eq!(appid(text), Err(error), "{text}");
        }
    }
}
