//! The differences between two BLOBs: which models became untrustworthy, and since when.

use std::collections::BTreeSet;

use crate::{
    blob::{Blob, Entry},
    entry_error::EntryError,
    keys::ModelKey,
    payload::SkippedEntry,
    statement::Statement,
    status::StatusReport,
};

/// A difference between two BLOBs, with the authenticator model that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelChange<'a> {
    /// The key of the model. For a U2F model: the first one.
    pub key: ModelKey,
    /// The vendor's name of the model, if it has a statement.
    pub description: Option<String>,
    /// The change.
    pub change: Change<'a>,
}

/// A change of an authenticator model from one BLOB to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change<'a> {
    /// The model is new.
    Added,
    /// The model was removed.
    Removed,
    /// A status report was added.
    Reported(Box<StatusReport<'a>>),
    /// A status report was removed.
    Withdrawn(Box<StatusReport<'a>>),
    /// The root certificates changed.
    Roots {
        /// The number of new roots.
        added: usize,
        /// The number of removed roots.
        removed: usize,
    },
    /// The statement is about another version.
    Version {
        /// The previous version.
        from: u64,
        /// The new version.
        to: u64,
    },
    /// Another part of the statement changed.
    Statement,
    /// The entry can no longer be read.
    Unreadable(&'a EntryError),
}

/// Compares two BLOBs. The changes are grouped by model in the order of `new`; removed models come last.
pub fn diff<'a>(old: &'a Blob, new: &'a Blob) -> Vec<ModelChange<'a>> {
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
        let change = skipped.map(SkippedEntry::error).map_or(Change::Removed, Change::Unreadable);
        changes.push(ModelChange { key, description: description(entry), change });
    }
    changes
}

/// The entry of the same model in the other BLOB. If several models share a key: the one with the same description, or
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
    let roots = |statement: &Statement<'_>| -> BTreeSet<String> {
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
