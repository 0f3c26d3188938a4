//! Exports and verifications of the audit log, for the operator.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use countersign::Timestamp;
use countersign::store::{
    ApplicationStore as _, AuditExtent, AuditFault, AuditQuery, AuditRow, AuditSummary, AuditVerifier,
    ChainHead, ChainId,
};
use countersign_store::{Database, DatabaseError, OpenDatabaseError};

use super::line::{Header, LINE_MAX, RowLine};
use crate::config::configuration::Config;
use crate::lines::{Line, Lines};

/// How many rows are read at a time, which is all that an export has in memory.
const PAGE: usize = 500;

/// Why the audit log can't be exported or verified. `Display` is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// There is no such file: the path is probably wrong.
    #[error("there is no database {0}")]
    NoDatabase(String),
    /// The database can't be opened.
    #[error(transparent)]
    Database(#[from] OpenDatabaseError),
    /// The rows can't be read.
    #[error(transparent)]
    Rows(#[from] DatabaseError),
    /// The export can't be written.
    #[error("the export can't be written: {0}")]
    Output(io::Error),
    /// The file can't be read.
    #[error("can't read {0}: {1}")]
    File(PathBuf, io::Error),
    /// The file is not an export.
    #[error("{file}, line {line}: not a line of an export of the audit log")]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The number of the line.
        line: u64,
    },
    /// A row is wrong.
    #[error("the audit log is not whole: {0}")]
    Fault(#[from] AuditFault),
}

impl AuditError {
    /// The stable word for this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoDatabase(_) => "database-missing",
            Self::Database(_) => "database-unusable",
            Self::Rows(_) => "storage-failed",
            Self::Output(_) => "file-not-written",
            Self::File(..) => "file-not-read",
            Self::Malformed { .. } => "audit-malformed",
            Self::Fault(_) => "audit-not-whole",
        }
    }
}

/// The times of an export: from the first second on, and before the second one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct AuditTimes {
    /// The first second.
    pub since: Option<Timestamp>,
    /// The first second that is left out.
    pub until: Option<Timestamp>,
}

/// Writes the rows of the database of this configuration as lines of JSON. Servers may be running meanwhile.
///
/// Of each chain, the rows are written from the first one on that is not earlier than the times, to the last one before the
/// first that is later: they are consecutive, even if a clock was put back.
pub async fn export_audit(
    config: &Config,
    times: AuditTimes,
    out: &mut (impl Write + Send),
) -> Result<(), AuditError> {
    let database = open(config).await?;
    let seconds = |time: Option<Timestamp>| time.map(Timestamp::unix_seconds);
    write_line(out, &Header::new(seconds(times.since), seconds(times.until)))?;
    let mut course = Course::default();
    let mut pages = Pages::new(&database);
    while let Some(page) = pages.next().await? {
        for row in page.iter().filter(|row| course.includes(row, times)) {
            write_line(out, &RowLine::from(row))?;
        }
    }
    out.flush().map_err(AuditError::Output)
}

/// Verifies the audit log in the database of this configuration. `anchors` are rows that were kept elsewhere.
pub async fn verify_audit(config: &Config, anchors: &[ChainHead]) -> Result<AuditSummary, AuditError> {
    let database = open(config).await?;
    let mut verifier = AuditVerifier::new(AuditExtent::Whole);
    let mut first = Pages::new(&database);
    while let Some(page) = first.next().await? {
        for row in &page {
            verifier.note(row);
        }
    }
    // Rows that were written since are newer than those that are expected.
    for anchor in anchors {
        verifier.expect(*anchor);
    }
    let mut second = Pages::new(&database);
    while let Some(page) = second.next().await? {
        page.iter().try_for_each(|row| verifier.check(row))?;
    }
    Ok(verifier.finish()?)
}

/// Verifies an export in a file. `anchors` are rows that were kept elsewhere.
pub fn verify_audit_file(path: &Path, anchors: &[ChainHead]) -> Result<AuditSummary, AuditError> {
    let header = Rows::open(path)?.header;
    let is_part = header.since.is_some() || header.until.is_some();
    let extent = if is_part { AuditExtent::Part } else { AuditExtent::Whole };
    let mut verifier = AuditVerifier::new(extent);
    for row in Rows::open(path)? {
        verifier.note(&row?);
    }
    for anchor in anchors {
        verifier.expect(*anchor);
    }
    for row in Rows::open(path)? {
        verifier.check(&row?)?;
    }
    Ok(verifier.finish()?)
}

async fn open(config: &Config) -> Result<Database, AuditError> {
    if config.database.path().is_some_and(|path| !path.exists()) {
        return Err(AuditError::NoDatabase(config.database.to_string()));
    }
    Ok(Database::open(config.database.as_str()).await?)
}

fn write_line(out: &mut impl Write, line: &impl serde::Serialize) -> Result<(), AuditError> {
    let mut text = serde_json::to_vec(line).map_err(|error| AuditError::Output(error.into()))?;
    text.push(b'\n');
    out.write_all(&text).map_err(AuditError::Output)
}

/// The rows of a database in the order of chains and numbers, a page at a time.
struct Pages<'a> {
    database: &'a Database,
    after: Option<(ChainId, u64)>,
}

impl<'a> Pages<'a> {
    const fn new(database: &'a Database) -> Self {
        Self { database, after: None }
    }

    async fn next(&mut self) -> Result<Option<Vec<AuditRow>>, DatabaseError> {
        let page = self.database.audit_rows(&AuditQuery::Chains { after: self.after }, PAGE).await?;
        self.after = page.last().map(|row| (row.chain, row.number)).or(self.after);
        Ok((!page.is_empty()).then_some(page))
    }
}

/// How far the export of a chain is.
#[derive(Default)]
struct Course {
    chain: Option<ChainId>,
    has_begun: bool,
    is_over: bool,
}

impl Course {
    fn includes(&mut self, row: &AuditRow, times: AuditTimes) -> bool {
        if self.chain != Some(row.chain) {
            *self = Self { chain: Some(row.chain), ..Self::default() };
        }
        self.has_begun |= times.since.is_none_or(|since| row.at >= since);
        self.is_over |= self.has_begun && times.until.is_some_and(|until| row.at >= until);
        self.has_begun && !self.is_over
    }
}

/// The rows of an export.
struct Rows {
    path: PathBuf,
    lines: Lines<BufReader<File>>,
    header: Header,
}

impl Rows {
    fn open(path: &Path) -> Result<Self, AuditError> {
        let file = File::open(path).map_err(|error| AuditError::File(path.to_owned(), error))?;
        let lines = Lines::new(BufReader::new(file), LINE_MAX);
        let mut rows = Self { path: path.to_owned(), lines, header: Header::new(None, None) };
        let first = rows.line()?.and_then(|line| serde_json::from_slice::<Header>(&line).ok());
        rows.header = first.filter(Header::is_supported).ok_or_else(|| rows.malformed())?;
        Ok(rows)
    }

    /// The next line; `None` at the end of the file.
    fn line(&mut self) -> Result<Option<Vec<u8>>, AuditError> {
        match self.lines.next().map_err(|error| AuditError::File(self.path.clone(), error))? {
            None => Ok(None),
            Some(Line::Whole(text)) => Ok(Some(text.to_vec())),
            // Without its end, the file was cut.
            Some(Line::Unended(_) | Line::TooLong) => Err(self.malformed()),
        }
    }

    fn malformed(&self) -> AuditError {
        AuditError::Malformed { file: self.path.clone(), line: self.lines.number().max(1) }
    }
}

impl Iterator for Rows {
    type Item = Result<AuditRow, AuditError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.line() {
            Ok(line) => line?,
            Err(error) => return Some(Err(error)),
        };
        let row = serde_json::from_slice::<RowLine>(&line).ok().and_then(|line| line.row().ok());
        Some(row.ok_or_else(|| self.malformed()))
    }
}
