//! Extensions: the inputs of a relying party, and the outputs of client and authenticator
//! ([section 5.7](https://www.w3.org/TR/webauthn-3/#sctn-extensions-inputs-outputs)).
//!
//! [`ClientExtensionInputs`] and [`ClientExtensionOutputs`] hold every extension, supported here or not, as JSON;
//! [`AuthenticatorExtensionOutputs`] holds the authenticator's outputs, as CBOR in signed data. Each supported
//! extension has a file of its own, which adds its typed accessors. An input's getter on [`ClientExtensionInputs`] has
//! the name of its `with_…` method; `c` is an accessor of [`ClientExtensionOutputs`], `a` one of
//! [`AuthenticatorExtensionOutputs`]:
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
//! Values that may be secrets are [`SecretBytes`]; no value of an input or an output is in debug text.

mod appid;
mod appid_exclude;
pub(crate) mod authenticator;
mod cred_blob;
mod cred_props;
mod cred_protect;
mod error;
mod hmac_secret;
mod hmac_secret_mc;
mod identifier;
pub(crate) mod inputs;
pub(crate) mod json_object;
mod large_blob;
mod min_pin_length;
pub(crate) mod outputs;
mod payment;
mod prf;
mod remote_client_data;
mod secret;
mod third_party_payment;
mod uvm;
mod value;

pub use authenticator::AuthenticatorExtensionOutputs;
pub use cred_props::CredentialProperties;
pub use cred_protect::{CredProtectInput, CredentialProtection, Enforcement};
pub use error::{ExtensionError, ExtensionInputError};
pub use hmac_secret::{HmacResults, HmacSalts};
pub use identifier::Extension;
pub use inputs::ClientExtensionInputs;
pub use large_blob::{LargeBlobInput, LargeBlobOutput, LargeBlobSupport};
pub use outputs::ClientExtensionOutputs;
pub use payment::{
    PaymentClientData, PaymentCurrencyAmount, PaymentEntityLogo, PaymentInput, PaymentInstrument,
    PaymentOutput,
};
pub use prf::{PrfInput, PrfResults, PrfValues};
pub use secret::SecretBytes;
pub use uvm::UvmEntry;

#[cfg(test)]
mod tests;
