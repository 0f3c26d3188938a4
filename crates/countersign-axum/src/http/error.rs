//! The errors of the routes: the code and the sentence for the client, and the details for the log.

use std::{borrow::Cow, time::Instant};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign::report::Step;
use countersign::types::signals::UnknownCredentialOptions;
use countersign::{Code, CredentialId, RelyingParty};
use countersign_store::names::NameError;
use serde::Serialize;

use super::json::json;
use crate::log::{Quota, RejectionQuotas};
use crate::operation_error::{OperationError, Rejection};
use crate::response_rejection::{Detail, Reason, ResponseRejection};
use crate::{failure::Failure, models::Unavailable};

/// What a handler answers.
pub(crate) type Answer = Result<Response, ApiError>;

/// An error of the JSON API. Messages of causes are only logged.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The request has no session, or one that is over.
    NotSignedIn,
    /// The name of an account is malformed.
    NameInvalid(NameError),
    /// A recovery code or an invitation is mistyped.
    CodeMalformed,
    /// The label of a passkey is malformed.
    LabelInvalid(NameError),
    /// The body is not the expected JSON.
    RequestMalformed(String),
    /// There is no such path, or no such passkey of the account.
    NotFound,
    /// The path does not support the method.
    MethodNotAllowed,
    /// The body is too long.
    BodyTooLarge,
    /// The content type is not JSON.
    ContentTypeUnsupported,
    /// The request comes from the page of another site.
    OriginNotAllowed,
    /// A changing request does not name its account.
    AccountMissing,
    /// A rejected response of a ceremony: the status of its endpoint, the reason, the details for the log, and what the
    /// page may signal.
    ResponseRejected(u16, Reason, Detail, Option<RejectionSignals>),
    /// No credential can be registered at the moment.
    Unavailable(Unavailable),
    /// A request that is rejected because of what is stored.
    Rejected(Rejection),
    /// A failure of the store or of the application's sessions.
    Storage(Failure),
    /// A failure that should not happen, such as missing random bytes.
    Internal(String),
}

/// The signals in the error of a rejected response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RejectionSignals {
    unknown_credential: Option<UnknownCredentialOptions>,
}

impl RejectionSignals {
    /// `unknown` is a credential that the page may signal as unknown.
    fn new(party: &RelyingParty, unknown: Option<CredentialId>) -> Self {
        Self { unknown_credential: unknown.map(|id| party.signal_unknown_credential(id)) }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    code: &'static str,
    message: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signals: Option<&'a RejectionSignals>,
}

/// The status, the code and the sentence of an error.
type Parts = (u16, &'static str, &'static str);

impl ApiError {
    /// A failed registration.
    pub(crate) fn registration(party: &RelyingParty, error: OperationError) -> Self {
        Self::from_ceremony(party, error, 400)
    }

    /// A failed authentication. The check that failed for a known credential is only logged: otherwise strangers could
    /// find out what is stored.
    pub(crate) fn authentication(party: &RelyingParty, error: OperationError) -> Self {
        let error = match error {
            OperationError::ResponseRejected(rejection) => {
                let public = public(rejection.reason);
                OperationError::ResponseRejected(rejection.shown_as(public))
            }
            other => other,
        };
        Self::from_ceremony(party, error, 401)
    }

    fn from_ceremony(party: &RelyingParty, error: OperationError, status: u16) -> Self {
        match error {
            OperationError::ResponseRejected(ResponseRejection { reason, detail, unknown, .. }) => {
                let status = match reason {
                    Reason::NameTaken
                    | Reason::TooManyCredentials
                    | Reason::ConditionalCreateRejected
                    | Reason::Code(Code::CredentialAlreadyRegistered) => 409,
                    Reason::RecoveryCodeInvalid => 401,
                    Reason::SignUpClosed | Reason::InvitationMissing | Reason::InvitationInvalid => 403,
                    Reason::ClientDataTooLong | Reason::Code(_) => status,
                };
                Self::ResponseRejected(status, reason, detail, Some(RejectionSignals::new(party, unknown)))
            }
            OperationError::Rejected(Rejection::CeremonyOver) => {
                let detail = "no such ceremony is open, or not with this response".into();
                Self::ResponseRejected(status, Reason::Code(Code::ChallengeExpired), detail, None)
            }
            other => other.into(),
        }
    }

    /// The code of the error.
    pub(crate) fn code(&self) -> &'static str {
        self.parts().1
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.parts().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The sentence for the user, as exact as possible.
    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::NameInvalid(fault) => fault.sentence("name").into(),
            Self::LabelInvalid(fault) => fault.sentence("passkey’s label").into(),
            // Without words of the request: see `body::describe`.
            Self::RequestMalformed(detail) if names_a_member(detail) => {
                format!("The request is not the JSON that is expected: {detail}.").into()
            }
            other => other.parts().2.into(),
        }
    }

    fn parts(&self) -> Parts {
        match self {
            Self::NotSignedIn => rejected(Rejection::SessionOver),
            Self::NameInvalid(_) => {
                (400, "name-invalid", "A name has 1 to 64 characters, and none that is invisible.")
            }
            Self::CodeMalformed => (
                400,
                "code-malformed",
                "That is no code: one has 24 letters and digits, in six groups of four. Compare it once more.",
            ),
            Self::LabelInvalid(_) => (
                400,
                "label-invalid",
                "A passkey’s label has 1 to 64 characters, and none that is invisible.",
            ),
            Self::RequestMalformed(_) => {
                (400, "request-malformed", "The request is not the JSON that is expected.")
            }
            Self::NotFound => (404, "not-found", "There is nothing here."),
            Self::MethodNotAllowed => {
                (405, "method-not-allowed", "That can’t be done with what is at this address.")
            }
            Self::BodyTooLarge => (413, "body-too-large", "The request is larger than 256 KiB."),
            Self::ContentTypeUnsupported => {
                (415, "content-type-unsupported", "The request’s content type is not application/json.")
            }
            Self::OriginNotAllowed => (
                403,
                "origin-not-allowed",
                "The request comes from a page that this server does not belong to.",
            ),
            Self::AccountMissing => (
                400,
                "account-missing",
                "The page did not say which account this is for: it is from before an update. Reload it.",
            ),
            Self::ResponseRejected(status, reason, ..) => (*status, reason.as_str(), sentence(*reason)),
            Self::Unavailable(unavailable) => (503, unavailable.code, unavailable.message),
            Self::Rejected(rejection) => rejected(*rejection),
            Self::Storage(_) => (
                503,
                "storage-failed",
                "The server can’t read or store anything at the moment. Please try again later.",
            ),
            Self::Internal(_) => (500, "internal-error", "Something went wrong on the server."),
        }
    }
}

impl From<Unavailable> for ApiError {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

impl From<Failure> for ApiError {
    fn from(error: Failure) -> Self {
        Self::Storage(error)
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<OperationError> for ApiError {
    fn from(error: OperationError) -> Self {
        match error {
            OperationError::ResponseRejected(ResponseRejection { reason, detail, .. }) => {
                Self::ResponseRejected(409, reason, detail, None)
            }
            OperationError::Rejected(rejection) => Self::Rejected(rejection),
            OperationError::RecordChanged => {
                let reason = Reason::Code(Code::RecordChanged);
                Self::ResponseRejected(409, reason, error.to_string().into(), None)
            }
            OperationError::Store(error) => Self::Storage(error),
            OperationError::Internal(detail) => Self::Internal(detail),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = (self.status(), self.code());
        match &self {
            Self::Storage(error) => tracing::error!(code, %error, "a request failed"),
            Self::Unavailable(_) => tracing::warn!(code, "a registration was rejected"),
            Self::Internal(detail) => tracing::error!(code, detail, "a request failed"),
            Self::ResponseRejected(_, reason, detail, _) => log_rejected(*reason, detail),
            Self::RequestMalformed(detail) => log_malformed(code, detail),
            _ => tracing::debug!(code, "a request was rejected"),
        }
        let signals = match &self {
            Self::ResponseRejected(.., signals) => signals.as_ref(),
            _ => None,
        };
        json(status, &Body { error: ErrorBody { code, message: self.message(), signals } })
    }
}

/// Logs why a request is malformed: most likely the client was written for another version of this interface.
fn log_malformed(code: &str, detail: &str) {
    static QUOTA: Quota = Quota::new();
    if let Some(left_out) = QUOTA.take(Instant::now()) {
        tracing::info!(code, detail, left_out, "a request was rejected");
    }
}

/// Logs why a response was rejected: at level info within the quota of its code, because anyone can start a ceremony and send
/// junk, and all others at level debug. What was left out is counted by code, in a line once the minute is over.
fn log_rejected(reason: Reason, detail: &Detail) {
    static QUOTAS: RejectionQuotas = RejectionQuotas::new();
    let code = detail.exact.unwrap_or(reason).as_str();
    let answered = detail.exact.map(|_| reason.as_str());
    let step = detail.step.map(|step| match step {
        Step::Authentication(step) => format!("authentication {}", step.number()),
        Step::Registration(step) => format!("registration {}", step.number()),
        _ => step.to_string(),
    });
    let (step, detail) = (step.as_deref(), detail.text.as_str());
    let lines = QUOTAS.take(code, Instant::now());
    for (code, left_out) in lines.left_out {
        tracing::info!(code, left_out, "ceremonies were rejected without a line of their own");
    }
    if lines.is_logged {
        tracing::info!(code, answered, step, detail, "a ceremony was rejected");
    } else {
        tracing::debug!(code, answered, step, detail, "a ceremony was rejected");
    }
}

fn rejected(rejection: Rejection) -> Parts {
    let (status, sentence) = match rejection {
        Rejection::SessionOver => (401, "You are not signed in."),
        Rejection::AccountChanged => {
            (409, "Another account has signed in here meanwhile. Nothing was changed.")
        }
        Rejection::Unconfirmed => (401, "Please confirm this with your passkey."),
        Rejection::OtherBrowser => (
            400,
            "The browser did not send this site’s cookie back: it may block cookies of this site. Nothing was stored.",
        ),
        Rejection::CeremonyOver => (400, sentence(Reason::Code(Code::ChallengeExpired))),
        Rejection::LabelTaken => (409, "Another passkey of your account is called that."),
        Rejection::NotFound => (404, "There is no such passkey in your account."),
        Rejection::LastCredential => {
            (409, "This is your only passkey. Without it, you could not sign in any more.")
        }
    };
    (status, rejection.code(), sentence)
}

/// The public reason of a failed authentication: that the passkey is unknown, since the page needs that, and what the
/// user can act on. All checks against the stored record share one code.
fn public(reason: Reason) -> Reason {
    match reason {
        Reason::Code(
            Code::UserHandleMismatch
            | Code::PublicKeyMalformed
            | Code::AlgorithmUnsupported
            | Code::AlgorithmNotAllowed
            | Code::SignCountNotIncreased,
        ) => Reason::Code(Code::SignatureInvalid),
        other => other,
    }
}

/// The sentence for the reason of a rejected response.
fn sentence(reason: Reason) -> &'static str {
    let code = match reason {
        Reason::NameTaken => return "That name is taken.",
        Reason::TooManyCredentials => {
            return "Your account has as many passkeys as it can have. Remove one that you no longer use.";
        }
        Reason::ClientDataTooLong => {
            return "The browser sent more with the new passkey than this server stores.";
        }
        Reason::ConditionalCreateRejected => {
            return "Passkeys are not created here without asking.";
        }
        Reason::RecoveryCodeInvalid => {
            return "There is no account of that name with that code, or the code was used.";
        }
        Reason::SignUpClosed => return "Accounts can’t be created here.",
        Reason::InvitationMissing => return "An account is created here with an invitation.",
        Reason::InvitationInvalid => return "That invitation is not known here, has expired, or was used.",
        Reason::Code(code) => code,
    };
    match code {
        Code::ChallengeExpired => "This took too long, or was finished already.",
        Code::ChallengeMismatch | Code::StateInvalid => {
            "The answer belongs to another request than this one."
        }
        Code::OriginMismatch => "The passkey was used at an address that this server does not belong to.",
        Code::TopOriginMismatch | Code::CrossOriginNotAllowed => {
            "The page was shown inside another site’s page, where passkeys are not accepted."
        }
        Code::RpIdHashMismatch => "The passkey belongs to another site.",
        Code::UserNotPresent => "The authenticator did not notice anyone’s presence.",
        Code::UserNotVerified => "The authenticator did not check that it is you.",
        Code::CredentialAlreadyRegistered => "This passkey is registered already.",
        Code::CredentialUnknown | Code::CredentialNotAllowed => "This passkey is not known here.",
        Code::AuthenticatorNotAccepted => {
            "This passkey, or the kind of device that it is on, is not accepted here."
        }
        Code::UserHandleMissing => "The passkey did not say which account it is for.",
        Code::SignatureInvalid | Code::UserHandleMismatch | Code::SignCountNotIncreased => {
            "This passkey could not be verified."
        }
        Code::RecordChanged => {
            "The passkey was used or changed elsewhere at the same moment. Please try again."
        }
        Code::AlgorithmUnsupported | Code::AlgorithmNotAllowed | Code::VerifierMissing => {
            "The passkey uses a kind of key that this server does not accept."
        }
        Code::BackupStateInvalid => {
            "The authenticator says that the passkey is backed up and that it can’t be."
        }
        Code::BackupEligibilityChanged => {
            "Whether this passkey can be backed up has changed since it was registered, which this server does not \
             accept. Sign in with another passkey, remove this one, and add it anew."
        }
        _ => "The browser or the authenticator answered something that this server can’t accept.",
    }
}

/// Whether a description names only a member of ours, and contains no words of the request.
pub(crate) fn names_a_member(description: &str) -> bool {
    ["missing field", "duplicate field"].iter().any(|start| description.starts_with(start))
}

#[cfg(test)]
mod tests {
    use countersign::ceremony::EntropyError;

    use super::*;

    fn party() -> RelyingParty {
        RelyingParty::builder("example.org", "Example").origin("https://example.org").build().unwrap()
    }

    #[test]
    fn every_code_has_a_sentence_without_its_cause() {
        for code in Code::ALL {
            let reason = Reason::Code(*code);
            let error = ApiError::ResponseRejected(400, reason, "for the log".into(), None);
            let (status, word, message) = error.parts();
            assert_eq!((status, word), (400, code.as_str()));
            assert!(message.ends_with('.') && !message.contains("log"), "{message}");
        }
    }

    #[test]
    fn failures_of_the_server_are_5xx() {
        let (status, code, _) = ApiError::from(Failure::new("no connection")).parts();
        assert_eq!((status, code), (503, "storage-failed"));
        let failure = OperationError::from(EntropyError::new("empty"));
        let (status, code, _) = ApiError::registration(&party(), failure).parts();
        assert_eq!((status, code), (500, "internal-error"));
    }

    #[test]
    fn all_failed_checks_of_a_known_passkey_have_one_public_code() {
        for code in [Code::UserHandleMismatch, Code::SignatureInvalid, Code::SignCountNotIncreased] {
            let failure = OperationError::from(ResponseRejection::of_code(code, "for the log"));
            let (status, word, message) = ApiError::authentication(&party(), failure).parts();
            assert_eq!((status, word), (401, "signature-invalid"));
            assert_eq!(message, "This passkey could not be verified.");
        }
    }
}
