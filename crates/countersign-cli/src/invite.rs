//! `countersign invite`: an invitation to create an account.

use clap::Args;
use countersign_server::{TypedCode, config::Sources};

use crate::database_arguments::DatabaseArguments;

/// The arguments of `invite`.
#[derive(Debug, Args)]
pub(crate) struct InviteArguments {
    #[command(flatten)]
    database: DatabaseArguments,
    /// Days for which the invitation is valid
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
    days: u16,
}

impl InviteArguments {
    /// The sources of the configuration that names the database, and the days.
    pub(crate) fn into_sources(self) -> (Sources, u16) {
        (self.database.into_sources(), self.days)
    }
}

/// The report of an invitation. The code stands alone in the first line, for programs.
pub(crate) fn report(code: &TypedCode, expires_at: impl std::fmt::Display) -> String {
    format!("{code}\nfor one account, until {expires_at}; it is shown only now")
}
