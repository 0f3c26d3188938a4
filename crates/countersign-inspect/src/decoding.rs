//! Decodes the encodings of single texts, leniently: what a strict decoder rejects is noted.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use countersign::types::{Code, base64url, hex};

use crate::{encoding::Encoding, explanation::Note};

/// Accepts what an encoder may have left: padding or none, and spare bits.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const ENGINE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Bytes that were decoded from a text, and remarks on the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecodedText {
    pub(crate) bytes: Vec<u8>,
    pub(crate) encoding: Encoding,
    pub(crate) notes: Vec<Note>,
}

/// Decodes base64 in either alphabet, with padding or without any; line breaks and spaces are ignored. A last character
/// that can't be is cut off.
pub(crate) fn base64_text(text: &str) -> Option<DecodedText> {
    let compact: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    let bare = compact.trim_end_matches('=');
    let is_standard = bare.contains(['+', '/']);
    if is_standard && bare.contains(['-', '_']) {
        return None;
    }
    let normal = bare.replace('+', "-").replace('/', "_");
    let mut notes = Vec::new();
    let (whole, is_cut) = match normal.len().checked_rem(4) {
        Some(1) => (normal.get(..normal.len().saturating_sub(1))?, true),
        _ => (normal.as_str(), false),
    };
    let bytes = ENGINE.decode(whole).ok()?;
    let malformed =
        |text: String, rule| Note::deviation(text).with_code(Code::ResponseMalformed).with_rules(&[rule]);
    if is_cut {
        notes.push(malformed("one character too many for base64url: the text was cut".to_owned(), 13));
    } else if base64url::encode(&bytes) != whole {
        notes.push(malformed("the spare bits of the last character are not zero".to_owned(), 14));
    }
    if bare.len() != compact.len() {
        notes.push(malformed("padded: base64url in Web Authentication has no =".to_owned(), 13));
    }
    if is_standard {
        notes.push(malformed("base64: base64url has - and _ instead of + and /".to_owned(), 13));
    }
    if compact.len() != text.len() {
        notes.push(malformed("white space within the text".to_owned(), 13));
    }
    let encoding =
        if is_standard || bare.len() != compact.len() { Encoding::Base64 } else { Encoding::Base64Url };
    Some(DecodedText { bytes, encoding, notes })
}

/// Decodes hexadecimal digits: after `\x` or `0x`, with colons, spaces or line breaks between bytes, or with `\x`
/// before each. A single last digit is cut off.
pub(crate) fn hexadecimal(text: &str) -> Option<DecodedText> {
    let text = text.trim();
    let digits: String = if text.get(2..).is_some_and(|rest| rest.contains("\\x")) {
        text.split("\\x").collect()
    } else {
        let bare = ["\\\\x", "\\x", "0x", "0X", "x'", "X'", "h'"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))
            .unwrap_or(text);
        let bare = bare.strip_suffix('\'').unwrap_or(bare);
        bare.chars()
            .filter(|character| !character.is_ascii_whitespace() && !matches!(character, ':' | '-'))
            .collect()
    };
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut notes = Vec::new();
    let even = if digits.len() & 1 == 1 {
        notes.push(Note::deviation("an odd number of digits: the text was cut"));
        digits.get(..digits.len().saturating_sub(1))?
    } else {
        &digits
    };
    let bytes = hex::decode(even).ok()?;
    Some(DecodedText { bytes, encoding: Encoding::Hex, notes })
}

/// Decodes `%` with two digits; `None` if there is none.
pub(crate) fn percent(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let (digits, later) = after.split_at_checked(2)?;
        bytes.extend(hex::decode(digits).ok()?);
        rest = later;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: Option<DecodedText>) -> (Vec<u8>, &'static str, usize) {
        let bytes = bytes.unwrap();
        (bytes.bytes, bytes.encoding.as_str(), bytes.notes.len())
    }

    #[test]
    fn base64_is_read_with_remarks_on_what_a_strict_decoder_rejects() {
        assert_eq!(read(base64_text("-_8")), (vec![251, 255], "base64url", 0));
        assert_eq!(read(base64_text("-_8=")), (vec![251, 255], "base64", 1));
        assert_eq!(read(base64_text("+/8=")), (vec![251, 255], "base64", 2));
        assert_eq!(read(base64_text("-_9")), (vec![251, 255], "base64url", 1));
        assert_eq!(read(base64_text("-_ 8")), (vec![251, 255], "base64url", 1));
        assert_eq!(read(base64_text("AAAAA")), (vec![0, 0, 0], "base64url", 1));
        assert_eq!(base64_text("+_8"), None);
        assert_eq!(base64_text("a.b"), None);
    }

    #[test]
    fn hex_is_read_in_every_form_of_logs() {
        for text in [
            "0102ff",
            "0102FF",
            "\\x0102ff",
            "\\\\x0102ff",
            "0x0102ff",
            "01:02:ff",
            "01 02\nff",
            "\\x01\\x02\\xff",
            "h'0102ff'",
        ] {
            assert_eq!(read(hexadecimal(text)), (vec![1, 2, 255], "hex", 0), "{text}");
        }
        assert_eq!(read(hexadecimal("0102f")), (vec![1, 2], "hex", 1));
        assert_eq!(hexadecimal("01zz"), None);
        assert_eq!(hexadecimal(""), None);
    }

    #[test]
    fn percent_signs_are_removed() {
        assert_eq!(percent("%7B%22id%22%7D").unwrap(), "{\"id\"}");
        assert_eq!(percent("plain"), None);
        assert_eq!(percent("%7"), None);
        assert_eq!(percent("%zz"), None);
    }
}
