//! Client extension inputs
//! ([section 5.7.1](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-inputs)).

use alloc::borrow::ToOwned;
use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    error::ExtensionInputError,
    identifier::{self, Extension, SUPPORTED},
    json_object::JsonObject,
};

/// The extension inputs of a ceremony, `AuthenticationExtensionsClientInputsJSON` ([section
/// 5.7.1](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-inputs)).
///
/// In JSON they are an object from extension identifiers to inputs; values of another type, and objects with duplicate
/// names, are rejected.
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
    /// Creates inputs without an extension.
    pub fn new() -> Self {
        Self::default()
    }

    /// The names of the inputs; most are the identifiers of their extensions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }

    /// Whether there is no input.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the input of an extension that this crate does not support.
    ///
    /// The name of a supported extension, or one that differs from such a name only in case, is an error.
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

    /// Checks every input: a supported one has its type, and the name of any other is an extension identifier that does
    /// not differ from a supported one only in case. Inputs of the constructors pass; inputs from JSON may not.
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
        for extension in SUPPORTED {
            self.check_type(extension)?;
        }
        Ok(())
    }

    /// Reads the inputs of an extension, for their types.
    fn check_type(&self, extension: &Extension) -> Result<(), ExtensionInputError> {
        match extension {
            Extension::AppId => self.appid().map(drop),
            Extension::AppIdExclude => self.appid_exclude().map(drop),
            Extension::CredProps => self.cred_props().map(drop),
            Extension::Prf => self.prf().map(drop),
            Extension::LargeBlob => self.large_blob().map(drop),
            Extension::RemoteClientDataJson => self.remote_client_data_json().map(drop),
            Extension::CredProtect => self.cred_protect().map(drop),
            Extension::MinPinLength => self.min_pin_length().map(drop),
            Extension::CredBlob => self.cred_blob().and(self.get_cred_blob()).map(drop),
            Extension::HmacSecret => self.hmac_create_secret().and(self.hmac_get_secret()).map(drop),
            Extension::Uvm => self.uvm().map(drop),
            Extension::Payment => self.payment().map(drop),
            // They are requested by the inputs of `prf` and `payment`.
            Extension::HmacSecretMc | Extension::ThirdPartyPayment | Extension::Unknown(_) => Ok(()),
        }
    }

    pub(super) fn with(mut self, name: &str, input: impl Into<Value>) -> Self {
        self.0.insert(name, input.into());
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// Prints only the names: inputs may be secrets, such as the content of a large blob.
impl fmt::Debug for ClientExtensionInputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientExtensionInputs")?;
        f.debug_set().entries(self.names()).finish()
    }
}
