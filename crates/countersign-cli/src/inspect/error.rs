//! Errors of `countersign inspect`.

use std::{io, path::PathBuf};

use crate::metadata::error::MetadataCommandError;

/// Why inputs could not be explained.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InspectError {
    #[error("{} can't be read: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("standard input can't be read: {0}")]
    Input(io::Error),
    #[error("name a file or a text to explain, or pass one on standard input; see --help")]
    Nothing,
    #[error(transparent)]
    Metadata(#[from] MetadataCommandError),
    #[error("standard output can't be written to: {0}")]
    Output(io::Error),
}
