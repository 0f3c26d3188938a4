//! The reports of the metadata commands.

use std::io::{self, Write};

use countersign::types::Timestamp;
use countersign_metadata::{Blob, Change, Date, Entry, ModelKey, TrustedPath, diff, model_name};
use countersign_server::printable;

use crate::table::{self, CELL_MAX, Table};

/// The finding of a metadata command that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// All is well.
    Fine,
    /// There is no such model, or there is a difference: exit status 1.
    Other,
}

type Row<const COLUMNS: usize> = [String; COLUMNS];

/// Writes a table of names and values.
fn write_pairs(out: &mut dyn Write, rows: &[Row<2>]) -> io::Result<()> {
    Table::new(["", ""]).write(out, || rows.iter().cloned())
}

/// Writes a line outside of a table, which may contain words of a BLOB.
fn write_line(out: &mut dyn Write, line: &str) -> io::Result<()> {
    writeln!(out, "{}", printable(line, LINE_MAX))
}

/// The most characters of a line outside of a table: a sentence that contains a cell.
const LINE_MAX: usize = CELL_MAX.saturating_mul(2);

pub(super) fn summary(out: &mut dyn Write, blob: &Blob, now: Timestamp) -> io::Result<Finding> {
    let signer = blob.signer().map_or(&[][..], TrustedPath::certificates);
    let count = |is: fn(&ModelKey) -> bool| {
        blob.entries().filter(|entry| entry.keys().first().is_some_and(is)).count().to_string()
    };
    let compromised = blob.entries().filter(|entry| {
        entry.current_report(now).is_some_and(|it| it.status.is_compromise() || it.status == revoked())
    });
    let rows = [
        ("number", blob.number().to_string()),
        ("next update", blob.next_update().to_string()),
        ("signed by", signer.iter().filter_map(table::common_name).collect::<Vec<_>>().join(" < ")),
        ("models", blob.entries().len().to_string()),
        ("  FIDO2", count(|key| matches!(key, ModelKey::Aaguid(_)))),
        ("  U2F", count(|key| matches!(key, ModelKey::KeyIdentifier(_)))),
        ("  UAF", count(|key| matches!(key, ModelKey::Aaid(_)))),
        ("  compromised or revoked", compromised.count().to_string()),
        ("left out", blob.skipped().len().to_string()),
    ];
    write_pairs(out, &rows.map(|(name, value)| [name.to_owned(), value]))?;
    for skipped in blob.skipped() {
        let key = skipped.keys().first().map(|key| format!(" ({key})")).unwrap_or_default();
        let line = format!("entry {} is left out: {}{key}", skipped.position(), skipped.error());
        write_line(out, &line)?;
    }
    Ok(Finding::Fine)
}

const fn revoked() -> countersign_metadata::Status {
    countersign_metadata::Status::Revoked
}

/// Lists the models that `wanted` selects.
pub(super) fn list(
    out: &mut dyn Write,
    blob: &Blob,
    now: Timestamp,
    wanted: impl Fn(Entry<'_>) -> bool,
) -> io::Result<Finding> {
    let wanted = || blob.entries().filter(|entry| wanted(*entry));
    let rows = || {
        wanted().map(|entry| {
            let report = entry.current_report(now);
            let since = report.as_ref().and_then(|it| it.effective_date).map(|date| date.to_string());
            [
                entry.keys().first().map(ToString::to_string).unwrap_or_default(),
                name(entry),
                report.map(|report| report.status.to_string()).unwrap_or_default(),
                since.unwrap_or_default(),
            ]
        })
    };
    Table::new(["key", "name", "status", "since"]).write(out, rows)?;
    Ok(if wanted().next().is_some() { Finding::Fine } else { Finding::Other })
}

fn name(entry: Entry<'_>) -> String {
    entry.statement().map(|it| printable(&it.description.decode(), CELL_MAX).into_owned()).unwrap_or_default()
}

pub(super) fn matches(entry: Entry<'_>, text: &str) -> bool {
    let text = text.to_lowercase();
    let keys = entry.keys().iter().map(ToString::to_string);
    keys.chain([name(entry)]).any(|own| own.to_lowercase().contains(&text))
}

pub(super) fn one(out: &mut dyn Write, blob: &Blob, key: ModelKey, now: Timestamp) -> io::Result<Finding> {
    let mut finding = Finding::Other;
    for entry in blob.models(key).entries() {
        finding = Finding::Fine;
        details(out, entry, now)?;
    }
    for skipped in blob.models(key).skipped() {
        finding = Finding::Fine;
        write_line(out, &format!("entry {} is left out: {}", skipped.position(), skipped.error()))?;
    }
    if finding == Finding::Other {
        let listed = match key {
            ModelKey::Aaguid(aaguid) => model_name(aaguid),
            _ => None,
        };
        writeln!(out, "{key} is not in the file")?;
        if let Some(listed) = listed {
            writeln!(out, "it is known as {}, a name without evidence", listed.name)?;
        }
    }
    Ok(finding)
}

fn details(out: &mut dyn Write, entry: Entry<'_>, now: Timestamp) -> io::Result<()> {
    let mut rows: Vec<Row<2>> = Vec::new();
    let mut row = |name: &str, value: String| rows.push([name.to_owned(), value]);
    for key in entry.keys() {
        row("key", key.to_string());
    }
    row("name", name(entry));
    if let Some(statement) = entry.statement() {
        // As many words as a cell has characters: the rest would be cut off anyway.
        let words = |words: countersign_metadata::Texts<'_>| {
            words.iter().take(CELL_MAX).map(|word| word.decode().into_owned()).collect::<Vec<_>>().join(", ")
        };
        row("protocol", statement.protocol_family.decode().into_owned());
        row("version", statement.authenticator_version.to_string());
        row("algorithms", words(statement.authentication_algorithms));
        row("attestation", words(statement.attestation_types));
        row("key protection", statement.key_protection.map(words).unwrap_or_default());
        row("icon", statement.icon.map(|icon| format!("{} bytes", icon.raw_len())).unwrap_or_default());
    }
    for root in entry.roots() {
        row(
            "root",
            table::common_name(root.anchor().certificate()).unwrap_or_else(|| "without a name".to_owned()),
        );
    }
    write_pairs(out, &rows)?;
    writeln!(out)?;
    Table::new(["status", "since", "version", ""]).write(out, || {
        entry.reports().into_iter().map(|report| {
            [
                report.status.to_string(),
                report.effective_date.map(|date| date.to_string()).unwrap_or_default(),
                report.authenticator_version.map(|version| version.to_string()).unwrap_or_default(),
                if report.is_in_effect_at(now) { String::new() } else { "not in effect".to_owned() },
            ]
        })
    })
}

pub(super) fn differences(out: &mut dyn Write, old: &Blob, new: &Blob) -> io::Result<Finding> {
    let changes = diff(old, new);
    writeln!(out, "number {} to {}, {} changes", old.number(), new.number(), changes.len())?;
    Table::new(["key", "name", "change"]).write(out, || {
        changes.iter().map(|change| {
            [
                change.key.to_string(),
                printable(change.description.as_deref().unwrap_or_default(), CELL_MAX).into_owned(),
                describe(&change.change),
            ]
        })
    })?;
    Ok(if changes.is_empty() { Finding::Fine } else { Finding::Other })
}

fn describe(change: &Change<'_>) -> String {
    let since = |date: Option<Date>| date.map(|date| format!(" since {date}")).unwrap_or_default();
    match change {
        Change::Added => "new".to_owned(),
        Change::Removed => "gone".to_owned(),
        Change::Reported(report) => format!("{}{}", report.status, since(report.effective_date)),
        Change::Withdrawn(report) => format!("no longer {}{}", report.status, since(report.effective_date)),
        Change::Roots { added, removed } => format!("roots: {added} more, {removed} fewer"),
        Change::Version { from, to } => format!("version {from} to {to}"),
        Change::Statement => "another statement".to_owned(),
        Change::Unreadable(fault) => format!("left out: {fault}"),
        _ => "changed".to_owned(),
    }
}
