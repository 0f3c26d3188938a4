//! Responses that are rejected for good.

use countersign::ceremony::sealed::OpenError;
use countersign::report::Step;
use countersign::{Code, types::CredentialId, types::response::ResponseError};

/// The rejection of a response, which would be rejected again.
#[derive(Debug)]
pub(crate) struct ResponseRejection {
    /// The reason that the client gets.
    pub(crate) reason: Reason,
    /// The reason that the client gets if it began with a name: see [`countersign::Error::public_code`].
    pub(crate) by_name: Reason,
    pub(crate) detail: Detail,
    /// The credential that the page may signal as unknown here.
    pub(crate) unknown: Option<CredentialId>,
}

/// The details of a rejection, for the log.
#[derive(Debug, Default)]
pub(crate) struct Detail {
    /// What differs.
    pub(crate) text: String,
    /// The reason, if the client gets a less exact one.
    pub(crate) exact: Option<Reason>,
    /// The step of the ceremony that failed.
    pub(crate) step: Option<Step>,
}

/// Why a response is rejected for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The relying party rejected it.
    Code(Code),
    /// Another account has the name.
    NameTaken,
    /// The account has as many credentials as it may have.
    TooManyCredentials,
    /// The client data of a registration is too long to be stored.
    ClientDataTooLong,
    /// The relying party's policy rejects conditional registrations.
    ConditionalCreateRejected,
    /// There is no account of the name with this unused recovery code.
    RecoveryCodeInvalid,
    /// No account can be created.
    SignUpClosed,
    /// An account is created by invitation, and there is none.
    InvitationMissing,
    /// The invitation is unknown, has expired or was used.
    InvitationInvalid,
}

impl Reason {
    const OTHERS: [Self; 8] = [
        Self::NameTaken,
        Self::TooManyCredentials,
        Self::ClientDataTooLong,
        Self::ConditionalCreateRejected,
        Self::RecoveryCodeInvalid,
        Self::SignUpClosed,
        Self::InvitationMissing,
        Self::InvitationInvalid,
    ];

    /// The word that clients get.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Code(code) => code.as_str(),
            Self::NameTaken => "name-taken",
            Self::TooManyCredentials => "too-many-credentials",
            Self::ClientDataTooLong => "client-data-too-long",
            Self::ConditionalCreateRejected => "conditional-create-rejected",
            Self::RecoveryCodeInvalid => "recovery-code-invalid",
            Self::SignUpClosed => "sign-up-closed",
            Self::InvitationMissing => "invitation-missing",
            Self::InvitationInvalid => "invitation-invalid",
        }
    }

    /// The reason of this word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let codes = Code::ALL.iter().copied().map(Self::Code);
        codes.chain(Self::OTHERS).find(|reason| reason.as_str() == word)
    }
}

impl ResponseRejection {
    pub(crate) fn new(reason: Reason, detail: impl Into<Detail>) -> Self {
        Self { reason, by_name: reason, detail: detail.into(), unknown: None }
    }

    /// The rejection, for which the client gets another reason.
    pub(crate) fn shown_as(mut self, reason: Reason) -> Self {
        if reason != self.reason {
            self.detail.exact = self.detail.exact.or(Some(self.reason));
            self.reason = reason;
        }
        self
    }

    pub(crate) fn of_code(code: Code, detail: impl Into<Detail>) -> Self {
        Self::new(Reason::Code(code), detail)
    }
}

impl<T: Into<String>> From<T> for Detail {
    fn from(text: T) -> Self {
        Self { text: text.into(), exact: None, step: None }
    }
}

impl From<Reason> for ResponseRejection {
    fn from(reason: Reason) -> Self {
        Self::new(reason, reason.as_str())
    }
}

impl From<countersign::Error> for ResponseRejection {
    fn from(error: countersign::Error) -> Self {
        let by_name = Reason::Code(error.public_code());
        let detail = Detail { text: error.to_string(), exact: None, step: Some(error.step()) };
        Self { by_name, ..Self::of_code(error.code(), detail) }
    }
}

impl From<ResponseError> for ResponseRejection {
    fn from(error: ResponseError) -> Self {
        Self::of_code(error.code(), error.to_string())
    }
}

/// A text that no current key sealed is no ceremony, or none any more.
impl From<OpenError> for ResponseRejection {
    fn from(error: OpenError) -> Self {
        let code = match error {
            OpenError::Malformed
            | OpenError::TooLong { .. }
            | OpenError::UnknownVersion(_)
            | OpenError::UnknownKey(_)
            | OpenError::NotAuthentic => Code::ChallengeExpired,
            other => other.code(),
        };
        Self::of_code(code, error.to_string())
    }
}
