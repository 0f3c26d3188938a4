//! Strict base64url without padding: the encoding of all bytes in WebAuthn's JSON
//! ([section 3, Dependencies](https://www.w3.org/TR/webauthn-3/#sctn-dependencies),
//! [RFC 4648 section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5)).

use alloc::{string::String, vec::Vec};
use core::{fmt, ops::Deref};

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// `NO_PAD` rejects padding, and non-zero spare bits in the last character: each text is the only encoding of its bytes.
const ENGINE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, NO_PAD);

/// The text is not unpadded, canonical base64url: it has padding, white space, a character outside the alphabet (such as
/// `+` and `/`), an impossible length, or spare bits that are not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("not unpadded, canonical base64url")]
pub struct Base64UrlError;

/// Encodes bytes as unpadded base64url.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    ENGINE.encode(bytes)
}

/// The number of characters that so many bytes have in base64url, saturating.
pub const fn encoded_length(length: usize) -> usize {
    match length.saturating_mul(4).checked_add(2) {
        Some(sum) => sum / 3,
        None => usize::MAX,
    }
}

/// Decodes unpadded, canonical base64url: each byte string has exactly one text.
///
/// ```
/// use countersign_types::base64url::decode;
/// assert_eq!(decode("AQI"), Ok(vec![1, 2]));
/// assert!(decode("AQI=").is_err(), "padding");
/// assert!(decode("AQJ").is_err(), "spare bits");
/// ```
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, Base64UrlError> {
    ENGINE.decode(text).map_err(|_| Base64UrlError)
}

/// Base64 in the alphabet of base64url, without padding
/// ([RFC 4648 section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)). Other characters stay.
///
/// ```
/// use countersign_types::base64url::{decode, from_base64};
/// assert_eq!(from_base64("+/8="), "-_8");
/// assert_eq!(decode(from_base64("+/8=")), Ok(vec![251, 255]));
/// ```
pub fn from_base64(text: &str) -> String {
    text.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// Decodes like [`decode`], to the start of `buffer`, and returns that part. A buffer that is too short is an error.
///
/// ```
/// use countersign_types::base64url::decode_into;
/// assert_eq!(decode_into("AQI", &mut [0; 4]), Ok([1, 2].as_slice()));
/// assert!(decode_into("AQI", &mut [0; 1]).is_err());
/// ```
pub fn decode_into(text: impl AsRef<[u8]>, buffer: &mut [u8]) -> Result<&[u8], Base64UrlError> {
    let length = ENGINE.decode_slice(text, buffer).map_err(|_| Base64UrlError)?;
    buffer.get(..length).ok_or(Base64UrlError)
}

/// Decodes like [`decode`], to the end of `buffer`, which an error leaves as it was.
pub(crate) fn append(text: &str, buffer: &mut Vec<u8>) -> Result<(), Base64UrlError> {
    let start = buffer.len();
    ENGINE.decode_vec(text, buffer).map_err(|_| {
        buffer.truncate(start);
        Base64UrlError
    })
}

/// The most bytes that [`append`] needs for a text of so many characters.
pub(crate) fn decoded_estimate(characters: usize) -> usize {
    base64::decoded_len_estimate(characters)
}

/// Borrowed bytes that are base64url text in JSON.
pub(crate) struct Encoded<'a>(pub(crate) &'a [u8]);

impl Serialize for Encoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(self.0))
    }
}

/// Bytes that are base64url text in JSON.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Base64Url(Vec<u8>);

impl Base64Url {
    /// Returns the bytes.
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
        Encoded(&self.0).serialize(serializer)
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
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_of_every_length_survive_a_round_trip() {
        for length in 0..70_u8 {
            let bytes: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37)).collect();
            let text = encode(&bytes);
            assert_eq!(text.len(), encoded_length(bytes.len()));
            assert_eq!(decode(text), Ok(bytes));
        }
    }

    #[test]
    fn bytes_are_decoded_into_a_slice_alike() {
        for text in ["", "AQI", "AQID", "-_8", "AQI=", "AQJ", "A", "AQ ID", "é"] {
            assert_eq!(
                decode_into(text, &mut [7; 6]),
                decode(text).as_deref().map_err(|error| *error),
                "{text}"
            );
        }
        assert_eq!(decode_into("AQID", &mut [0; 2]), Err(Base64UrlError), "no room");
    }

    #[test]
    fn decoding_to_the_end_of_a_buffer_appends_or_changes_nothing() {
        let mut buffer = vec![7];
        assert_eq!(append("AQI", &mut buffer), Ok(()));
        assert_eq!(buffer, [7, 1, 2]);
        for text in ["AQI=", "AQJ", "AQIDA", "AQ!D"] {
            assert_eq!(append(text, &mut buffer), Err(Base64UrlError), "{text}");
            assert_eq!(buffer, [7, 1, 2], "{text}");
        }
    }

    /// Judges a text by the alphabet and the length of RFC 4648, bit by bit.
    fn reference(text: &[u8]) -> Option<Vec<u8>> {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut bits = Vec::new();
        for character in text {
            let value = ALPHABET.iter().position(|other| other == character)?;
            bits.extend((0..6).rev().map(|bit| value >> bit & 1 == 1));
        }
        let (bytes, spare) = bits.split_at(bits.len() / 8 * 8);
        let is_canonical = spare.len() < 6 && spare.iter().all(|bit| !bit);
        let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        is_canonical.then(|| bytes.chunks(8).map(byte).collect())
    }

    #[test]
    fn any_byte_at_any_position_is_judged_by_the_alphabet() {
        for length in 1..12 {
            for at in 0..length {
                let mut text = vec![b'A'; length];
                for byte in 0..=u8::MAX {
                    text[at] = byte;
                    assert_eq!(decode(&text).ok(), reference(&text), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn any_two_bytes_at_the_end_are_judged_by_the_alphabet() {
        for [a, b] in (0..=u16::MAX).map(u16::to_le_bytes) {
            for text in [&[a, b][..], &[b'Q', a, b]] {
                assert_eq!(decode(text).ok(), reference(text), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn decoded_text_is_the_encoding_of_its_bytes(text in "[A-Za-z0-9_=+/-]{0,80}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(bytes), text);
            }
        }

        #[test]
        fn every_encoding_is_decoded(bytes: Vec<u8>) {
            let text = encode(&bytes);
            prop_assert!(decoded_estimate(text.len()) >= bytes.len());
            let mut buffer = vec![0; bytes.len()];
            prop_assert_eq!(decode_into(&text, &mut buffer), Ok(&*bytes));
        }
    }

    #[test]
    fn rule_013_padding_white_space_and_the_standard_alphabet_are_rejected() {
        assert_eq!(decode("-_8"), Ok(vec![0xfb, 0xff]));
        for text in ["-_8=", "+/8", "-_ 8", "-_8\n", " -_8", "-_8.", "-_é"] {
            assert_eq!(decode(text), Err(Base64UrlError), "{text}");
        }
    }

    #[test]
    fn rule_014_spare_bits_that_are_not_zero_are_rejected() {
        assert_eq!(decode("AA"), Ok(vec![0]));
        assert_eq!(decode("AB"), Err(Base64UrlError));
        assert_eq!(decode("AAA"), Ok(vec![0, 0]));
        assert_eq!(decode("AAB"), Err(Base64UrlError));
    }

    #[test]
    fn an_impossible_length_is_rejected() {
        assert_eq!(decode("AAAAA"), Err(Base64UrlError));
    }

    #[test]
    fn json_text_of_another_type_is_rejected() {
        assert_eq!(serde_json::from_str::<Base64Url>("\"AQI\"").unwrap().as_ref(), [1, 2]);
        assert_eq!(serde_json::to_string(&Base64Url::from(vec![1, 2])).unwrap(), "\"AQI\"");
        for text in ["[1,2]", "12", "null", "{}"] {
            serde_json::from_str::<Base64Url>(text).unwrap_err();
        }
    }
}
