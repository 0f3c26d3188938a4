//! Why a command of an operator failed.

use std::{error::Error, io};

use countersign_server::config::ConfigError;
use countersign_server::operator::OperatorError;
use countersign_server::operator::backup::BackupError;
use countersign_server::operator::transfer::{ExportError, ImportError};

/// Why a command failed. `Display` ends with the code, if there is one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdminError {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The operation failed.
    #[error("{0} ({code})", code = .0.code())]
    Operator(#[from] OperatorError),
    /// The database was not backed up or restored.
    #[error("{0} ({code})", code = .0.code())]
    Backup(#[from] BackupError),
    /// The accounts were not exported.
    #[error("{0} ({code})", code = .0.code())]
    Export(#[from] ExportError),
    /// The import ended early.
    #[error("{0} ({code})", code = .0.code())]
    Import(#[from] ImportError),
    /// Lines of an import were rejected, or passkeys of an export left out: each was reported.
    #[error("{0}")]
    Incomplete(String),
    /// Several sessions or invitations begin with the ID.
    #[error("several {0} begin with {1}: write more of the ID (id-ambiguous)")]
    Ambiguous(&'static str, String),
    /// No invitation begins with the ID.
    #[error("there is no open invitation with the ID {0} (invitation-invalid)")]
    NoInvitation(String),
    /// The user did not confirm.
    #[error("nothing was changed: confirm with --yes (not-confirmed)")]
    NotConfirmed,
    /// The file can't be created or read.
    #[error("can't open {0}: {1} ({2})")]
    File(String, #[source] io::Error, &'static str),
    /// Standard output can't be written to.
    #[error("standard output can't be written to: {0}")]
    Output(#[from] io::Error),
    /// The system did not give what a command needs to run.
    #[error("the command can't run: {0}")]
    Runtime(#[source] io::Error),
}

impl AdminError {
    /// The error of standard output, if it is that.
    pub(crate) const fn of_output(&self) -> Option<&io::Error> {
        match self {
            Self::Output(error) | Self::Export(ExportError::Output(error)) => Some(error),
            _ => None,
        }
    }

    /// The error of the configuration, if it is that, or else this one.
    pub(crate) fn root(&self) -> &(dyn Error + 'static) {
        match self {
            Self::Config(error) => error,
            other => other,
        }
    }
}
