//! Errors of extension inputs and outputs.

use alloc::string::String;
use core::fmt;

use super::value::Malformed;
use crate::code::Code;

/// An extension output breaks its extension's definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionError {
    /// An output, or a member of one, is not of its type, or has a value that it can't have.
    WrongType {
        /// The extension identifier, with the member's name if it is a member: `credProps.rk`.
        output: &'static str,
        /// The expected type or value.
        expected: &'static str,
    },
    /// An output, or a member of one, belongs to the other ceremony.
    OtherCeremony {
        /// The extension identifier, with the member's name if it is a member: `prf.enabled`.
        output: &'static str,
    },
    /// The client and the authenticator contradict each other.
    Contradiction {
        /// The client's output.
        client: &'static str,
        /// The authenticator's output, in signed data.
        authenticator: &'static str,
    },
    /// An output of an extension that this crate does not support is not of the requested type.
    Other,
}

impl ExtensionError {
    /// The code The code [`Code::ExtensionInvalid`].
    pub fn code(&self) -> Code {
        Code::ExtensionInvalid
    }
}

impl fmt::Display for ExtensionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType { output, expected } => {
                write!(f, "extension output `{output}` is not {expected}")
            }
            Self::OtherCeremony { output } => {
                write!(f, "extension output `{output}` belongs to the other ceremony")
            }
            Self::Contradiction { client, authenticator } => {
                write!(f, "the client's {client} contradicts the authenticator's {authenticator}")
            }
            Self::Other => f.write_str("an extension output is not of the requested type"),
        }
    }
}

impl core::error::Error for ExtensionError {}

impl From<Malformed> for ExtensionError {
    fn from(Malformed { name, expected }: Malformed) -> Self {
        Self::WrongType { output: name, expected }
    }
}

/// An extension input can't be sent: a mistake of the relying party, found before a client fails.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionInputError {
    /// An input, or a member of one, is not of its type, or has a value that it can't have.
    WrongType {
        /// The extension identifier, with the member's name if it is a member: `prf.eval.first`.
        input: &'static str,
        /// The expected type or value.
        expected: &'static str,
    },
    /// The extension has a constructor of its own, or the name differs from such a name only in case: clients compare
    /// names exactly, and would ignore the input.
    Modelled {
        /// The name.
        name: String,
    },
    /// The name is not an extension identifier: 1 to 32 printable ASCII characters without backslash and quotation mark
    /// ([section 9.1](https://www.w3.org/TR/webauthn-3/#sctn-extension-id)).
    NotIdentifier {
        /// The text.
        name: String,
    },
    /// The input has no JSON form.
    NotJson,
}

impl fmt::Display for ExtensionInputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType { input, expected } => write!(f, "extension input `{input}` is not {expected}"),
            Self::Modelled { name } => {
                write!(f, "{name:?} is, except for case, an extension with an input type of its own")
            }
            Self::NotIdentifier { name } => {
                write!(f, "{name:?} is not an extension identifier: 1 to 32 printable ascii characters")
            }
            Self::NotJson => f.write_str("an extension input has no json form"),
        }
    }
}

impl core::error::Error for ExtensionInputError {}

impl From<Malformed> for ExtensionInputError {
    fn from(Malformed { name, expected }: Malformed) -> Self {
        Self::WrongType { input: name, expected }
    }
}
