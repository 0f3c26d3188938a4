//! What a ceremony asked of extensions, as its state remembers it
//! ([section 9.3](https://www.w3.org/TR/webauthn-3/#sctn-extension-request-parameters)).

use std::collections::BTreeSet;

use countersign_types::extensions::{
    ClientExtensionInputs, CredProtectInput, Extension, LargeBlobInput, LargeBlobSupport,
};
use serde::{Deserialize, Serialize};

use crate::ceremony::extensions::payment::PaymentExpectation;

/// The part of the extension inputs that the response is judged by. It holds no secret: not the inputs of `prf`, nor
/// what is to be written with `largeBlob` or `credBlob`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestedExtensions {
    names: Vec<String>,
    /// The extensions that this ceremony requires, in addition to the policy's.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) required: BTreeSet<Extension>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cred_protect: Option<CredProtectInput>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) large_blob: Option<RequestedLargeBlob>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment: Option<Box<PaymentExpectation>>,
}

/// What was asked of `largeBlob`, without the blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RequestedLargeBlob {
    SupportRequired,
    SupportPreferred,
    Read,
    Write,
}

impl RequestedExtensions {
    /// What `inputs` ask for. An input that [`check`](ClientExtensionInputs::check) rejects is remembered only by
    /// its name.
    pub fn new(inputs: &ClientExtensionInputs) -> Self {
        let large_blob = inputs.large_blob().ok().flatten().and_then(|input| match input {
            LargeBlobInput::Support(LargeBlobSupport::Required) => Some(RequestedLargeBlob::SupportRequired),
            LargeBlobInput::Support(_) => Some(RequestedLargeBlob::SupportPreferred),
            LargeBlobInput::Read => Some(RequestedLargeBlob::Read),
            LargeBlobInput::Write(_) => Some(RequestedLargeBlob::Write),
            _ => None,
        });
        Self {
            names: inputs.names().map(str::to_owned).collect(),
            required: BTreeSet::new(),
            cred_protect: inputs.cred_protect().ok().flatten(),
            large_blob,
            payment: None,
        }
    }

    /// The names of the inputs.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether outputs of this extension were asked for.
    pub fn asks_for(&self, extension: &Extension) -> bool {
        let confirms = matches!(extension, Extension::Payment | Extension::ThirdPartyPayment);
        (confirms && self.payment.is_some()) || self.names().any(|name| extension.is_asked_by(name))
    }

    /// The payment that is to be confirmed, if there is one.
    pub fn payment(&self) -> Option<&PaymentExpectation> {
        self.payment.as_deref()
    }

    /// Whether no extension was asked for.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.payment.is_none()
    }

    /// Replaces the inputs. Required extensions and the payment stay.
    pub(crate) fn with_extensions(self, inputs: &ClientExtensionInputs) -> Self {
        Self { required: self.required, payment: self.payment, ..Self::new(inputs) }
    }

    pub(crate) fn with_required(mut self, extensions: impl IntoIterator<Item = Extension>) -> Self {
        self.required.extend(extensions);
        self
    }

    pub(crate) fn with_payment(mut self, payment: Option<PaymentExpectation>) -> Self {
        self.payment = payment.map(Box::new);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_types::extensions::{
        CredentialProtection, Enforcement, PrfInput, PrfValues, SecretBytes,
    };

    #[test]
    fn what_was_asked_for_survives_its_serialised_form() {
        let inputs = ClientExtensionInputs::new()
            .with_cred_props()
            .with_large_blob(&LargeBlobInput::Support(LargeBlobSupport::Required))
            .with_cred_protect(CredentialProtection::UserVerificationRequired, Enforcement::Enforced);
        let requested = RequestedExtensions::new(&inputs);
        assert!(requested.asks_for(&Extension::CredProps) && !requested.asks_for(&Extension::Prf));
        let text = serde_json::to_string(&requested).unwrap();
        assert_eq!(serde_json::from_str::<RequestedExtensions>(&text).unwrap(), requested);
        assert!(RequestedExtensions::default().is_empty());
    }

    #[test]
    fn no_secret_is_in_the_serialised_form() {
        let secret = || SecretBytes::new(*b"secret");
        let inputs = ClientExtensionInputs::new()
            .with_large_blob(&LargeBlobInput::Write(secret()))
            .with_cred_blob(&secret())
            .with_prf(&PrfInput::new().with_eval(PrfValues::new(secret())));
        assert!(serde_json::to_string(&inputs).unwrap().contains("c2VjcmV0"));
        let requested = RequestedExtensions::new(&inputs);
        let text = format!("{requested:?} {}", serde_json::to_string(&requested).unwrap());
        assert!(!text.contains("c2VjcmV0") && !text.contains("secret"), "{text}");
    }
}
