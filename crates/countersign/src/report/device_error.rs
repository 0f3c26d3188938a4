//! Requirements on devices that an authenticator does not meet.

use countersign_attestation::format::{android_key::VerifiedBootState, tpm::TpmManufacturer};
use countersign_types::Code;

/// Why the policy does not accept the device that holds the credential's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// An Android key, or the key that attests it, is not protected as well as required. Code
    /// `authenticator-not-accepted`.
    #[error("the key is not protected as well as it must be")]
    KeyProtectionTooWeak,
    /// An Android device did not boot an accepted system, or its boot loader is not locked, or it reports neither. Code
    /// `attestation-not-accepted`.
    #[error("the device's {}", boot(*.0))]
    VerifiedBootNotAccepted(Option<VerifiedBootState>),
    /// The key did not originate in the TPM, or may leave it. Code `attestation-not-accepted`.
    #[error("the credential's key is not bound to its tpm")]
    TpmKeyNotBound,
    /// The TPM's manufacturer is rejected. Code `attestation-not-accepted`.
    #[error("the tpm's manufacturer {0} is not accepted")]
    TpmManufacturerNotAccepted(TpmManufacturer),
    /// A SafetyNet response is too old, or from the future. Code `attestation-not-accepted`.
    #[error("the safetynet response was made at {milliseconds} ms, too long ago or in the future")]
    SafetyNetTime {
        /// When the response was made, in milliseconds since 1970-01-01T00:00:00Z.
        milliseconds: u64,
    },
}

impl DeviceError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        match self {
            Self::KeyProtectionTooWeak => Code::AuthenticatorNotAccepted,
            Self::VerifiedBootNotAccepted(_)
            | Self::TpmKeyNotBound
            | Self::TpmManufacturerNotAccepted(_)
            | Self::SafetyNetTime { .. } => Code::AttestationNotAccepted,
        }
    }
}

/// What a device's boot state is, that it is not accepted.
fn boot(state: Option<VerifiedBootState>) -> String {
    state.map_or_else(
        || "boot state is not attested".to_owned(),
        |state| format!("verified boot state is {state}, or its boot loader is unlocked"),
    )
}
