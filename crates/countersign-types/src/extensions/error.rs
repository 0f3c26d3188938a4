//! Errors of extension inputs and outputs.

use alloc::string::String;

use super::value::Malformed;
use crate::code::Code;

/// An extension output breaks its extension's definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// An output, or a member of one, is not of its type, or has a value that it can't have.
    #[error("extension output `{output}` is not {expected}")]
    WrongType {
        /// The extension identifier, with the member's name if it is a member: `credProps.rk`.
        output: &'static str,
        /// The expected type or value.
        expected: &'static str,
    },
    /// An output, or a member of one, belongs to the other ceremony.
    #[error("extension output `{output}` belongs to the other ceremony")]
    OtherCeremony {
        /// The extension identifier, with the member's name if it is a member: `prf.enabled`.
        output: &'static str,
    },
    /// The client and the authenticator contradict each other.
    #[error("the client's {client} contradicts the authenticator's {authenticator}")]
    Contradiction {
        /// The client's output.
        client: &'static str,
        /// The authenticator's output, in signed data.
        authenticator: &'static str,
    },
    /// An output of an extension that this crate does not support is not of the requested type.
    #[error("an extension output is not of the requested type")]
    Other,
}

impl ExtensionError {
    /// The code The code [`Code::ExtensionInvalid`].
    pub fn code(&self) -> Code {
        Code::ExtensionInvalid
    }
}

impl From<Malformed> for ExtensionError {
    fn from(Malformed { name, expected }: Malformed) -> Self {
        Self::WrongType { output: name, expected }
    }
}

/// An extension input can't be sent: a mistake of the relying party, found before a client fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionInputError {
    /// An input, or a member of one, is not of its type, or has a value that it can't have.
    #[error("extension input `{input}` is not {expected}")]
    WrongType {
        /// The extension identifier, with the member's name if it is a member: `prf.eval.first`.
        input: &'static str,
        /// The expected type or value.
        expected: &'static str,
    },
    /// The extension has a constructor of its own, or the name differs from such a name only in case: clients compare
    /// names exactly, and would ignore the input.
    #[error("{name:?} is, except for case, an extension with an input type of its own")]
    Modelled {
        /// The name.
        name: String,
    },
    /// The name is not an extension identifier: 1 to 32 printable ASCII characters without backslash and quotation mark
    /// ([section 9.1](https://www.w3.org/TR/webauthn-3/#sctn-extension-id)).
    #[error("{name:?} is not an extension identifier: 1 to 32 printable ascii characters")]
    NotIdentifier {
        /// The text.
        name: String,
    },
    /// The input has no JSON form.
    #[error("an extension input has no json form")]
    NotJson,
}

impl From<Malformed> for ExtensionInputError {
    fn from(Malformed { name, expected }: Malformed) -> Self {
        Self::WrongType { input: name, expected }
    }
}
