//! Extension outputs that are well-formed and not accepted.

use core::fmt;

use countersign_types::{
    Code,
    extensions::{CredentialProtection, Extension},
};

/// Why the relying party does not accept what extensions did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionRejectedError {
    /// The client has an output that nobody asked for.
    UnsolicitedClientOutput {
        /// Its name.
        name: String,
    },
    /// The authenticator has an output that nobody asked for.
    UnsolicitedAuthenticatorOutput {
        /// Its name.
        name: String,
    },
    /// An extension that was asked for, and is required, did not work.
    Missing {
        /// The extension.
        extension: Extension,
    },
    /// The credential is not protected as it was asked for.
    CredProtect {
        /// The level that was asked for.
        asked: CredentialProtection,
        /// The level that the authenticator gives; `None` where it says nothing.
        given: Option<CredentialProtection>,
    },
    /// The authenticator takes shorter PINs than policy says.
    MinPinLength {
        /// What policy says, in code points.
        demanded: u32,
        /// What the authenticator takes.
        given: u32,
    },
    /// Results of `prf` are in the response, where they must not be.
    PrfResults,
    /// Client data is a remote client's.
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
                write!(f, "a client extension output that nobody asked for: {}", Name(name))
            }
            Self::UnsolicitedAuthenticatorOutput { name } => {
                write!(f, "an authenticator extension output that nobody asked for: {}", Name(name))
            }
            Self::Missing { extension } => {
                write!(f, "the extension {extension} is required and did not work")
            }
            Self::CredProtect { asked, given: Some(given) } => {
                write!(f, "the credential is protected at {given}, and {asked} was asked for")
            }
            Self::CredProtect { asked, given: None } => {
                write!(f, "the authenticator does not confirm the protection {asked}")
            }
            Self::MinPinLength { demanded, given } => {
                write!(f, "the authenticator takes pins of {given} characters, {demanded} are demanded")
            }
            Self::PrfResults => f.write_str("results of prf are in the response"),
            Self::RemoteClientData => f.write_str("client data is a remote client's"),
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
