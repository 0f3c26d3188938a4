//! Authorizations that rule a key out as a credential key.

use core::fmt;

/// Why a key in Android's key store can't be a credential key. Code `attestation-certificate-invalid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AndroidKeyError {
    /// All applications on the device may use the key, so it is not scoped to a relying party.
    AllApplications,
    /// No list that counts has the key's origin.
    OriginAbsent,
    /// The key was not generated in the key store.
    NotGenerated {
        /// The key's origin, a `KeyOrigin`: 1 is derived, 2 imported, 4 imported securely.
        origin: u32,
    },
    /// No list that counts has the key's purpose.
    PurposeAbsent,
    /// The key is not for signing.
    NotForSigning,
    /// The key has another purpose in addition to signing.
    AnotherPurpose {
        /// The other purpose, a `KeyPurpose`: 3 is verifying, 7 attesting other keys.
        purpose: u32,
    },
}

impl fmt::Display for AndroidKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllApplications => f.write_str("all applications may use the key"),
            Self::OriginAbsent => f.write_str("no authorization list has the key's origin"),
            Self::NotGenerated { origin } => {
                write!(f, "the key's origin is {origin}, expected 0 (generated)")
            }
            Self::PurposeAbsent => f.write_str("no authorization list has the key's purpose"),
            Self::NotForSigning => f.write_str("the key's purposes lack 2 (sign)"),
            Self::AnotherPurpose { purpose } => {
                write!(f, "the key has the purpose {purpose}, expected only 2 (sign)")
            }
        }
    }
}

impl core::error::Error for AndroidKeyError {}
