//! What differs between two BLOBs: who became untrustworthy, and since when.

use std::collections::BTreeSet;

use crate::{Blob, Entry, EntryFault, ModelKey, SkippedEntry, StatusReport};

/// One difference between two BLOBs, and the model that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelChange<'a> {
    /// The model's key; of a U2F model the first one.
    pub key: ModelKey,
    /// What its vendor calls it, where that is known.
    pub description: Option<String>,
    /// What happened to it.
    pub change: Change<'a>,
}

/// What happened to a model from one BLOB to another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change<'a> {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// There is a report that was not there.
    Reported(Box<StatusReport<'a>>),
    /// A report that was there is not any more.
    Withdrawn(Box<StatusReport<'a>>),
    /// The roots of its attestation are others.
    Roots {
        /// How many there are that were not there.
        added: usize,
        /// How many are gone.
        removed: usize,
    },
    /// Its statement is about a newer version, or an older one.
    Version {
        /// The version before.
        from: u64,
        /// The version now.
        to: u64,
    },
    /// Something else in its statement is different.
    Statement,
    /// Its entry can't be used any more.
    Unreadable(&'a EntryFault),
}

/// The differences from `old` to `new`, model by model in the order of `new`, and last the models that are gone. Entries
/// are paired by their first keys.
pub fn changes<'a>(old: &'a Blob, new: &'a Blob) -> Vec<ModelChange<'a>> {
    let mut changes = Vec::new();
    for entry in new.entries() {
        let Some(key) = entry.keys().first().copied() else { continue };
        let mut add = |change| changes.push(ModelChange { key, description: description(entry), change });
        match pair(old, entry) {
            None => add(Change::Added),
            Some(before) => compare(before, entry, &mut add),
        }
    }
    for entry in old.entries().filter(|entry| pair(new, *entry).is_none()) {
        let Some(key) = entry.keys().first().copied() else { continue };
        let skipped = entry.keys().iter().find_map(|key| new.models(*key).skipped().next());
        let change = skipped.map(SkippedEntry::fault).map_or(Change::Removed, Change::Unreadable);
        changes.push(ModelChange { key, description: description(entry), change });
    }
    changes
}

/// The entry for the same model in the other BLOB; of a key that several share, the one with the same description or
/// else the first.
fn pair<'a>(other: &'a Blob, entry: Entry<'_>) -> Option<Entry<'a>> {
    let candidates = || entry.keys().iter().flat_map(|key| other.models(*key).entries());
    let own = description(entry);
    candidates().find(|candidate| description(*candidate) == own).or_else(|| candidates().next())
}

fn description(entry: Entry<'_>) -> Option<String> {
    entry.statement().map(|statement| statement.description.decode().into_owned())
}

fn compare<'a>(before: Entry<'a>, after: Entry<'a>, add: &mut dyn FnMut(Change<'a>)) {
    if before.json() == after.json() {
        return;
    }
    let (old_reports, new_reports) = (before.reports(), after.reports());
    for report in new_reports.iter().filter(|report| !old_reports.contains(report)) {
        add(Change::Reported(Box::new(report.clone())));
    }
    for report in old_reports.iter().filter(|report| !new_reports.contains(report)) {
        add(Change::Withdrawn(Box::new(report.clone())));
    }
    let (Some(old), Some(new)) = (before.statement(), after.statement()) else {
        if before.statement().is_some() != after.statement().is_some() {
            add(Change::Statement);
        }
        return;
    };
    let roots = |statement: &crate::Statement<'_>| -> BTreeSet<String> {
        statement.root_texts().iter().map(|text| text.decode().into_owned()).collect()
    };
    let (old_roots, new_roots) = (roots(&old), roots(&new));
    let added = new_roots.difference(&old_roots).count();
    let removed = old_roots.difference(&new_roots).count();
    if added > 0 || removed > 0 {
        add(Change::Roots { added, removed });
    }
    let (from, to) = (old.authenticator_version, new.authenticator_version);
    if from != to {
        add(Change::Version { from, to });
    }
    if old.without_roots_and_version() != new.without_roots_and_version() {
        add(Change::Statement);
    }
}
