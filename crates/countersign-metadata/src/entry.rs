//! Entries of the BLOB, one for each authenticator model ([FIDO Metadata Service, section
//! 3.1.1](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-payload-entry-dictionary)).

use core::ops::Range;

use countersign_types::Aaguid;

use crate::{
    date::Date,
    entry_error::EntryError,
    json::{JsonError, Reader, Text, Texts, once},
    keys::{Aaid, KeyIdentifier, ModelKey},
    limits::KEYS_MAX,
    statement::Statement,
    status::StatusReport,
};

/// The places of an entry's parts in the payload, and the keys by which the entry is looked up.
#[derive(Debug)]
pub(crate) struct EntryIndex {
    pub(crate) position: usize,
    pub(crate) whole: Range<usize>,
    pub(crate) statement: Option<Range<usize>>,
    pub(crate) reports: Range<usize>,
    pub(crate) last_change: Option<Date>,
    pub(crate) has_rogue_list: bool,
    pub(crate) keys: Vec<ModelKey>,
}

impl EntryIndex {
    /// Reads an entry. After an error the reader is anywhere in the entry.
    pub(crate) fn read(reader: &mut Reader<'_>, position: usize) -> Result<Self, EntryError> {
        let start = reader.position();
        let mut members = EntryMembers::default();
        let outcome = reader.object(|reader, name| members.member(reader, name));
        if let Some(error) = members.error.take() {
            return Err(error);
        }
        outcome?;
        members.finish(position, start..reader.position())
    }
}

#[derive(Default)]
struct EntryMembers<'a> {
    aaguid: Option<Text<'a>>,
    aaid: Option<Text<'a>>,
    key_identifiers: Option<Texts<'a>>,
    statement: Option<(Statement<'a>, Range<usize>)>,
    reports: Option<(usize, Range<usize>)>,
    last_change: Option<Text<'a>>,
    rogue_list_url: Option<Text<'a>>,
    rogue_list_hash: Option<Text<'a>>,
    /// An error that [`JsonError`] cannot express.
    error: Option<EntryError>,
}

impl<'a> EntryMembers<'a> {
    fn member(&mut self, reader: &mut Reader<'a>, name: &str) -> Result<(), JsonError> {
        let (slot, name) = match name {
            "metadataStatement" => {
                let statement = self.part(reader, Statement::read)?;
                return once(&mut self.statement, "metadataStatement", statement);
            }
            "statusReports" => {
                let (reports, range) = self.part(reader, StatusReport::read_all)?;
                return once(&mut self.reports, "statusReports", (reports.len(), range));
            }
            "attestationCertificateKeyIdentifiers" => {
                let identifiers = Texts::read(reader)?;
                return once(&mut self.key_identifiers, "attestationCertificateKeyIdentifiers", identifiers);
            }
            "aaguid" => (&mut self.aaguid, "aaguid"),
            "aaid" => (&mut self.aaid, "aaid"),
            "timeOfLastStatusChange" => (&mut self.last_change, "timeOfLastStatusChange"),
            "rogueListURL" => (&mut self.rogue_list_url, "rogueListURL"),
            "rogueListHash" => (&mut self.rogue_list_hash, "rogueListHash"),
            _ => return reader.skip().map(drop),
        };
        once(slot, name, reader.text()?)
    }

    /// Reads a part that has errors of its own, and returns it with its place.
    fn part<T>(
        &mut self,
        reader: &mut Reader<'a>,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, EntryError>,
    ) -> Result<(T, Range<usize>), JsonError> {
        let start = reader.position();
        match read(reader) {
            Ok(part) => Ok((part, start..reader.position())),
            Err(error) => {
                self.error = Some(error);
                Err(JsonError::Type("a part of an entry"))
            }
        }
    }

    fn finish(self, position: usize, whole: Range<usize>) -> Result<EntryIndex, EntryError> {
        let (aaguid, aaid, key_identifiers) = self.keys()?;
        if let Some((statement, _)) = &self.statement {
            if statement.aaguid != aaguid {
                return Err(EntryError::KeyDiffers("aaguid"));
            }
            if statement.aaid != aaid {
                return Err(EntryError::KeyDiffers("aaid"));
            }
            if !statement.has_key_identifiers(&key_identifiers) {
                return Err(EntryError::KeyDiffers("attestationCertificateKeyIdentifiers"));
            }
        }
        let (count, reports) = self.reports.ok_or(EntryError::Missing("statusReports"))?;
        if count == 0 {
            return Err(EntryError::NoStatus);
        }
        let last_change = self.last_change.map(|text| text.decode().parse());
        let has_rogue_list = self.rogue_list_url.is_some();
        if has_rogue_list && self.rogue_list_hash.is_none_or(|hash| hash.raw_len() == 0) {
            return Err(EntryError::RogueListWithoutHash);
        }
        let keys = aaguid.map(ModelKey::Aaguid).into_iter().chain(aaid.map(ModelKey::Aaid));
        Ok(EntryIndex {
            position,
            whole,
            statement: self.statement.map(|(_, place)| place),
            reports,
            last_change: last_change.transpose().map_err(|_| EntryError::Date("timeOfLastStatusChange"))?,
            has_rogue_list,
            keys: keys.chain(key_identifiers.into_iter().map(ModelKey::KeyIdentifier)).collect(),
        })
    }

    fn keys(&self) -> Result<Keys, EntryError> {
        let aaguid = self.aaguid.map(|text| text.decode().parse()).transpose();
        let aaguid = aaguid.map_err(|_| EntryError::Identifier("aaguid"))?;
        let aaid = self.aaid.map(|text| text.decode().parse()).transpose();
        let aaid = aaid.map_err(|_| EntryError::Identifier("aaid"))?;
        let texts = self.key_identifiers.unwrap_or_default();
        let key_identifiers = texts.iter().take(KEYS_MAX + 1).map(|text| text.decode().parse());
        let key_identifiers: Vec<_> = key_identifiers
            .collect::<Result<_, _>>()
            .map_err(|_| EntryError::Identifier("attestationCertificateKeyIdentifiers"))?;
        if key_identifiers.len() > KEYS_MAX {
            return Err(EntryError::TooManyKeys);
        }
        if aaguid.is_none() && aaid.is_none() && key_identifiers.is_empty() {
            return Err(EntryError::NoKey);
        }
        Ok((aaguid, aaid, key_identifiers))
    }
}

/// The three kinds of keys of an entry.
type Keys = (Option<Aaguid>, Option<Aaid>, Vec<KeyIdentifier>);

/// The keys that can be read of a skipped entry, so that a policy distinguishes its model from one without an entry.
pub(crate) fn keys_of_skipped(entry: &str) -> Vec<ModelKey> {
    let mut keys = Vec::new();
    let _ = Reader::new(entry).object(|reader, name| {
        let is_key = matches!(name, "aaguid" | "aaid" | "attestationCertificateKeyIdentifiers");
        let value = reader.skip()?;
        if is_key {
            let mut reader = Reader::new(value);
            let texts = match reader.text() {
                Ok(text) => vec![text],
                Err(_) => Texts::read(&mut reader).map(|texts| texts.iter().collect()).unwrap_or_default(),
            };
            keys.extend(
                texts.into_iter().filter_map(|text| text.decode().parse::<ModelKey>().ok()).take(KEYS_MAX),
            );
        }
        Ok(())
    });
    keys
}
