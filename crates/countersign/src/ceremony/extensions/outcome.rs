//! What ceremonies learn from extensions
//! ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)).

use std::collections::BTreeMap;

use countersign_types::extensions::{
    CredentialProtection, HmacResults, PaymentClientData, PrfResults, SecretBytes, UvmEntry,
};

/// What a registration learned from extensions. A member is `None`, or empty, if nothing is known: the extension was
/// not asked for, or client or authenticator don't have it.
///
/// Outputs of the client are claims; outputs of the authenticator are signed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RegistrationExtensions {
    /// `credProps.rk`, the client's claim: whether the credential is discoverable.
    pub discoverable: Option<bool>,
    /// `appidExclude`, the client's claim: whether U2F credentials were looked for.
    pub appid_excluded: Option<bool>,
    /// `credProtect`, signed: how the credential is protected.
    pub cred_protect: Option<CredentialProtection>,
    /// `minPinLength`, signed: the shortest PIN that the authenticator takes, in code points.
    pub min_pin_length: Option<u32>,
    /// `largeBlob.supported`, the client's claim: whether the credential can have a blob.
    pub large_blob_supported: Option<bool>,
    /// `prf.enabled`, the client's claim: whether the credential has a pseudo-random function.
    pub prf_enabled: Option<bool>,
    /// `prf.results`, the client's claim, if the policy keeps them.
    pub prf_results: Option<PrfResults>,
    /// `hmac-secret`, signed: whether the authenticator has an HMAC secret for the credential.
    pub hmac_secret: Option<bool>,
    /// `credBlob`, signed: whether the bytes were stored.
    pub cred_blob_stored: Option<bool>,
    /// `uvm`, signed: how the user was verified.
    pub uvm: Vec<UvmEntry>,
    /// `thirdPartyPayment`, signed: whether the credential may be used in payments that others begin.
    pub third_party_payment: Option<bool>,
    /// `remoteClientDataJSON`, the client's claim: whether client data is a remote client's.
    pub remote_client_data: Option<bool>,
    /// Outputs of extensions that have no type here, signed, as CBOR by identifier, as far as they were asked for. What the
    /// client says of those is in the response.
    pub others: BTreeMap<String, SecretBytes>,
    /// The names of outputs that were not requested, if the policy reports them.
    pub unsolicited: Vec<String>,
}

/// What an authentication learned from extensions. A member is `None`, or empty, if nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct AuthenticationExtensions {
    /// `appid`, the client's claim: whether the `AppID` was used in place of the RP ID.
    pub appid: Option<bool>,
    /// `largeBlob.blob`, the client's claim: the credential's blob.
    pub large_blob: Option<SecretBytes>,
    /// `largeBlob.written`, the client's claim: whether the blob was written.
    pub large_blob_written: Option<bool>,
    /// `prf.results`, the client's claim, if the policy keeps them.
    pub prf_results: Option<PrfResults>,
    /// `hmacGetSecret`, the client's claim, if the policy keeps them.
    pub hmac_results: Option<HmacResults>,
    /// `credBlob`, signed: the bytes that are stored with the credential.
    pub cred_blob: Option<SecretBytes>,
    /// `uvm`, signed: how the user was verified.
    pub uvm: Vec<UvmEntry>,
    /// `thirdPartyPayment`, signed: whether the credential may be used in payments that others begin.
    pub third_party_payment: Option<bool>,
    /// The payment that the user confirmed, signed: it is the expected one.
    pub payment: Option<Box<PaymentClientData>>,
    /// `remoteClientDataJSON`, the client's claim: whether client data is a remote client's.
    pub remote_client_data: Option<bool>,
    /// Outputs of extensions that have no type here, signed, as CBOR by identifier, as far as they were asked for. What the
    /// client says of those is in the response.
    pub others: BTreeMap<String, SecretBytes>,
    /// The names of outputs that were not requested, if the policy reports them.
    pub unsolicited: Vec<String>,
}
