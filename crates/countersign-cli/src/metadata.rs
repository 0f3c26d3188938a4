//! `countersign metadata`: fetch a BLOB of the FIDO Metadata Service, and look into it.

use std::{
    error::Error,
    fmt,
    fs::File,
    io::{self, BufWriter, Read as _, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use countersign::{cose::Verifiers, types::Timestamp};
use countersign_metadata::{
    Blob, BlobPolicy, Change, Date, Entry, MetadataError, ModelKey, Seen, blob::BLOB_MAX, changes,
    names::model_name, roots::anchor_from_pem,
};
use countersign_server::{files, printable};

mod arguments;
#[cfg(feature = "fetch")]
mod fetch;
mod progress;
mod table;

pub(crate) use arguments::{Action, Options, parse};
use progress::Progress;
use table::{CELL_MAX, Table};

/// What `countersign metadata --help` prints.
pub(crate) const HELP: &str = "\
Fetch the list of authenticators that the FIDO Alliance publishes and signs, and look into it.

Usage: countersign metadata fetch FILE [OPTION]...
       countersign metadata verify FILE [OPTION]...
       countersign metadata show FILE [KEY] [OPTION]...
       countersign metadata search FILE TEXT [OPTION]...
       countersign metadata diff OLD NEW [OPTION]...

  fetch    get the newest over https if FILE is not that, and put it in FILE's place once it is verified
  verify   check the signature and the chain, and print what is in the file
  show     list all models, or tell of one: KEY is an AAGUID, an AAID or the identifier of an attestation key
  search   list the models whose name or key has TEXT in it
  diff     list what changed from one file to another

Options:
  --at DATE          judge as of this day, such as 2026-11-22 [now]
  --root FILE        the root certificate that must have signed, in PEM; may be given several times [those of FIDO's service]
  --host NAME        the host that the signer's certificate is for [mds.fidoalliance.org; any with --root]
  --newer-than NO    refuse a file whose number is not higher
  --accept-outdated  accept a file that should have been replaced by now
  --url URL          fetch: where from [https://mds3.fidoalliance.org/]
  --ca FILE          fetch: the certificates that URL's server must lead to, in PEM; may be given several times [Mozilla's]
  --help             this text

The exit status is 0 if all is well, 1 if a file is refused, a model is unknown or something else went wrong, 2 if the
command line is wrong, and 141 if the output is no longer read. That of diff is 1 only if the files differ, and 2 if
anything is wrong.";

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// All is well.
    Fine,
    /// No such model, or a difference: status 1, and nothing went wrong.
    Other,
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum MetadataFailure {
    /// A file can't be read.
    File(PathBuf, io::Error),
    /// A file is longer than any BLOB.
    TooLong(PathBuf),
    /// A root is no certificate in PEM.
    Root(PathBuf),
    /// A BLOB is refused.
    Refused(PathBuf, MetadataError),
    /// What to fetch, or whom to trust, is not what it should be.
    #[cfg(feature = "fetch")]
    Setup(String),
    /// Nothing was fetched from an address.
    #[cfg(feature = "fetch")]
    Fetch(String, countersign_server::fetch::FetchError),
    /// Standard output is gone.
    Output(io::Error),
}

impl fmt::Display for MetadataFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
            Self::TooLong(path) => write!(f, "{} has more than {BLOB_MAX} bytes", path.display()),
            Self::Root(path) => write!(f, "{} is not a certificate in PEM", path.display()),
            Self::Refused(path, error) => {
                write!(f, "{} is refused ({}): {error}", path.display(), error.code())?;
                let mut source = error.source();
                while let Some(cause) = source {
                    write!(f, ": {cause}")?;
                    source = cause.source();
                }
                Ok(())
            }
            #[cfg(feature = "fetch")]
            Self::Setup(sentence) => f.write_str(sentence),
            #[cfg(feature = "fetch")]
            Self::Fetch(url, error) => write!(f, "{url}: {error}"),
            Self::Output(error) => write!(f, "standard output can't be written to: {error}"),
        }
    }
}

impl Error for MetadataFailure {}

/// Does it, and prints what is found.
pub(crate) fn run(options: &Options) -> Result<Finding, MetadataFailure> {
    let now = options.at.map_or_else(|| SystemTime::now().into(), Date::start);
    let policy = policy(options)?;
    let load = |path: &Path, seen| load(path, &policy, seen, now);
    let seen = options.newer_than.map_or(Seen::Nothing, Seen::NewerThan);
    let mut out = BufWriter::new(io::stdout().lock());
    let finding = match &options.action {
        #[cfg(feature = "fetch")]
        Action::Fetch(file) => {
            let (blob, sentence) = fetch::fetch(file, options, &policy, now)?;
            writeln!(out, "{sentence}\n").and_then(|()| summary(&mut out, &blob, now))
        }
        Action::Verify(file) => summary(&mut out, &load(file, seen)?, now),
        Action::Show(file, None) => list(&mut out, &load(file, seen)?, now, |_| true).map(|_| Finding::Fine),
        Action::Show(file, Some(key)) => one(&mut out, &load(file, seen)?, *key, now),
        Action::Search(file, text) => list(&mut out, &load(file, seen)?, now, |entry| matches(entry, text)),
        Action::Diff(old, new) => {
            let (old, new) = (load(old, Seen::Nothing)?, load(new, seen)?);
            differences(&mut out, &old, &new)
        }
    };
    finding.and_then(|finding| out.flush().map(|()| finding)).map_err(MetadataFailure::Output)
}

fn policy(options: &Options) -> Result<BlobPolicy, MetadataFailure> {
    let mut policy = if options.roots.is_empty() {
        BlobPolicy::fido()
    } else {
        let mut anchors = Vec::new();
        for path in &options.roots {
            let pem = files::read(path, files::CERTIFICATES_MAX)
                .map_err(|error| MetadataFailure::File(path.clone(), error))?;
            let pem = String::from_utf8(pem).map_err(|_| MetadataFailure::Root(path.clone()))?;
            anchors.push(anchor_from_pem(&pem).map_err(|_| MetadataFailure::Root(path.clone()))?);
        }
        BlobPolicy::new(anchors)
    };
    if let Some(host) = &options.host {
        policy = policy.host_name(host);
    }
    if options.outdated == arguments::Outdated::Accepted {
        policy = policy.dangerous_accept_outdated();
    }
    Ok(policy)
}

fn load(path: &Path, policy: &BlobPolicy, seen: Seen, now: Timestamp) -> Result<Blob, MetadataFailure> {
    let bytes = read(path)?;
    policy
        .verify(&bytes, seen, now, &verifiers())
        .map_err(|error| MetadataFailure::Refused(path.to_owned(), error))
}

fn verifiers() -> Verifiers {
    Verifiers::rust_crypto()
}

/// Reads a file, and on a terminal shows how far it is: it may be on a slow disk, or a pipe.
fn read(path: &Path) -> Result<Vec<u8>, MetadataFailure> {
    const STEP: u64 = 1 << 20;
    let failed = |error| MetadataFailure::File(path.to_owned(), error);
    let mut file = File::open(path).map_err(failed)?;
    let whole = file.metadata().map_err(failed)?.len();
    let (mut bytes, mut progress) = (Vec::new(), Progress::on_terminal());
    loop {
        let count = (&mut file).take(STEP).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() > BLOB_MAX {
            return Err(MetadataFailure::TooLong(path.to_owned()));
        }
        progress.show("reading", u64::try_from(bytes.len()).unwrap_or(u64::MAX), Some(whole));
        if count == 0 {
            return Ok(bytes);
        }
    }
}

type Row<const COLUMNS: usize> = [String; COLUMNS];

/// Writes a table of names and values.
fn write_pairs(out: &mut dyn Write, rows: &[Row<2>]) -> io::Result<()> {
    Table::new(["", ""]).write(out, || rows.iter().cloned())
}

/// Writes a line outside of a table, which may have words of a BLOB in it.
fn write_line(out: &mut dyn Write, line: &str) -> io::Result<()> {
    writeln!(out, "{}", printable(line, LINE_MAX))
}

/// The most characters of a line outside of a table: a sentence of ours with a cell in it.
const LINE_MAX: usize = CELL_MAX.saturating_mul(2);

fn summary(out: &mut dyn Write, blob: &Blob, now: Timestamp) -> io::Result<Finding> {
    let signer = blob.signer().certificates();
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
        let line = format!("entry {} is left out: {}{key}", skipped.position(), skipped.fault());
        write_line(out, &line)?;
    }
    Ok(Finding::Fine)
}

const fn revoked() -> countersign_metadata::Status {
    countersign_metadata::Status::Revoked
}

/// Lists the models that are wanted.
fn list(
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

fn matches(entry: Entry<'_>, text: &str) -> bool {
    let text = text.to_lowercase();
    let keys = entry.keys().iter().map(ToString::to_string);
    keys.chain([name(entry)]).any(|own| own.to_lowercase().contains(&text))
}

fn one(out: &mut dyn Write, blob: &Blob, key: ModelKey, now: Timestamp) -> io::Result<Finding> {
    let mut finding = Finding::Other;
    for entry in blob.models(key).entries() {
        finding = Finding::Fine;
        details(out, entry, now)?;
    }
    for skipped in blob.models(key).skipped() {
        finding = Finding::Fine;
        write_line(out, &format!("entry {} is left out: {}", skipped.position(), skipped.fault()))?;
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
        // One more than a cell holds of one letter each: what is beyond is cut off anyway.
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

fn differences(out: &mut dyn Write, old: &Blob, new: &Blob) -> io::Result<Finding> {
    let changes = changes(old, new);
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
