//! Identifiers that are bytes or numbers: credential IDs, user handles, AAGUIDs, COSE algorithms.

use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::base64url::{Base64Url, Encoded, encode};

/// The most bytes of a credential ID: 1023
/// ([section 4, "credential ID"](https://www.w3.org/TR/webauthn-3/#credential-id)).
pub const CREDENTIAL_ID_MAX: usize = 1023;

/// The most bytes of a user handle: 64
/// ([section 5.4.3, `id`](https://www.w3.org/TR/webauthn-3/#dom-publickeycredentialuserentity-id)).
pub const USER_HANDLE_MAX: usize = 64;

/// A credential ID: 1 byte or more, probabilistically unique, chosen by the authenticator
/// ([section 4](https://www.w3.org/TR/webauthn-3/#credential-id)). Base64url in JSON.
///
/// The type does not enforce [`CREDENTIAL_ID_MAX`], so that a relying party can report a longer ID by its own code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CredentialId(Base64Url);

impl CredentialId {
    /// Creates a credential ID; `None` if there are no bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = bytes.into();
        (!bytes.is_empty()).then(|| Self(bytes.into()))
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for CredentialId {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialId({})", encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for CredentialId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Base64Url::deserialize(deserializer)?;
        Self::new(bytes.into_vec()).ok_or_else(|| de::Error::custom("an empty credential ID"))
    }
}

/// A user handle: 1 to 64 bytes that name an account and must not identify the user
/// ([section 5.4.3](https://www.w3.org/TR/webauthn-3/#user-handle)). Base64url in JSON.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserHandle {
    /// Zero beyond the length, so that the derived comparisons are those of the bytes.
    bytes: [u8; USER_HANDLE_MAX],
    length: usize,
}

impl UserHandle {
    /// Creates a user handle; `None` unless there are 1 to [`USER_HANDLE_MAX`] bytes.
    pub fn new(bytes: impl AsRef<[u8]>) -> Option<Self> {
        let received = bytes.as_ref();
        let (mut bytes, length) = ([0; USER_HANDLE_MAX], received.len());
        bytes.get_mut(..length)?.copy_from_slice(received);
        (length > 0).then_some(Self { bytes, length })
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// For random user handles, which always have a valid length.
impl From<[u8; 32]> for UserHandle {
    fn from(handle: [u8; 32]) -> Self {
        let mut bytes = [0; USER_HANDLE_MAX];
        bytes.iter_mut().zip(handle).for_each(|(byte, random)| *byte = random);
        Self { bytes, length: handle.len() }
    }
}

impl AsRef<[u8]> for UserHandle {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for UserHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserHandle({})", encode(self))
    }
}

impl Serialize for UserHandle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Encoded(self.as_bytes()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UserHandle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Base64Url::deserialize(deserializer)?;
        Self::new(bytes).ok_or_else(|| de::Error::custom("a user handle has 1 to 64 bytes"))
    }
}

/// The identifier of an authenticator model: 16 bytes, as text a hyphenated UUID
/// ([section 6.5.1](https://www.w3.org/TR/webauthn-3/#aaguid)).
///
/// It is a claim of the response, unless an attestation with a path to a trust anchor covers it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Aaguid([u8; 16]);

impl Aaguid {
    /// All zeros: the authenticator does not reveal its model.
    pub const ZERO: Self = Self([0; 16]);

    /// Creates an AAGUID from its 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Whether all 16 bytes are zero.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Aaguid({self})")
    }
}

/// The text is not 32 hexadecimal digits with hyphens after the 8th, 12th, 16th and 20th.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("not a hyphenated AAGUID of 36 characters")]
pub struct AaguidError;

impl core::str::FromStr for Aaguid {
    type Err = AaguidError;

    fn from_str(text: &str) -> Result<Self, AaguidError> {
        let mut digits = text.bytes().enumerate().filter_map(|(position, byte)| match position {
            8 | 13 | 18 | 23 => (byte != b'-').then_some(Err(AaguidError)),
            _ => Some(char::from(byte).to_digit(16).ok_or(AaguidError)),
        });
        let mut bytes = [0_u8; 16];
        for byte in &mut bytes {
            let (Some(high), Some(low)) = (digits.next(), digits.next()) else { return Err(AaguidError) };
            *byte = u8::try_from(high? << 4 | low?).map_err(|_| AaguidError)?;
        }
        if digits.next().is_some() { Err(AaguidError) } else { Ok(Self(bytes)) }
    }
}

impl Serialize for Aaguid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Aaguid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = alloc::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A `COSEAlgorithmIdentifier`: a number of the
/// [IANA COSE Algorithms registry](https://www.iana.org/assignments/cose/cose.xhtml#algorithms), including unsupported
/// ones ([section 5.8.5](https://www.w3.org/TR/webauthn-3/#sctn-alg-identifier)). A JSON number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlgorithmIdentifier(pub i64);

impl fmt::Display for AlgorithmIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::ToString, vec};

    const TEXT: &str = "08987058-cadc-4b81-b6e1-30de50dcbe96";

    #[test]
    fn an_aaguid_is_a_hyphenated_uuid_in_text() {
        let aaguid: Aaguid = TEXT.parse().unwrap();
        assert_eq!(aaguid.as_bytes()[..2], [0x08, 0x98]);
        assert_eq!(aaguid.to_string(), TEXT);
        assert_eq!(serde_json::to_value(aaguid).unwrap(), TEXT);
        assert_eq!(serde_json::from_value::<Aaguid>(TEXT.into()).unwrap(), aaguid);
        assert!(!aaguid.is_zero());
    }

    #[test]
    fn other_text_is_not_an_aaguid() {
        for text in
            ["", &TEXT[1..], &TEXT.replace('-', ""), &TEXT.replace("4b", "4g"), &(TEXT.to_string() + "0")]
        {
            assert_eq!(text.parse::<Aaguid>(), Err(AaguidError), "{text}");
        }
    }

    #[test]
    fn rule_375_a_user_handle_has_1_to_64_bytes() {
        assert!(UserHandle::new(vec![]).is_none());
        assert!(UserHandle::new(vec![1]).is_some());
        assert!(UserHandle::new(vec![1; 64]).is_some());
        assert!(UserHandle::new(vec![1; 65]).is_none());
        assert_eq!(Some(UserHandle::from([7; 32])), UserHandle::new([7; 32]));
    }

    #[test]
    fn handles_and_ids_have_their_lengths() {
        assert!(CredentialId::new(vec![]).is_none());
        serde_json::from_str::<CredentialId>("\"\"").unwrap_err();
        serde_json::from_str::<UserHandle>("\"\"").unwrap_err();
        assert_eq!(serde_json::from_str::<CredentialId>("\"AQI\"").unwrap().as_bytes(), [1, 2]);
    }
}
