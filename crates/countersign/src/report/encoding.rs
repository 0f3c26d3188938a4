//! Values that differ only in their encoding, so that the message of an error can say so
//! ([RFC 4648 section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5)). Nothing is accepted because of it.

use core::fmt;

use countersign_types::base64url;

/// How a received user handle differs from the account's, if only the encoding differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandleEncoding {
    /// The received handle is the account's handle as base64 text.
    ReceivedAsText,
    /// The account's handle is the received handle as base64 text.
    StoredAsText,
    /// Both are the same base64 text, with and without padding.
    Padding,
}

impl HandleEncoding {
    pub(crate) fn between(stored: &[u8], received: &[u8]) -> Option<Self> {
        if is_text_of(received, stored) {
            Some(Self::ReceivedAsText)
        } else if is_text_of(stored, received) {
            Some(Self::StoredAsText)
        } else if bare(stored) == bare(received) {
            Some(Self::Padding)
        } else {
            None
        }
    }
}

impl fmt::Display for HandleEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReceivedAsText => {
                "the user handle is the account's as base64 text: the page that made the credential passed the text as \
                 user.id, so store that text as the handle"
            }
            Self::StoredAsText => {
                "the account's user handle is stored as base64 text, and its bytes were received: \
                 store those"
            }
            Self::Padding => {
                "the user handle differs from the account's only in padding (=): store the handle as it is received"
            }
        })
    }
}

/// Whether `text` is `bytes` in base64 or base64url, padded or not.
pub(crate) fn is_text_of(text: &[u8], bytes: &[u8]) -> bool {
    let url_safe = core::str::from_utf8(text).map(base64url::from_base64);
    !bytes.is_empty() && url_safe.is_ok_and(|text| text == base64url::encode(bytes))
}

fn bare(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b'='] = text {
        text = rest;
    }
    text
}
