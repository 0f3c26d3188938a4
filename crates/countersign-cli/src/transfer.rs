//! `countersign export` and `countersign import`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_server::config::Sources;
use countersign_server::operator::Operator;
use countersign_server::operator::transfer::{ImportMode, RejectedLine, RowOptions};
use countersign_server::printable;

use self::rows::RowArguments;
use crate::admin::{error::AdminError, output::note};
use crate::database_arguments::DatabaseArguments;
use crate::progress::Progress;

mod rows;

/// The most characters of a line about a rejected line.
const LINE_MAX: usize = 400;

/// The arguments of `export`.
#[derive(Debug, Args)]
#[command(
    after_help = "Accounts, passkeys with their attestations, labels, times, and hashes of recovery codes. Not exported: sessions, \
    invitations and sealing keys. docs/OPERATING.md documents the format. Servers may use the database meanwhile."
)]
pub(crate) struct ExportArguments {
    /// File to create, readable by its owner only; a file is never written over [default: standard output]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// The arguments of `import`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each account is created whole or not at all; an account that is there already with its passkeys stays as it is. \
    So an import that was broken off is continued by running it again. Lines that can't be imported are reported with \
    their number and a code, and the exit status is 1 then. With --rows, the lines are passkeys of another library: docs/migrating \
    documents their form."
)]
pub(crate) struct ImportArguments {
    /// File with an export [default: standard input]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Report what an import would do, and store nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    rows: RowArguments,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// An import: where from, and how.
#[derive(Debug)]
pub(crate) struct ImportTask {
    sources: Sources,
    from: Option<PathBuf>,
    mode: ImportMode,
    /// What is known about rows of another library; `None` for an export.
    rows: Option<RowOptions>,
}

/// An export or an import.
#[derive(Debug)]
pub(crate) enum TransferTask {
    /// Export to a file or standard output.
    Export(Sources, Option<PathBuf>),
    /// Import from a file or standard input.
    Import(ImportTask),
}

impl ExportArguments {
    pub(crate) fn into_task(self) -> TransferTask {
        TransferTask::Export(self.database.into_sources(), self.to)
    }
}

impl ImportArguments {
    pub(crate) fn into_task(self) -> TransferTask {
        let mode = if self.dry_run { ImportMode::DryRun } else { ImportMode::Store };
        let (sources, rows) = (self.database.into_sources(), self.rows.into_options());
        TransferTask::Import(ImportTask { sources, from: self.from, mode, rows })
    }
}

impl TransferTask {
    /// Carries it out. The report is on standard error, since the export may be on standard output.
    pub(crate) fn run(self) -> Result<(), AdminError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(AdminError::Runtime)?;
        runtime.block_on(async {
            match self {
                Self::Export(sources, to) => export(&sources, to.as_deref()).await,
                Self::Import(task) => import(&task).await,
            }
        })
    }
}

async fn export(sources: &Sources, to: Option<&Path>) -> Result<(), AdminError> {
    let loaded = sources.load()?;
    let operator = Operator::open(loaded.config()).await?;
    let mut progress = Progress::on_terminal();
    let show = |done, whole| progress.show_rows("accounts", done, Some(whole));
    let rp_id = &loaded.config().rp_id;
    let exported = match to {
        None => operator.export(rp_id, &mut BufWriter::new(io::stdout().lock()), show).await?,
        Some(path) => {
            let file = create(path)?;
            let exporting = async {
                let mut out = BufWriter::new(&file);
                let exported = operator.export(rp_id, &mut out, show).await?;
                drop(out);
                file.sync_all().map_err(|error| file_error(path, error, "file-not-written"))?;
                Ok(exported)
            };
            // A part of an export would be taken for one.
            exporting.await.inspect_err(|_: &AdminError| drop(std::fs::remove_file(path)))?
        }
    };
    drop(progress);
    note(&format!("exported {} accounts with {} passkeys", exported.accounts, exported.passkeys));
    match exported.left_out {
        0 => Ok(()),
        number => Err(AdminError::Incomplete(format!(
            "{number} passkeys are left out, because their rows can't be read (row-unreadable): countersign admin passkeys list \
             --standing unreadable"
        ))),
    }
}

/// Creates a file that only its owner can read.
fn create(path: &Path) -> Result<File, AdminError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => file_error(path, error, "file-exists"),
        _ => file_error(path, error, "file-not-written"),
    })
}

fn file_error(path: &Path, error: io::Error, code: &'static str) -> AdminError {
    AdminError::File(path.display().to_string(), error, code)
}

async fn import(task: &ImportTask) -> Result<(), AdminError> {
    let loaded = task.sources.load()?;
    let config = loaded.config();
    let operator = match task.mode {
        ImportMode::Store => Operator::open_or_create(config).await?,
        ImportMode::DryRun => Operator::open(config).await?,
    };
    let input: Box<dyn io::BufRead> = match &task.from {
        None => Box::new(io::stdin().lock()),
        Some(path) => {
            let file = File::open(path).map_err(|error| file_error(path, error, "file-not-read"))?;
            Box::new(BufReader::new(file))
        }
    };
    let progress = std::cell::RefCell::new(Progress::on_terminal());
    let rejected = |line: &RejectedLine| {
        progress.borrow_mut().clear();
        let text = format!("line {} is not imported ({}): {}", line.line, line.code, line.detail);
        note(&printable(&text, LINE_MAX));
    };
    let show = |line| progress.borrow_mut().show_rows("line", line, None);
    let outcome = match task.rows {
        Some(options) => operator.import_rows(config, options, input, task.mode, rejected, show).await,
        None => operator.import(&config.rp_id, input, task.mode, rejected, show).await,
    };
    progress.borrow_mut().clear();
    let imported = outcome?;
    let (verb, ending) = match task.mode {
        ImportMode::Store => ("created", "were not imported"),
        ImportMode::DryRun => ("would create", "would not be imported; nothing was stored"),
    };
    note(&format!("{verb} {} accounts; {} were there already", imported.created, imported.unchanged));
    match imported.rejected {
        0 => Ok(()),
        number => Err(AdminError::Incomplete(format!("{number} lines {ending}"))),
    }
}
