//! The faults of a command line.

use std::{error::Error, fmt};

use clap::error::ErrorKind;

use crate::explain::error::ExplainError;

/// Why a command line is rejected.
#[derive(Debug)]
pub(crate) enum UsageError {
    /// The arguments are not those of a command.
    Arguments(clap::Error),
    /// The program was built without what an argument needs.
    #[cfg(not(feature = "fetch"))]
    NotBuilt(&'static str),
    /// There is no explanation of a word, or the metadata that it should be looked up in can't be used.
    Explain(ExplainError),
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Clap would print the whole help.
            Self::Arguments(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                f.write_str("a command is missing; see --help")
            }
            Self::Arguments(error) => f.write_str(&sentence(&error.render().to_string())),
            #[cfg(not(feature = "fetch"))]
            Self::NotBuilt(what) => {
                write!(f, "this program was built without the feature fetch, which {what} needs")
            }
            Self::Explain(error) => write!(f, "{error}"),
        }
    }
}

impl Error for UsageError {}

impl From<clap::Error> for UsageError {
    fn from(error: clap::Error) -> Self {
        Self::Arguments(error)
    }
}

impl From<ExplainError> for UsageError {
    fn from(error: ExplainError) -> Self {
        Self::Explain(error)
    }
}

/// One line from clap's message: the error and the suggestions, without the usage.
fn sentence(message: &str) -> String {
    let lines =
        message.lines().take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let parts: Vec<_> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
    let sentence = parts.join(" ").replace(" tip: ", "; ");
    format!("{}; see --help", sentence.strip_prefix("error: ").unwrap_or(&sentence))
}
