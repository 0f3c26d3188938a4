//! Errors of a response's JSON
//! ([section 5.1](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson)).

use super::limits::RESPONSE_JSON_MAX;
use crate::{base64url, code::Code};

/// A response is not the JSON that its ceremony expects. Messages hold no value of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The text is larger than [`RESPONSE_JSON_MAX`].
    #[error("response of {length} bytes, at most {RESPONSE_JSON_MAX} expected")]
    TooLarge {
        /// The length in bytes.
        length: usize,
    },
    /// The text is not UTF-8.
    #[error("response is not UTF-8 after {position} bytes")]
    NotUtf8 {
        /// The number of bytes before the first wrong one.
        position: usize,
    },
    /// The text is not one complete JSON text: a syntax error, a missing end, or trailing data; or extension results
    /// nested some 120 levels or deeper.
    #[error("response is not one complete JSON text, at line {line} column {column}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 before the line's first byte.
        column: usize,
    },
    /// The JSON is not an object.
    #[error("response is not a JSON object")]
    NotObject,
    /// The JSON is not a credential, but an object with one as its `response`: most often what a page posts, such as
    /// `{"ceremony": …, "response": …}`.
    #[error("response member `id` is missing, and `response` has one: is this the envelope? pass `response`")]
    Enveloped,
    /// A member breaks its rule.
    #[error("response member `{member}` {kind}")]
    Malformed {
        /// The member, such as `response.signature`.
        member: &'static str,
        /// What is wrong with it.
        kind: MemberErrorKind,
    },
    /// `id` and `rawId` are both well-formed, but not the same bytes.
    #[error("response members `id` and `rawId` differ")]
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

/// What is wrong with a member of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberErrorKind {
    /// The member is required, and absent or `null`.
    #[error("is missing")]
    Missing,
    /// The member occurs twice or, in extension results, a name within it does.
    #[error("has a duplicate name")]
    Duplicate,
    /// The value is not of its JSON type.
    #[error("is of the wrong type")]
    WrongType,
    /// The text is not unpadded, canonical base64url.
    #[error("is not unpadded, canonical base64url")]
    NotBase64Url,
    /// The text is base64url or base64 with padding.
    #[error("is padded: base64url in Web Authentication has no = at the end")]
    Padded,
    /// The text is base64, with `+` or `/`, not base64url.
    #[error("is base64: base64url has - and _ instead of + and /")]
    Base64,
    /// The value has no bytes, and must have some.
    #[error("is empty")]
    Empty,
    /// The value has more bytes or items than the limit.
    #[error("is too long")]
    TooLong,
    /// `type` is not exactly `public-key`.
    #[error("is not `public-key`")]
    NotPublicKey,
}

impl MemberErrorKind {
    /// Classifies a text that is not base64url.
    pub(super) fn of_text(text: &str) -> Self {
        let bare = text.trim_end_matches('=');
        match base64url::decode(base64url::from_base64(bare)) {
            Ok(_) if bare.len() != text.len() => Self::Padded,
            Ok(_) => Self::Base64,
            Err(_) => Self::NotBase64Url,
        }
    }
}
