//! The reasons why an operation did nothing.

use countersign::store::Rejection as Rejected;
use countersign::{Code, StartError, ceremony::EntropyError, ceremony::sealed::SealError};

use crate::response_rejection::{Reason, ResponseRejection};
use crate::{failure::Failure, keys::KeyError};

/// What an operation returns.
pub(crate) type Result<T, E = OperationError> = std::result::Result<T, E>;

/// Why an operation did nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OperationError {
    /// The response of a ceremony is rejected for good.
    #[error("{}", .0.detail.text)]
    ResponseRejected(ResponseRejection),
    /// The request is rejected because of what is stored.
    #[error("the request is rejected: {0:?}")]
    Rejected(Rejection),
    /// The stored record changed each time that the authentication was judged.
    #[error("the record changed meanwhile")]
    RecordChanged,
    /// The store or the application's sessions failed.
    #[error("{0}")]
    Store(Failure),
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
    /// The ceremony was finished with another response, or what it created is gone.
    CeremonyOver,
    /// Another browser started the ceremony, or this one sent no cookie.
    OtherBrowser,
    /// The session is over.
    SessionOver,
    /// The request is for another account than the session's.
    AccountChanged,
    /// The session did not confirm the act, or too long ago.
    Unconfirmed,
}

impl OperationError {
    /// The code that the client gets, or a more exact one.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::ResponseRejected(ResponseRejection { reason, detail, .. }) => match detail.exact {
                Some(exact) => exact.as_str(),
                None => reason.as_str(),
            },
            Self::Rejected(rejection) => rejection.code(),
            Self::RecordChanged => Code::RecordChanged.as_str(),
            Self::Store(_) => "storage-failed",
            Self::Internal(_) => "internal-error",
        }
    }
}

impl Rejection {
    /// The code that the client gets.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::LastCredential => "last-credential",
            Self::LabelTaken => "label-taken",
            Self::CeremonyOver => Code::ChallengeExpired.as_str(),
            Self::OtherBrowser => "cookie-missing",
            Self::SessionOver => "not-signed-in",
            Self::AccountChanged => "account-changed",
            Self::Unconfirmed => "reauthentication-required",
        }
    }
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

/// The rejection of a transaction that no caller handles in its own way.
impl From<Rejected> for OperationError {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::SessionOver => Rejection::SessionOver.into(),
            Rejected::OtherAccount => Rejection::AccountChanged.into(),
            Rejected::NameTaken => Reason::NameTaken.into(),
            Rejected::RecoveryCodeUnknown => Reason::RecoveryCodeInvalid.into(),
            Rejected::InvitationUnknown => Reason::InvitationInvalid.into(),
            Rejected::Missing => Rejection::NotFound.into(),
            Rejected::TooManyCredentials => Reason::TooManyCredentials.into(),
            Rejected::LabelTaken => Rejection::LabelTaken.into(),
            Rejected::RecordChanged => Self::RecordChanged,
            Rejected::LastCredential => Rejection::LastCredential.into(),
            Rejected::Unconfirmed => Rejection::Unconfirmed.into(),
            Rejected::Finished(_) => Rejection::CeremonyOver.into(),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<Failure> for OperationError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure)
    }
}

impl From<KeyError> for OperationError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Store(failure) => Self::Store(failure),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<serde_json::Error> for OperationError {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<EntropyError> for OperationError {
    fn from(error: EntropyError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<SealError> for OperationError {
    fn from(error: SealError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<StartError> for OperationError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::SessionNotRecent { .. } => Rejection::Unconfirmed.into(),
            StartError::ConditionalCreateRejected => Reason::ConditionalCreateRejected.into(),
            other => Self::Internal(other.to_string()),
        }
    }
}
