//! Sealed states: a ceremony's state as an encrypted token, for servers that keep none between `start` and `finish`
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges) asks that the challenge is kept
//! where the client can't choose it).
//!
//! A token works as often as it is presented unless something remembers that it was used, and it can be presented to each
//! instance: the memory of used ceremonies must be one that *all* instances share, as the key ring is.
//!
//! ```
//! use countersign::{
//!     AuthenticationRequest, AuthenticationState, RelyingParty, Timestamp,
//!     ceremony::{CeremonyId, Consumption, SingleUse, sealed::{Bearer, KeyRing, SealingKey}},
//! };
//! # use std::{collections::BTreeMap, convert::Infallible, sync::Mutex};
//! # struct Database(Mutex<BTreeMap<[u8; 32], i64>>);
//! # impl Database {
//! #     fn insert_if_absent(&self, ceremony: [u8; 32], until: i64) -> Result<bool, Infallible> {
//! #         Ok(self.0.lock().unwrap().insert(ceremony, until).is_none())
//! #     }
//! # }
//! # let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
//! # let now = Timestamp::from_unix_seconds(0);
//! /// The database of all instances: `INSERT INTO used_ceremonies (id, until) VALUES (…) ON CONFLICT DO NOTHING`.
//! /// Rows may be deleted once `until` is past.
//! impl SingleUse for Database {
//!     type Error = Infallible;
//!
//!     async fn consume(&self, id: &CeremonyId, until: Timestamp, _: Timestamp) -> Result<Consumption, Infallible> {
//!         let is_new = self.insert_if_absent(*id.as_bytes(), until.unix_seconds())?;
//!         Ok(if is_new { Consumption::First } else { Consumption::Repeated })
//!     }
//! }
//! # let database = Database(Mutex::default());
//! # let secret = [1; 32];
//! // When the program starts: 32 random bytes, the same on all instances. A ring holds several while keys rotate.
//! let keys = KeyRing::new([SealingKey::new(1, secret)])?;
//!
//! let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), &mut getrandom::fill, now)?;
//! # let _ = options;
//! let token = keys.seal(&state, b"", &mut getrandom::fill)?;
//! // The client keeps the token, and sends it with its response.
//! # let _ = async {
//! let opened = keys.open(&rp, &token, Bearer::Anonymous, now)?;
//! let state: AuthenticationState = opened.state.spend(&database, now).await?;
//! // `rp.finish_authentication(state, …)`
//! # let _ = state;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # };
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod error;
pub(crate) mod token;

use core::fmt;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{Key, KeyInit as _, XChaCha20Poly1305, XNonce};
use countersign_types::{Timestamp, UserHandle, base64url};

use crate::ceremony::sealed::token::{Header, NONCE_LENGTH, associated_data};
use crate::ceremony::{entropy::Entropy, single_use::unspent::Unspent, state::kind::CeremonyState};
use crate::relying_party::party::RelyingParty;

pub use error::{KeyRingError, OpenError, SealError, TOKEN_MAX};

/// The keys that tokens are sealed and opened with.
///
/// To rotate without rejecting tokens: add the new key after the old one on every instance, then put it first on every
/// instance, and remove the old one once the last of its tokens has expired.
#[derive(Debug, Clone)]
pub struct KeyRing {
    newest: SealingKey,
    older: Vec<SealingKey>,
}

/// A secret key of 32 bytes with its number. Dropped, it is wiped from memory.
#[derive(Clone)]
pub struct SealingKey {
    id: u32,
    cipher: XChaCha20Poly1305,
}

/// What a token was made from.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "the ceremony can be finished once its state is spent"]
pub struct Opened<S> {
    /// The state.
    pub state: Unspent<S>,
    /// The caller's bytes: what was attached to the state.
    pub attached: Vec<u8>,
}

/// Who presents the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bearer<'a> {
    /// No account is signed in: the token's account is accepted as it is. For signing up and signing in.
    Anonymous,
    /// This account is signed in: a token that was made for another one, or for none, is rejected. For adding a
    /// credential, and for confirming something.
    Account(&'a UserHandle),
}

impl SealingKey {
    /// The key with this number, which its tokens name: 32 random bytes that are used for nothing else.
    pub fn new(id: u32, secret: [u8; 32]) -> Self {
        Self { id, cipher: XChaCha20Poly1305::new(&Key::from(secret)) }
    }

    /// The key's number.
    pub fn id(&self) -> u32 {
        self.id
    }
}

/// Prints the key ID only, never the secret.
impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl KeyRing {
    /// A ring of these keys: the first seals, each of them opens. An error if there is none, or if two have the
    /// same number.
    pub fn new(keys: impl IntoIterator<Item = SealingKey>) -> Result<Self, KeyRingError> {
        let mut keys = keys.into_iter();
        let mut ring = Self { newest: keys.next().ok_or(KeyRingError::Empty)?, older: Vec::new() };
        for key in keys {
            if ring.key(key.id).is_some() {
                return Err(KeyRingError::DuplicateId(key.id));
            }
            ring.older.push(key);
        }
        Ok(ring)
    }

    /// The state as a token of base64url text: for a hidden field, a cookie, or a script's variable. Without a
    /// key it can't be read or changed.
    ///
    /// `attached` are bytes of the caller that the finish gets back, such as the name of a new account; they may be empty.
    ///
    /// `entropy` must be as good as for challenges: it makes the nonce.
    pub fn seal<S: CeremonyState>(
        &self,
        state: &S,
        attached: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_LENGTH];
        entropy.fill(&mut nonce).map_err(SealError::Entropy)?;
        let header = Header::new(S::KIND, self.newest.id, state.rp_id(), state.purpose());
        let text =
            token::content(&serde_json::to_vec(state).map_err(|_| SealError::NotSerialised)?, attached)?;
        let associated = associated_data(&header, state.rp_id(), state.purpose());
        let payload = Payload { msg: &text, aad: &associated };
        let sealed = self.newest.cipher.encrypt(&XNonce::from(nonce), payload);
        let token = base64url::encode(header.followed_by(&nonce, &sealed.map_err(|_| SealError::TooLong)?));
        if token.len() <= TOKEN_MAX { Ok(token) } else { Err(SealError::TooLong) }
    }

    /// The state that `token` was made from, if it was made by one of these keys, for a ceremony of this kind, for
    /// this relying party, its purpose and this bearer, and has not expired.
    ///
    /// A token can be presented any number of times; [`Unspent`] is there so that its ceremony works once.
    pub fn open<S: CeremonyState>(
        &self,
        rp: &RelyingParty,
        token: &str,
        bearer: Bearer<'_>,
        now: Timestamp,
    ) -> Result<Opened<S>, OpenError> {
        let bytes = token::decode(token)?;
        let (header, nonce, sealed) = Header::read(&bytes)?;
        header.is_for(S::KIND, rp.id(), rp.purpose())?;
        let key = self.key(header.key_id()).ok_or(OpenError::UnknownKey(header.key_id()))?;
        let associated = associated_data(&header, rp.id(), rp.purpose());
        let payload = Payload { msg: sealed, aad: &associated };
        let text = key.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| OpenError::NotAuthentic)?;
        // What is authentic was written by us, though perhaps by an older version.
        let (text, attached) = token::parts(&text).ok_or(OpenError::UnknownState)?;
        let state: S = serde_json::from_slice(text).map_err(|_| OpenError::UnknownState)?;
        match bearer {
            Bearer::Account(user) if state.user() != Some(user) => Err(OpenError::OtherUser),
            _ if now > state.expires_at() => Err(OpenError::Expired),
            _ => Ok(Opened { state: Unspent::new(state), attached: attached.to_vec() }),
        }
    }

    fn key(&self, id: u32) -> Option<&SealingKey> {
        core::iter::once(&self.newest).chain(&self.older).find(|key| key.id == id)
    }
}

#[cfg(test)]
mod tests;
