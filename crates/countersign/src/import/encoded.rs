//! Bytes as other stores have them
//! ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648)).

use countersign_types::base64url;

/// Bytes, or text that stands for them. Which encoding it is must be known: many texts are valid in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoded<'a> {
    /// The bytes themselves.
    Bytes(&'a [u8]),
    /// Base64url, with its padding or without any.
    Base64Url(&'a str),
    /// Base64 with `+` and `/`, with its padding or without any.
    Base64(&'a str),
    /// Hexadecimal digits, of either case.
    Hex(&'a str),
}

/// The most characters that are decoded: those of the longest key, with room to spare.
const TEXT_MAX: usize = 16_384;

impl Encoded<'_> {
    /// The bytes; `None` where the text is not in its encoding, or too long.
    pub(super) fn decode(self) -> Option<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Some(bytes.to_vec()),
            Self::Base64Url(text) => base64url::decode(unpadded(text)?).ok(),
            Self::Base64(text) => {
                let text = unpadded(text)?;
                // A character of the other alphabet must not pass.
                let swapped = text.bytes().map(|byte| match byte {
                    b'+' => b'-',
                    b'/' => b'_',
                    b'-' | b'_' => b'+',
                    other => other,
                });
                base64url::decode(swapped.collect::<Vec<_>>()).ok()
            }
            Self::Hex(text) => hex(text),
        }
    }
}

/// The text without its padding, where that is complete or absent.
fn unpadded(text: &str) -> Option<&str> {
    let bare = text.trim_end_matches('=');
    let padding = text.len().checked_sub(bare.len())?;
    let is_complete = text.len().checked_rem(4) == Some(0) && padding <= 2;
    (text.len() <= TEXT_MAX && (padding == 0 || is_complete)).then_some(bare)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    (text.len() <= TEXT_MAX).then(|| text.as_bytes().chunks(2).map(pair).collect()).flatten()
}
