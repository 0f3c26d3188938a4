//! Responses that are rejected for good.

use countersign::{
    Code,
    types::{CredentialId, response::ResponseError},
};

use super::reason::Reason;
use crate::operation_error::Conflict;

/// The rejection of a response, which would be rejected again.
#[derive(Debug)]
pub(crate) struct ResponseRejection {
    /// The reason that the client gets.
    pub(crate) reason: Reason,
    /// The details for the log.
    pub(crate) detail: String,
    /// The credential that the page may signal as unknown here.
    pub(crate) unknown: Option<CredentialId>,
}

impl ResponseRejection {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), unknown: None }
    }

    pub(crate) fn of_code(code: Code, detail: impl Into<String>) -> Self {
        Self::new(Reason::Code(code), detail)
    }
}

impl From<countersign::Error> for ResponseRejection {
    fn from(error: countersign::Error) -> Self {
        Self::of_code(error.code(), error.to_string())
    }
}

impl From<ResponseError> for ResponseRejection {
    fn from(error: ResponseError) -> Self {
        Self::of_code(error.code(), error.to_string())
    }
}

impl From<Conflict> for ResponseRejection {
    fn from(conflict: Conflict) -> Self {
        let reason = match conflict {
            Conflict::NameTaken => Reason::NameTaken,
            Conflict::CredentialRegistered => Reason::Code(Code::CredentialAlreadyRegistered),
            Conflict::TooManyCredentials => Reason::TooManyCredentials,
        };
        Self::new(reason, conflict.to_string())
    }
}
