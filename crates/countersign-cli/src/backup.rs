//! `countersign backup` and `countersign restore`.

use std::path::PathBuf;

use clap::Args;
use countersign_server::config::Sources;
use countersign_server::operator::backup::{Existing, back_up, restore};

use crate::admin::error::AdminError;
use crate::database_arguments::DatabaseArguments;

/// The arguments of `backup`.
#[derive(Debug, Args)]
#[command(
    after_help = "The backup is a database of one moment, is checked, and can be read by its owner only. It has names, public keys \
    and the keys that ceremonies are sealed with: see docs/OPERATING.md. A database on PostgreSQL is backed up with pg_dump."
)]
pub(crate) struct BackupArguments {
    /// File to create, in a folder that exists; a file is never written over
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// The arguments of `restore`.
#[derive(Debug, Args)]
#[command(
    after_help = "Stop the server first. After a restore, start it with unknown_signals = \"withheld\", or browsers delete passkeys \
    that were registered after the backup."
)]
pub(crate) struct RestoreArguments {
    /// Backup to restore
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Replace a database that exists; it is set aside next to the new one
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// A backup or a restore.
#[derive(Debug)]
pub(crate) enum BackupTask {
    /// Back up to a file.
    Backup(Sources, PathBuf),
    /// Restore from a file.
    Restore(Sources, PathBuf, Existing),
}

impl BackupArguments {
    pub(crate) fn into_task(self) -> BackupTask {
        BackupTask::Backup(self.database.into_sources(), self.to)
    }
}

impl RestoreArguments {
    pub(crate) fn into_task(self) -> BackupTask {
        let existing = if self.replace { Existing::Replace } else { Existing::Keep };
        BackupTask::Restore(self.database.into_sources(), self.from, existing)
    }
}

impl BackupTask {
    /// Carries it out, and returns a report.
    pub(crate) fn run(self) -> Result<String, AdminError> {
        match self {
            Self::Backup(sources, to) => {
                back_up(sources.load()?.config(), &to)?;
                Ok(format!("the backup {} is complete and was checked", to.display()))
            }
            Self::Restore(sources, from, existing) => {
                let loaded = sources.load()?;
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map_err(AdminError::Runtime)?;
                let aside = runtime.block_on(restore(loaded.config(), &from, existing))?;
                let restored = format!("the database {} is that of the backup", loaded.config().database);
                let aside = aside.map(|path| format!("; the old one is {}", path.display()));
                Ok(format!(
                    "{restored}{}\nstart the server with unknown_signals = \"withheld\" until no user has a passkey that is newer \
                     than the backup",
                    aside.unwrap_or_default()
                ))
            }
        }
    }
}
