//! The payment extension of Secure Payment Confirmation
//! ([its section 5](https://www.w3.org/TR/secure-payment-confirmation/#sctn-payment-extension-registration)), and the
//! payment that a user confirmed, in client data.

use alloc::{string::String, vec::Vec};
use core::str;

use serde_json::{Map, Value, json};

use super::error::{ExtensionError, ExtensionInputError};
use super::{inputs::ClientExtensionInputs, outputs::ClientExtensionOutputs, value};
use crate::base64url::Base64Url;
use crate::identifiers::AlgorithmIdentifier;
use crate::options::dictionary::{dictionary, object};
use crate::options::parameters::CredentialParameters;

const PAYMENT: &str = "payment";

/// The input of `payment` at registration: a credential with which payments can be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PaymentInput {
    /// The algorithms for a key of the browser's own; empty for those of the credential.
    pub browser_bound_algorithms: Vec<AlgorithmIdentifier>,
}

impl PaymentInput {
    /// Requests a credential with which payments can be confirmed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the algorithms for a key of the browser's own.
    pub fn with_browser_bound_algorithms(
        mut self,
        algorithms: impl IntoIterator<Item = AlgorithmIdentifier>,
    ) -> Self {
        self.browser_bound_algorithms.extend(algorithms);
        self
    }
}

/// The output of `payment`, The output of `payment`, `AuthenticationExtensionsPaymentOutputs`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentOutput {
    /// A signature over client data by a key of the browser's own, which this crate does not verify.
    pub browser_bound_signature: Option<Vec<u8>>,
}

impl ClientExtensionInputs {
    /// Requests, at registration, a credential with which payments can be confirmed. At authentication the browser adds
    /// the input: the page calls the Payment Request API.
    pub fn with_payment(self, input: &PaymentInput) -> Self {
        let mut members = Map::from_iter([("isPayment".into(), Value::Bool(true))]);
        let parameters = input.browser_bound_algorithms.iter();
        let parameters: Vec<_> =
            parameters.map(|algorithm| json!({"type": "public-key", "alg": algorithm})).collect();
        if !parameters.is_empty() {
            members.insert("browserBoundPubKeyCredParams".into(), parameters.into());
        }
        self.with(PAYMENT, members)
    }

    /// The input of [`with_payment`](Self::with_payment); `None` also if `isPayment` is not true.
    pub fn payment(&self) -> Result<Option<PaymentInput>, ExtensionInputError> {
        let Some(members) = value::object(self.get(PAYMENT), PAYMENT)? else { return Ok(None) };
        if value::boolean(members.get("isPayment"), "payment.isPayment")? != Some(true) {
            return Ok(None);
        }
        let parameters = match members.get("browserBoundPubKeyCredParams") {
            None | Some(Value::Null) => Vec::new(),
            Some(parameters) => serde_json::from_value::<Vec<CredentialParameters>>(parameters.clone())
                .or_else(|_| {
                    value::wrong("payment.browserBoundPubKeyCredParams", "a list of credential parameters")
                })?,
        };
        let algorithms = parameters.into_iter().map(|parameters| parameters.alg);
        Ok(Some(PaymentInput::new().with_browser_bound_algorithms(algorithms)))
    }
}

impl ClientExtensionOutputs {
    /// The client's output on the browser's own key; `None` if there is none.
    pub fn payment(&self) -> Result<Option<PaymentOutput>, ExtensionError> {
        let Some(members) = value::object(self.get(PAYMENT), PAYMENT)? else { return Ok(None) };
        let signature = value::object(members.get("browserBoundSignature"), "payment.browserBoundSignature")?;
        let name = "payment.browserBoundSignature.signature";
        let browser_bound_signature = match signature {
            Some(signature) => Some(value::required(value::bytes(signature.get("signature"), name)?, name)?),
            None => None,
        };
        Ok(Some(PaymentOutput { browser_bound_signature }))
    }
}

dictionary! {
    /// An amount of money, An amount of money, `PaymentCurrencyAmount` of the [Payment Request
    /// API](https://www.w3.org/TR/payment-request/#paymentcurrencyamount-dictionary).
    PaymentCurrencyAmount {
        /// The currency code of three letters, such as `EUR`.
        currency: String,
        /// The decimal amount, such as `9.99`.
        value: String,
    }
}

impl PaymentCurrencyAmount {
    /// Creates an amount of this currency.
    pub fn new(currency: impl Into<String>, value: impl Into<String>) -> Self {
        Self { currency: currency.into(), value: value.into() }
    }
}

const fn yes() -> bool {
    true
}

dictionary! {
    /// The means of payment as the user saw it, `PaymentCredentialInstrument`
    /// ([section](https://www.w3.org/TR/secure-payment-confirmation/#sctn-paymentcredentialinstrument-dictionary)).
    PaymentInstrument {
        /// The name of the instrument.
        display_name: String,
        /// The URL of the icon.
        icon: String,
        /// Whether the icon had to be shown.
        #[serde(default = "yes")]
        icon_must_be_shown: bool,
        /// Additional details.
        details: Option<String> = default,
    }
}

impl PaymentInstrument {
    /// Creates an instrument with this name and icon, which must be shown.
    pub fn new(display_name: impl Into<String>, icon: impl Into<String>) -> Self {
        Self { display_name: display_name.into(), icon: icon.into(), icon_must_be_shown: true, details: None }
    }
}

dictionary! {
    /// The logo of a party to the payment, `PaymentEntityLogo`
    /// ([section](https://www.w3.org/TR/secure-payment-confirmation/#sctn-paymententitylogo-dictionary)).
    PaymentEntityLogo {
        /// The URL of the logo.
        url: String,
        /// The label of the logo.
        label: String,
    }
}

impl PaymentEntityLogo {
    /// Creates a logo.
    pub fn new(url: impl Into<String>, label: impl Into<String>) -> Self {
        Self { url: url.into(), label: label.into() }
    }
}

dictionary! {
    /// The payment that the user confirmed, `CollectedClientAdditionalPaymentData`, signed as part of client data
    /// ([section](https://www.w3.org/TR/secure-payment-confirmation/#sctn-collectedclientadditionalpaymentdata-dictionary)).
    PaymentClientData {
        /// The RP ID of the credential's relying party.
        rp_id: String,
        /// The RP ID under its older name, which some browsers add.
        rp: Option<String> = default,
        /// The origin of the top-level page.
        top_origin: String,
        /// The payee's name, if it was shown.
        payee_name: Option<String> = default,
        /// The payee's origin, if it was shown.
        payee_origin: Option<String> = default,
        /// The logos that were shown.
        payment_entities_logos: Vec<PaymentEntityLogo> = default,
        /// The amount.
        total: PaymentCurrencyAmount,
        /// The means of payment.
        instrument: PaymentInstrument,
        /// The `COSE_Key` of the browser's own key, if it has one.
        browser_bound_public_key: Option<Base64Url> = default,
    }
}

impl PaymentClientData {
    /// Reads the member `payment` of client data, and ignores all other members. The code of an error is
    /// `extension-invalid`.
    pub fn from_client_data(client_data_json: &[u8]) -> Result<Self, ExtensionError> {
        let wrong = ExtensionError::WrongType {
            output: PAYMENT,
            expected: "in client data as secure payment confirmation has it",
        };
        let text = str::from_utf8(client_data_json).map_err(|_| wrong)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read: Result<Members, _> = object(&mut deserializer);
        let members = read.and_then(|members| deserializer.end().map(|()| members)).map_err(|_| wrong)?;
        let payment = members.payment;
        if payment.rp.as_ref().is_some_and(|rp| *rp != payment.rp_id) {
            return Err(ExtensionError::WrongType { output: "payment.rp", expected: "the same as `rpId`" });
        }
        Ok(payment)
    }
}

#[derive(serde::Deserialize)]
struct Members {
    payment: PaymentClientData,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{borrow::ToOwned, string::ToString, vec};

    fn payment() -> Value {
        json!({
            "rpId": "bank.example",
            "topOrigin": "https://merchant.example",
            "payeeOrigin": "https://merchant.example",
            "total": {"currency": "USD", "value": "5.00"},
            "instrument": {"displayName": "Card …4242", "icon": "https://bank.example/card.png"},
        })
    }

    fn read(payment: &Value) -> Result<PaymentClientData, ExtensionError> {
        let client_data =
            json!({"type": "payment.get", "challenge": "AQI", "origin": "x", "payment": payment});
        PaymentClientData::from_client_data(client_data.to_string().as_bytes())
    }

    #[test]
    fn an_input_survives_a_round_trip() {
        let input = PaymentInput::new().with_browser_bound_algorithms([AlgorithmIdentifier(-7)]);
        let inputs = ClientExtensionInputs::new().with_payment(&input);
        assert_eq!(inputs.payment(), Ok(Some(input)));
        assert_eq!(
            serde_json::to_value(&inputs).unwrap()["payment"]["browserBoundPubKeyCredParams"],
            json!([{"type": "public-key", "alg": -7}])
        );
        let inputs = ClientExtensionInputs::new().with_payment(&PaymentInput::new());
        assert_eq!(serde_json::to_string(&inputs).unwrap(), r#"{"payment":{"isPayment":true}}"#);
    }

    #[test]
    fn the_signature_by_the_key_of_the_browser_is_read() {
        let outputs: ClientExtensionOutputs =
            serde_json::from_str(r#"{"payment":{"browserBoundSignature":{"signature":"AQI"}}}"#).unwrap();
        let output = PaymentOutput { browser_bound_signature: Some(vec![1, 2]) };
        assert_eq!(outputs.payment(), Ok(Some(output)));
        let outputs: ClientExtensionOutputs =
            serde_json::from_str(r#"{"payment":{"browserBoundSignature":{}}}"#).unwrap();
        outputs.payment().unwrap_err();
    }

    #[test]
    fn the_confirmed_payment_is_read() {
        let read = read(&payment()).unwrap();
        assert_eq!(read.total, PaymentCurrencyAmount::new("USD", "5.00"));
        assert_eq!(read.instrument, PaymentInstrument::new("Card …4242", "https://bank.example/card.png"));
        assert_eq!((read.payee_name, read.payment_entities_logos), (None, vec![]));
    }

    #[test]
    fn rule_337_a_payment_without_a_required_member_is_invalid() {
        for name in ["rpId", "topOrigin", "total", "instrument"] {
            let mut payment = payment();
            payment.as_object_mut().unwrap().remove(name);
            assert!(
                matches!(read(&payment), Err(ExtensionError::WrongType { output: "payment", .. })),
                "{name}"
            );
        }
        let none = br#"{"type":"payment.get","challenge":"AQI","origin":"x"}"#.to_owned();
        PaymentClientData::from_client_data(&none).unwrap_err();
        read(&Value::Null).unwrap_err();
    }

    #[test]
    fn rule_337_rp_and_rp_id_agree() {
        let mut payment = payment();
        payment["rp"] = "bank.example".into();
        read(&payment).unwrap();
        payment["rp"] = "other.example".into();
        let error = ExtensionError::WrongType { output: "payment.rp", expected: "the same as `rpId`" };
        assert_eq!(read(&payment), Err(error));
    }
}
