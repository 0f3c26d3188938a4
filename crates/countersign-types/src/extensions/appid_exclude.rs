//! The FIDO AppID exclusion extension
//! ([section 10.1.2](https://www.w3.org/TR/webauthn-3/#sctn-appid-exclude-extension)).

use alloc::string::String;

use super::error::{ExtensionError, ExtensionInputError};
use super::{inputs::ClientExtensionInputs, outputs::ClientExtensionOutputs, value};

const APPID_EXCLUDE: &str = "appidExclude";

impl ClientExtensionInputs {
    /// Excludes, at registration, credentials of the older FIDO U2F API under this AppID too.
    pub fn with_appid_exclude(self, appid: impl Into<String>) -> Self {
        self.with(APPID_EXCLUDE, appid.into())
    }

    /// The AppID of [`with_appid_exclude`](Self::with_appid_exclude).
    pub fn appid_exclude(&self) -> Result<Option<&str>, ExtensionInputError> {
        Ok(value::text(self.get(APPID_EXCLUDE), APPID_EXCLUDE)?)
    }
}

impl ClientExtensionOutputs {
    /// Whether the client processed the extension; `None` if it does not say.
    pub fn appid_exclude(&self) -> Result<Option<bool>, ExtensionError> {
        Ok(value::boolean(self.get(APPID_EXCLUDE), APPID_EXCLUDE)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_and_output_have_their_types() {
        let inputs = ClientExtensionInputs::new().with_appid_exclude("https://example.org/u2f");
        assert_eq!(inputs.appid_exclude(), Ok(Some("https://example.org/u2f")));
        let outputs: ClientExtensionOutputs = serde_json::from_str(r#"{"appidExclude":true}"#).unwrap();
        assert_eq!(outputs.appid_exclude(), Ok(Some(true)));
    }

    #[test]
    fn rule_316_an_output_of_another_type_is_invalid() {
        let outputs: ClientExtensionOutputs = serde_json::from_str(r#"{"appidExclude":1}"#).unwrap();
        let error = ExtensionError::WrongType { output: "appidExclude", expected: "a boolean" };
        assert_eq!(outputs.appid_exclude(), Err(error));
    }
}
