//! The errors of the operator's page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign::store::Rejection;
use countersign_axum::{Failure, InviteError, error_answer};
use countersign_store::{DatabaseError, text::with_causes};

use super::super::{auth::error::AuthError, body::BodyError};
use crate::operator::error::OperatorError;

/// What a handler answers.
pub(super) type Answer<T = Response> = Result<T, OperatorPageError>;

/// An error of the operator's page. Messages of causes are only logged.
#[derive(Debug)]
pub(crate) enum OperatorPageError {
    /// There is nothing, or the sender is no operator.
    NotFound,
    /// The request has no session, and needs one to make its account an operator.
    NotSignedIn,
    /// The user of the session was verified too long ago.
    Unconfirmed,
    /// The request does not name its account.
    AccountMissing,
    /// The request is for another account than the session's.
    AccountChanged,
    /// A parameter of the query is unknown, repeated or malformed.
    QueryMalformed,
    /// The body can't be read, or a value in it is not allowed.
    Body(BodyError),
    /// The link for an operator is unknown, has expired or was used.
    LinkInvalid,
    /// The act would remove the operator's own account or role.
    OwnAccount,
    /// The passkey is the account's last.
    LastCredential,
    /// The record changed each time that it was read.
    RecordChanged,
    /// There is no metadata to assess passkeys by.
    MetadataUnavailable,
    /// The store failed.
    Storage(String),
    /// A failure that should not happen.
    Internal(String),
}

impl OperatorPageError {
    const fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is nothing here."),
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "not-signed-in", "You are not signed in."),
            Self::Unconfirmed => (
                StatusCode::UNAUTHORIZED,
                "reauthentication-required",
                "Please confirm this with your passkey.",
            ),
            Self::AccountMissing => (
                StatusCode::BAD_REQUEST,
                "account-missing",
                "The page did not say which account this is for: it is from before an update. Reload it.",
            ),
            Self::AccountChanged => (
                StatusCode::CONFLICT,
                "account-changed",
                "Another account has signed in here meanwhile. Nothing was changed.",
            ),
            Self::QueryMalformed => {
                (StatusCode::BAD_REQUEST, "query-malformed", "A parameter is unknown, repeated or malformed.")
            }
            Self::Body(error) => error.parts(),
            Self::LinkInvalid => (
                StatusCode::FORBIDDEN,
                "operator-link-invalid",
                "The link has expired or was used, or there is an operator already.",
            ),
            Self::OwnAccount => (
                StatusCode::CONFLICT,
                "own-account",
                "You can’t do this to your own account here. Another operator can.",
            ),
            Self::LastCredential => (
                StatusCode::CONFLICT,
                "last-credential",
                "This is the only passkey of the account, which has no recovery code.",
            ),
            Self::RecordChanged => (
                StatusCode::CONFLICT,
                countersign::Code::RecordChanged.as_str(),
                "The passkey was used at the same moment. Please try again.",
            ),
            Self::MetadataUnavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "metadata-unavailable",
                "The server has no FIDO metadata at the moment to assess passkeys by.",
            ),
            Self::Storage(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "storage-failed",
                "The server can’t read or store anything at the moment. Please try again later.",
            ),
            Self::Internal(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal-error", "Something went wrong on the server.")
            }
        }
    }
}

impl IntoResponse for OperatorPageError {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        match &self {
            Self::Storage(error) | Self::Internal(error) => tracing::error!(code, error, "a request failed"),
            _ => tracing::debug!(code, "a request was rejected"),
        }
        error_answer(status, code, message)
    }
}

impl From<BodyError> for OperatorPageError {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl From<Failure> for OperatorPageError {
    fn from(failure: Failure) -> Self {
        Self::Storage(failure.to_string())
    }
}

impl From<DatabaseError> for OperatorPageError {
    fn from(error: DatabaseError) -> Self {
        Self::Storage(with_causes(&error))
    }
}

/// The rejection of a transaction of an operator. One who lost the role, or whose session ended, is a stranger.
impl From<Rejection> for OperatorPageError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NotOperator | Rejection::SessionOver | Rejection::Missing => Self::NotFound,
            Rejection::OtherAccount => Self::AccountChanged,
            Rejection::LastCredential => Self::LastCredential,
            Rejection::RecordChanged => Self::RecordChanged,
            Rejection::OperatorLinkUnknown => Self::LinkInvalid,
            other => Self::Internal(other.to_string()),
        }
    }
}

/// An invitation could not be made.
impl From<InviteError> for OperatorPageError {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Store(failure) => failure.into(),
            other => Self::Internal(other.to_string()),
        }
    }
}

/// A query that can't be parsed.
impl From<AuthError> for OperatorPageError {
    fn from(_: AuthError) -> Self {
        Self::QueryMalformed
    }
}

/// The failure of an operation.
impl From<OperatorError> for OperatorPageError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Database(error) => error.into(),
            OperatorError::Rejected(rejection) => rejection.into(),
            OperatorError::PasskeyUnknown(_) => Self::NotFound,
            OperatorError::Invite(error) => error.into(),
            other => Self::Internal(other.to_string()),
        }
    }
}
