//! Client extension inputs
//! ([section 5.7.1](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-inputs)).

use alloc::borrow::ToOwned;
use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{error::ExtensionInputError, identifier, json_object::JsonObject};

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

    /// The names of the inputs; most are the identifier of their extension.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }

    /// Whether no extension is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Asks this of an extension that this crate does not know.
    ///
    /// Refused is the name of one that it knows, or one that differs from such a name in case alone.
    ///
    /// ```
    /// use countersign_types::extensions::ClientExtensionInputs;
    /// let inputs = ClientExtensionInputs::new().with_other("myCompany_extension", &[1, 2])?;
    /// assert!(inputs.clone().with_other("credprops", &true).is_err());
    /// # Ok::<(), countersign_types::extensions::ExtensionInputError>(())
    /// ```
    pub fn with_other(
        self,
        name: &str,
        input: &(impl Serialize + ?Sized),
    ) -> Result<Self, ExtensionInputError> {
        if identifier::is_modelled(name) {
            return Err(ExtensionInputError::Modelled { name: name.to_owned() });
        }
        if !identifier::is_identifier(name) {
            return Err(ExtensionInputError::NotIdentifier { name: name.to_owned() });
        }
        let input = serde_json::to_value(input).map_err(|_| ExtensionInputError::NotJson)?;
        Ok(self.with(name, input))
    }

    /// Checks every input: a known one has its type, and the name of any other is an extension identifier that is not
    /// a known one in other case. What comes from the constructors passes; what was read from JSON may not.
    pub fn check(&self) -> Result<(), ExtensionInputError> {
        for name in self.names() {
            if identifier::is_modelled_input(name) {
                continue;
            }
            if identifier::is_modelled(name) {
                return Err(ExtensionInputError::Modelled { name: name.to_owned() });
            }
            if !identifier::is_identifier(name) {
                return Err(ExtensionInputError::NotIdentifier { name: name.to_owned() });
            }
        }
        self.appid()?;
        self.appid_exclude()?;
        self.cred_props()?;
        self.prf()?;
        self.large_blob()?;
        self.remote_client_data_json()?;
        self.cred_protect()?;
        self.min_pin_length()?;
        self.cred_blob()?;
        self.get_cred_blob()?;
        self.hmac_create_secret()?;
        self.hmac_get_secret()?;
        self.uvm()?;
        self.payment()?;
        Ok(())
    }

    pub(super) fn with(mut self, name: &str, input: impl Into<Value>) -> Self {
        self.0.insert(name, input.into());
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// The names alone: inputs may be secrets, as what is to be written to a large blob is.
impl fmt::Debug for ClientExtensionInputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientExtensionInputs")?;
        f.debug_set().entries(self.names()).finish()
    }
}
