//! `countersign invite`: an invitation to create an account.

use std::path::PathBuf;

use clap::Args;
use countersign_server::{Config, TypedCode};

use crate::{data_folder, usage_error::UsageError};

/// The arguments of `invite`.
#[derive(Debug, Args)]
pub(crate) struct InviteArguments {
    /// Database: the path of an SQLite file, or the address of a PostgreSQL database [default:
    /// countersign/countersign.sqlite3 in your data folder]
    #[arg(long, value_name = "FILE|URL")]
    database: Option<PathBuf>,
    /// Days for which the invitation is valid
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
    days: u16,
}

impl InviteArguments {
    /// The configuration with the database, and the days.
    pub(crate) fn into_config(self) -> Result<(Config, u16), UsageError> {
        Ok((Config::new(data_folder::given_or_default(self.database)?), self.days))
    }
}

/// The report of an invitation. The code stands alone in the first line, for programs.
pub(crate) fn report(code: &TypedCode, expires_at: impl std::fmt::Display) -> String {
    format!("{code}\nfor one account, until {expires_at}; it is shown only now")
}
