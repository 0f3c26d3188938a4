//! Why the API rejects a request.

use countersign::StartError;
use countersign::types::{Aaguid, AlgorithmIdentifier, response::ResponseError};
use countersign::{Code, ConfigurationError, ceremony::EntropyError};
use countersign_store::text::with_causes;

use super::accounts::FullError;
use super::token_binding::TokenBindingError;

/// Why the API rejects a request. `Display` is for the person who runs the tests, and may have words of the request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConformanceError {
    /// The content type is not JSON.
    #[error("the content type is not application/json")]
    ContentType,
    /// The body is too long.
    #[error("the body has more than 256 KiB")]
    TooLong,
    /// The body is not the message that is expected.
    #[error("the body is not the message that is expected: {0}")]
    Malformed(String),
    /// A name is empty or too long.
    #[error("a name is empty, or has more than {NAME_MAX} bytes")]
    Name,
    /// There is no account of this name with a credential.
    #[error("there is no user of this name with a credential")]
    UserUnknown,
    /// The session has no ceremony of this kind: it has expired, was used, or the cookie is missing.
    #[error("the session has no ceremony that this could finish")]
    NoCeremony,
    /// The memory is full.
    #[error(transparent)]
    Full(#[from] FullError),
    /// The ceremony can't start.
    #[error("the ceremony can't start: {0}")]
    Start(StartError),
    /// There are no random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The response can't be parsed.
    #[error("{}", with_causes(.0))]
    Response(#[from] ResponseError),
    /// The response has a token binding that breaks the rules of Level 1.
    #[error(transparent)]
    TokenBinding(#[from] TokenBindingError),
    /// A step of the ceremony failed.
    #[error("{}", with_causes(.0))]
    Rejected(#[from] countersign::Error),
    /// The certificates of a packed statement end with the trust anchor.
    #[error("x5c has the root certificate, which is the relying party's own")]
    RootIncluded,
    /// A `fido-u2f` attestation names a model, which U2F authenticators can't.
    #[error("a fido-u2f attestation has the aaguid {0}, which is zero for u2f")]
    U2fModel(Aaguid),
    /// The statement of the model does not list the algorithm of the attestation.
    #[error("the statement of the model does not list the algorithm {0} of the attestation")]
    AlgorithmUnlisted(AlgorithmIdentifier),
    /// The relying party can't be built: the configuration was checked at the start, and requests add nothing that it could
    /// not be built with.
    #[error(transparent)]
    Party(#[from] ConfigurationError),
    /// A record changed while it was locked.
    #[error("the record changed under its lock")]
    RecordChanged,
}

/// The most bytes of a user name or a display name. The tests use some forty.
pub(crate) const NAME_MAX: usize = 256;

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request is not as it should be, or is rejected.
    Request,
    /// The content type is not JSON.
    ContentType,
    /// The body is too long.
    Length,
    /// There is no such user.
    Unknown,
    /// The server can't answer for now.
    Unavailable,
    /// A bug.
    Server,
}

impl ConformanceError {
    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::ContentType => "content-type-unsupported",
            Self::TooLong => "body-too-large",
            Self::Name => "name-invalid",
            Self::UserUnknown => Code::CredentialUnknown.as_str(),
            Self::NoCeremony => Code::ChallengeExpired.as_str(),
            Self::Full(_) | Self::Entropy(_) => "storage-failed",
            Self::Start(StartError::Extension(_)) => Code::ExtensionInvalid.as_str(),
            Self::Malformed(_) | Self::Start(_) => "request-malformed",
            Self::Response(error) => error.code().as_str(),
            Self::TokenBinding(_) => Code::ClientDataMalformed.as_str(),
            Self::Rejected(error) => error.code().as_str(),
            Self::RootIncluded => Code::AttestationUntrusted.as_str(),
            Self::U2fModel(_) => Code::AttestationAaguidMismatch.as_str(),
            Self::AlgorithmUnlisted(_) => Code::AuthenticatorNotAccepted.as_str(),
            Self::Party(_) | Self::RecordChanged => "internal-error",
        }
    }

    /// Whose fault it is.
    pub(crate) const fn fault(&self) -> Fault {
        match self {
            Self::ContentType => Fault::ContentType,
            Self::TooLong => Fault::Length,
            Self::UserUnknown => Fault::Unknown,
            Self::Full(_) | Self::Entropy(_) => Fault::Unavailable,
            Self::Party(_) | Self::RecordChanged => Fault::Server,
            _ => Fault::Request,
        }
    }
}

impl From<StartError> for ConformanceError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Entropy(error) => Self::Entropy(error),
            StartError::UserNameEmpty => Self::Name,
            error => Self::Start(error),
        }
    }
}
