//! What a client is told when something is wrong, and what the log gets.

use std::{borrow::Cow, time::Instant};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use countersign::Code;
use serde::Serialize;

use super::{body, log::Quota};
use crate::{ceremony::Failure, names::NameFault, store::StoreError};

/// An answer of `{"error": …}`. What `Display`s of causes say is for the log alone.
#[derive(Debug)]
pub(super) enum ApiError {
    /// Not signed in, or no longer.
    NotSignedIn,
    /// Not a name that an account can have.
    NameInvalid(NameFault),
    /// Not a label that a passkey can have.
    LabelInvalid(NameFault),
    /// Not the JSON that the request must have.
    RequestMalformed(String),
    /// No such path, or no such passkey of the account.
    NotFound,
    /// A path that has no such method.
    MethodNotAllowed,
    /// A body beyond the limit.
    BodyTooLarge,
    /// A body that doesn't say it is JSON.
    ContentTypeUnsupported,
    /// A request that does not say which host it is for.
    HostMissing,
    /// A request from another site's page.
    OriginNotAllowed,
    /// A ceremony's response that was refused, with the status of its endpoint.
    Refused(StatusCode, Code, String),
    /// The metadata that must vouch for authenticators is not there, or out of date.
    MetadataUnavailable,
    /// What the database refused, or that it failed.
    Store(StoreError),
    /// What should not happen, such as no random bytes.
    Internal(String),
}

#[derive(Serialize)]
struct Body {
    error: Sentence,
}

#[derive(Serialize)]
struct Sentence {
    code: &'static str,
    message: Cow<'static, str>,
}

impl ApiError {
    /// A failed registration.
    pub(super) fn registration(failure: Failure) -> Self {
        match failure {
            Failure::Refused(code @ Code::CredentialAlreadyRegistered, detail) => {
                Self::Refused(StatusCode::CONFLICT, code, detail)
            }
            failure => Self::from_failure(failure, StatusCode::BAD_REQUEST),
        }
    }

    /// A failed authentication.
    pub(super) fn authentication(failure: Failure) -> Self {
        Self::from_failure(failure, StatusCode::UNAUTHORIZED)
    }

    fn from_failure(failure: Failure, status: StatusCode) -> Self {
        match failure {
            Failure::Refused(code, detail) => Self::Refused(status, code, detail),
            Failure::Store(error) => Self::Store(error),
            Failure::Start(error) => Self::Internal(error.to_string()),
        }
    }

    /// The word for it.
    pub(super) fn code(&self) -> &'static str {
        self.parts().1
    }

    /// The sentence, as exact as it can be.
    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::NameInvalid(fault) => fault.sentence("name").into(),
            Self::LabelInvalid(fault) => fault.sentence("passkey’s label").into(),
            other => other.parts().2.into(),
        }
    }

    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "not-signed-in", "You are not signed in."),
            Self::NameInvalid(_) => (
                StatusCode::BAD_REQUEST,
                "name-invalid",
                "A name has 1 to 64 characters, and none that is invisible.",
            ),
            Self::LabelInvalid(_) => (
                StatusCode::BAD_REQUEST,
                "label-invalid",
                "A passkey’s label has 1 to 64 characters, and none that is invisible.",
            ),
            Self::RequestMalformed(_) => (
                StatusCode::BAD_REQUEST,
                "request-malformed",
                "The request is not the JSON that is expected.",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is nothing here."),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "That can’t be done with what is at this address.",
            ),
            Self::BodyTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The request is larger than 256 KiB.")
            }
            Self::ContentTypeUnsupported => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content-type-unsupported",
                "The request’s content type is not application/json.",
            ),
            Self::HostMissing => (
                StatusCode::BAD_REQUEST,
                "host-missing",
                "The request does not say, in one field “Host”, which host it is for.",
            ),
            Self::OriginNotAllowed => (
                StatusCode::FORBIDDEN,
                "origin-not-allowed",
                "The request comes from a page that this server does not belong to.",
            ),
            Self::Refused(status, code, _) => (*status, code.as_str(), refusal(*code)),
            Self::MetadataUnavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "metadata-unavailable",
                "The server can’t judge authenticators at the moment, so that no passkey can be registered.",
            ),
            Self::Store(error) => store(error),
            Self::Internal(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal-error", "Something went wrong on the server.")
            }
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code, _) = self.parts();
        match &self {
            Self::Store(error) if status.is_server_error() => {
                tracing::error!(code, %error, "a request failed");
            }
            Self::MetadataUnavailable => tracing::warn!(code, "a registration was refused"),
            Self::Internal(detail) => tracing::error!(code, detail, "a request failed"),
            Self::Refused(_, _, detail) => tracing::info!(code, detail, "a ceremony was refused"),
            Self::RequestMalformed(detail) => log_malformed(code, detail),
            _ => tracing::debug!(code, "a request was refused"),
        }
        body::json(status, &Body { error: Sentence { code, message: self.message() } })
    }
}

/// Says what is wrong with a request: most likely its program speaks another version of this interface.
fn log_malformed(code: &str, detail: &str) {
    static QUOTA: Quota = Quota::new();
    if let Some(left_out) = QUOTA.take(Instant::now()) {
        tracing::info!(code, detail, left_out, "a request was refused");
    }
}

fn store(error: &StoreError) -> (StatusCode, &'static str, &'static str) {
    match error {
        StoreError::NameTaken => (StatusCode::CONFLICT, "name-taken", "That name is taken."),
        StoreError::NotFound => {
            (StatusCode::NOT_FOUND, "not-found", "There is no such passkey in your account.")
        }
        StoreError::LastCredential => (
            StatusCode::CONFLICT,
            "last-credential",
            "This is your only passkey. Without it, you could not sign in any more.",
        ),
        StoreError::TooManyCredentials => (
            StatusCode::CONFLICT,
            "too-many-credentials",
            "Your account has as many passkeys as it can have. Remove one that you no longer use.",
        ),
        StoreError::TooManyCeremonies => (
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-requests",
            "Too many people are signing in at this moment. Please try again in a minute.",
        ),
        StoreError::CredentialRegistered
        | StoreError::RecordChanged
        | StoreError::Failed(_)
        | StoreError::Corrupt(_)
        | StoreError::BrokenOff
        | StoreError::Gone
        | StoreError::Closed => (
            StatusCode::SERVICE_UNAVAILABLE,
            "storage-failed",
            "The server can’t read or store anything at the moment. Please try again later.",
        ),
    }
}

/// The sentence for a ceremony's refusal.
fn refusal(code: Code) -> &'static str {
    match code {
        Code::ChallengeExpired => "This took too long, or was finished already.",
        Code::ChallengeMismatch | Code::StateInvalid => {
            "The answer belongs to another request than this one."
        }
        Code::OriginMismatch | Code::TopOriginMismatch | Code::CrossOriginNotAllowed => {
            "The passkey was used at an address that this server does not belong to."
        }
        Code::RpIdHashMismatch => "The passkey belongs to another site.",
        Code::UserNotPresent => "The authenticator did not notice anyone’s presence.",
        Code::UserNotVerified => "The authenticator did not check that it is you.",
        Code::CredentialAlreadyRegistered => "This passkey is registered already.",
        Code::CredentialUnknown | Code::CredentialNotAllowed => "This passkey is not known here.",
        Code::AuthenticatorNotAccepted => {
            "This passkey, or the kind of device that it is on, is not accepted here."
        }
        Code::UserHandleMissing | Code::UserHandleMismatch => {
            "The passkey names another account than its own."
        }
        Code::SignatureInvalid => "The passkey’s signature is not valid.",
        Code::SignCountNotIncreased => {
            "The passkey’s counter did not increase: there may be a copy of it. It was not accepted."
        }
        Code::RecordChanged => {
            "The passkey was used or changed elsewhere at the same moment. Please try again."
        }
        Code::AlgorithmUnsupported | Code::AlgorithmNotAllowed | Code::VerifierMissing => {
            "The passkey uses a kind of key that this server does not accept."
        }
        Code::BackupStateInvalid | Code::BackupEligibilityChanged => {
            "What the authenticator says of the passkey’s backup can’t be true."
        }
        _ => "The browser or the authenticator answered something that this server can’t accept.",
    }
}

#[cfg(test)]
mod tests {
    use countersign::EntropyUnavailable;

    use super::*;

    #[test]
    fn every_code_has_a_sentence_without_its_cause() {
        for code in Code::ALL {
            let error = ApiError::Refused(StatusCode::BAD_REQUEST, *code, "for the log".into());
            let (status, word, message) = error.parts();
            assert_eq!((status, word), (StatusCode::BAD_REQUEST, code.as_str()));
            assert!(message.ends_with('.') && !message.contains("log"), "{message}");
        }
    }

    #[test]
    fn what_the_server_can_t_help_is_a_5xx() {
        let (status, code, _) = ApiError::from(StoreError::BrokenOff).parts();
        assert_eq!((status.as_u16(), code), (503, "storage-failed"));
        let (status, code, _) = ApiError::registration(Failure::Start(EntropyUnavailable.into())).parts();
        assert_eq!((status.as_u16(), code), (500, "internal-error"));
    }

    #[test]
    fn a_flood_of_ceremonies_is_a_429() {
        let failure = Failure::from(StoreError::TooManyCeremonies);
        let (status, code, _) = ApiError::authentication(failure).parts();
        assert_eq!((status.as_u16(), code), (429, "too-many-requests"));
    }
}
