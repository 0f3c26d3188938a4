//! Decoys: plausible imaginary credentials for unknown user names
//! ([section 14.6.2](https://www.w3.org/TR/webauthn-3/#sctn-username-enumeration)).
//!
//! If an authentication begins with a user name, an empty `allowCredentials` list would reveal that the name is unknown.
//! Decoys are derived from a secret key, the RP ID and the name, so that they are the same at each attempt, differ between
//! names, and can't be distinguished from random IDs without the key.
//!
//! A shape that no real account of the relying party has reveals a decoy: [`DecoyProfile::observed`] takes the shapes from
//! real accounts. Derive decoys for known names too, so that both take the same time. The answer to the response must be [`Error::public_code`](crate::Error::public_code).

use core::fmt;

use countersign_types::{CredentialId, UserHandle, options::CredentialDescriptor};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{ceremony::entropy::USER_HANDLE_LENGTH, relying_party::party::RelyingParty};

pub(crate) mod profile;

pub use profile::{DecoyProfile, DecoyProfileError, DecoyShape, Observation};

/// Derives decoys. They stay the same as long as key and profile do: keep both with the relying party's configuration.
///
/// ```
/// use countersign::{AuthenticationRequest, RelyingParty, lifecycle::{DecoyKey, Decoys}};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let secret = [0x5e; 32];
/// # let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
/// let decoys = Decoys::new(DecoyKey::new(&secret)?);
/// let account = decoys.account(&rp, "unknown@example.org");
/// let request = AuthenticationRequest::identified(account.user_handle(), account.credentials());
/// # let _ = request; Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Decoys {
    key: DecoyKey,
    profile: DecoyProfile,
}

impl Decoys {
    /// Creates decoys with this key and the default profile.
    pub fn new(key: DecoyKey) -> Self {
        Self { key, profile: DecoyProfile::default() }
    }

    /// Sets the profile.
    pub fn with_profile(mut self, profile: DecoyProfile) -> Self {
        self.profile = profile;
        self
    }

    /// Returns the imaginary account of this name, always the same.
    ///
    /// Pass the name as it is looked up, after normalising case and white space: two spellings of a real name don't have two
    /// accounts.
    pub fn account(&self, rp: &RelyingParty, name: &str) -> DecoyAccount {
        let mut stream = Stream::new(&self.key, rp.id(), name);
        let user_handle = stream.user_handle();
        let mut account = self.profile.draw(|| stream.number());
        let credentials = core::iter::from_fn(|| {
            let shape = account.next(|| stream.number())?;
            let id = CredentialId::new(stream.bytes(shape.id_length()))?;
            Some(CredentialDescriptor::new(id, shape.transports()))
        });
        DecoyAccount { credentials: credentials.collect(), user_handle }
    }
}

/// An imaginary account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecoyAccount {
    user_handle: UserHandle,
    credentials: Vec<CredentialDescriptor>,
}

impl DecoyAccount {
    /// The user handle, of the length of [`new_user_handle`](crate::ceremony::new_user_handle)'s.
    pub fn user_handle(&self) -> &UserHandle {
        &self.user_handle
    }

    /// The credentials: one or more.
    pub fn credentials(&self) -> &[CredentialDescriptor] {
        &self.credentials
    }
}

/// The secret that decoys are derived from. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct DecoyKey(Hmac<Sha256>);

impl DecoyKey {
    /// The fewest bytes of a key: those of the hash, which
    /// [RFC 2104 section 3](https://www.rfc-editor.org/rfc/rfc2104#section-3) gives as the least.
    pub const LENGTH_MIN: usize = 32;

    /// Creates a key from [`LENGTH_MIN`](Self::LENGTH_MIN) or more unpredictable bytes that are used for nothing else.
    pub fn new(secret: &[u8]) -> Result<Self, DecoyKeyLengthError> {
        let too_short = DecoyKeyLengthError { got: secret.len() };
        if secret.len() < Self::LENGTH_MIN {
            return Err(too_short);
        }
        // Every length is a key's: the error is for other algorithms.
        Hmac::new_from_slice(secret).map(Self).map_err(|_| too_short)
    }
}

impl fmt::Debug for DecoyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecoyKey")
    }
}

/// A secret that is too short for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a decoy key of {got} bytes, at least {} expected", DecoyKey::LENGTH_MIN)]
#[non_exhaustive]
pub struct DecoyKeyLengthError {
    /// Its number of bytes.
    pub got: usize,
}

/// Names the derivation, so that no other use of the key gives the same bytes.
const LABEL: &[u8] = b"countersign decoys 1";

/// Pseudo-random bytes of one name: HMAC over a counter, under a key that is HMAC over the name.
struct Stream {
    blocks: Hmac<Sha256>,
    next: u64,
    rest: Vec<u8>,
}

impl Stream {
    fn new(key: &DecoyKey, rp_id: &str, name: &str) -> Self {
        // With its length before it, no part can be read as the beginning of the next.
        let mut seed = key.0.clone();
        for part in [LABEL, rp_id.as_bytes(), name.as_bytes()] {
            seed.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            seed.update(part);
        }
        // A hash's output is shorter than its block, so that it is a key as it is; HMAC takes every length.
        #[expect(clippy::expect_used, reason = "HMAC has no length that is not a key's")]
        let blocks = Hmac::new_from_slice(&seed.finalize().into_bytes()).expect("every length is a key's");
        Self { blocks, next: 0, rest: Vec::new() }
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        while self.rest.len() < length {
            let mut block = self.blocks.clone();
            block.update(&self.next.to_be_bytes());
            self.next = self.next.saturating_add(1);
            self.rest.extend(block.finalize().into_bytes());
        }
        let rest = self.rest.split_off(length);
        core::mem::replace(&mut self.rest, rest)
    }

    fn number(&mut self) -> u64 {
        self.bytes(8).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn user_handle(&mut self) -> UserHandle {
        let mut handle = [0; USER_HANDLE_LENGTH];
        handle.copy_from_slice(&self.bytes(USER_HANDLE_LENGTH));
        handle.into()
    }
}

#[cfg(test)]
mod tests;
