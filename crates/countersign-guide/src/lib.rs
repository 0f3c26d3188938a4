//! The examples of all guides as tests, and the first program of "Passkeys from zero".

#[cfg(doctest)]
mod book;

/// The guides, each of whose examples is compiled and run as a test.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../../docs/guide/passkeys.md")]
    struct Passkeys;
    #[doc = include_str!("../../../docs/guide/second-factor.md")]
    struct SecondFactor;
    #[doc = include_str!("../../../docs/guide/attested.md")]
    struct Attested;
    #[doc = include_str!("../../../docs/guide/native-apps.md")]
    struct NativeApps;
    #[doc = include_str!("../../../docs/guide/step-up.md")]
    struct StepUp;
    #[doc = include_str!("../../../docs/guide/recovery.md")]
    struct Recovery;
}

/// Further documents with examples. They are outside every package, so no published crate can include them.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[doc = include_str!("../../../docs/attestation/roots.md")]
    struct VendorRoots;
}
