//! The rows of a database: the keys of each are spread evenly over all keys, in the order of their numbers.

use std::error::Error;

use countersign::types::{CredentialId, Timestamp, UserHandle};
use countersign::{CredentialRecord, store::TokenHash};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

/// Seconds for which a session is valid.
pub(crate) const LATER: i64 = 30 * 24 * 60 * 60;

/// What follows the number in a key.
pub(crate) const PADDING: [u8; 24] = [0xa5; 24];

/// How far the keys of two neighbours are apart. `PostgreSQL` has no unsigned numbers.
pub(crate) fn distance(size: u64) -> u64 {
    i64::MAX.unsigned_abs() / size.max(1)
}

fn key(number: u64, size: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    let number = distance(size).wrapping_mul(number).to_be_bytes();
    bytes.iter_mut().zip(number.into_iter().chain(PADDING)).for_each(|(to, from)| *to = from);
    bytes
}

pub(crate) fn user_handle(number: u64, size: u64) -> Result<UserHandle> {
    Ok(UserHandle::new(key(number, size)).ok_or("a user handle")?)
}

pub(crate) fn credential_id(number: u64, size: u64) -> Result<CredentialId> {
    Ok(CredentialId::new(key(number, size)).ok_or("a credential ID")?)
}

pub(crate) fn token(number: u64, size: u64) -> TokenHash {
    TokenHash::from_bytes(key(number, size))
}

pub(crate) fn record(number: u64, size: u64) -> Result<CredentialRecord> {
    let record = CredentialRecord::new(
        credential_id(number, size)?,
        "example.org",
        user_handle(number, size)?,
        [0xa5; 77],
    );
    Ok(record.with_backup_eligible(true))
}
