//! How a relying party uses extensions ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)): what a
//! ceremony may ask for, and what its response may answer.
//!
//! A ceremony asks by the inputs of its request. What can't work is rejected when the ceremony starts, with an
//! [`ExtensionRequestError`]. When it finishes, the outputs are checked against the request and the [`ExtensionPolicy`](crate::relying_party::policy::ExtensionPolicy); what is
//! learned from them is a [`RegistrationExtensions`] or an [`AuthenticationExtensions`], and what is wrong with them has
//! the code `extension-invalid` or `extension-not-accepted`.
//!
//! | extension | may be asked for at | rejected at the start | rejected at the finish, if requested |
//! | --- | --- | --- | --- |
//! | `appid`, `appidExclude` | authentication, registration | an AppID that is no `https` URL of the RP ID's site; without public suffixes, of a domain neither above nor below the RP ID | |
//! | `credProps` | registration | | |
//! | `prf` | both | `evalByCredential` for credentials that are not listed; user verification that is not required, unless policy says else | `enabled` at authentication; an `enabled` that the authenticator contradicts |
//! | `largeBlob` | both | a write for other than one credential; members of the other ceremony | members of the other ceremony; no support if it was required |
//! | `credProtect` | registration | the level `userVerificationRequired` if user verification is not required | a weaker level; none if one was enforced |
//! | `minPinLength` | registration | | a PIN shorter than policy says |
//! | `credBlob`, `uvm`, `hmac-secret` | both | members of the other ceremony | |
//! | `payment` | registration | an authenticator other than a platform's with a discoverable, verifying credential | |
//! | `remoteClientDataJSON` | both | if policy rejects remote clients | likewise, requested or not |
//!
//! A payment is confirmed with [`AuthenticationRequest::with_payment`](crate::AuthenticationRequest::with_payment).
//!
//! What may be a secret, such as the results of `prf`, is in no record, report, error or state.

pub(crate) mod authentication;
pub(crate) mod outcome;
pub(crate) mod outputs;
pub(crate) mod payment;
pub(crate) mod registration;
pub(crate) mod requested;
pub(crate) mod start;

pub use countersign_types::extensions::{
    AuthenticatorExtensionOutputs, ClientExtensionInputs, ClientExtensionOutputs, CredentialProtection,
    Enforcement, Extension, ExtensionError, ExtensionInputError, HmacResults, HmacSalts, LargeBlobInput,
    LargeBlobSupport, PaymentClientData, PaymentCurrencyAmount, PaymentEntityLogo, PaymentInput,
    PaymentInstrument, PrfInput, PrfResults, PrfValues, SecretBytes, UvmEntry,
};
pub use outcome::{AuthenticationExtensions, RegistrationExtensions};
pub use payment::PaymentExpectation;
pub use requested::RequestedExtensions;
pub use start::ExtensionRequestError;

#[cfg(test)]
mod tests;
