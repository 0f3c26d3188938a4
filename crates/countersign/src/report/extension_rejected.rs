//! Extension outputs that are well-formed and not accepted.

use core::fmt;

use countersign_types::Code;
use countersign_types::extensions::{CredentialProtection, Extension};

/// Why the relying party does not accept what extensions did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionRejectedError {
    /// The client has an output that was not requested.
    UnsolicitedClientOutput {
        /// Its name.
        name: String,
    },
    /// The authenticator has an output that was not requested.
    UnsolicitedAuthenticatorOutput {
        /// Its name.
        name: String,
    },
    /// A requested and required extension did not work.
    Missing {
        /// The extension.
        extension: Extension,
    },
    /// The credential is protected at another level than requested.
    CredProtect {
        /// The requested level.
        asked: CredentialProtection,
        /// The level that the authenticator reports; `None` if it reports none.
        given: Option<CredentialProtection>,
    },
    /// The authenticator accepts shorter PINs than the policy does.
    MinPinLength {
        /// The policy's minimum, in code points.
        demanded: u32,
        /// The authenticator's minimum.
        given: u32,
    },
    /// Results of `prf` are in the response, which must not have them.
    PrfResults,
    /// Client data comes from a remote client.
    RemoteClientData,
    /// The payment that was confirmed is not the one that was expected.
    Payment {
        /// The member of client data's `payment` that differs.
        member: &'static str,
    },
}

impl ExtensionRejectedError {
    /// [`Code::ExtensionNotAccepted`].
    pub const fn code(&self) -> Code {
        Code::ExtensionNotAccepted
    }
}

impl fmt::Display for ExtensionRejectedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnsolicitedClientOutput { name } => {
                write!(f, "a client extension output that was not requested: {}", Name(name))
            }
            Self::UnsolicitedAuthenticatorOutput { name } => {
                write!(f, "an authenticator extension output that was not requested: {}", Name(name))
            }
            Self::Missing { extension } => {
                write!(f, "the extension {extension} is required and did not work")
            }
            Self::CredProtect { asked, given: Some(given) } => {
                write!(f, "the credential is protected at {given}, and {asked} was requested")
            }
            Self::CredProtect { asked, given: None } => {
                write!(f, "the authenticator does not confirm the protection {asked}")
            }
            Self::MinPinLength { demanded, given } => {
                write!(f, "the authenticator accepts pins of {given} characters, {demanded} are required")
            }
            Self::PrfResults => f.write_str("results of prf are in the response"),
            Self::RemoteClientData => f.write_str("client data comes from a remote client"),
            Self::Payment { member } => write!(f, "the confirmed payment's {member} is not the expected one"),
        }
    }
}

impl core::error::Error for ExtensionRejectedError {}

/// A name from outside, fit for a log line: quoted, escaped, and cut.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The length of extension identifiers; what is longer is none.
        const MAX: usize = 32;
        match self.0.char_indices().nth(MAX).and_then(|(end, _)| self.0.get(..end)) {
            Some(start) => write!(f, "{start:?}…"),
            None => write!(f, "{:?}", self.0),
        }
    }
}
