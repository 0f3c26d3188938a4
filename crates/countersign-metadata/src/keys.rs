//! The identifiers of authenticator models ([FIDO Metadata Service, section
//! 3.1.1](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-payload-entry-dictionary)).

use core::fmt;
use std::str::FromStr;

use countersign_attestation::Certificate;
use countersign_types::{
    Aaguid,
    hex::{self, Hex},
};

/// The identifier of an attestation key: its SHA-1, as
/// [`Certificate::key_identifier`](countersign_attestation::Certificate::key_identifier) returns it. As text it has 40
/// hexadecimal digits in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyIdentifier([u8; 20]);

/// The identifier of a UAF authenticator model: vendor and model, four hexadecimal digits each, such as `4746#3208`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aaid {
    vendor: u16,
    model: u16,
}

/// The key by which an authenticator model is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ModelKey {
    /// A FIDO2 model.
    Aaguid(Aaguid),
    /// A U2F model, by one of its attestation keys.
    KeyIdentifier(KeyIdentifier),
    /// A UAF model.
    Aaid(Aaid),
}

/// The error for text that has none of the three forms of [`ModelKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither an aaguid, nor a key identifier of 40 hexadecimal digits, nor an aaid such as 4746#3208")]
#[non_exhaustive]
pub struct ModelKeyError;

impl KeyIdentifier {
    /// Creates an identifier from its 20 bytes.
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The 20 bytes of the identifier.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl Aaid {
    /// The vendor's number.
    pub const fn vendor(self) -> u16 {
        self.vendor
    }

    /// The number of the model among the vendor's models.
    pub const fn model(self) -> u16 {
        self.model
    }
}

impl ModelKey {
    /// The key of the U2F model that has this attestation certificate. `None` if the certificate's key has no
    /// identifier.
    pub fn of_attestation_key(certificate: &Certificate) -> Option<Self> {
        certificate.key_identifier().map(|bytes| Self::KeyIdentifier(KeyIdentifier(bytes)))
    }
}

impl FromStr for KeyIdentifier {
    type Err = ModelKeyError;

    fn from_str(text: &str) -> Result<Self, ModelKeyError> {
        let bytes = hex::decode(text).ok().filter(|_| !text.bytes().any(|digit| digit.is_ascii_uppercase()));
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(ModelKeyError)
    }
}

impl FromStr for Aaid {
    type Err = ModelKeyError;

    fn from_str(text: &str) -> Result<Self, ModelKeyError> {
        let (vendor, model) = text.split_once('#').ok_or(ModelKeyError)?;
        let number = |digits: &str| {
            let is_form = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            if is_form {
                u16::from_str_radix(digits, 16).map_err(|_| ModelKeyError)
            } else {
                Err(ModelKeyError)
            }
        };
        Ok(Self { vendor: number(vendor)?, model: number(model)? })
    }
}

impl FromStr for ModelKey {
    type Err = ModelKeyError;

    fn from_str(text: &str) -> Result<Self, ModelKeyError> {
        let aaguid = text.parse().map(Self::Aaguid).map_err(|_| ModelKeyError);
        aaguid.or_else(|_| text.parse().map(Self::KeyIdentifier)).or_else(|_| text.parse().map(Self::Aaid))
    }
}

impl fmt::Display for KeyIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl fmt::Display for Aaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}#{:04X}", self.vendor, self.model)
    }
}

impl fmt::Display for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aaguid(aaguid) => aaguid.fmt(f),
            Self::KeyIdentifier(identifier) => identifier.fmt(f),
            Self::Aaid(aaid) => aaid.fmt(f),
        }
    }
}

impl From<Aaguid> for ModelKey {
    fn from(aaguid: Aaguid) -> Self {
        Self::Aaguid(aaguid)
    }
}

impl From<KeyIdentifier> for ModelKey {
    fn from(identifier: KeyIdentifier) -> Self {
        Self::KeyIdentifier(identifier)
    }
}

impl From<Aaid> for ModelKey {
    fn from(aaid: Aaid) -> Self {
        Self::Aaid(aaid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_key_is_recognised_by_its_text() {
        for text in
            ["ba86dc56-635f-4141-aef6-00227b1b9af6", "f5f6eef729a0264752053c22e89fc3028f1536c1", "4746#F208"]
        {
            let key: ModelKey = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
        }
        assert_eq!("4746#f208".parse::<Aaid>().unwrap().vendor(), 0x4746);
        assert_eq!("4746#f208".parse::<Aaid>().unwrap().model(), 0xf208);
    }

    #[test]
    fn rule_356_other_text_is_not_a_key() {
        for text in [
            "",
            "4746#",
            "4746#+208",
            "4746-3208",
            "f5f6",
            "F5F6EEF729A0264752053C22E89FC3028F1536C1",
            "f5f6eef729a0264752053c22e89fc3028f1536c1a",
            "ba86dc56635f4141aef600227b1b9af6",
        ] {
            assert_eq!(text.parse::<ModelKey>(), Err(ModelKeyError), "{text}");
        }
    }
}
