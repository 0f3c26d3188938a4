//! What of a key's authorizations rules it out.

use core::fmt;

use crate::{AttestationError, error::CertificateFault};

/// Why a key in Android's key store is none for a credential. The code of each is `attestation-certificate-invalid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AndroidKeyFault {
    /// All applications on the device may use it, so it is not scoped to a relying party.
    AllApplications,
    /// No list that counts says where it comes from.
    OriginAbsent,
    /// It was not generated in the key store.
    NotGenerated {
        /// Its origin, a `KeyOrigin`: 1 is derived, 2 imported, 4 imported securely.
        origin: u32,
    },
    /// No list that counts says what it is for.
    PurposeAbsent,
    /// It is not for signing.
    NotForSigning,
    /// It is not for signing alone.
    AnotherPurpose {
        /// Another purpose, a `KeyPurpose`: 3 is verifying, 7 attesting other keys.
        purpose: u32,
    },
}

impl From<AndroidKeyFault> for AttestationError {
    fn from(fault: AndroidKeyFault) -> Self {
        CertificateFault::AndroidKey(fault).into()
    }
}

impl fmt::Display for AndroidKeyFault {
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

impl core::error::Error for AndroidKeyFault {}
