//! The reasons why an operation did nothing.

use std::fmt;

use crate::store::error::StoreError;

/// Why an operation did nothing.
#[derive(Debug)]
pub(crate) enum OperationError {
    /// A registration conflicts with what is stored.
    Conflict(Conflict),
    /// The request is rejected because of what is stored.
    Rejected(Rejection),
    /// The stored record is no longer the one that the authentication was judged by.
    RecordChanged,
    /// The stored record changed, and the authentication is rejected by it.
    AuthenticationRejected(countersign::Error),
    /// The database failed.
    Store(StoreError),
    /// A bug, such as a task that panicked; for the log.
    Internal(String),
}

/// What a registration conflicts with. It would conflict with that again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// Another account has the name.
    NameTaken,
    /// The credential ID is registered, to this account or another.
    CredentialRegistered,
    /// The account has as many credentials as it may have.
    TooManyCredentials,
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

impl<T: Into<StoreError>> From<T> for OperationError {
    fn from(error: T) -> Self {
        Self::Store(error.into())
    }
}

impl From<Conflict> for OperationError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<Rejection> for OperationError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl fmt::Display for OperationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::Rejected(rejection) => write!(f, "the request is rejected: {rejection:?}"),
            Self::RecordChanged => f.write_str("the record changed meanwhile"),
            Self::AuthenticationRejected(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Internal(detail) => f.write_str(detail),
        }
    }
}

impl std::error::Error for OperationError {}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NameTaken => "the name is taken",
            Self::CredentialRegistered => "the credential is registered",
            Self::TooManyCredentials => "too many credentials in the account",
        })
    }
}
