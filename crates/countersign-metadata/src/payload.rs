//! The BLOB's payload
//! ([FIDO Metadata Service, section 3.1.6](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-payload-dictionary)),
//! read once: what is kept are places in it.

use core::ops::Range;
use std::borrow::Cow;

use countersign_types::base64url;

use crate::{
    BlobFault, Date, EntryFault, ModelKey,
    blob::ENTRIES_MAX,
    entry::{self, Parts},
    json::{Fault, Reader, Text, once},
};

/// The payload as text, and what was found in it.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) text: String,
    pub(crate) number: u64,
    pub(crate) next_update: Date,
    pub(crate) entries: Vec<Place>,
    pub(crate) faulty: Vec<Faulty>,
    legal_header: Option<String>,
}

/// Where an entry is, and what it is looked up by.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) position: usize,
    pub(crate) whole: Range<usize>,
    pub(crate) statement: Option<Range<usize>>,
    pub(crate) reports: Range<usize>,
    pub(crate) last_change: Option<Date>,
    pub(crate) has_rogue_list: bool,
    pub(crate) keys: Vec<ModelKey>,
}

/// An entry that is left out.
#[derive(Debug)]
pub(crate) struct Faulty {
    pub(crate) position: usize,
    pub(crate) keys: Vec<ModelKey>,
    pub(crate) fault: EntryFault,
}

#[derive(Default)]
struct Members<'a> {
    number: Option<u64>,
    next_update: Option<Text<'a>>,
    legal_header: Option<Text<'a>>,
    entries: Option<(Vec<Place>, Vec<Faulty>)>,
}

impl Payload {
    /// Reads the payload from base64url.
    pub(crate) fn read(encoded: &[u8]) -> Result<Self, BlobFault> {
        let text =
            base64url::decode(encoded).map_err(|_| BlobFault::NotJws("the payload is not base64url"))?;
        let text = String::from_utf8(text)
            .map_err(|error| BlobFault::NotJson { at: error.utf8_error().valid_up_to() })?;
        let mut members = Members::default();
        let mut reader = Reader::new(&text);
        let outcome = reader.object(|reader, name| match name {
            "no" => once(&mut members.number, "no", reader.unsigned()?),
            "nextUpdate" => once(&mut members.next_update, "nextUpdate", reader.text()?),
            "legalHeader" => once(&mut members.legal_header, "legalHeader", reader.text()?),
            "entries" => once(&mut members.entries, "entries", entries(reader)?),
            _ => reader.skip().map(drop),
        });
        match outcome {
            Err(Fault::Type(TOO_MANY)) => return Err(BlobFault::TooManyEntries),
            outcome => outcome?,
        }
        reader.end()?;
        let next_update = members.next_update.ok_or(BlobFault::Missing("nextUpdate"))?;
        let (entries, faulty) = members.entries.ok_or(BlobFault::Missing("entries"))?;
        Ok(Self {
            number: members.number.ok_or(BlobFault::Missing("no"))?,
            next_update: next_update.decode().parse().map_err(|_| BlobFault::NextUpdate)?,
            legal_header: members.legal_header.map(|text| text.decode().into_owned()),
            entries,
            faulty,
            text,
        })
    }

    pub(crate) fn legal_header(&self) -> Option<Cow<'_, str>> {
        self.legal_header.as_deref().map(Cow::Borrowed)
    }
}

/// What [`Fault`] has no word for.
const TOO_MANY: &str = "fewer entries";

fn entries(reader: &mut Reader<'_>) -> Result<(Vec<Place>, Vec<Faulty>), Fault> {
    let (mut places, mut faulty) = (Vec::new(), Vec::new());
    let mut position = 0_usize;
    reader.array(|reader| {
        if position >= ENTRIES_MAX {
            return Err(Fault::Type(TOO_MANY));
        }
        let start = reader.position();
        let before = reader.clone();
        match Parts::read(reader) {
            Ok(parts) => places.push(Place {
                position,
                whole: start..reader.position(),
                keys: parts.keys().collect(),
                statement: parts.statement.map(|(_, place)| place),
                reports: parts.reports,
                last_change: parts.last_change,
                has_rogue_list: parts.has_rogue_list,
            }),
            Err(fault) => {
                // The same again for its syntax alone, up to its end.
                *reader = before;
                let entry = reader.skip()?;
                faulty.push(Faulty { position, keys: entry::keys_of_a_faulty_entry(entry), fault });
            }
        }
        position = position.saturating_add(1);
        Ok(())
    })?;
    Ok((places, faulty))
}
