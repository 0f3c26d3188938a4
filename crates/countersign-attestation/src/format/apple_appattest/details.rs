//! What Apple's App Attest reports.

use countersign_types::Aaguid;

/// An environment of Apple's App Attest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AppAttestEnvironment {
    /// The environment of distributed apps, and of apps under development that are [set up](https://developer.apple.com/documentation/bundleresources/entitlements/com.apple.developer.devicecheck.appattest-environment)
    /// for it.
    Production,
    /// The sandbox: the default environment of apps under development.
    Development,
}

impl AppAttestEnvironment {
    /// The AAGUID of the environment's keys.
    pub const fn aaguid(self) -> Aaguid {
        Aaguid::from_bytes(match self {
            Self::Production => *b"appattest\0\0\0\0\0\0\0",
            Self::Development => *b"appattestdevelop",
        })
    }
}

/// What an App Attest statement has in addition to certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppAttestDetails {
    /// The environment of the key.
    pub environment: AppAttestEnvironment,
    /// The receipt, as received and not parsed. Apple's server exchanges it for the device's fraud metric.
    pub receipt: Vec<u8>,
}
