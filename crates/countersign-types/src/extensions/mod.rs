//! What a relying party asks of extensions, and what the client answers
//! ([section 5.7](https://www.w3.org/TR/webauthn-3/#sctn-extensions-inputs-outputs)).
//!
//! [`ClientExtensionInputs`] and [`ClientExtensionOutputs`] hold every extension, known here or not. Each known one
//! has a file of its own, which adds its typed accessors to both:
//!
//! | extension | section | input | output |
//! | --- | --- | --- | --- |
//! | `appid` | [10.1.1](https://www.w3.org/TR/webauthn-3/#sctn-appid-extension) | [`with_appid`](ClientExtensionInputs::with_appid) | [`appid`](ClientExtensionOutputs::appid) |
//! | `credProps` | [10.1.3](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-credential-properties-extension) | [`with_cred_props`](ClientExtensionInputs::with_cred_props) | [`cred_props`](ClientExtensionOutputs::cred_props) |

mod appid;
mod cred_props;
mod json_object;

use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use cred_props::CredentialProperties;
pub(crate) use json_object::JsonObject;

use crate::Code;

/// `AuthenticationExtensionsClientInputsJSON`: what the relying party asks of extensions
/// ([section 5.7.1](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-inputs)).
///
/// In JSON an object of extension identifier and input; refused are values of another type, and objects with the
/// same name twice.
///
/// ```
/// use countersign_types::extensions::ClientExtensionInputs;
/// let inputs = ClientExtensionInputs::new().with_cred_props();
/// assert_eq!(inputs.names().collect::<Vec<_>>(), ["credProps"]);
/// ```
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientExtensionInputs(JsonObject);

impl ClientExtensionInputs {
    /// No extension.
    pub fn new() -> Self {
        Self::default()
    }

    /// The identifiers of the extensions that are asked for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }

    /// Whether no extension is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn with(mut self, name: &str, input: impl Into<Value>) -> Self {
        self.0.insert(name, input.into());
        self
    }
}

impl fmt::Debug for ClientExtensionInputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientExtensionInputs")?;
        f.debug_set().entries(self.names()).finish()
    }
}

/// `AuthenticationExtensionsClientOutputsJSON`: what the client says that extensions did
/// ([section 5.7.2](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-outputs)).
///
/// Not signed by anything: a client can claim what it likes. The whole object is kept as it came, also the outputs
/// that nobody asked for; an output's type is checked by its accessor. `null` stands for an absent output.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientExtensionOutputs(JsonObject);

impl ClientExtensionOutputs {
    /// The identifiers of the extensions that have an output.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }

    /// Whether no extension has an output.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl From<JsonObject> for ClientExtensionOutputs {
    fn from(object: JsonObject) -> Self {
        Self(object)
    }
}

/// The names alone: outputs may be secrets, as those of `prf` are.
impl fmt::Debug for ClientExtensionOutputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientExtensionOutputs")?;
        f.debug_set().entries(self.names()).finish()
    }
}

/// An extension output breaks its extension's definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionError {
    /// An output, or a member of one, is not of its type.
    WrongType {
        /// The extension identifier, with the member's name where it is a member: `credProps.rk`.
        output: &'static str,
        /// The type that it must have.
        expected: &'static str,
    },
}

impl ExtensionError {
    /// [`Code::ExtensionInvalid`].
    pub fn code(&self) -> Code {
        match self {
            Self::WrongType { .. } => Code::ExtensionInvalid,
        }
    }
}

impl fmt::Display for ExtensionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType { output, expected } => {
                write!(f, "extension output `{output}` is not {expected}")
            }
        }
    }
}

impl core::error::Error for ExtensionError {}

/// An optional boolean; `null` stands for absent.
fn optional_boolean(value: Option<&Value>, output: &'static str) -> Result<Option<bool>, ExtensionError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(boolean)) => Ok(Some(*boolean)),
        Some(_) => Err(ExtensionError::WrongType { output, expected: "a boolean" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString, vec::Vec};

    #[test]
    fn outputs_come_back_as_they_came() {
        let text =
            r#"{"appid":false,"future":{"a":[1,-2,2.5,"é",null,true]},"prf":{"results":{"first":"AQID"}}}"#;
        let outputs: ClientExtensionOutputs = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&outputs).unwrap(), text);
        assert_eq!(outputs.names().collect::<Vec<_>>(), ["appid", "future", "prf"]);
        assert!(!outputs.is_empty());
        assert!(ClientExtensionOutputs::default().is_empty());
    }

    #[test]
    fn no_value_of_an_output_is_in_debug_text() {
        let outputs: ClientExtensionOutputs =
            serde_json::from_str(r#"{"prf":{"results":"c2VjcmV0"}}"#).unwrap();
        assert_eq!(format!("{outputs:?}"), r#"ClientExtensionOutputs{"prf"}"#);
    }

    #[test]
    fn inputs_hold_known_and_unknown_extensions() {
        let inputs = ClientExtensionInputs::new().with_cred_props().with_appid("https://example.org/a");
        let text = serde_json::to_string(&inputs).unwrap();
        assert_eq!(text, r#"{"appid":"https://example.org/a","credProps":true}"#);
        assert_eq!(serde_json::from_str::<ClientExtensionInputs>(&text).unwrap(), inputs);
        let other: ClientExtensionInputs = serde_json::from_str(r#"{"minPinLength":true}"#).unwrap();
        assert_eq!(format!("{other:?}"), r#"ClientExtensionInputs{"minPinLength"}"#);
    }

    #[test]
    fn an_extension_error_names_the_output_and_its_type() {
        let error = optional_boolean(Some(&Value::from(1)), "appid").unwrap_err();
        assert_eq!(error.code(), Code::ExtensionInvalid);
        assert_eq!(error.to_string(), "extension output `appid` is not a boolean");
    }
}
