//! The options for rows of another library.

use clap::{Args, ValueEnum};
use countersign_server::operator::transfer::{
    AttestationsOfRows, BackupsOfRows, RowOptions, UnsaidVerification,
};

/// How rows of another library are read.
#[derive(Debug, Args)]
pub(super) struct RowArguments {
    /// The lines are passkeys as another library stores them, and not an export
    #[arg(long)]
    rows: bool,
    /// Whether users count as verified if a line does not say it: `checked` only if the old server required user verification of each
    /// registration, and checked it
    #[arg(long, value_name = "WORD", default_value = "unknown", requires = "rows")]
    unsaid_verification: Verification,
    /// Whether the backup flags in rows are those of the registration; with `unknown` the first sign-in sets them
    #[arg(long, value_name = "WORD", default_value = "as-stored", requires = "rows")]
    backups: Backups,
    /// Whether attestations in rows are verified and stored
    #[arg(long, value_name = "WORD", default_value = "keep", requires = "rows")]
    attestations: Attestations,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Verification {
    Unknown,
    Checked,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Backups {
    AsStored,
    Unknown,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Attestations {
    Keep,
    Omit,
}

impl RowArguments {
    /// The options, if the lines are rows.
    pub(super) fn into_options(self) -> Option<RowOptions> {
        self.rows.then_some(RowOptions {
            verification: match self.unsaid_verification {
                Verification::Unknown => UnsaidVerification::Unknown,
                Verification::Checked => UnsaidVerification::Checked,
            },
            backups: match self.backups {
                Backups::AsStored => BackupsOfRows::AsStored,
                Backups::Unknown => BackupsOfRows::Unknown,
            },
            attestations: match self.attestations {
                Attestations::Keep => AttestationsOfRows::Keep,
                Attestations::Omit => AttestationsOfRows::Omit,
            },
        })
    }
}
