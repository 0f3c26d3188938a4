//! Random numbers, handed in by the caller.

use core::fmt;

use countersign_types::UserHandle;

/// A source of random bytes fit for keys: unpredictable to whoever sees earlier ones.
///
/// Every function `FnMut(&mut [u8]) -> Result<(), EntropyUnavailable>` is one; with the `getrandom` crate:
/// `|buffer: &mut [u8]| getrandom::fill(buffer).map_err(|_| EntropyUnavailable)`.
pub trait Entropy {
    /// Fills all of `buffer`.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), EntropyUnavailable>;
}

impl<F: FnMut(&mut [u8]) -> Result<(), EntropyUnavailable>> Entropy for F {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), EntropyUnavailable> {
        self(buffer)
    }
}

/// The source has no random bytes to give; a ceremony can't start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntropyUnavailable;

impl fmt::Display for EntropyUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no random bytes are available")
    }
}

impl core::error::Error for EntropyUnavailable {}

/// Bytes of a challenge: twice the least that
/// [section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges) asks for.
const CHALLENGE_LENGTH: usize = 32;

/// Bytes of a user handle: the 64 that [section 14.6.1](https://www.w3.org/TR/webauthn-3/#sctn-user-handle-privacy)
/// recommends would fill much of a small authenticator's store; 32 random ones can't be guessed or met twice either.
pub(crate) const USER_HANDLE_LENGTH: usize = 32;

/// A new challenge of 32 bytes.
pub(crate) fn new_challenge(
    entropy: &mut impl Entropy,
) -> Result<[u8; CHALLENGE_LENGTH], EntropyUnavailable> {
    let mut challenge = [0; CHALLENGE_LENGTH];
    entropy.fill(&mut challenge)?;
    Ok(challenge)
}

/// A new random user handle of 32 bytes, which says nothing about the person.
pub fn new_user_handle(entropy: &mut impl Entropy) -> Result<UserHandle, EntropyUnavailable> {
    let mut handle = [0; USER_HANDLE_LENGTH];
    entropy.fill(&mut handle)?;
    UserHandle::new(handle).ok_or(EntropyUnavailable)
}
