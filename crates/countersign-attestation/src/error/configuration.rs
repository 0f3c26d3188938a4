//! Statements that verify, and that the format's configuration does not accept.

use countersign_types::Aaguid;

use crate::format::android_key::description::SecurityLevel;

/// Why the configuration of a format does not accept a statement. Code `attestation-not-accepted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatConfigurationError {
    /// The security level of an Android key or of its attestation is unknown, or below the secure environment whose list
    /// is the only one that counts; holds that level.
    #[error("the key's security level is {0}")]
    SecurityLevelNotAccepted(SecurityLevel),
    /// The key belongs to the other environment of Apple's App Attest; holds the AAGUID, which names the environment.
    #[error("the key is of the other app attest environment: aaguid {0}")]
    AppAttestEnvironment(Aaguid),
    /// The device did not pass the configured test of integrity; holds the member with the result.
    #[error("{0} is false")]
    DeviceIntegrity(&'static str),
}
