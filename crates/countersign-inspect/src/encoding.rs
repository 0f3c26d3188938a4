//! The encodings around an input.

use core::fmt;

use serde::{Serialize, Serializer};

/// An encoding of bytes as text, or of text as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Base64url without padding, as Web Authentication writes bytes.
    Base64Url,
    /// Base64, or base64url with padding.
    Base64,
    /// Hexadecimal digits, perhaps with `\x`, `0x`, colons or spaces.
    Hex,
    /// PEM.
    Pem,
    /// A string of JSON, with its quotes.
    JsonString,
    /// Characters as `%` and two digits, as in addresses.
    Percent,
    /// An array of the bytes' numbers, or an object with one for each index.
    Numbers,
}

impl Encoding {
    /// The name of the encoding.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base64Url => "base64url",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Pem => "pem",
            Self::JsonString => "json-string",
            Self::Percent => "percent",
            Self::Numbers => "numbers",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name.
impl Serialize for Encoding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
