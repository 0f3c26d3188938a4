//! The reasons why a ceremony fails.

use countersign::{Code, StartError, ceremony::EntropyError};

use super::rejection::ResponseRejection;
use crate::{
    operation_error::{OperationError, Rejection},
    store::error::StoreError,
};

/// Why a ceremony failed.
#[derive(Debug)]
pub(crate) enum CeremonyError {
    /// The response is rejected for good.
    ResponseRejected(ResponseRejection),
    /// The request is rejected, and the ceremony is as before.
    RequestRejected(Rejection),
    /// The database failed.
    Store(StoreError),
    /// The operating system has no random bytes, or there is a bug; for the log.
    Internal(String),
}

impl<T: Into<ResponseRejection>> From<T> for CeremonyError {
    fn from(rejection: T) -> Self {
        Self::ResponseRejected(rejection.into())
    }
}

impl From<OperationError> for CeremonyError {
    fn from(error: OperationError) -> Self {
        match error {
            OperationError::Conflict(conflict) => conflict.into(),
            OperationError::Rejected(rejection) => Self::RequestRejected(rejection),
            OperationError::RecordChanged => {
                ResponseRejection::of_code(Code::RecordChanged, error.to_string()).into()
            }
            OperationError::AuthenticationRejected(error) => error.into(),
            OperationError::Store(error) => Self::Store(error),
            OperationError::Internal(detail) => Self::Internal(detail),
        }
    }
}

impl From<Rejection> for CeremonyError {
    fn from(rejection: Rejection) -> Self {
        Self::RequestRejected(rejection)
    }
}

impl From<StoreError> for CeremonyError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<serde_json::Error> for CeremonyError {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<EntropyError> for CeremonyError {
    fn from(error: EntropyError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<StartError> for CeremonyError {
    fn from(error: StartError) -> Self {
        Self::Internal(error.to_string())
    }
}
