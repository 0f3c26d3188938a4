//! The payload of a BLOB, read in one pass that keeps only places in it ([FIDO Metadata Service, section
//! 3.1.6](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-payload-dictionary)).

use countersign_types::base64url;

use crate::{
    date::Date,
    entry::{self, EntryIndex},
    entry_error::EntryError,
    error::MalformedBlobError,
    json::{JsonError, Reader, Text, members},
    keys::ModelKey,
    limits::ENTRIES_MAX,
};

/// The payload as text, and an index of its entries.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) text: String,
    pub(crate) number: u64,
    pub(crate) next_update: Date,
    pub(crate) legal_header: Option<String>,
    pub(crate) entries: Vec<EntryIndex>,
    pub(crate) skipped: Vec<SkippedEntry>,
}

/// An entry that breaks the schema and was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedEntry {
    pub(crate) position: usize,
    pub(crate) keys: Vec<ModelKey>,
    pub(crate) error: EntryError,
}

impl SkippedEntry {
    /// The position of the entry among the BLOB's entries, from 0.
    pub const fn position(&self) -> usize {
        self.position
    }

    /// The keys of the entry, as far as they could be read.
    pub fn keys(&self) -> &[ModelKey] {
        &self.keys
    }

    /// The reason for skipping the entry.
    pub const fn error(&self) -> &EntryError {
        &self.error
    }
}

members! {
    PayloadMembers<'a> {
        number: u64 = "no", Reader::unsigned;
        next_update: Text<'a> = "nextUpdate", Reader::text;
        legal_header: Text<'a> = "legalHeader", Reader::text;
        entries: (Vec<EntryIndex>, Vec<SkippedEntry>) = "entries", entries;
    }
}

impl Payload {
    /// Reads the payload from base64url.
    pub(crate) fn read(encoded: &[u8]) -> Result<Self, MalformedBlobError> {
        let text = base64url::decode(encoded)
            .map_err(|_| MalformedBlobError::NotJws("the payload is not base64url"))?;
        let text = String::from_utf8(text)
            .map_err(|error| MalformedBlobError::NotJson { at: error.utf8_error().valid_up_to() })?;
        Self::of_text(text)
    }

    /// Reads the payload from its JSON.
    pub(crate) fn of_text(text: String) -> Result<Self, MalformedBlobError> {
        let mut reader = Reader::new(&text);
        let members = match PayloadMembers::read(&mut reader) {
            Err(JsonError::Type(TOO_MANY)) => return Err(MalformedBlobError::TooManyEntries),
            members => members?,
        };
        reader.end()?;
        let next_update = members.next_update.ok_or(MalformedBlobError::Missing("nextUpdate"))?;
        let (entries, skipped) = members.entries.ok_or(MalformedBlobError::Missing("entries"))?;
        Ok(Self {
            number: members.number.ok_or(MalformedBlobError::Missing("no"))?,
            next_update: next_update.decode().parse().map_err(|_| MalformedBlobError::NextUpdate)?,
            legal_header: members.legal_header.map(|text| text.decode().into_owned()),
            entries,
            skipped,
            text,
        })
    }
}

/// Marks the one error that [`JsonError`] has no variant for.
const TOO_MANY: &str = "fewer entries";

fn entries(reader: &mut Reader<'_>) -> Result<(Vec<EntryIndex>, Vec<SkippedEntry>), JsonError> {
    let (mut entries, mut skipped) = (Vec::new(), Vec::new());
    let mut position = 0_usize;
    reader.array(|reader| {
        if position >= ENTRIES_MAX {
            return Err(JsonError::Type(TOO_MANY));
        }
        let before = reader.clone();
        match EntryIndex::read(reader, position) {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                // Goes back to check the entry's syntax up to its end.
                *reader = before;
                let keys = entry::keys_of_skipped(reader.skip()?);
                skipped.push(SkippedEntry { position, keys, error });
            }
        }
        position = position.saturating_add(1);
        Ok(())
    })?;
    Ok((entries, skipped))
}
