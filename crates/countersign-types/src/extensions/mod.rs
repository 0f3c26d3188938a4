//! What a relying party asks of extensions, and what client and authenticator answer
//! ([section 5.7](https://www.w3.org/TR/webauthn-3/#sctn-extensions-inputs-outputs)).
//!
//! [`ClientExtensionInputs`] and [`ClientExtensionOutputs`] hold every extension, known here or not, as JSON;
//! [`AuthenticatorExtensionOutputs`] holds what the authenticator says, as CBOR in signed data. Each known extension has
//! a file of its own, which adds its typed accessors. An input's accessor on [`ClientExtensionInputs`] has the name of
//! its `with_…`; `c` is an accessor of [`ClientExtensionOutputs`], `a` one of [`AuthenticatorExtensionOutputs`]:
//!
//! | extension | specified in | input | output |
//! | --- | --- | --- | --- |
//! | `appid` | [10.1.1](https://www.w3.org/TR/webauthn-3/#sctn-appid-extension) | [`with_appid`](ClientExtensionInputs::with_appid) | c [`appid`](ClientExtensionOutputs::appid) |
//! | `appidExclude` | [10.1.2](https://www.w3.org/TR/webauthn-3/#sctn-appid-exclude-extension) | [`with_appid_exclude`](ClientExtensionInputs::with_appid_exclude) | c [`appid_exclude`](ClientExtensionOutputs::appid_exclude) |
//! | `credProps` | [10.1.3](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-credential-properties-extension) | [`with_cred_props`](ClientExtensionInputs::with_cred_props) | c [`cred_props`](ClientExtensionOutputs::cred_props) |
//! | `prf` | [10.1.4](https://www.w3.org/TR/webauthn-3/#prf-extension) | [`with_prf`](ClientExtensionInputs::with_prf) | c [`prf_enabled`](ClientExtensionOutputs::prf_enabled), [`prf_results`](ClientExtensionOutputs::prf_results) |
//! | `largeBlob` | [10.1.5](https://www.w3.org/TR/webauthn-3/#sctn-large-blob-extension) | [`with_large_blob`](ClientExtensionInputs::with_large_blob) | c [`large_blob`](ClientExtensionOutputs::large_blob) |
//! | `remoteClientDataJSON` | [10.1.6](https://www.w3.org/TR/webauthn-3/#sctn-remote-client-data-json-extension) | [`with_remote_client_data_json`](ClientExtensionInputs::with_remote_client_data_json) | c [`remote_client_data_json`](ClientExtensionOutputs::remote_client_data_json) |
//! | `credProtect` | [CTAP 12.1](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-credProtect-extension) | [`with_cred_protect`](ClientExtensionInputs::with_cred_protect) | a [`cred_protect`](AuthenticatorExtensionOutputs::cred_protect) |
//! | `credBlob` | [CTAP 12.2](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-credBlob-extension) | [`with_cred_blob`](ClientExtensionInputs::with_cred_blob), [`with_get_cred_blob`](ClientExtensionInputs::with_get_cred_blob) | c [`cred_blob`](ClientExtensionOutputs::cred_blob), [`get_cred_blob`](ClientExtensionOutputs::get_cred_blob); a [`cred_blob_stored`](AuthenticatorExtensionOutputs::cred_blob_stored), [`cred_blob`](AuthenticatorExtensionOutputs::cred_blob) |
//! | `minPinLength` | [CTAP 12.4](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-minpinlength-extension) | [`with_min_pin_length`](ClientExtensionInputs::with_min_pin_length) | a [`min_pin_length`](AuthenticatorExtensionOutputs::min_pin_length) |
//! | `hmac-secret` | [CTAP 12.7](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-hmac-secret-extension) | [`with_hmac_create_secret`](ClientExtensionInputs::with_hmac_create_secret), [`with_hmac_get_secret`](ClientExtensionInputs::with_hmac_get_secret) | c [`hmac_create_secret`](ClientExtensionOutputs::hmac_create_secret), [`hmac_get_secret`](ClientExtensionOutputs::hmac_get_secret); a [`hmac_secret_created`](AuthenticatorExtensionOutputs::hmac_secret_created), [`hmac_secret_results`](AuthenticatorExtensionOutputs::hmac_secret_results) |
//! | `hmac-secret-mc` | [CTAP 12.8](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-hmac-secret-make-cred-extension) | of `prf` | a [`hmac_secret_mc`](AuthenticatorExtensionOutputs::hmac_secret_mc) |
//! | `thirdPartyPayment` | [CTAP 2.2](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-thirdPartyPayment-extension) | of `payment` | a [`third_party_payment`](AuthenticatorExtensionOutputs::third_party_payment) |
//! | `uvm` | [Level 2, 10.3](https://www.w3.org/TR/webauthn-2/#sctn-uvm-extension) | [`with_uvm`](ClientExtensionInputs::with_uvm) | c [`uvm`](ClientExtensionOutputs::uvm); a [`uvm`](AuthenticatorExtensionOutputs::uvm) |
//! | `payment` | [SPC 5](https://www.w3.org/TR/secure-payment-confirmation/#sctn-payment-extension-registration) | [`with_payment`](ClientExtensionInputs::with_payment) | c [`payment`](ClientExtensionOutputs::payment); client data: [`PaymentClientData`] |
//! | any other | [9](https://www.w3.org/TR/webauthn-3/#sctn-extensions) | [`with_other`](ClientExtensionInputs::with_other) | c [`other`](ClientExtensionOutputs::other); a [`get`](AuthenticatorExtensionOutputs::get) |
//!
//! What may be a secret is [`SecretBytes`]; no value of an input or an output is in debug text.

mod appid;
mod appid_exclude;
mod authenticator;
mod cred_blob;
mod cred_props;
mod cred_protect;
mod error;
mod hmac_secret;
mod hmac_secret_mc;
mod identifier;
mod json_object;
mod large_blob;
mod min_pin_length;
mod payment;
mod prf;
mod remote_client_data;
mod secret;
mod third_party_payment;
mod uvm;
mod value;

use alloc::borrow::ToOwned;
use core::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

pub use authenticator::AuthenticatorExtensionOutputs;
pub use cred_props::CredentialProperties;
pub use cred_protect::{CredProtectInput, CredentialProtection, Enforcement};
pub use error::{ExtensionError, ExtensionInputError};
pub use hmac_secret::{HmacResults, HmacSalts};
pub use identifier::Extension;
pub(crate) use json_object::JsonObject;
pub use large_blob::{LargeBlobInput, LargeBlobOutput, LargeBlobSupport};
pub use payment::{
    PaymentClientData, PaymentCurrencyAmount, PaymentEntityLogo, PaymentInput, PaymentInstrument,
    PaymentOutput,
};
pub use prf::{PrfInput, PrfResults, PrfValues};
pub use secret::SecretBytes;
pub use uvm::UvmEntry;

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

    fn with(mut self, name: &str, input: impl Into<Value>) -> Self {
        self.0.insert(name, input.into());
        self
    }

    fn get(&self, name: &str) -> Option<&Value> {
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

/// `AuthenticationExtensionsClientOutputsJSON`: what the client says that extensions did
/// ([section 5.7.2](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-client-outputs)).
///
/// Not signed by anything: a client can claim what it likes. The whole object is kept as it came, also the outputs
/// that nobody asked for; an output's type is checked by its accessor. `null` stands for an absent output.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientExtensionOutputs(JsonObject);

impl ClientExtensionOutputs {
    /// The names of the outputs; most are the identifier of their extension.
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

    /// The output of an extension that this crate does not know, as a type of the caller's; `None` where there is none.
    pub fn other<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ExtensionError> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(output) => {
                serde_json::from_value(output.clone()).map(Some).map_err(|_| ExtensionError::Other)
            }
        }
    }

    /// The same without what may be a secret: the results of `prf` and `hmacGetSecret`, and the contents of large blobs
    /// and credential blobs. For whoever keeps or logs responses.
    pub fn without_secrets(mut self) -> Self {
        self.0.remove("hmacGetSecret");
        self.0.remove("getCredBlob");
        self.0.remove_member("prf", "results");
        self.0.remove_member("largeBlob", "blob");
        self
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

#[cfg(test)]
mod tests;
