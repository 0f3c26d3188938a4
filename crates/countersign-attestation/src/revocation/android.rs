//! Google's [status list of Android's attestation
//! keys](https://developer.android.com/privacy-and-security/security-key-attestation#certificate_status).

use core::fmt;
use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use serde_json::Value;

use super::RevocationReason;
use crate::Certificate;

/// The most bytes of a status list. The one in use has some 2000 entries of some 100 bytes.
pub const STATUS_LIST_MAX: usize = 8 * 1024 * 1024;

/// The most digits of a serial number: RFC 5280 has 20 octets, as 40 hexadecimal or 49 decimal digits.
const DIGITS_MAX: usize = 49;

/// The fewest bytes of a serial number that no other issuer gives by chance: drawn at random they have 8 or more, of
/// which the first may be zero.
const UNMISTAKABLE_MIN: usize = 7;

/// The attestation keys that are not to be trusted, by the serial numbers of their certificates. A clone shares them.
///
/// What is listed is refused, for a while (`SUSPENDED`) or for ever (`REVOKED`) or with a word that is not known. The
/// documented form of a serial number is lower-case hexadecimal; the list in use has the shorter ones in decimal. One
/// that has decimal digits only is taken for both numbers.
///
/// ```
/// # use countersign_attestation::revocation::AttestationStatusList;
/// let list = br#"{"entries": {"2c8cdddfd5e03bfc": {"status": "REVOKED", "reason": "KEY_COMPROMISE"}}}"#;
/// assert_eq!(AttestationStatusList::from_json(list)?.len(), 1);
/// # Ok::<(), countersign_attestation::revocation::StatusListError>(())
/// ```
#[derive(Clone)]
pub struct AttestationStatusList(Arc<Contents>);

struct Contents {
    entries: usize,
    /// By magnitude, without leading zeros.
    by_serial_number: BTreeMap<Box<[u8]>, RevocationReason>,
}

#[derive(Deserialize)]
struct Document {
    entries: BTreeMap<String, Value>,
}

impl AttestationStatusList {
    /// Reads a list from its JSON: an object with the member `entries`, an object that has an object with a `status` for
    /// each serial number. Unknown members are passed over.
    pub fn from_json(json: &[u8]) -> Result<Self, StatusListError> {
        if json.len() > STATUS_LIST_MAX {
            return Err(StatusListError::TooLong { length: json.len() });
        }
        let is_object = json.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        let document: Option<Document> = serde_json::from_slice(json).ok().filter(|_| is_object);
        let document = document.ok_or(StatusListError::NotList)?;
        let mut by_serial_number = BTreeMap::new();
        for (serial_number, entry) in &document.entries {
            let status = entry.as_object().and_then(|entry| entry.get("status")).and_then(Value::as_str);
            let malformed = || StatusListError::Entry(serial_number.chars().take(DIGITS_MAX).collect());
            if status.is_none() {
                return Err(malformed());
            }
            let reason = reason(entry.get("reason").and_then(Value::as_str));
            let hexadecimal = number(serial_number, 16).ok_or_else(malformed)?;
            by_serial_number.insert(hexadecimal, reason);
            if let Some(decimal) = number(serial_number, 10) {
                by_serial_number.insert(decimal, reason);
            }
        }
        Ok(Self(Arc::new(Contents { entries: document.entries.len(), by_serial_number })))
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.0.entries
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.0.entries == 0
    }

    /// Why this certificate's key is not to be trusted, if the list has its serial number.
    pub(super) fn reason(&self, certificate: &Certificate) -> Option<RevocationReason> {
        self.0.by_serial_number.get(without_leading_zeros(certificate.serial_number())).copied()
    }

    /// The same, unless the serial number is so short that the certificate may as well be another issuer's.
    pub(super) fn unmistakable_reason(&self, certificate: &Certificate) -> Option<RevocationReason> {
        let length = without_leading_zeros(certificate.serial_number()).len();
        self.reason(certificate).filter(|_| length >= UNMISTAKABLE_MIN)
    }
}

impl fmt::Debug for AttestationStatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttestationStatusList").field("entries", &self.len()).finish_non_exhaustive()
    }
}

fn reason(word: Option<&str>) -> RevocationReason {
    match word {
        None | Some("UNSPECIFIED") => RevocationReason::Unspecified,
        Some("KEY_COMPROMISE") => RevocationReason::KeyCompromise,
        Some("CA_COMPROMISE") => RevocationReason::CaCompromise,
        Some("SUPERSEDED") => RevocationReason::Superseded,
        Some("SOFTWARE_FLAW") => RevocationReason::SoftwareFlaw,
        Some(_) => RevocationReason::Other,
    }
}

/// The magnitude of a number in these digits.
fn number(digits: &str, base: u8) -> Option<Box<[u8]>> {
    if digits.is_empty() || digits.len() > DIGITS_MAX {
        return None;
    }
    // Its least significant byte first.
    let mut bytes: Vec<u8> = Vec::new();
    for digit in digits.chars() {
        if digit.is_ascii_uppercase() {
            return None;
        }
        let mut carry = u16::try_from(digit.to_digit(base.into())?).ok()?;
        for byte in &mut bytes {
            let sum = u16::from(*byte).checked_mul(base.into())?.checked_add(carry)?;
            let [high, low] = sum.to_be_bytes();
            *byte = low;
            carry = high.into();
        }
        if carry != 0 {
            bytes.push(u8::try_from(carry).ok()?);
        }
    }
    bytes.reverse();
    Some(bytes.into())
}

fn without_leading_zeros(mut bytes: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// Why bytes are not a status list. It is the caller's own data that is at fault, so that there is no code for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusListError {
    /// More than [`STATUS_LIST_MAX`] bytes.
    TooLong {
        /// The number of bytes.
        length: usize,
    },
    /// Not the JSON of an object with the member `entries`, which is an object.
    NotList,
    /// An entry's name is no serial number, or the entry has no status; holds the name.
    Entry(String),
}

impl fmt::Display for StatusListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => {
                write!(f, "a status list of {length} bytes, at most {STATUS_LIST_MAX} expected")
            }
            Self::NotList => f.write_str("not a json object with the member entries"),
            Self::Entry(name) => {
                write!(f, "entry {name:?} of the status list has no serial number or no status")
            }
        }
    }
}

impl core::error::Error for StatusListError {}
