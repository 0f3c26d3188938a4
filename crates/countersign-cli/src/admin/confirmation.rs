//! The question before something is removed.

use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;
use countersign_server::printable;

use super::error::AdminError;
use crate::table::CELL_MAX;

/// Whether the user has confirmed on the command line.
#[derive(Debug, Args)]
pub(crate) struct Confirmation {
    /// Do not ask
    #[arg(long, short = 'y')]
    yes: bool,
}

impl Confirmation {
    /// Asks on a terminal, unless `--yes` is given. Without a terminal, only `--yes` confirms.
    pub(crate) fn ask(&self, question: &str) -> Result<(), AdminError> {
        if self.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(AdminError::NotConfirmed);
        }
        let question = printable(question, CELL_MAX.saturating_mul(2));
        let _ = write!(io::stderr(), "{question} [y/N] ").and_then(|()| io::stderr().flush());
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(|_| AdminError::NotConfirmed)?;
        let is_confirmed = matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
        if is_confirmed { Ok(()) } else { Err(AdminError::NotConfirmed) }
    }
}
