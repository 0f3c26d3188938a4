//! Requirements on devices that an authenticator does not meet.

use core::fmt;

use countersign_attestation::format::{android_key::VerifiedBootState, tpm::TpmManufacturer};
use countersign_types::Code;

/// Why the policy does not accept the device that holds the credential's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceError {
    /// An Android key, or the key that attests it, is not protected as well as required. Code
    /// `authenticator-not-accepted`.
    KeyProtectionTooWeak,
    /// An Android device did not boot an accepted system, or its boot loader is not locked, or it reports neither. Code
    /// `attestation-not-accepted`.
    VerifiedBootNotAccepted(Option<VerifiedBootState>),
    /// The key did not originate in the TPM, or may leave it. Code `attestation-not-accepted`.
    TpmKeyNotBound,
    /// The TPM's manufacturer is rejected. Code `attestation-not-accepted`.
    TpmManufacturerNotAccepted(TpmManufacturer),
    /// A SafetyNet response is too old, or from the future. Code `attestation-not-accepted`.
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

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyProtectionTooWeak => f.write_str("the key is not protected as well as it must be"),
            Self::VerifiedBootNotAccepted(Some(state)) => {
                write!(f, "the device's verified boot state is {state}, or its boot loader is unlocked")
            }
            Self::VerifiedBootNotAccepted(None) => f.write_str("the device's boot state is not attested"),
            Self::TpmKeyNotBound => f.write_str("the credential's key is not bound to its tpm"),
            Self::TpmManufacturerNotAccepted(manufacturer) => {
                write!(f, "the tpm's manufacturer {manufacturer} is not accepted")
            }
            Self::SafetyNetTime { milliseconds } => {
                write!(
                    f,
                    "the safetynet response was made at {milliseconds} ms, too long ago or in the future"
                )
            }
        }
    }
}

impl core::error::Error for DeviceError {}
