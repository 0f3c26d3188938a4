//! Why a transaction is rolled back.

use countersign::store::Rejection;

use crate::sqlite::store_error::Failure;

/// Why a transaction is rolled back: it was rejected, or it failed.
#[derive(Debug)]
pub(crate) enum Abort {
    /// An operation was rejected.
    Rejected(Rejection),
    /// A statement failed.
    Failed(Failure),
}

impl From<Rejection> for Abort {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Failure> for Abort {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<rusqlite::Error> for Abort {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<serde_json::Error> for Abort {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.into())
    }
}
