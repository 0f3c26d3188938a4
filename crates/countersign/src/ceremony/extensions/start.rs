//! What a ceremony may not ask of extensions: rejected at its start, because a client would fail late and say little, or go
//! on without ([section 10](https://www.w3.org/TR/webauthn-3/#sctn-defined-extensions)).

use countersign_types::enumerations::{
    AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationRequirement,
};
use countersign_types::extensions::{
    ClientExtensionInputs, CredentialProtection, Extension, ExtensionInputError, LargeBlobInput,
};
use countersign_types::{CredentialId, options::CredentialDescriptor};

use crate::ceremony::extensions::{payment::PaymentExpectation, requested::RequestedExtensions};
use crate::relying_party::policy::extensions::{PrfUserVerification, RemoteClients};
use crate::relying_party::{appid::is_appid_of, origin::is_web_origin, party::RelyingParty};

/// Inputs that only registrations have.
const OF_REGISTRATION: [&str; 8] = [
    "appidExclude",
    "credProps",
    "credentialProtectionPolicy",
    "enforceCredentialProtectionPolicy",
    "minPinLength",
    "credBlob",
    "hmacCreateSecret",
    "payment",
];

/// Inputs that only authentications have.
const OF_AUTHENTICATION: [&str; 3] = ["appid", "getCredBlob", "hmacGetSecret"];

/// Why a ceremony can't ask this of extensions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionRequestError {
    /// An input does not fit its extension.
    #[error(transparent)]
    Input(#[from] ExtensionInputError),
    /// An input, or a member of one, belongs to the other ceremony. That of `payment` belongs to registrations: an
    /// authentication has [`with_payment`](crate::AuthenticationRequest::with_payment).
    #[error("the extension input `{input}` belongs to the other ceremony")]
    OtherCeremony {
        /// The input's name, with the member's if it is one: `prf.evalByCredential`.
        input: &'static str,
    },
    /// `prf.evalByCredential` has a credential that is not among the allowed ones.
    #[error("prf.evalByCredential names a credential that is not among the allowed ones")]
    PrfCredentialNotAllowed,
    /// This needs user verification to be required.
    #[error("the extension input `{input}` needs user verification to be required")]
    UserVerificationNotRequired {
        /// The input's name.
        input: &'static str,
    },
    /// A large blob is written to one allowed credential, neither to several nor to whichever answers.
    #[error("a large blob is written to exactly one allowed credential, {count} are allowed")]
    LargeBlobCredentials {
        /// The number of allowed credentials.
        count: usize,
    },
    /// The AppID is not an `https` URL of the RP ID's site: no browser lets the relying party use it.
    #[error("the appid {appid:?} is not an https url of the rp id's site")]
    AppId {
        /// The text.
        appid: String,
    },
    /// A remote client is requested, and the policy rejects them.
    #[error("remoteClientDataJSON is requested, and the policy rejects it")]
    RemoteClient,
    /// `payment` needs a discoverable credential of a platform authenticator.
    #[error("payment needs the attachment platform and a resident key that is required or preferred")]
    PaymentSelection,
    /// A payment to confirm has a member that no browser would sign.
    #[error("the payment to confirm has a {member} that no browser would sign")]
    Payment {
        /// The member.
        member: &'static str,
    },
    /// A payment is confirmed with one of the credentials that the page names, and none is listed.
    #[error("a payment is confirmed with a listed credential")]
    PaymentCredentials,
    /// A required extension is not requested.
    #[error("the extension {extension} is required and not requested")]
    RequiredNotAsked {
        /// The extension.
        extension: Extension,
    },
}

/// Whether a registration can ask this.
pub(crate) fn registration(
    rp: &RelyingParty,
    inputs: &ClientExtensionInputs,
) -> Result<(), ExtensionRequestError> {
    both(rp, inputs)?;
    none_of(inputs, &OF_AUTHENTICATION)?;
    if inputs.prf()?.is_some_and(|prf| !prf.eval_by_credential.is_empty()) {
        return Err(ExtensionRequestError::OtherCeremony { input: "prf.evalByCredential" });
    }
    match inputs.large_blob()? {
        Some(LargeBlobInput::Read) => {
            return Err(ExtensionRequestError::OtherCeremony { input: "largeBlob.read" });
        }
        Some(LargeBlobInput::Write(_)) => {
            return Err(ExtensionRequestError::OtherCeremony { input: "largeBlob.write" });
        }
        _ => {}
    }
    if let Some(appid) = inputs.appid_exclude()? {
        appid_of(rp, appid)?;
    }
    let always_verified = CredentialProtection::UserVerificationRequired;
    if inputs.cred_protect()?.is_some_and(|input| input.policy == always_verified) {
        verified(rp, "credentialProtectionPolicy")?;
    }
    if inputs.payment()?.is_some() {
        payment_selection(rp)?;
    }
    Ok(())
}

/// Whether an authentication can ask this, with these allowed credentials.
pub(crate) fn authentication(
    rp: &RelyingParty,
    inputs: &ClientExtensionInputs,
    allowed: &[CredentialDescriptor],
) -> Result<(), ExtensionRequestError> {
    both(rp, inputs)?;
    none_of(inputs, &OF_REGISTRATION)?;
    let prf = inputs.prf()?.unwrap_or_default();
    let is_allowed = |id: &CredentialId| allowed.iter().any(|credential| credential.id == *id);
    if !prf.eval_by_credential.keys().all(is_allowed) {
        return Err(ExtensionRequestError::PrfCredentialNotAllowed);
    }
    match inputs.large_blob()? {
        Some(LargeBlobInput::Support(_)) => {
            return Err(ExtensionRequestError::OtherCeremony { input: "largeBlob.support" });
        }
        Some(LargeBlobInput::Write(_)) if allowed.len() != 1 => {
            return Err(ExtensionRequestError::LargeBlobCredentials { count: allowed.len() });
        }
        _ => {}
    }
    if let Some(appid) = inputs.appid()? {
        appid_of(rp, appid)?;
    }
    Ok(())
}

/// Whether an authentication can confirm this payment, with these allowed credentials.
pub(crate) fn payment(
    rp: &RelyingParty,
    payment: &PaymentExpectation,
    allowed: &[CredentialDescriptor],
) -> Result<(), ExtensionRequestError> {
    verified(rp, "payment")?;
    if allowed.is_empty() {
        return Err(ExtensionRequestError::PaymentCredentials);
    }
    let total = &payment.total;
    let is_origin = |origin: &Option<String>| origin.as_deref().is_none_or(is_web_origin);
    // As the Payment Request API has it: https://www.w3.org/TR/payment-request/#dfn-valid-decimal-monetary-value
    let is_currency =
        total.currency.len() == 3 && total.currency.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = total.value.split_once('.').unwrap_or((&total.value, "0"));
    let wrong = if !is_web_origin(&payment.top_origin) {
        "topOrigin"
    } else if !is_origin(&payment.caller_origin) {
        "origin"
    } else if !is_origin(&payment.payee_origin) {
        "payeeOrigin"
    } else if !is_currency || !is_number(whole) || !is_number(fraction) {
        "total"
    } else {
        return Ok(());
    };
    Err(ExtensionRequestError::Payment { member: wrong })
}

/// Whether what a ceremony requires is what it asks for.
pub(crate) fn required(requested: &RequestedExtensions) -> Result<(), ExtensionRequestError> {
    match requested.required.iter().find(|extension| !requested.asks_for(extension)) {
        Some(extension) => Err(ExtensionRequestError::RequiredNotAsked { extension: extension.clone() }),
        None => Ok(()),
    }
}

fn both(rp: &RelyingParty, inputs: &ClientExtensionInputs) -> Result<(), ExtensionRequestError> {
    inputs.check()?;
    if inputs.prf()?.is_some() && rp.policy.extensions.prf_user_verification == PrfUserVerification::Required
    {
        verified(rp, "prf")?;
    }
    let is_remote = inputs.remote_client_data_json()?.is_some();
    if is_remote && rp.policy.extensions.remote_clients == RemoteClients::Reject {
        return Err(ExtensionRequestError::RemoteClient);
    }
    Ok(())
}

fn none_of(inputs: &ClientExtensionInputs, others: &[&'static str]) -> Result<(), ExtensionRequestError> {
    let other = others.iter().copied().find(|other| inputs.names().any(|name| name == *other));
    other.map_or(Ok(()), |input| Err(ExtensionRequestError::OtherCeremony { input }))
}

fn verified(rp: &RelyingParty, input: &'static str) -> Result<(), ExtensionRequestError> {
    let is_required = rp.policy.user_verification == UserVerificationRequirement::Required;
    if is_required { Ok(()) } else { Err(ExtensionRequestError::UserVerificationNotRequired { input }) }
}

/// What a browser wants of a registration with `payment`
/// ([Secure Payment Confirmation, section 5](https://www.w3.org/TR/secure-payment-confirmation/#sctn-payment-extension-registration)).
fn payment_selection(rp: &RelyingParty) -> Result<(), ExtensionRequestError> {
    verified(rp, "payment")?;
    let is_platform = rp.policy.attachment == Some(AuthenticatorAttachment::Platform);
    let is_discoverable = matches!(
        rp.policy.resident_key,
        ResidentKeyRequirement::Required | ResidentKeyRequirement::Preferred
    );
    if is_platform && is_discoverable { Ok(()) } else { Err(ExtensionRequestError::PaymentSelection) }
}

fn appid_of(rp: &RelyingParty, appid: &str) -> Result<(), ExtensionRequestError> {
    let is_own = is_appid_of(rp.public_suffixes.as_deref(), appid, &rp.id);
    if is_own { Ok(()) } else { Err(ExtensionRequestError::AppId { appid: appid.to_owned() }) }
}
