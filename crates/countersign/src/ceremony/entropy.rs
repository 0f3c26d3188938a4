//! Random bytes, supplied by the caller.

use core::fmt;

use countersign_types::UserHandle;

/// A source of random bytes fit for keys: unpredictable even to those who saw earlier ones.
///
/// Every function or closure that fills a buffer or returns an error is one, such as `getrandom::fill`:
///
/// ```
/// # use countersign::{AuthenticationRequest, RelyingParty, Timestamp};
/// # let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
/// # let now = Timestamp::from_unix_seconds(0);
/// let request = AuthenticationRequest::discoverable();
/// let (options, state) = rp.start_authentication(request, &mut getrandom::fill, now)?;
/// # let _ = (options, state);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Entropy {
    /// Fills the whole buffer with random bytes.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}

impl<F, E> Entropy for F
where
    F: FnMut(&mut [u8]) -> Result<(), E>,
    E: fmt::Display,
{
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        self(buffer).map_err(EntropyError::new)
    }
}

/// The source of random bytes failed, so that a ceremony can't start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no random bytes are available: {cause}")]
pub struct EntropyError {
    cause: String,
}

impl EntropyError {
    /// Creates an error from the source's own, whose text is kept.
    pub fn new(cause: impl fmt::Display) -> Self {
        Self { cause: cause.to_string() }
    }
}

/// Bytes of a user handle: the 64 that [section 14.6.1](https://www.w3.org/TR/webauthn-3/#sctn-user-handle-privacy)
/// recommends would fill much of a small authenticator's storage; 32 random ones can't be guessed or repeated either.
pub(crate) const USER_HANDLE_LENGTH: usize = 32;

/// Creates a random user handle of 32 bytes, which does not identify the user.
pub fn new_user_handle(entropy: &mut impl Entropy) -> Result<UserHandle, EntropyError> {
    let mut handle = [0; USER_HANDLE_LENGTH];
    entropy.fill(&mut handle)?;
    Ok(handle.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_with_its_own_error_is_a_source() {
        let handle = new_user_handle(&mut getrandom::fill).unwrap();
        assert_eq!(handle.as_bytes().len(), 32);
        let mut failing = |_: &mut [u8]| Err("the pool is empty");
        let error = new_user_handle(&mut failing).unwrap_err();
        assert_eq!(error.to_string(), "no random bytes are available: the pool is empty");
    }
}
