//! Why a request failed: a word for the page, and a sentence for the log.

use std::fmt;

use countersign::{Code, StartError, ceremony::EntropyError, types::signals::UnknownCredentialOptions};

/// Why a request failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct RequestError {
    /// The word that the page gets: one of the library's, which `docs/ERRORS.md` lists, or one of this program's.
    pub code: &'static str,
    /// What the log gets.
    pub detail: String,
    /// A passkey that is useless, for the page to signal.
    pub unknown: Option<UnknownCredentialOptions>,
}

/// The word of a failure that the page can do nothing about.
pub const INTERNAL: &str = "internal-error";

impl RequestError {
    /// A request that is rejected with this word.
    pub fn rejected(code: &'static str) -> Self {
        Self { code, detail: String::new(), unknown: None }
    }

    /// A failure of the server.
    pub fn server(error: impl fmt::Display) -> Self {
        Self { code: INTERNAL, detail: error.to_string(), unknown: None }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Quoted: details may have text of the request in them, line breaks included.
        write!(f, "{} {:?}", self.code, self.detail)
    }
}

impl std::error::Error for RequestError {}

impl From<Code> for RequestError {
    fn from(code: Code) -> Self {
        Self::rejected(code.as_str())
    }
}

/// The log gets the failed step of the specification, and the values that differ.
impl From<countersign::Error> for RequestError {
    fn from(error: countersign::Error) -> Self {
        Self { detail: format!("{error} ({:?})", error.step()), ..error.code().into() }
    }
}

impl From<StartError> for RequestError {
    fn from(error: StartError) -> Self {
        Self::server(error)
    }
}

impl From<EntropyError> for RequestError {
    fn from(error: EntropyError) -> Self {
        Self::server(error)
    }
}

impl From<rusqlite::Error> for RequestError {
    fn from(error: rusqlite::Error) -> Self {
        Self::server(error)
    }
}

impl From<serde_json::Error> for RequestError {
    fn from(error: serde_json::Error) -> Self {
        Self::server(error)
    }
}
