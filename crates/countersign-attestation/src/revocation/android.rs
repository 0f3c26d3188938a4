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

/// The fewest bytes of a serial number that no other issuer uses by chance: random ones have 8 or more, of which the
/// first may be zero.
const UNMISTAKABLE_MIN: usize = 7;

/// The Android attestation keys that must not be trusted, by the serial numbers of their certificates. Clones share the
/// list.
///
/// Listed keys are rejected, whether suspended (`SUSPENDED`), revoked (`REVOKED`) or with an unknown status. The documented
/// form of a serial number is lower-case hexadecimal; the list in use has shorter ones in decimal. A number with decimal
/// digits only counts in both forms.
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
    /// Reads a list from JSON: an object with the member `entries`, an object that maps each serial number to an object
    /// with a `status`. Unknown members are ignored. The list takes less than twice the memory of its text.
    pub fn from_json(json: &[u8]) -> Result<Self, StatusListError> {
        if json.len() > STATUS_LIST_MAX {
            return Err(StatusListError::TooLong { length: json.len() });
        }
        let (numbers, entries) = reader::read(json)?;
        Ok(Self(Arc::new(Contents { entries, numbers })))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.entries
    }

    /// Whether the list has no entries.
    pub fn is_empty(&self) -> bool {
        self.0.entries == 0
    }

    /// The reason for which the certificate's key is listed, if the list has its serial number.
    pub(super) fn reason(&self, certificate: &Certificate) -> Option<RevocationReason> {
        self.0.numbers.reason(certificate.serial_number())
    }

    /// The reason for which the certificate's key is listed, unless another issuer may have used the serial number, because
    /// it is short.
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
