//! What the statement formats report about authenticators.

use crate::format::{
    android_key::description::KeyDescription, android_safetynet::details::SafetyNetDetails,
    apple_appattest::details::AppAttestDetails, fido::FidoDetails, tpm::details::TpmDetails,
};

/// What a statement format reports about the authenticator, in addition to the attestation type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Details {
    /// No further details.
    #[default]
    None,
    /// The TPM that holds the credential's key.
    Tpm(TpmDetails),
    /// The FIDO extensions of the attestation certificate of `packed` or `fido-u2f`.
    Fido(FidoDetails),
    /// Android's description of the credential's key and its device.
    Android(Box<KeyDescription>),
    /// Google's verdict on the device.
    SafetyNet(SafetyNetDetails),
    /// The environment and receipt of Apple's App Attest.
    AppAttest(AppAttestDetails),
}
