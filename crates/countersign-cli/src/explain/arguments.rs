//! The arguments of `countersign explain`.

use std::{io, path::PathBuf, time::SystemTime};

use clap::Args;
use countersign::types::Timestamp;
use countersign_metadata::Seen;
use terminal_size::Width;

use super::{error::ExplainError, explain, models::Models};
use crate::metadata::{arguments::CommonOptions, error::MetadataCommandError, load};

/// The arguments of `countersign explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    countersign explain challenge-mismatch\n  \
    countersign explain rule 31\n  \
    countersign explain registration 14\n  \
    countersign explain BE\n  \
    countersign explain -7\n  \
    countersign explain 2.5.29.19\n  \
    countersign explain --metadata blob.jwt fbfc3007-154e-4ecc-8c0b-6e020557d7bd")]
pub(crate) struct ExplainArguments {
    /// Word to explain, such as challenge-mismatch, rule 31, registration 14, BE, -7, 2.5.29.19 or an AAGUID
    #[arg(value_name = "WORD", allow_negative_numbers = true)]
    words: Vec<String>,
    /// FIDO metadata BLOB to look authenticator models up in
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// Root certificate, in PEM, that the metadata must be signed under; repeatable [default: those of FIDO's service]
    #[arg(long = "root", value_name = "FILE", requires = "metadata")]
    roots: Vec<PathBuf>,
}

impl ExplainArguments {
    /// The explanation, as text for standard output.
    pub(crate) fn explanation(&self) -> Result<String, ExplainError> {
        let width = terminal_size::terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns);
        let models = self.models().map_err(ExplainError::Metadata)?;
        explain(&self.words, &models, width).map_err(ExplainError::Unknown)
    }

    /// The models of the BLOB that the arguments name. It may be out of date: models are named by it only.
    fn models(&self) -> Result<Models, MetadataCommandError> {
        let Some(path) = &self.metadata else { return Ok(Models::default()) };
        let options =
            CommonOptions { roots: self.roots.clone(), accept_outdated: true, ..CommonOptions::default() };
        let now: Timestamp = SystemTime::now().into();
        let blob = load::load(path, &load::policy(&options)?, Seen::Nothing, now)?;
        Ok(Models::of(blob, now))
    }
}
