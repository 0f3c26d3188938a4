//! Verifying a confirmed payment
//! ([Secure Payment Confirmation, section 10.1](https://www.w3.org/TR/secure-payment-confirmation/#sctn-verifying-assertion)).

use countersign_types::extensions::{
    PaymentClientData, PaymentCurrencyAmount, PaymentEntityLogo, PaymentInstrument,
};

use crate::report::extension_rejected::ExtensionRejectedError;

/// The payment that a user is asked to confirm, as it must be in signed client data.
///
/// The page that asks, the relying party's or a merchant's, hands the same to the browser's Payment Request API with the
/// payment method `secure-payment-confirmation`, along with the challenge and the credential IDs of the options.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PaymentExpectation {
    /// The origin of the page that calls the API; `None` for the relying party's own origins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_origin: Option<String>,
    /// The origin of the top-level page.
    pub top_origin: String,
    /// The payee's name, if it is to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_name: Option<String>,
    /// The payee's origin, if it is to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_origin: Option<String>,
    /// The logos that are to be shown; a browser may leave some out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logos: Vec<PaymentEntityLogo>,
    /// The amount, its currency in capital letters as browsers write it.
    pub total: PaymentCurrencyAmount,
    /// What is paid with.
    pub instrument: PaymentInstrument,
}

impl PaymentExpectation {
    /// This amount, paid with this instrument, on the relying party's own page at this top-level origin. No payee is
    /// shown until one is set.
    pub fn new(
        top_origin: impl Into<String>,
        total: PaymentCurrencyAmount,
        instrument: PaymentInstrument,
    ) -> Self {
        Self {
            caller_origin: None,
            top_origin: top_origin.into(),
            payee_name: None,
            payee_origin: None,
            logos: Vec::new(),
            total,
            instrument,
        }
    }
}

setters! {
    PaymentExpectation:

    /// A page of this origin, such as a merchant's, calls the API: no other may, the relying party's own neither.
    pub fn with_caller_origin(self, origin: impl Into<String>) { self.caller_origin = Some(origin.into()) }

    /// Shows this name of the payee.
    pub fn with_payee_name(self, name: impl Into<String>) { self.payee_name = Some(name.into()) }

    /// Shows this origin of the payee.
    pub fn with_payee_origin(self, origin: impl Into<String>) { self.payee_origin = Some(origin.into()) }

    /// Shows these logos.
    pub fn with_logos(self, logos: impl IntoIterator<Item = PaymentEntityLogo>) { self.logos.extend(logos) }
}

impl PaymentExpectation {
    /// Whether the user confirmed this payment with a credential of this RP ID.
    pub(super) fn verify(
        &self,
        rp_id: &str,
        confirmed: &PaymentClientData,
    ) -> Result<(), ExtensionRejectedError> {
        let member = if confirmed.rp_id != rp_id {
            "rpId"
        } else if confirmed.top_origin != self.top_origin {
            "topOrigin"
        } else if confirmed.payee_name != self.payee_name {
            "payeeName"
        } else if confirmed.payee_origin != self.payee_origin {
            "payeeOrigin"
        } else if !is_ordered_subset(&confirmed.payment_entities_logos, &self.logos) {
            "paymentEntitiesLogos"
        } else if confirmed.total != self.total {
            "total"
        } else if confirmed.instrument != self.instrument {
            "instrument"
        } else {
            return Ok(());
        };
        Err(ExtensionRejectedError::Payment { member })
    }
}

/// Whether `some` can be had from `all` by leaving some out.
fn is_ordered_subset<T: PartialEq>(some: &[T], all: &[T]) -> bool {
    let mut left = all.iter();
    some.iter().all(|item| left.any(|other| other == item))
}
