//! Failures of stores and of sessions, whatever their own types are.

use std::{error::Error, fmt};

/// A failure of the store or of the application's sessions: no connection, a full disk. It is unknown whether the
/// operation happened.
#[derive(Debug)]
pub struct Failure(Box<dyn Error + Send + Sync>);

impl Failure {
    /// Wraps an error.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }

    /// The error that was wrapped, such as that of the store.
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

/// The error and its causes, for the log.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&countersign_store::text::with_causes(&*self.0))
    }
}

impl Error for Failure {}
