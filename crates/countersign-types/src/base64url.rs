//! Strict base64url without padding: the encoding of all bytes in WebAuthn's JSON
//! ([section 3, Dependencies](https://www.w3.org/TR/webauthn-3/#sctn-dependencies),
//! [RFC 4648 section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5)).

mod decoder;

use alloc::{string::String, vec, vec::Vec};
use core::{fmt, ops::Deref};

use base64::{
    Engine as _,
    engine::general_purpose::{GeneralPurpose, NO_PAD},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// It encodes; the decoder is held against it in tests, for `NO_PAD` refuses padding, and non-zero spare bits in the last
/// character.
const ENGINE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, NO_PAD);

/// The text is not unpadded, canonical base64url: padding, white space, a character outside the alphabet
/// (`+` and `/` are), an impossible length, or spare bits that are not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotBase64Url;

impl fmt::Display for NotBase64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not unpadded, canonical base64url")
    }
}

impl core::error::Error for NotBase64Url {}

/// The unpadded base64url of `bytes`.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    ENGINE.encode(bytes)
}

/// The characters that `length` bytes have in base64url; at the type's end, as many as it can say.
pub const fn encoded_length(length: usize) -> usize {
    match length.saturating_mul(4).checked_add(2) {
        Some(sum) => sum / 3,
        None => usize::MAX,
    }
}

/// The bytes behind `text`, for which exactly one text exists.
///
/// ```
/// use countersign_types::base64url::decode;
/// assert_eq!(decode("AQI"), Ok(vec![1, 2]));
/// assert!(decode("AQI=").is_err(), "padding");
/// assert!(decode("AQJ").is_err(), "spare bits");
/// ```
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, NotBase64Url> {
    let text = text.as_ref();
    let mut bytes = vec![0; decoder::decoded_length(text.len())];
    decoder::fill(text, &mut bytes).ok_or(NotBase64Url)?;
    Ok(bytes)
}

/// The most bytes that a text of so many characters has.
pub const fn decoded_length(characters: usize) -> usize {
    decoder::decoded_length(characters)
}

/// Writes the bytes behind `text`, as [`decode`] gives them, to the start of `buffer`, and returns that part; where it is
/// shorter than the [`decoded_length`], nothing is decoded.
///
/// ```
/// use countersign_types::base64url::decode_into;
/// assert_eq!(decode_into("AQI", &mut [0; 4]), Ok([1, 2].as_slice()));
/// assert!(decode_into("AQI", &mut [0; 1]).is_err());
/// ```
pub fn decode_into(text: impl AsRef<[u8]>, buffer: &mut [u8]) -> Result<&[u8], NotBase64Url> {
    let text = text.as_ref();
    let place = buffer.get_mut(..decoder::decoded_length(text.len())).ok_or(NotBase64Url)?;
    decoder::fill(text, place).ok_or(NotBase64Url)?;
    Ok(place)
}

/// Bytes that are base64url text in JSON.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Base64Url(Vec<u8>);

impl Base64Url {
    /// The bytes, taken out.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl Deref for Base64Url {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Base64Url {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Base64Url {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Base64Url {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl fmt::Debug for Base64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64Url({})", encode(&self.0))
    }
}

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = Base64Url;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("unpadded base64url text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Base64Url, E> {
                decode(text).map(Base64Url).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn bytes_of_every_length_come_back() {
        for length in 0..70_u8 {
            let bytes: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37)).collect();
            let text = encode(&bytes);
            assert_eq!(text.len(), encoded_length(bytes.len()));
            assert_eq!(decode(text), Ok(bytes));
        }
    }

    #[test]
    fn bytes_are_decoded_into_a_buffer_alike() {
        for text in ["", "AQI", "AQID", "-_8", "AQI=", "AQJ", "A", "AQ ID", "é"] {
            assert_eq!(
                decode_into(text, &mut [7; 6]),
                decode(text).as_deref().map_err(|error| *error),
                "{text}"
            );
        }
        assert_eq!(decode_into("AQID", &mut [0; 2]), Err(NotBase64Url), "no room");
    }

    #[test]
    fn rule_013_padding_white_space_and_the_standard_alphabet_are_refused() {
        assert_eq!(decode("-_8"), Ok(vec![0xfb, 0xff]));
        for text in ["-_8=", "+/8", "-_ 8", "-_8\n", " -_8", "-_8.", "-_é"] {
            assert_eq!(decode(text), Err(NotBase64Url), "{text}");
        }
    }

    #[test]
    fn rule_014_spare_bits_that_are_not_zero_are_refused() {
        assert_eq!(decode("AA"), Ok(vec![0]));
        assert_eq!(decode("AB"), Err(NotBase64Url));
        assert_eq!(decode("AAA"), Ok(vec![0, 0]));
        assert_eq!(decode("AAB"), Err(NotBase64Url));
    }

    #[test]
    fn a_length_that_no_bytes_have_is_refused() {
        assert_eq!(decode("AAAAA"), Err(NotBase64Url));
    }

    #[test]
    fn json_text_of_another_type_is_refused() {
        assert_eq!(serde_json::from_str::<Base64Url>("\"AQI\"").unwrap().as_ref(), [1, 2]);
        assert_eq!(serde_json::to_string(&Base64Url::from(vec![1, 2])).unwrap(), "\"AQI\"");
        for text in ["[1,2]", "12", "null", "{}"] {
            serde_json::from_str::<Base64Url>(text).unwrap_err();
        }
    }
}
