//! Authorizations that rule a key out as a credential key.

/// Why a key in Android's key store can't be a credential key. Code `attestation-certificate-invalid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AndroidKeyError {
    /// All applications on the device may use the key, so it is not scoped to a relying party.
    #[error("all applications may use the key")]
    AllApplications,
    /// No list that counts has the key's origin.
    #[error("no authorization list has the key's origin")]
    OriginAbsent,
    /// The key was not generated in the key store.
    #[error("the key's origin is {origin}, expected 0 (generated)")]
    NotGenerated {
        /// The key's origin, a `KeyOrigin`: 1 is derived, 2 imported, 4 imported securely.
        origin: u32,
    },
    /// No list that counts has the key's purpose.
    #[error("no authorization list has the key's purpose")]
    PurposeAbsent,
    /// The key is not for signing.
    #[error("the key's purposes lack 2 (sign)")]
    NotForSigning,
    /// The key has another purpose in addition to signing.
    #[error("the key has the purpose {purpose}, expected only 2 (sign)")]
    AnotherPurpose {
        /// The other purpose, a `KeyPurpose`: 3 is verifying, 7 attesting other keys.
        purpose: u32,
    },
}
