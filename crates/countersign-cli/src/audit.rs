//! `countersign audit`: exports and verifications of the audit log.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use countersign::Timestamp;
use countersign::store::{AuditSummary, ChainHead};
use countersign_server::AuditTimes;
use countersign_server::config::Sources;

use crate::database_arguments::DatabaseArguments;

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
        /// First day or second to write, in UTC, such as 2026-11-30 or 2026-11-30T08:00:00Z
        #[arg(long, value_name = "TIME", value_parser = time)]
        since: Option<Timestamp>,
        /// First day or second to leave out
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

/// Parses a day, or a second: `2026-11-30` or `2026-11-30T08:00:00Z`.
fn time(text: &str) -> Result<Timestamp, &'static str> {
    const EXPECTED: &str = "expected a day or a second in UTC, such as 2026-11-30 or 2026-11-30T08:00:00Z";
    fn number(text: &str, digits: usize) -> Option<u16> {
        let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number)
    }
    fn parts(text: &str, separator: char) -> Option<[&str; 3]> {
        text.split(separator).collect::<Vec<_>>().try_into().ok()
    }
    let parse = || {
        let (day, clock) = match text.split_once('T') {
            Some((day, clock)) => (day, clock.strip_suffix('Z')?),
            None => (text, "00:00:00"),
        };
        let ([year, month, day], [hour, minute, second]) = (parts(day, '-')?, parts(clock, ':')?);
        let (month, day) = (number(month, 2)?.try_into().ok()?, number(day, 2)?.try_into().ok()?);
        let date = Timestamp::from_date(number(year, 4)?, month, day)?;
        let below = |text, limit| number(text, 2).filter(|number| *number < limit).map(i64::from);
        let (hour, minute, second) = (below(hour, 24)?, below(minute, 60)?, below(second, 60)?);
        let minutes = hour.saturating_mul(60).saturating_add(minute);
        Some(date.plus_seconds(minutes.saturating_mul(60).saturating_add(second)))
    };
    parse().ok_or(EXPECTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_a_second() {
        for (text, shown) in [
            ("2026-11-30", "2026-11-30T00:00:00Z"),
            ("2026-11-30T08:09:59Z", "2026-11-30T08:09:59Z"),
            ("2024-02-29T23:59:00Z", "2024-02-29T23:59:00Z"),
        ] {
            assert_eq!(time(text).unwrap().to_string(), shown);
        }
        for text in [
            "",
            "2026",
            "2026-11-31",
            "2026-1-30",
            "2026-11-30T08:00Z",
            "2026-11-30T24:00:00Z",
            "2026-11-30T08:00:00",
        ] {
            assert!(time(text).unwrap_err().starts_with("expected a day"), "{text}");
        }
    }
}
