//! Client extension outputs
//! ([section 5.7.2](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-outputs)).

use core::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{error::ExtensionError, json_object::JsonObject};

/// The client's extension outputs, `AuthenticationExtensionsClientOutputsJSON` ([section
/// 5.7.2](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-outputs)).
///
/// They are not signed: a client can claim anything. The whole object is kept, including unsolicited outputs; the
/// accessor of an extension checks the type of its output. `null` means that an output is absent.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientExtensionOutputs(JsonObject);

impl ClientExtensionOutputs {
    /// The names of the outputs; most are the identifiers of their extensions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }

    /// Whether no extension has an output.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is an output of this name, other than `null`.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some_and(|output| !output.is_null())
    }

    /// The output of an extension that this crate does not support, as a type of the caller's; `None` if there is none.
    pub fn other<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ExtensionError> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(output) => {
                serde_json::from_value(output.clone()).map(Some).map_err(|_| ExtensionError::Other)
            }
        }
    }

    /// Removes values that may be secrets: the results of `prf` and `hmacGetSecret`, and the contents of large blobs
    /// and credential blobs. Call it before responses are kept or logged.
    pub fn without_secrets(mut self) -> Self {
        self.0.remove("hmacGetSecret");
        self.0.remove("getCredBlob");
        self.0.remove_member("prf", "results");
        self.0.remove_member("largeBlob", "blob");
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl From<JsonObject> for ClientExtensionOutputs {
    fn from(object: JsonObject) -> Self {
        Self(object)
    }
}

/// Prints only the names: outputs may be secrets, such as those of `prf`.
impl fmt::Debug for ClientExtensionOutputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientExtensionOutputs")?;
        f.debug_set().entries(self.names()).finish()
    }
}
