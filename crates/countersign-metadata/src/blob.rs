//! A BLOB that was verified, and the models in it.

use core::ops::Range;
use std::{collections::BTreeSet, sync::OnceLock};

use countersign_attestation::TrustedPath;
use countersign_cose::Hash;
use countersign_types::{Aaguid, Timestamp};

use crate::{
    Date, EntryFault, KeyIdentifier, ModelKey, RogueListReference, Statement, StatusReport,
    anchors::{self, Root},
    json::Reader,
    payload::{Faulty, Payload, Place},
};

/// The most bytes of a BLOB, unless the policy says otherwise. That of November 2026 has 12 MB, and grew fourfold in
/// three years.
pub const BLOB_MAX: usize = 64 * 1024 * 1024;

/// The most entries of a BLOB. That of November 2026 has 520.
pub const ENTRIES_MAX: usize = 16_384;

/// A BLOB that was verified. It holds the payload, and for each entry where it is: statements are read when they are
/// asked for.
#[derive(Debug)]
pub struct Blob {
    text: String,
    number: u64,
    next_update: Date,
    legal_header: Option<String>,
    signer: TrustedPath,
    /// The hash of its signature, and of what the signature vouches for elsewhere.
    hash: Hash,
    entries: Vec<Indexed>,
    /// Of each entry; read when they are first asked for.
    roots: OnceLock<Vec<Box<[Root]>>>,
    skipped: Vec<SkippedEntry>,
    /// Sorted. Apart from the others, for they are what is looked up all day.
    by_aaguid: Vec<(u128, Slot)>,
    /// Sorted. A key identifier may be that of several models.
    by_key: Vec<(ModelKey, Slot)>,
}

#[derive(Debug)]
struct Indexed {
    place: Place,
    /// Its position among `entries`.
    at: usize,
}

/// Positions in `entries` and `skipped`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Entry(usize),
    Skipped(usize),
}

/// An entry that was left out for what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedEntry {
    position: usize,
    keys: Vec<ModelKey>,
    fault: EntryFault,
}

impl SkippedEntry {
    /// Its position among the BLOB's entries, from 0.
    pub const fn position(&self) -> usize {
        self.position
    }

    /// What could be read of its keys.
    pub fn keys(&self) -> &[ModelKey] {
        &self.keys
    }

    /// What is wrong with it.
    pub const fn fault(&self) -> &EntryFault {
        &self.fault
    }
}

impl Blob {
    pub(crate) fn new(payload: Payload, signer: TrustedPath, hash: Hash) -> Self {
        let legal_header = payload.legal_header().map(std::borrow::Cow::into_owned);
        let Payload { text, number, next_update, entries, mut faulty, .. } = payload;
        let shared = shared_aaguids(&entries, &faulty);
        let (unsure, entries): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|place| aaguid_of(&place.keys).is_some_and(|own| shared.contains(&own)));
        faulty.extend(unsure.into_iter().filter_map(|place| {
            let fault = EntryFault::SharedKey(aaguid_of(&place.keys)?);
            Some(Faulty { position: place.position, keys: place.keys, fault })
        }));
        faulty.sort_by_key(|entry| entry.position);
        let (mut by_aaguid, mut by_key) = (Vec::new(), Vec::new());
        let mut add = |keys: &[ModelKey], slot| {
            for key in keys {
                match key {
                    ModelKey::Aaguid(aaguid) => {
                        by_aaguid.push((u128::from_be_bytes(*aaguid.as_bytes()), slot));
                    }
                    other => by_key.push((*other, slot)),
                }
            }
        };
        for (at, place) in entries.iter().enumerate() {
            add(&place.keys, Slot::Entry(at));
        }
        for (at, entry) in faulty.iter().enumerate() {
            add(&entry.keys, Slot::Skipped(at));
        }
        by_aaguid.sort_unstable();
        by_key.sort_unstable();
        let index = |(at, place)| Indexed { place, at };
        let skip = |Faulty { position, keys, fault }| SkippedEntry { position, keys, fault };
        Self {
            text,
            number,
            next_update,
            legal_header,
            signer,
            hash,
            entries: entries.into_iter().enumerate().map(index).collect(),
            roots: OnceLock::new(),
            skipped: faulty.into_iter().map(skip).collect(),
            by_aaguid,
            by_key,
        }
    }

    /// Its number: the next BLOB has a higher one.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The day by which the next BLOB was announced.
    pub const fn next_update(&self) -> Date {
        self.next_update
    }

    /// The terms under which it is published.
    pub fn legal_header(&self) -> Option<&str> {
        self.legal_header.as_deref()
    }

    /// Who signed it: the signer's certificate first, and a root of the policy last.
    pub const fn signer(&self) -> &TrustedPath {
        &self.signer
    }

    /// The entries that were left out, in their order.
    pub fn skipped(&self) -> &[SkippedEntry] {
        &self.skipped
    }

    /// The entries in their order, without those that were left out.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'_>> {
        self.entries.iter().map(|indexed| Entry { blob: self, indexed })
    }

    /// The entry of a model; of a key identifier that several models share, the first one's.
    pub fn entry(&self, key: impl Into<ModelKey>) -> Option<Entry<'_>> {
        self.models(key).entries().next()
    }

    /// Everything that the BLOB has under a key.
    pub fn models(&self, key: impl Into<ModelKey>) -> Models<'_> {
        let slots = match key.into() {
            ModelKey::Aaguid(aaguid) => {
                Slots::Aaguid(equal_range(&self.by_aaguid, &u128::from_be_bytes(*aaguid.as_bytes())))
            }
            other => Slots::Other(equal_range(&self.by_key, &other)),
        };
        Models { blob: self, slots }
    }

    fn slice(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }
}

/// The pairs with this key, in a sorted list.
fn equal_range<'a, K: Ord>(sorted: &'a [(K, Slot)], key: &K) -> &'a [(K, Slot)] {
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
fn shared_aaguids(entries: &[Place], faulty: &[Faulty]) -> BTreeSet<Aaguid> {
    let all = entries.iter().map(|place| &place.keys).chain(faulty.iter().map(|entry| &entry.keys));
    let (mut once, mut shared) = (BTreeSet::new(), BTreeSet::new());
    for aaguid in all.filter_map(|keys| aaguid_of(keys)) {
        if !once.insert(aaguid) {
            shared.insert(aaguid);
        }
    }
    shared
}

/// What a BLOB has under one key: as a rule one entry.
#[derive(Debug, Clone, Copy)]
pub struct Models<'a> {
    blob: &'a Blob,
    slots: Slots<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Slots<'a> {
    Aaguid(&'a [(u128, Slot)]),
    Other(&'a [(ModelKey, Slot)]),
}

impl<'a> Models<'a> {
    fn slots(self) -> impl Iterator<Item = Slot> + use<'a> {
        let (aaguids, others) = match self.slots {
            Slots::Aaguid(slots) => (slots, &[][..]),
            Slots::Other(slots) => (&[][..], slots),
        };
        aaguids.iter().map(|(_, slot)| *slot).chain(others.iter().map(|(_, slot)| *slot))
    }

    /// The entries; several only for an attestation key that several models share.
    pub fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        let blob = self.blob;
        self.slots().filter_map(move |slot| match slot {
            Slot::Entry(at) => blob.entries.get(at).map(|indexed| Entry { blob, indexed }),
            Slot::Skipped(_) => None,
        })
    }

    /// The entries that were left out: the metadata says something of the model, and it can't be read.
    pub fn skipped(self) -> impl Iterator<Item = &'a SkippedEntry> {
        let blob = self.blob;
        self.slots().filter_map(move |slot| match slot {
            Slot::Skipped(at) => blob.skipped.get(at),
            Slot::Entry(_) => None,
        })
    }

    /// Whether the BLOB has nothing under the key.
    pub fn is_empty(self) -> bool {
        self.slots().next().is_none()
    }
}

/// One model's entry.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    blob: &'a Blob,
    indexed: &'a Indexed,
}

impl<'a> Entry<'a> {
    /// Its position among the BLOB's entries, from 0.
    pub const fn position(self) -> usize {
        self.indexed.place.position
    }

    /// Everything that the model is known by: one key, or the identifiers of its attestation keys.
    pub fn keys(self) -> &'a [ModelKey] {
        &self.indexed.place.keys
    }

    /// The model's AAGUID, if it is a FIDO2 one.
    pub fn aaguid(self) -> Option<Aaguid> {
        aaguid_of(self.keys())
    }

    /// The identifiers of its attestation keys, if it is a U2F one.
    pub fn key_identifiers(self) -> impl Iterator<Item = KeyIdentifier> {
        self.keys().iter().filter_map(|key| match key {
            ModelKey::KeyIdentifier(identifier) => Some(*identifier),
            _ => None,
        })
    }

    /// What the vendor says of it; read anew with each call.
    pub fn statement(self) -> Option<Statement<'a>> {
        let place = self.indexed.place.statement.as_ref()?;
        // It was read before, so it can be.
        Statement::read(&mut Reader::new(self.blob.slice(place))).ok()
    }

    /// The reports in the order of the BLOB; read anew with each call.
    pub fn reports(self) -> Vec<StatusReport<'a>> {
        let text = self.blob.slice(&self.indexed.place.reports);
        // They were read before, so they can be.
        StatusReport::read_all(&mut Reader::new(text)).unwrap_or_default()
    }

    /// The reports that are in effect at `now`, from the earliest on. One without a date counts as of the day of the
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

    /// The latest report that is in effect at `now`.
    pub fn current_report(self, now: Timestamp) -> Option<StatusReport<'a>> {
        self.reports_in_effect(now).pop()
    }

    /// When the status last changed.
    pub const fn last_change(self) -> Option<Date> {
        self.indexed.place.last_change
    }

    /// Whether there is a list of rogue authenticators of this model.
    pub const fn has_rogue_list(self) -> bool {
        self.indexed.place.has_rogue_list
    }

    /// Where that list is.
    pub fn rogue_list(self) -> Option<RogueListReference<'a>> {
        self.has_rogue_list().then(|| RogueListReference::of_entry(self.json(), self.blob.hash)).flatten()
    }

    /// The certificates that attestations of the model lead to, each with the formats that it serves and the models that
    /// share it. One that can't be read is passed over. The first call for a BLOB reads those of all its entries.
    pub fn roots(self) -> &'a [Root] {
        let roots = self.blob.roots.get_or_init(|| anchors::roots_of_entries(self.blob));
        roots.get(self.indexed.at).map(|roots| &**roots).unwrap_or_default()
    }

    /// The entry as it stands in the BLOB: JSON.
    pub fn json(self) -> &'a str {
        self.blob.slice(&self.indexed.place.whole)
    }
}
