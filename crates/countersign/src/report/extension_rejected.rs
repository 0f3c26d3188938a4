//! Extension outputs that are well-formed and not accepted.

use core::fmt;

use countersign_types::Code;
use countersign_types::extensions::{CredentialProtection, Extension};

/// Why the relying party does not accept what extensions did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionRejectedError {
    /// The client has an output that was not requested.
    #[error("a client extension output that was not requested: {}", Name(.name))]
    UnsolicitedClientOutput {
        /// Its name.
        name: String,
    },
    /// The authenticator has an output that was not requested.
    #[error("an authenticator extension output that was not requested: {}", Name(.name))]
    UnsolicitedAuthenticatorOutput {
        /// Its name.
        name: String,
    },
    /// A requested and required extension did not work.
    #[error("the extension {extension} is required and did not work")]
    Missing {
        /// The extension.
        extension: Extension,
    },
    /// The credential is protected at another level than requested.
    #[error("{}", protection(*.asked, *.given))]
    CredProtect {
        /// The requested level.
        asked: CredentialProtection,
        /// The level that the authenticator reports; `None` if it reports none.
        given: Option<CredentialProtection>,
    },
    /// The authenticator accepts shorter PINs than the policy does.
    #[error("the authenticator accepts pins of {given} characters, {demanded} are required")]
    MinPinLength {
        /// The policy's minimum, in code points.
        demanded: u32,
        /// The authenticator's minimum.
        given: u32,
    },
    /// Results of `prf` are in the response, which must not have them.
    #[error("results of prf are in the response")]
    PrfResults,
    /// Client data comes from a remote client.
    #[error("client data comes from a remote client")]
    RemoteClientData,
    /// The payment that was confirmed is not the one that was expected.
    #[error("the confirmed payment's {member} is not the expected one")]
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

/// The message of a protection that is not the requested one.
fn protection(asked: CredentialProtection, given: Option<CredentialProtection>) -> String {
    given.map_or_else(
        || format!("the authenticator does not confirm the protection {asked}"),
        |given| format!("the credential is protected at {given}, and {asked} was requested"),
    )
}

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
