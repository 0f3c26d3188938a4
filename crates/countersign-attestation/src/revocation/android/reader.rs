//! Reads the status list's JSON entry by entry and keeps only serial numbers and reasons, so that a list takes no more
//! memory than a small multiple of its text.

use core::fmt;

use serde::{
    Deserialize,
    de::{
        DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor,
        value::MapAccessDeserializer,
    },
};

use super::{
    error::StatusListError,
    numbers::{DIGITS_MAX, Numbers},
};
use crate::revocation::reason::RevocationReason;

/// Reads the list; returns its serial numbers and the number of entries.
pub(super) fn read(json: &[u8]) -> Result<(Numbers, usize), StatusListError> {
    let json = core::str::from_utf8(json).map_err(|_| StatusListError::NotList)?;
    let mut reading = Reading { numbers: Numbers::default(), entries: 0, malformed: None };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let read = Document(&mut reading).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match (read, reading.malformed) {
        (Ok(()), _) => Ok((reading.numbers.sorted(), reading.entries)),
        (Err(_), Some(name)) => Err(StatusListError::Entry(name)),
        (Err(_), None) => Err(StatusListError::NotList),
    }
}

struct Reading {
    numbers: Numbers,
    entries: usize,
    /// The name of the malformed entry at which reading stopped.
    malformed: Option<String>,
}

/// Reads the whole list: an object with the member `entries`, once.
struct Document<'a>(&'a mut Reading);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the member entries")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut is_read = false;
        while let Some(name) = members.next_key::<String>()? {
            if name != "entries" {
                members.next_value::<IgnoredAny>()?;
            } else if is_read {
                return Err(A::Error::duplicate_field("entries"));
            } else {
                members.next_value_seed(Entries(&mut *self.0))?;
                is_read = true;
            }
        }
        if is_read { Ok(()) } else { Err(A::Error::missing_field("entries")) }
    }
}

/// Reads the object of entries.
struct Entries<'a>(&'a mut Reading);

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of entries")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(name) = entries.next_key::<String>()? {
            let added = entries.next_value::<Entry>().and_then(|Entry(entry)| {
                let reason = reason(entry.reason.as_deref());
                self.0.numbers.add(&name, reason).ok_or_else(|| A::Error::custom("no serial number"))
            });
            if added.is_err() {
                self.0.malformed = Some(name.chars().take(DIGITS_MAX).collect());
                return added;
            }
            self.0.entries = self.0.entries.saturating_add(1);
        }
        Ok(())
    }
}

/// An entry, which must be an object; a derived struct would also accept an array.
struct Entry(Members);

/// The members of an entry that count.
#[derive(Deserialize)]
struct Members {
    #[serde(rename = "status")]
    _status: String,
    reason: Option<String>,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a status")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Members, A::Error> {
                Members::deserialize(MapAccessDeserializer::new(members))
            }
        }

        deserializer.deserialize_map(Object).map(Self)
    }
}

fn reason(word: Option<&str>) -> RevocationReason {
    match word {
        None | Some("UNSPECIFIED") => RevocationReason::Unspecified,
        Some("KEY_COMPROMISE") => RevocationReason::KeyCompromise,
        Some("CA_COMPROMISE") => RevocationReason::CaCompromise,
        Some("SUPERSEDED") => RevocationReason::Superseded,
        Some("SOFTWARE_FLAW") => RevocationReason::SoftwareFlaw,
        Some(_) => RevocationReason::Other,
    }
}
