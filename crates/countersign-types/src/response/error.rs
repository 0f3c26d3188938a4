//! Errors of a response's JSON
//! ([section 5.1](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson)).

use core::fmt;

use super::limits::RESPONSE_JSON_MAX;
use crate::{base64url, code::Code};

/// A response is not the JSON that its ceremony expects. Messages hold no value of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseError {
    /// The text is larger than [`RESPONSE_JSON_MAX`].
    TooLarge {
        /// The length in bytes.
        length: usize,
    },
    /// The text is not UTF-8.
    NotUtf8 {
        /// The number of bytes before the first wrong one.
        position: usize,
    },
    /// The text is not one complete JSON text: a syntax error, a missing end, or trailing data; or extension results
    /// nested some 120 levels or deeper.
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 before the line's first byte.
        column: usize,
    },
    /// The JSON is not an object.
    NotObject,
    /// The JSON is not a credential, but an object with one as its `response`: most often what a page posts, such as
    /// `{"ceremony": …, "response": …}`.
    Enveloped,
    /// A member breaks its rule.
    Malformed {
        /// The member, such as `response.signature`.
        member: &'static str,
        /// What is wrong with it.
        kind: MemberErrorKind,
    },
    /// `id` and `rawId` are both well-formed, but not the same bytes.
    IdMismatch,
}

impl ResponseError {
    /// [`Code::CredentialIdMismatch`] for [`ResponseError::IdMismatch`], [`Code::ResponseMalformed`] for all others.
    pub fn code(&self) -> Code {
        match self {
            Self::IdMismatch => Code::CredentialIdMismatch,
            Self::TooLarge { .. }
            | Self::NotUtf8 { .. }
            | Self::NotJson { .. }
            | Self::NotObject
            | Self::Enveloped
            | Self::Malformed { .. } => Code::ResponseMalformed,
        }
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { length } => {
                write!(f, "response of {length} bytes, at most {RESPONSE_JSON_MAX} expected")
            }
            Self::NotUtf8 { position } => write!(f, "response is not UTF-8 after {position} bytes"),
            Self::NotJson { line, column } => {
                write!(f, "response is not one complete JSON text, at line {line} column {column}")
            }
            Self::NotObject => f.write_str("response is not a JSON object"),
            Self::Enveloped => f.write_str(
                "response member `id` is missing, and `response` has one: is this the envelope? pass `response`",
            ),
            Self::Malformed { member, kind } => write!(f, "response member `{member}` {kind}"),
            Self::IdMismatch => f.write_str("response members `id` and `rawId` differ"),
        }
    }
}

impl core::error::Error for ResponseError {}

/// What is wrong with a member of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberErrorKind {
    /// The member is required, and absent or `null`.
    Missing,
    /// The member occurs twice or, in extension results, a name within it does.
    Duplicate,
    /// The value is not of its JSON type.
    WrongType,
    /// The text is not unpadded, canonical base64url.
    NotBase64Url,
    /// The text is base64url or base64 with padding.
    Padded,
    /// The text is base64, with `+` or `/`, not base64url.
    Base64,
    /// The value has no bytes, and must have some.
    Empty,
    /// The value has more bytes or items than the limit.
    TooLong,
    /// `type` is not exactly `public-key`.
    NotPublicKey,
}

impl MemberErrorKind {
    /// Classifies a text that is not base64url.
    pub(super) fn of_text(text: &str) -> Self {
        let bare = text.trim_end_matches('=');
        let url_safe = bare.replace('+', "-").replace('/', "_");
        match base64url::decode(&url_safe) {
            Ok(_) if bare.len() != text.len() => Self::Padded,
            Ok(_) => Self::Base64,
            Err(_) => Self::NotBase64Url,
        }
    }
}

impl fmt::Display for MemberErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Duplicate => "has a duplicate name",
            Self::WrongType => "is of the wrong type",
            Self::NotBase64Url => "is not unpadded, canonical base64url",
            Self::Padded => "is padded: base64url in Web Authentication has no = at the end",
            Self::Base64 => "is base64: base64url has - and _ instead of + and /",
            Self::Empty => "is empty",
            Self::TooLong => "is too long",
            Self::NotPublicKey => "is not `public-key`",
        })
    }
}
