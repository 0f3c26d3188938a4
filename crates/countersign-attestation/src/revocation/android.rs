//! Google's [status list of Android's attestation
//! keys](https://developer.android.com/privacy-and-security/security-key-attestation#certificate_status).

use core::fmt;
use std::sync::Arc;

use super::reason::RevocationReason;
use crate::{certificate::Certificate, limits::STATUS_LIST_MAX};

pub(crate) mod error;
mod numbers;
mod reader;

pub use error::StatusListError;
use numbers::Numbers;

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
    numbers: Numbers,
}

impl AttestationStatusList {
    /// Reads a list from its JSON: an object with the member `entries`, an object that has an object with a `status` for
    /// each serial number. Unknown members are ignored. The list takes less than twice the memory of its text.
    pub fn from_json(json: &[u8]) -> Result<Self, StatusListError> {
        if json.len() > STATUS_LIST_MAX {
            return Err(StatusListError::TooLong { length: json.len() });
        }
        let (numbers, entries) = reader::read(json)?;
        Ok(Self(Arc::new(Contents { entries, numbers })))
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
        self.0.numbers.reason(certificate.serial_number())
    }

    /// The same, unless the serial number is so short that the certificate may as well be another issuer's.
    pub(super) fn unmistakable_reason(&self, certificate: &Certificate) -> Option<RevocationReason> {
        let length = numbers::without_leading_zeros(certificate.serial_number()).len();
        self.reason(certificate).filter(|_| length >= UNMISTAKABLE_MIN)
    }
}

impl fmt::Debug for AttestationStatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttestationStatusList").field("entries", &self.len()).finish_non_exhaustive()
    }
}
