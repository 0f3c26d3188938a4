//! Lists of rogue authenticators
//! ([FIDO Metadata Service, section 3.1.5](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1.1-ps-20260105.html#sctn-rogue-list-entry)):
//! single authenticators of a model whose secret others know.
//!
//! What a list names is the secret key of an ECDAA attestation
//! ([FIDO ECDAA Algorithm](https://fidoalliance.org/specs/fido-v2.0-id-20180227/fido-ecdaa-algorithm-v2.0-id-20180227.html)),
//! and whoever verifies such an attestation tries its signature with each key of the list. No statement format of WebAuthn
//! Level 3 has ECDAA any more, so that no attestation that is verified here can be held against a list: a
//! [`MetadataPolicy`](crate::MetadataPolicy) can but refuse the model, or accept it with its rogues. A list is read here
//! for people who watch over a model, and for verifiers of ECDAA elsewhere.

use core::fmt;

use countersign_cose::Hash;
use countersign_types::{Code, Timestamp, base64url};

use crate::{
    Date,
    json::{Fault, Reader, Text, once},
};

/// The most bytes of a list: some hundred thousand authenticators, which is more than a batch.
pub const LIST_MAX: usize = 8 * 1024 * 1024;

/// The most bytes of a secret key. That of the largest curve of ECDAA has 80.
pub const KEY_MAX: usize = 128;

/// Where a model's list of rogue authenticators is, and what vouches for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RogueListReference<'a> {
    /// Where the list is to be had.
    pub url: Text<'a>,
    /// The list's hash in base64url. It is under the BLOB's signature, and the list has none of its own.
    pub hash: Text<'a>,
    algorithm: Hash,
}

/// A list of rogue authenticators, which the BLOB vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RogueList(Vec<RogueKey>);

/// A rogue authenticator, by its secret key: one that everybody may know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RogueKey {
    /// The secret key, big-endian, of 1 to [`KEY_MAX`] bytes.
    pub secret_key: Vec<u8>,
    /// From when on it is rogue.
    pub date: Date,
}

/// Why a list is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RogueListError {
    /// More than [`LIST_MAX`] bytes. Code `metadata-malformed`.
    TooLong,
    /// It is not the list that the BLOB names: its hash is another. Code `metadata-signature-invalid`.
    HashDiffers,
    /// Not JSON; holds the byte at which that shows. Code `metadata-malformed`.
    NotJson(usize),
    /// A value is not of the type that it should be; holds the type. Code `metadata-malformed`.
    Type(&'static str),
    /// A required member is absent. Code `metadata-malformed`.
    Missing(&'static str),
    /// A member is there twice. Code `metadata-malformed`.
    Twice(&'static str),
    /// The secret key is not base64url, empty, or longer than [`KEY_MAX`] bytes. Code `metadata-malformed`.
    SecretKey,
    /// The date does not have the form `YYYY-MM-DD`. Code `metadata-malformed`.
    Date,
}

impl<'a> RogueListReference<'a> {
    /// Of an entry that has a list; `algorithm` is the hash of the BLOB's signature.
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

    /// Reads the list as it was fetched: JSON. The hash is over its base64url form, without padding.
    pub fn read(&self, list: &[u8]) -> Result<RogueList, RogueListError> {
        if list.len() > LIST_MAX {
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

impl RogueList {
    fn read(text: &str) -> Result<Self, RogueListError> {
        let (mut keys, mut fault) = (Vec::new(), None);
        let mut reader = Reader::new(text);
        let outcome = reader.array(|reader| {
            let (mut secret_key, mut date) = (None, None);
            reader.object(|reader, name| match name {
                "sk" => once(&mut secret_key, "sk", reader.text()?),
                "date" => once(&mut date, "date", reader.text()?),
                _ => reader.skip().map(drop),
            })?;
            let secret_key = secret_key.ok_or(Fault::Missing("sk"))?;
            let date = date.ok_or(Fault::Missing("date"))?;
            match RogueKey::read(secret_key, date) {
                Ok(key) => keys.push(key),
                // The first is told, and the rest is read for its syntax.
                Err(error) => fault = fault.take().or(Some(error)),
            }
            Ok(())
        });
        outcome.and_then(|()| reader.end())?;
        fault.map_or(Ok(Self(keys)), Err)
    }

    /// The rogue authenticators in the list's order.
    pub fn keys(&self) -> &[RogueKey] {
        &self.0
    }

    /// Whether the list has this secret key, in its form there, with a date that has come at `now`.
    pub fn has(&self, secret_key: &[u8], now: Timestamp) -> bool {
        self.0.iter().any(|key| key.secret_key == secret_key && key.date.start() <= now)
    }
}

impl RogueKey {
    fn read(secret_key: Text<'_>, date: Text<'_>) -> Result<Self, RogueListError> {
        let secret_key = base64url::decode(secret_key.decode().as_bytes())
            .ok()
            .filter(|key| (1..=KEY_MAX).contains(&key.len()))
            .ok_or(RogueListError::SecretKey)?;
        Ok(Self { secret_key, date: date.decode().parse().map_err(|_| RogueListError::Date)? })
    }
}

impl RogueListError {
    /// The stable word for it.
    pub const fn code(&self) -> Code {
        match self {
            Self::HashDiffers => Code::MetadataSignatureInvalid,
            _ => Code::MetadataMalformed,
        }
    }
}

impl From<Fault> for RogueListError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Syntax(at) => Self::NotJson(at),
            Fault::Type(expected) => Self::Type(expected),
            Fault::Missing(name) => Self::Missing(name),
            Fault::Twice(name) => Self::Twice(name),
        }
    }
}

impl fmt::Display for RogueListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the rogue list has more than {LIST_MAX} bytes"),
            Self::HashDiffers => f.write_str("the rogue list is not the one that the metadata names"),
            Self::NotJson(at) => write!(f, "the rogue list is not json at byte {at}"),
            Self::Type(expected) => write!(f, "something in the rogue list is not {expected}"),
            Self::Missing(name) => write!(f, "{name} is missing in the rogue list"),
            Self::Twice(name) => write!(f, "{name} is twice in an entry of the rogue list"),
            Self::SecretKey => f.write_str("a secret key in the rogue list does not have its form"),
            Self::Date => f.write_str("a date in the rogue list is none"),
        }
    }
}

impl core::error::Error for RogueListError {}
