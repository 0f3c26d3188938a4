//! Lists of rogue authenticators: single authenticators of a model whose secret key is public ([FIDO Metadata Service,
//! section
//! 3.1.5](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1.1-ps-20260105.html#sctn-rogue-list-entry)).
//!
//! A list contains the secret keys of ECDAA attestations ([FIDO ECDAA
//! Algorithm](https://fidoalliance.org/specs/fido-v2.0-id-20180227/fido-ecdaa-algorithm-v2.0-id-20180227.html)), and a
//! verifier of such an attestation tries its signature with each key of the list. No statement format of WebAuthn Level
//! 3 uses ECDAA any more, so no attestation can be checked against a list here: a
//! [`MetadataPolicy`](crate::MetadataPolicy) can only reject the model, or accept it including its rogues. Lists can be
//! read for monitoring, and for verifiers of ECDAA elsewhere.

use countersign_cose::Hash;
use countersign_types::{Code, Timestamp, base64url};

use crate::{
    date::Date,
    json::{JsonError, Reader, Text, members},
    limits::{ROGUE_KEY_MAX, ROGUE_LIST_MAX},
};

/// The address of a list of rogue authenticators, and the list's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RogueListReference<'a> {
    /// The address of the list.
    pub url: Text<'a>,
    /// The hash of the list in base64url. The BLOB's signature covers it; the list itself is not signed.
    pub hash: Text<'a>,
    algorithm: Hash,
}

/// A list of rogue authenticators that the BLOB vouches for.
///
/// It contains the secret keys of ECDAA attestations, which no statement format of WebAuthn Level 3 uses, so no
/// attestation can be checked against it here. It is for monitoring, and for verifiers of ECDAA elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RogueList(Vec<RogueKey>);

/// A rogue authenticator, identified by its secret key, which is public.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RogueKey {
    /// The secret key, big-endian, of 1 to [`ROGUE_KEY_MAX`] bytes.
    pub secret_key: Vec<u8>,
    /// The first day on which the authenticator counts as rogue.
    pub date: Date,
}

/// Why a list of rogue authenticators is rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RogueListError {
    /// The list has more than [`ROGUE_LIST_MAX`] bytes. Code `metadata-malformed`.
    #[error("the rogue list has more than {ROGUE_LIST_MAX} bytes")]
    TooLong,
    /// The list does not have the hash that the BLOB names. Code `metadata-signature-invalid`.
    #[error("the rogue list is not the one that the metadata names")]
    HashDiffers,
    /// The list is not JSON; holds the position of the syntax error in bytes. Code `metadata-malformed`.
    #[error("the rogue list is not json at byte {0}")]
    NotJson(usize),
    /// A value does not have the expected type, which this holds. Code `metadata-malformed`.
    #[error("a value in the rogue list is not {0}")]
    Type(&'static str),
    /// A required member is absent. Code `metadata-malformed`.
    #[error("{0} is missing in the rogue list")]
    Missing(&'static str),
    /// A member occurs twice. Code `metadata-malformed`.
    #[error("{0} occurs twice in an entry of the rogue list")]
    Twice(&'static str),
    /// The secret key is not base64url, empty, or longer than [`ROGUE_KEY_MAX`] bytes. Code `metadata-malformed`.
    #[error("a secret key in the rogue list does not have its form")]
    SecretKey,
    /// The date does not have the form `YYYY-MM-DD`. Code `metadata-malformed`.
    #[error("a date in the rogue list does not have its form")]
    Date,
}

impl<'a> RogueListReference<'a> {
    /// Reads the reference of an entry that has a list; `algorithm` is the hash function of the BLOB's signature.
    pub(crate) fn of_entry(json: &'a str, algorithm: Hash) -> Option<Self> {
        let (mut url, mut hash) = (None, None);
        // It was read before, so it can be.
        let _ = Reader::new(json).object(|reader, name| {
            match name {
                "rogueListURL" => url = Some(reader.text()?),
                "rogueListHash" => hash = Some(reader.text()?),
                _ => drop(reader.skip()?),
            }
            Ok(())
        });
        Some(Self { url: url?, hash: hash?, algorithm })
    }

    /// Reads a fetched list, in JSON. The hash is over its base64url form, without padding.
    pub fn read(&self, list: &[u8]) -> Result<RogueList, RogueListError> {
        if list.len() > ROGUE_LIST_MAX {
            return Err(RogueListError::TooLong);
        }
        let digest = self.algorithm.digest(&[base64url::encode(list).as_bytes()]);
        if base64url::decode(self.hash.decode().as_bytes()).ok() != Some(digest) {
            return Err(RogueListError::HashDiffers);
        }
        let text =
            core::str::from_utf8(list).map_err(|error| RogueListError::NotJson(error.valid_up_to()))?;
        RogueList::read(text)
    }
}

members! {
    KeyMembers<'a> {
        secret_key: Text<'a> = "sk", Reader::text;
        date: Text<'a> = "date", Reader::text;
    }
}

impl RogueList {
    fn read(text: &str) -> Result<Self, RogueListError> {
        let (mut keys, mut first) = (Vec::new(), None);
        let mut reader = Reader::new(text);
        let outcome = reader.array(|reader| {
            let KeyMembers { secret_key, date } = KeyMembers::read(reader)?;
            let secret_key = secret_key.ok_or(JsonError::Missing("sk"))?;
            let date = date.ok_or(JsonError::Missing("date"))?;
            match RogueKey::read(secret_key, date) {
                Ok(key) => keys.push(key),
                // The first error is returned, once the syntax of the rest is checked.
                Err(error) => first = first.take().or(Some(error)),
            }
            Ok(())
        });
        outcome.and_then(|()| reader.end())?;
        first.map_or(Ok(Self(keys)), Err)
    }

    /// The rogue authenticators in the order of the list.
    pub fn keys(&self) -> &[RogueKey] {
        &self.0
    }

    /// Whether the list has exactly this secret key, with a date that is reached at `now`.
    pub fn has(&self, secret_key: &[u8], now: Timestamp) -> bool {
        self.0.iter().any(|key| key.secret_key == secret_key && key.date.start() <= now)
    }
}

impl RogueKey {
    fn read(secret_key: Text<'_>, date: Text<'_>) -> Result<Self, RogueListError> {
        let secret_key = base64url::decode(secret_key.decode().as_bytes())
            .ok()
            .filter(|key| (1..=ROGUE_KEY_MAX).contains(&key.len()))
            .ok_or(RogueListError::SecretKey)?;
        Ok(Self { secret_key, date: date.decode().parse().map_err(|_| RogueListError::Date)? })
    }
}

impl RogueListError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        match self {
            Self::HashDiffers => Code::MetadataSignatureInvalid,
            _ => Code::MetadataMalformed,
        }
    }
}

impl From<JsonError> for RogueListError {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::Syntax(at) => Self::NotJson(at),
            JsonError::Type(expected) => Self::Type(expected),
            JsonError::Missing(name) => Self::Missing(name),
            JsonError::Twice(name) => Self::Twice(name),
        }
    }
}
