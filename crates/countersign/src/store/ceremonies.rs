//! The store of open ceremonies
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use core::fmt;

use countersign_types::Timestamp;

/// A store of open ceremonies: what a relying party keeps between start and finish, if it does not seal it.
///
/// Its promises are those of [`CredentialStore`](crate::store::CredentialStore).
pub trait CeremonyStore {
    /// The store failed: no connection, a full disk.
    type Error: fmt::Display + fmt::Debug + Send;

    /// Stores a state, until it is taken or `expires_at` is past. `id` is a random value that names it to the client.
    fn put(
        &self,
        id: &[u8],
        state: &[u8],
        expires_at: Timestamp,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Removes and returns a state: a second call gets nothing, even at the same time, nor does a call after `expires_at`.
    /// Call this before finishing the ceremony, whether or not that succeeds.
    fn take(
        &self,
        id: &[u8],
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;
}
