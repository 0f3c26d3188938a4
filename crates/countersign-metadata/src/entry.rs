//! Entries of the BLOB
//! ([FIDO Metadata Service, section 3.1.1](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-payload-entry-dictionary)):
//! one for each model.

use core::{fmt, ops::Range};

use countersign_types::Aaguid;

use crate::{
    Date, Statement, StatusReport,
    json::{Fault, Reader, Text, Texts, once},
    keys::{Aaid, KeyIdentifier, ModelKey},
};

/// The most keys that one entry may have. The most of today has some forty.
const KEYS_MAX: usize = 1024;

/// The most reports of one entry. The most of November 2026 has 4; all are read whenever the model is judged.
pub const REPORTS_MAX: usize = 1024;

/// Why an entry was left out. The rest of the BLOB is not affected; a model whose entry was left out, but not its key,
/// is one that a policy refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryFault {
    /// A value is not of the type that it should be; holds the type.
    Type(&'static str),
    /// A required member is absent.
    Missing(&'static str),
    /// A member is there twice.
    Twice(&'static str),
    /// An AAGUID, AAID or key identifier does not have its form; holds the member.
    Identifier(&'static str),
    /// A date does not have the form `YYYY-MM-DD`; holds the member.
    Date(&'static str),
    /// It has none of the three kinds of key.
    NoKey,
    /// It has more keys than any model has.
    TooManyKeys,
    /// Its key is not the one in its statement; holds the member.
    KeyDiffers(&'static str),
    /// It has no status report.
    NoStatus,
    /// It has more status reports than any model has.
    TooManyReports,
    /// It names a list of rogue authenticators, but not the list's hash.
    RogueListWithoutHash,
    /// Another entry has the same AAGUID, so that neither says what the model is.
    SharedKey(Aaguid),
}

/// An entry as it is read, borrowing from the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) aaguid: Option<Aaguid>,
    pub(crate) aaid: Option<Aaid>,
    pub(crate) key_identifiers: Vec<KeyIdentifier>,
    pub(crate) statement: Option<(Statement<'a>, Range<usize>)>,
    pub(crate) reports: Range<usize>,
    pub(crate) last_change: Option<Date>,
    pub(crate) has_rogue_list: bool,
}

impl<'a> Parts<'a> {
    /// Reads an entry. What it breaks of the schema is a fault of the inner result; the reader then is somewhere in it.
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, EntryFault> {
        let mut members = Members::default();
        let outcome = reader.object(|reader, name| members.member(reader, name));
        if let Some(fault) = members.fault.take() {
            return Err(fault);
        }
        outcome?;
        members.finish()
    }

    /// Everything that the model is known by.
    pub(crate) fn keys(&self) -> impl Iterator<Item = ModelKey> {
        let fido2_and_uaf =
            self.aaguid.map(ModelKey::Aaguid).into_iter().chain(self.aaid.map(ModelKey::Aaid));
        fido2_and_uaf.chain(self.key_identifiers.iter().copied().map(ModelKey::KeyIdentifier))
    }
}

#[derive(Default)]
struct Members<'a> {
    aaguid: Option<Text<'a>>,
    aaid: Option<Text<'a>>,
    key_identifiers: Option<Texts<'a>>,
    statement: Option<(Statement<'a>, Range<usize>)>,
    reports: Option<(usize, Range<usize>)>,
    last_change: Option<Text<'a>>,
    rogue_list: [Option<Text<'a>>; 2],
    /// What no [`Fault`] can say.
    fault: Option<EntryFault>,
}

impl<'a> Members<'a> {
    fn member(&mut self, reader: &mut Reader<'a>, name: &str) -> Result<(), Fault> {
        let [rogue_list_url, rogue_list_hash] = &mut self.rogue_list;
        let (slot, name) = match name {
            "metadataStatement" => {
                let (statement, range) = self.part(reader, Statement::read)?;
                return once(&mut self.statement, "metadataStatement", (statement, range));
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
            "rogueListURL" => (rogue_list_url, "rogueListURL"),
            "rogueListHash" => (rogue_list_hash, "rogueListHash"),
            _ => return reader.skip().map(drop),
        };
        once(slot, name, reader.text()?)
    }

    /// Reads a part that can be faulty in ways of its own, and where it stands.
    fn part<T>(
        &mut self,
        reader: &mut Reader<'a>,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, EntryFault>,
    ) -> Result<(T, Range<usize>), Fault> {
        let start = reader.position();
        match read(reader) {
            Ok(part) => Ok((part, start..reader.position())),
            Err(fault) => {
                self.fault = Some(fault);
                Err(Fault::Type("a part of an entry"))
            }
        }
    }

    fn finish(self) -> Result<Parts<'a>, EntryFault> {
        let aaguid: Option<Aaguid> = self
            .aaguid
            .map(|text| text.decode().parse().map_err(|_| EntryFault::Identifier("aaguid")))
            .transpose()?;
        let aaid: Option<Aaid> = self
            .aaid
            .map(|text| text.decode().parse().map_err(|_| EntryFault::Identifier("aaid")))
            .transpose()?;
        let key_identifiers = match self.key_identifiers {
            Some(texts) => {
                texts.iter().take(KEYS_MAX + 1).map(key_identifier).collect::<Result<Vec<_>, _>>()?
            }
            None => Vec::new(),
        };
        if key_identifiers.len() > KEYS_MAX {
            return Err(EntryFault::TooManyKeys);
        }
        if aaguid.is_none() && aaid.is_none() && key_identifiers.is_empty() {
            return Err(EntryFault::NoKey);
        }
        if let Some((statement, _)) = &self.statement {
            if statement.aaguid != aaguid {
                return Err(EntryFault::KeyDiffers("aaguid"));
            }
            if statement.aaid != aaid {
                return Err(EntryFault::KeyDiffers("aaid"));
            }
            if !statement.has_key_identifiers(&key_identifiers) {
                return Err(EntryFault::KeyDiffers("attestationCertificateKeyIdentifiers"));
            }
        }
        let (count, reports) = self.reports.ok_or(EntryFault::Missing("statusReports"))?;
        if count == 0 {
            return Err(EntryFault::NoStatus);
        }
        let last_change = self.last_change.map(|text| text.decode().parse());
        let [rogue_list_url, rogue_list_hash] = self.rogue_list;
        if rogue_list_url.is_some() && rogue_list_hash.is_none_or(|hash| hash.raw_len() == 0) {
            return Err(EntryFault::RogueListWithoutHash);
        }
        Ok(Parts {
            aaguid,
            aaid,
            key_identifiers,
            statement: self.statement,
            reports,
            last_change: last_change.transpose().map_err(|_| EntryFault::Date("timeOfLastStatusChange"))?,
            has_rogue_list: rogue_list_url.is_some(),
        })
    }
}

fn key_identifier(text: Text<'_>) -> Result<KeyIdentifier, EntryFault> {
    text.decode().parse().map_err(|_| EntryFault::Identifier("attestationCertificateKeyIdentifiers"))
}

/// The keys that can be read of an entry that is left out, so that its model is not taken for one without an entry.
pub(crate) fn keys_of_a_faulty_entry(entry: &str) -> Vec<ModelKey> {
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

impl From<Fault> for EntryFault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing(name) => Self::Missing(name),
            Fault::Twice(name) => Self::Twice(name),
            Fault::Type(expected) => Self::Type(expected),
            // The whole BLOB is refused for it before anyone sees this one.
            Fault::Syntax(_) => Self::Type("json"),
        }
    }
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(expected) => write!(f, "something is not {expected}"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Twice(name) => write!(f, "{name} is there twice"),
            Self::Identifier(name) => write!(f, "{name} does not have its form"),
            Self::Date(name) => write!(f, "{name} is no date"),
            Self::NoKey => f.write_str("neither aaguid nor aaid nor key identifiers"),
            Self::TooManyKeys => write!(f, "more than {KEYS_MAX} key identifiers"),
            Self::KeyDiffers(name) => write!(f, "{name} is not the one in the statement"),
            Self::NoStatus => f.write_str("no status report"),
            Self::TooManyReports => write!(f, "more than {REPORTS_MAX} status reports"),
            Self::RogueListWithoutHash => f.write_str("rogueListURL without rogueListHash"),
            Self::SharedKey(aaguid) => write!(f, "another entry has the aaguid {aaguid} too"),
        }
    }
}

impl core::error::Error for EntryFault {}
