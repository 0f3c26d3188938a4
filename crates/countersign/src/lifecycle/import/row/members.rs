//! The members of a row, each of which has a type.

use countersign_types::{Aaguid, enumerations::Transport};
use serde_json::{Map, Value};

use super::error::RowError;
use crate::lifecycle::import::encoded;

/// The most bytes of a member: those of the longest attestation object, with room.
const BYTES_MAX: usize = 256 * 1024;

/// An object in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members<'a>(&'a Map<String, Value>);

type Read<T> = Result<T, RowError>;

const fn not(member: &'static str, expected: &'static str) -> RowError {
    RowError::Member { member, expected }
}

impl<'a> Members<'a> {
    /// The members of an object; of a `Passkey` of webauthn-rs those of its `Credential`.
    pub(super) fn of(row: &'a Value) -> Option<Self> {
        let row = Self(row.as_object()?);
        let inner = row.0.get("cred").and_then(Value::as_object).map(Self);
        Some(inner.filter(|inner| inner.has("cred_id")).unwrap_or(row))
    }

    /// Whether there is a member of this name.
    pub(super) fn has(self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The first of these members that is there and not null, with its name.
    fn first(self, names: &[&'static str]) -> Option<(&'static str, &'a Value)> {
        let there = |name: &&'static str| Some((*name, self.0.get(*name).filter(|value| !value.is_null())?));
        names.iter().find_map(there)
    }

    /// The object in a member.
    pub(super) fn object(self, names: &[&'static str]) -> Read<Option<Self>> {
        let read = |(name, value): (_, &'a Value)| value.as_object().map(Self).ok_or(not(name, "an object"));
        self.first(names).map(read).transpose()
    }

    /// The text in a member.
    pub(super) fn text(self, names: &[&'static str]) -> Read<Option<&'a str>> {
        let read = |(name, value): (_, &'a Value)| value.as_str().ok_or(not(name, "a text"));
        self.first(names).map(read).transpose()
    }

    /// `true` or `false`; 1 or 0, as databases without booleans have them.
    pub(super) fn boolean(self, names: &[&'static str]) -> Read<Option<bool>> {
        let read = |(name, value): (_, &Value)| match (value.as_bool(), value.as_u64()) {
            (Some(boolean), _) => Ok(boolean),
            (None, Some(number @ (0 | 1))) => Ok(number == 1),
            _ => Err(not(name, "true or false")),
        };
        self.first(names).map(read).transpose()
    }

    /// Whether the text in a member is the first of these words, and not the second.
    pub(super) fn choice(self, names: &[&'static str], yes: &str, no: &str) -> Read<Option<bool>> {
        let read = |(name, value): (_, &Value)| match value.as_str() {
            Some(word) if word == yes => Ok(true),
            Some(word) if word == no => Ok(false),
            _ => Err(not(name, "one of its two words")),
        };
        self.first(names).map(read).transpose()
    }

    /// An integer, or its digits as text: PostgreSQL's client for JavaScript returns a `bigint` so.
    pub(super) fn number(self, names: &[&'static str]) -> Read<Option<i64>> {
        let read = |(name, value): (_, &Value)| {
            let digits = || value.as_str().and_then(|text| text.parse().ok());
            value.as_i64().or_else(digits).ok_or(not(name, "an integer"))
        };
        self.first(names).map(read).transpose()
    }

    /// Bytes.
    pub(super) fn bytes(self, names: &[&'static str]) -> Read<Option<Vec<u8>>> {
        let read = |(name, value): (_, &Value)| {
            let expected = "bytes in base64url, in base64, in hexadecimal digits after \\x, or as numbers";
            bytes(value).filter(|bytes| bytes.len() <= BYTES_MAX).ok_or(not(name, expected))
        };
        self.first(names).map(read).transpose()
    }

    /// Bytes that must be there.
    pub(super) fn required_bytes(self, names: &[&'static str]) -> Read<Vec<u8>> {
        let first = names.first().copied().unwrap_or_default();
        self.bytes(names)?.ok_or(RowError::Missing(first))
    }

    /// The object in a member as JSON, if it is a JSON Web Key: it names its type.
    pub(super) fn jwk(self, name: &'static str) -> Option<String> {
        let (_, value) = self.first(&[name])?;
        value.get("kty").is_some().then(|| value.to_string())
    }

    /// Transports in a list, or in a text with commas, in lower case.
    pub(super) fn transports(self, names: &[&'static str]) -> Read<Vec<String>> {
        let Some((name, value)) = self.first(names) else { return Ok(Vec::new()) };
        let words: Option<Vec<&str>> = match value {
            Value::String(text) => Some(text.split(',').map(str::trim).collect()),
            Value::Array(items) => items.iter().map(Value::as_str).collect(),
            _ => None,
        };
        let words = words.ok_or(not(name, "a list of transports"))?;
        let words = words.into_iter().filter(|word| !word.is_empty()).map(str::to_ascii_lowercase);
        Ok(words.map(|word| Transport::from(&*word).as_str().to_owned()).collect())
    }

    /// An AAGUID, as text with hyphens or as bytes; zero if there is none.
    pub(super) fn aaguid(self, names: &[&'static str]) -> Read<Aaguid> {
        let Some((name, value)) = self.first(names) else { return Ok(Aaguid::ZERO) };
        let text = value.as_str().and_then(|text| text.parse().ok());
        let of_bytes = || bytes(value).and_then(|bytes| bytes.try_into().ok()).map(Aaguid::from_bytes);
        text.or_else(of_bytes).ok_or(not(name, "an AAGUID"))
    }
}

/// Bytes in text or numbers.
pub(super) fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => encoded::of_column(text, BYTES_MAX.saturating_mul(2)),
        Value::Array(items) => items.iter().map(byte).collect(),
        Value::Object(members) => match members.get("data") {
            // `JSON.stringify` of a `Buffer`.
            Some(Value::Array(items)) => items.iter().map(byte).collect(),
            Some(_) => None,
            // `JSON.stringify` of a `Uint8Array`: the numbers under their positions.
            None => {
                let positions = 0..members.len();
                positions.map(|position| byte(members.get(&position.to_string())?)).collect()
            }
        },
        _ => None,
    }
}

fn byte(number: &Value) -> Option<u8> {
    u8::try_from(number.as_u64()?).ok()
}
