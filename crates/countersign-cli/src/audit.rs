//! `countersign audit`: exports and verifications of the audit log.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use countersign::Timestamp;
use countersign::store::{AuditSummary, ChainHead};
use countersign_server::AuditTimes;
use countersign_server::config::Sources;

use crate::database_arguments::DatabaseArguments;
use crate::time::time;

/// The arguments of `audit`.
#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Write the audit log to standard output, as lines of JSON
    Export {
        #[command(flatten)]
        database: DatabaseArguments,
        /// First day or time to write, such as 2026-11-30 or 2026-11-30T08:00:00Z
        #[arg(long, value_name = "TIME", value_parser = time)]
        since: Option<Timestamp>,
        /// First day or time to leave out
        #[arg(long, value_name = "TIME", value_parser = time)]
        until: Option<Timestamp>,
    },
    /// Verify the chains of the audit log in the database, or in an export
    #[command(
        after_help = "Exit status: 0 if all rows are good, 1 if one is wrong, and 2 if they can't be read."
    )]
    Verify {
        #[command(flatten)]
        database: DatabaseArguments,
        /// Export to verify, instead of the database
        #[arg(value_name = "FILE", conflicts_with_all = ["database", "config"])]
        file: Option<PathBuf>,
        /// Row that must be there, such as an anchor from the server's log: CHAIN:NUMBER:HASH; may be given several times
        #[arg(long = "anchor", value_name = "ROW")]
        anchors: Vec<ChainHead>,
    },
}

/// What to do with an audit log.
#[derive(Debug)]
pub(crate) enum AuditTask {
    /// Write it.
    Export(Sources, AuditTimes),
    /// Verify that of a database.
    Verify(Sources, Vec<ChainHead>),
    /// Verify an export.
    VerifyFile(PathBuf, Vec<ChainHead>),
}

impl AuditArguments {
    pub(crate) fn into_task(self) -> AuditTask {
        match self.command {
            AuditCommand::Export { database, since, until } => {
                AuditTask::Export(database.into_sources(), AuditTimes { since, until })
            }
            AuditCommand::Verify { file: Some(file), anchors, .. } => AuditTask::VerifyFile(file, anchors),
            AuditCommand::Verify { database, anchors, .. } => {
                AuditTask::Verify(database.into_sources(), anchors)
            }
        }
    }
}

/// The report of a verification that found nothing wrong.
pub(crate) fn report(summary: &AuditSummary) -> String {
    format!("{} rows in {} chains are as they were written", summary.rows, summary.chains)
}
