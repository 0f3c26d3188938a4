//! The remote client data extension
//! ([section 10.1.6](https://www.w3.org/TR/webauthn-3/#sctn-remote-client-data-json-extension)).

use alloc::string::String;

use super::error::{ExtensionError, ExtensionInputError};
use super::{inputs::ClientExtensionInputs, outputs::ClientExtensionOutputs, value};

const REMOTE: &str = "remoteClientDataJSON";

impl ClientExtensionInputs {
    /// Adds the client data of a browser on a remote machine, for the local client to sign unchanged. The web client of
    /// a remote desktop sends it; a relying party does not.
    pub fn with_remote_client_data_json(self, client_data: impl Into<String>) -> Self {
        self.with(REMOTE, client_data.into())
    }

    /// The client data of [`with_remote_client_data_json`](Self::with_remote_client_data_json).
    pub fn remote_client_data_json(&self) -> Result<Option<&str>, ExtensionInputError> {
        Ok(value::text(self.get(REMOTE), REMOTE)?)
    }
}

impl ClientExtensionOutputs {
    /// Whether client data was written by a remote client, so that the local one did not check the origin; `None` if
    /// the client does not say. Only an honest client reports it: an attacker can omit it.
    pub fn remote_client_data_json(&self) -> Result<Option<bool>, ExtensionError> {
        Ok(value::boolean(self.get(REMOTE), REMOTE)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_and_output_have_their_types() {
        let inputs = ClientExtensionInputs::new().with_remote_client_data_json("{}");
        assert_eq!(inputs.remote_client_data_json(), Ok(Some("{}")));
        let outputs: ClientExtensionOutputs =
            serde_json::from_str(r#"{"remoteClientDataJSON":true}"#).unwrap();
        assert_eq!(outputs.remote_client_data_json(), Ok(Some(true)));
    }

    #[test]
    fn rule_316_an_output_of_another_type_is_invalid() {
        let outputs: ClientExtensionOutputs =
            serde_json::from_str(r#"{"remoteClientDataJSON":"{}"}"#).unwrap();
        let error = ExtensionError::WrongType { output: REMOTE, expected: "a boolean" };
        assert_eq!(outputs.remote_client_data_json(), Err(error));
    }
}
