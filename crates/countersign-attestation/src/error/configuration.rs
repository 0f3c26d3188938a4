//! Statements that verify, and that the format's configuration does not accept.

use core::fmt;

use countersign_types::Aaguid;

use crate::format::android_key::description::SecurityLevel;

/// Why the configuration of a format does not accept a statement. Code `attestation-not-accepted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatConfigurationError {
    /// The security level of an Android key or of its attestation is unknown, or below the secure environment whose list
    /// is the only one that counts; holds that level.
    SecurityLevelNotAccepted(SecurityLevel),
    /// The key belongs to the other environment of Apple's App Attest; holds the AAGUID, which names the environment.
    AppAttestEnvironment(Aaguid),
    /// The device did not pass the configured test of integrity; holds the member with the result.
    DeviceIntegrity(&'static str),
}

impl fmt::Display for FormatConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecurityLevelNotAccepted(level) => write!(f, "the key's security level is {level}"),
            Self::AppAttestEnvironment(aaguid) => {
                write!(f, "the key is of the other app attest environment: aaguid {aaguid}")
            }
            Self::DeviceIntegrity(member) => write!(f, "{member} is false"),
        }
    }
}

impl core::error::Error for FormatConfigurationError {}
