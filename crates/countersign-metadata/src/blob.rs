//! Verified BLOBs, and look-ups in them.

use core::ops::Range;
use std::{collections::BTreeSet, sync::OnceLock};

use countersign_attestation::TrustedPath;
use countersign_cose::Hash;
use countersign_types::{Aaguid, Timestamp};

use crate::{
    anchors::{AnchorEntry, Root, roots_of_entries},
    date::Date,
    entry::EntryIndex,
    entry_error::EntryError,
    error::MalformedBlobError,
    json::Reader,
    keys::{KeyIdentifier, ModelKey},
    limits::BLOB_MAX,
    payload::{Payload, SkippedEntry},
    rogue::RogueListReference,
    statement::Statement,
    status::StatusReport,
};

/// A BLOB whose signature was verified, unless it was read by [`Blob::dangerous_unsigned`].
///
/// It holds the payload and the place of each entry in it. Statements and reports are read when they are asked for.
#[derive(Debug)]
pub struct Blob {
    text: String,
    number: u64,
    next_update: Date,
    legal_header: Option<String>,
    /// `None` if no signature was verified.
    signer: Option<TrustedPath>,
    /// The hash function of the signature, which is also that of the hashes of rogue lists.
    hash: Hash,
    entries: Vec<EntryIndex>,
    /// One element for each entry, filled by the first call that asks for any.
    roots: OnceLock<Vec<Box<[Root]>>>,
    skipped: Vec<SkippedEntry>,
    /// Sorted. Separate from the other keys because look-ups by AAGUID are by far the most frequent.
    by_aaguid: Vec<(u128, Position)>,
    /// Sorted. Several models may share a key identifier.
    by_key: Vec<(ModelKey, Position)>,
}

/// A position in [`Blob::entries`] or [`Blob::skipped`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Position {
    Entry(usize),
    Skipped(usize),
}

impl Blob {
    /// Reads a payload that no service signed, such as one with the statements of a vendor or of a test laboratory: the JSON of
    /// [section 3.1.6](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-payload-dictionary),
    /// of at most [`BLOB_MAX`] bytes.
    ///
    /// Nothing is verified: the writer of the payload decides which authenticators are trusted.
    pub fn dangerous_unsigned(payload: impl Into<String>) -> Result<Self, MalformedBlobError> {
        let payload = payload.into();
        if payload.len() > BLOB_MAX {
            return Err(MalformedBlobError::TooLong(BLOB_MAX));
        }
        Ok(Self::new(Payload::of_text(payload)?, None, Hash::Sha256))
    }

    pub(crate) fn new(payload: Payload, signer: impl Into<Option<TrustedPath>>, hash: Hash) -> Self {
        let Payload { text, number, next_update, legal_header, entries, mut skipped } = payload;
        let shared = shared_aaguids(&entries, &skipped);
        let (ambiguous, entries): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| aaguid_of(&entry.keys).is_some_and(|own| shared.contains(&own)));
        skipped.extend(ambiguous.into_iter().filter_map(|entry| {
            let error = EntryError::SharedKey(aaguid_of(&entry.keys)?);
            Some(SkippedEntry { position: entry.position, keys: entry.keys, error })
        }));
        skipped.sort_by_key(SkippedEntry::position);
        let (mut by_aaguid, mut by_key) = (Vec::new(), Vec::new());
        let mut add = |keys: &[ModelKey], position| {
            for key in keys {
                match key {
                    ModelKey::Aaguid(aaguid) => {
                        by_aaguid.push((u128::from_be_bytes(*aaguid.as_bytes()), position));
                    }
                    other => by_key.push((*other, position)),
                }
            }
        };
        for (at, entry) in entries.iter().enumerate() {
            add(&entry.keys, Position::Entry(at));
        }
        for (at, entry) in skipped.iter().enumerate() {
            add(&entry.keys, Position::Skipped(at));
        }
        by_aaguid.sort_unstable();
        by_key.sort_unstable();
        let roots = OnceLock::new();
        Self {
            text,
            number,
            next_update,
            legal_header,
            signer: signer.into(),
            hash,
            entries,
            roots,
            skipped,
            by_aaguid,
            by_key,
        }
    }

    /// The number of the BLOB. Each later BLOB of the service has a higher one.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The day by which the service announced the next BLOB.
    pub const fn next_update(&self) -> Date {
        self.next_update
    }

    /// The terms under which the BLOB is published.
    pub fn legal_header(&self) -> Option<&str> {
        self.legal_header.as_deref()
    }

    /// The certificates of the signer: the signer's own first, a root of the policy last. `None` if the payload is
    /// [unsigned](Self::dangerous_unsigned).
    pub const fn signer(&self) -> Option<&TrustedPath> {
        self.signer.as_ref()
    }

    /// The skipped entries, in the order of the BLOB.
    pub fn skipped(&self) -> &[SkippedEntry] {
        &self.skipped
    }

    /// The entries in the order of the BLOB, without the skipped ones.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'_>> {
        self.entries.iter().enumerate().map(|(at, index)| Entry { blob: self, at, index })
    }

    /// The entry of an authenticator model. If several models share the key identifier: the first entry.
    pub fn entry(&self, key: impl Into<ModelKey>) -> Option<Entry<'_>> {
        self.models(key).entries().next()
    }

    /// Everything that the BLOB has for a key.
    pub fn models(&self, key: impl Into<ModelKey>) -> Models<'_> {
        let found = match key.into() {
            ModelKey::Aaguid(aaguid) => {
                Found::Aaguid(equal_range(&self.by_aaguid, &u128::from_be_bytes(*aaguid.as_bytes())))
            }
            other => Found::Other(equal_range(&self.by_key, &other)),
        };
        Models { blob: self, found }
    }

    fn slice(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }
}

/// The pairs with this key, in a sorted list.
fn equal_range<'a, K: Ord>(sorted: &'a [(K, Position)], key: &K) -> &'a [(K, Position)] {
    let from = sorted.partition_point(|(own, _)| own < key);
    let rest = sorted.get(from..).unwrap_or_default();
    let count = rest.iter().take_while(|(own, _)| own == key).count();
    rest.get(..count).unwrap_or_default()
}

fn aaguid_of(keys: &[ModelKey]) -> Option<Aaguid> {
    keys.iter().find_map(|key| match key {
        ModelKey::Aaguid(aaguid) => Some(*aaguid),
        _ => None,
    })
}

/// The AAGUIDs that more than one entry has.
fn shared_aaguids(entries: &[EntryIndex], skipped: &[SkippedEntry]) -> BTreeSet<Aaguid> {
    let all = entries.iter().map(|entry| &entry.keys).chain(skipped.iter().map(|entry| &entry.keys));
    let (mut once, mut shared) = (BTreeSet::new(), BTreeSet::new());
    for aaguid in all.filter_map(|keys| aaguid_of(keys)) {
        if !once.insert(aaguid) {
            shared.insert(aaguid);
        }
    }
    shared
}

/// Everything that a BLOB has for one key, usually one entry.
#[derive(Debug, Clone, Copy)]
pub struct Models<'a> {
    blob: &'a Blob,
    found: Found<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Found<'a> {
    Aaguid(&'a [(u128, Position)]),
    Other(&'a [(ModelKey, Position)]),
}

impl<'a> Models<'a> {
    fn positions(self) -> impl Iterator<Item = Position> + use<'a> {
        let (aaguids, others) = match self.found {
            Found::Aaguid(found) => (found, &[][..]),
            Found::Other(found) => (&[][..], found),
        };
        aaguids.iter().map(|(_, position)| *position).chain(others.iter().map(|(_, position)| *position))
    }

    /// The entries: more than one only for an attestation key that several models share.
    pub fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        let blob = self.blob;
        self.positions().filter_map(move |position| match position {
            Position::Entry(at) => blob.entries.get(at).map(|index| Entry { blob, at, index }),
            Position::Skipped(_) => None,
        })
    }

    /// The skipped entries: the metadata has information about the model that cannot be read.
    pub fn skipped(self) -> impl Iterator<Item = &'a SkippedEntry> {
        let blob = self.blob;
        self.positions().filter_map(move |position| match position {
            Position::Skipped(at) => blob.skipped.get(at),
            Position::Entry(_) => None,
        })
    }

    /// Whether the BLOB has nothing for the key.
    pub fn is_empty(self) -> bool {
        self.positions().next().is_none()
    }
}

/// The entry of one authenticator model.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    blob: &'a Blob,
    /// The position among [`Blob::entries`].
    at: usize,
    index: &'a EntryIndex,
}

impl<'a> Entry<'a> {
    /// The position of the entry among all entries of the BLOB, from 0.
    pub const fn position(self) -> usize {
        self.index.position
    }

    /// All keys of the model: one AAGUID or AAID, or the identifiers of its attestation keys.
    pub fn keys(self) -> &'a [ModelKey] {
        &self.index.keys
    }

    /// The AAGUID of a FIDO2 model.
    pub fn aaguid(self) -> Option<Aaguid> {
        aaguid_of(self.keys())
    }

    /// The identifiers of the attestation keys of a U2F model.
    pub fn key_identifiers(self) -> impl Iterator<Item = KeyIdentifier> {
        self.keys().iter().filter_map(|key| match key {
            ModelKey::KeyIdentifier(identifier) => Some(*identifier),
            _ => None,
        })
    }

    /// The vendor's statement about the model. Each call reads it again.
    pub fn statement(self) -> Option<Statement<'a>> {
        let place = self.index.statement.as_ref()?;
        // It was read before, so it can be.
        Statement::read(&mut Reader::new(self.blob.slice(place))).ok()
    }

    /// The status reports in the order of the BLOB. Each call reads them again.
    pub fn reports(self) -> Vec<StatusReport<'a>> {
        let text = self.blob.slice(&self.index.reports);
        // They were read before, so they can be.
        StatusReport::read_all(&mut Reader::new(text)).unwrap_or_default()
    }

    /// The status reports that are in effect at `now`, the earliest first. A report without a date has the date of the
    /// report before it.
    pub fn reports_in_effect(self, now: Timestamp) -> Vec<StatusReport<'a>> {
        let mut dated: Vec<(Option<Date>, StatusReport<'a>)> = Vec::new();
        for report in self.reports() {
            let date = report.effective_date.or_else(|| dated.last().and_then(|(date, _)| *date));
            dated.push((date, report));
        }
        dated.retain(|(_, report)| report.is_in_effect_at(now));
        dated.sort_by_key(|(date, _)| *date);
        dated.into_iter().map(|(_, report)| report).collect()
    }

    /// The latest status report that is in effect at `now`.
    pub fn current_report(self, now: Timestamp) -> Option<StatusReport<'a>> {
        self.reports_in_effect(now).pop()
    }

    /// The date of the last status change.
    pub const fn last_change(self) -> Option<Date> {
        self.index.last_change
    }

    /// Whether there is a list of rogue authenticators of this model.
    pub const fn has_rogue_list(self) -> bool {
        self.index.has_rogue_list
    }

    /// The reference to the list of rogue authenticators of this model.
    pub fn rogue_list(self) -> Option<RogueListReference<'a>> {
        self.has_rogue_list().then(|| RogueListReference::of_entry(self.json(), self.blob.hash)).flatten()
    }

    /// The certificates that attestations of the model lead to, each with the statement formats that it serves and the
    /// models that share it. Certificates that cannot be read are skipped. The first call for a BLOB reads the
    /// certificates of all its entries.
    pub fn roots(self) -> &'a [Root] {
        let of_entries = || {
            let entries = self.blob.entries();
            let entries = entries.map(|entry| AnchorEntry::new(entry.aaguid(), entry.statement().as_ref()));
            roots_of_entries(&entries.collect::<Vec<_>>())
        };
        self.blob.roots.get_or_init(of_entries).get(self.at).map(|roots| &**roots).unwrap_or_default()
    }

    /// The entry as it is in the BLOB: JSON.
    pub fn json(self) -> &'a str {
        self.blob.slice(&self.index.whole)
    }
}
