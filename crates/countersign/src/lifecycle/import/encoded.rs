//! Bytes as other stores have them
//! ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648)).

use countersign_types::{base64url, hex};

/// Bytes, or text that encodes them. The encoding must be given: many texts are valid in several.
///
/// One line break at the end of a text is ignored, as files and the output of programs have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoded<'a> {
    /// The bytes themselves.
    Bytes(&'a [u8]),
    /// Base64url, with its padding or without any.
    Base64Url(&'a str),
    /// Base64 with `+` and `/`, with its padding or without any, in one line or in several of one length, such as the
    /// 76 characters of MIME and of PostgreSQL's `encode`
    /// ([RFC 2045 section 6.8](https://www.rfc-editor.org/rfc/rfc2045#section-6.8)).
    Base64(&'a str),
    /// Hexadecimal digits, of either case; after `\x` as PostgreSQL writes a `bytea`
    /// ([section 8.4.1](https://www.postgresql.org/docs/current/datatype-binary.html#DATATYPE-BINARY-BYTEA-HEX-FORMAT)), or after
    /// `0x`.
    Hex(&'a str),
}

/// The most characters that are decoded: those of the longest key in hexadecimal digits.
const TEXT_MAX: usize = 16_384;

/// Why text or bytes are not in the given encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {encoding}: {fault}{}", .other.map(|other| format!("; it could be {other}")).unwrap_or_default())]
pub struct EncodingError {
    encoding: &'static str,
    fault: EncodingErrorKind,
    /// Another encoding in which the text is valid.
    other: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum EncodingErrorKind {
    #[error("{length} characters, at most {TEXT_MAX} expected")]
    TooLong { length: usize },
    #[error("{character:?} after {position} characters")]
    Character { position: usize, character: char },
    /// Padding, a rest, or spare bits that no encoder writes.
    #[error("it does not end as such a text does")]
    End,
    /// The text does not begin with this line.
    #[error("it does not begin with {0}")]
    Beginning(&'static str),
    /// The number of bytes is wrong.
    #[error("{length} bytes")]
    Length { length: usize },
}

impl EncodingError {
    /// Creates an error about `encoding`.
    pub(super) const fn of_form(encoding: &'static str, fault: EncodingErrorKind) -> Self {
        Self { encoding, fault, other: None }
    }

    /// The encoding that was tried, such as `base64url`.
    pub const fn encoding(&self) -> &'static str {
        self.encoding
    }
}

impl<'a> Encoded<'a> {
    /// Decodes the text; an error if it is not in its encoding, or too long.
    pub(super) fn decode(self) -> Result<Vec<u8>, EncodingError> {
        self.read().map_err(|fault| {
            let others = self.text().map(|text| [Self::Base64Url(text), Self::Base64(text), Self::Hex(text)]);
            let other = others.into_iter().flatten().find(|other| other.read().is_ok());
            EncodingError { encoding: self.name(), fault, other: other.map(Self::name) }
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Bytes(_) => "bytes",
            Self::Base64Url(_) => "base64url",
            Self::Base64(_) => "base64",
            Self::Hex(_) => "hexadecimal digits",
        }
    }

    const fn text(self) -> Option<&'a str> {
        match self {
            Self::Bytes(_) => None,
            Self::Base64Url(text) | Self::Base64(text) | Self::Hex(text) => Some(text),
        }
    }

    fn read(self) -> Result<Vec<u8>, EncodingErrorKind> {
        self.read_within(TEXT_MAX)
    }

    /// Decodes a text of at most so many characters.
    fn read_within(self, most: usize) -> Result<Vec<u8>, EncodingErrorKind> {
        let Some(text) = self.text() else {
            return match self {
                Self::Bytes(bytes) => Ok(bytes.to_vec()),
                _ => Ok(Vec::new()),
            };
        };
        if text.len() > most {
            return Err(EncodingErrorKind::TooLong { length: text.len() });
        }
        let text = without_line_break(text);
        match self {
            Self::Base64(_) => base64(text),
            Self::Hex(_) => hexadecimal(text),
            _ => base64url(text),
        }
    }
}

/// The bytes of a text whose encoding is not given: hexadecimal digits after `\x`, and otherwise base64url or base64. No text is
/// valid in two of them with different bytes: two characters tell base64 and base64url apart, and neither has a `\`.
#[cfg(feature = "rows")]
pub(super) fn of_column(text: &str, most: usize) -> Option<Vec<u8>> {
    let choices = if text.starts_with("\\x") {
        [Encoded::Hex(text), Encoded::Hex(text)]
    } else {
        [Encoded::Base64Url(text), Encoded::Base64(text)]
    };
    choices.into_iter().find_map(|encoded| encoded.read_within(most).ok())
}

fn without_line_break(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line)
}

fn first_other_than(text: &str, is_expected: impl Fn(char) -> bool) -> Result<(), EncodingErrorKind> {
    match text.chars().enumerate().find(|(_, character)| !is_expected(*character)) {
        Some((position, character)) => Err(EncodingErrorKind::Character { position, character }),
        None => Ok(()),
    }
}

fn base64url(text: &str) -> Result<Vec<u8>, EncodingErrorKind> {
    first_other_than(text, |it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '='))?;
    base64url::decode(unpadded(text)?).map_err(|_| EncodingErrorKind::End)
}

fn base64(text: &str) -> Result<Vec<u8>, EncodingErrorKind> {
    let text = joined(text)?;
    first_other_than(&text, |it| it.is_ascii_alphanumeric() || matches!(it, '+' | '/' | '='))?;
    base64url::decode(base64url::from_base64(unpadded(&text)?)).map_err(|_| EncodingErrorKind::End)
}

/// Lines of one length, and a last one that is no longer, as one.
fn joined(text: &str) -> Result<String, EncodingErrorKind> {
    let lines: Vec<_> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let Some((last, full)) = lines.split_last() else { return Ok(String::new()) };
    let width = full.first().map_or(last.len(), |line| line.len());
    let is_wrapped = full.iter().all(|line| line.len() == width) && (1..=width).contains(&last.len());
    if full.is_empty() || is_wrapped { Ok(lines.concat()) } else { Err(EncodingErrorKind::End) }
}

/// The text without its padding, if that is complete or absent.
fn unpadded(text: &str) -> Result<&str, EncodingErrorKind> {
    let bare = text.trim_end_matches('=');
    let padding = text.len().saturating_sub(bare.len());
    let is_complete = text.len().checked_rem(4) == Some(0) && padding <= 2;
    if padding == 0 || is_complete { Ok(bare) } else { Err(EncodingErrorKind::End) }
}

fn hexadecimal(text: &str) -> Result<Vec<u8>, EncodingErrorKind> {
    let digits = text.strip_prefix("\\x").or_else(|| text.strip_prefix("0x")).unwrap_or(text);
    first_other_than(digits, |it| it.is_ascii_hexdigit())?;
    hex::decode(digits).map_err(|_| EncodingErrorKind::End)
}
