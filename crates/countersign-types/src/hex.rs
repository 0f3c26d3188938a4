//! Hexadecimal text, as hashes, key identifiers and test data are written
//! ([RFC 4648 section 8](https://www.rfc-editor.org/rfc/rfc4648#section-8), with lowercase letters).

use alloc::vec::Vec;
use core::fmt;

/// Bytes that are displayed as lowercase hexadecimal digits, two for each byte.
///
/// ```
/// use countersign_types::hex::{Hex, decode};
/// assert_eq!(Hex(&[0x01, 0xfe]).to_string(), "01fe");
/// assert_eq!(decode("01FE"), Ok(vec![0x01, 0xfe]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Decodes hexadecimal digits of either case. Separators, prefixes and an odd number of digits are errors.
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, HexError> {
    let (pairs, []) = text.as_ref().as_chunks::<2>() else { return Err(HexError) };
    let digit = |character: u8| char::from(character).to_digit(16).ok_or(HexError);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? << 4 | digit(*low)?).map_err(|_| HexError);
    pairs.iter().map(byte).collect()
}

/// The text is not an even number of hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("not an even number of hexadecimal digits")]
pub struct HexError;

#[cfg(test)]
mod tests {
    use alloc::{string::ToString as _, vec};

    use super::*;

    #[test]
    fn every_byte_survives_a_round_trip() {
        let bytes: Vec<u8> = (0..=u8::MAX).collect();
        assert_eq!(decode(Hex(&bytes).to_string()), Ok(bytes.clone()));
        assert_eq!(decode(Hex(&bytes).to_string().to_uppercase()), Ok(bytes));
        assert_eq!(decode(""), Ok(vec![]));
    }

    #[test]
    fn text_that_is_not_pairs_of_digits_is_an_error() {
        for text in ["0", "000", "0g", "g0", " 00", "00 00", "0x00", "é", "00\n"] {
            assert_eq!(decode(text), Err(HexError), "{text}");
        }
    }
}
