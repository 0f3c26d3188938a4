//! The reasons why a word is not explained.

use std::fmt;

use countersign_server::printable;

use super::UnknownWordError;
use crate::metadata::error::MetadataCommandError;

/// Why there is no explanation.
#[derive(Debug)]
pub(crate) enum ExplainError {
    Unknown(UnknownWordError),
    Metadata(MetadataCommandError),
}

impl fmt::Display for ExplainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(error) => error.fmt(f),
            Self::Metadata(error) => f.write_str(&printable(&error.to_string(), usize::MAX)),
        }
    }
}

impl std::error::Error for ExplainError {}
