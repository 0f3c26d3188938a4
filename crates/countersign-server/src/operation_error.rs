//! The reasons why an operation did nothing.

use countersign::{StartError, ceremony::EntropyError};

use crate::{response_rejection::ResponseRejection, store_error::StoreError};

/// What an operation returns.
pub(crate) type Result<T, E = OperationError> = std::result::Result<T, E>;

/// Why an operation did nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OperationError {
    /// The response of a ceremony is rejected for good.
    #[error("{}", .0.detail)]
    ResponseRejected(ResponseRejection),
    /// The request is rejected because of what is stored.
    #[error("the request is rejected: {0:?}")]
    Rejected(Rejection),
    /// The stored record is no longer the one that the authentication was judged by.
    #[error("the record changed meanwhile")]
    RecordChanged,
    /// The database failed.
    #[error("{0}")]
    Store(StoreError),
    /// The system has no random bytes, or there is a bug, such as a task that panicked; for the log.
    #[error("{0}")]
    Internal(String),
}

/// Why a request is rejected because of what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// There is no such account, or no such credential of the account.
    NotFound,
    /// The credential is the account's last.
    LastCredential,
    /// Another credential of the account has the label.
    LabelTaken,
    /// As many ceremonies are open as there may be.
    TooManyCeremonies,
    /// There is no such ceremony, or not with this response.
    CeremonyUnknown,
    /// Another browser started the ceremony, or this one sent no cookie.
    OtherBrowser,
    /// The session is over.
    SessionOver,
    /// The request is for another account than the session's.
    AccountChanged,
    /// The session did not confirm the act, or too long ago.
    Unconfirmed,
}

impl<T: Into<ResponseRejection>> From<T> for OperationError {
    fn from(rejection: T) -> Self {
        Self::ResponseRejected(rejection.into())
    }
}

impl From<Rejection> for OperationError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<StoreError> for OperationError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for OperationError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<serde_json::Error> for OperationError {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<EntropyError> for OperationError {
    fn from(error: EntropyError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<StartError> for OperationError {
    fn from(error: StartError) -> Self {
        Self::Internal(error.to_string())
    }
}
