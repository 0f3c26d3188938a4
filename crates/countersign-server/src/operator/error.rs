//! Why an operation of an operator failed.

use countersign::store::Rejection;
use countersign::types::{CredentialId, base64url};
use countersign_axum::{InviteError, KeyError};
use countersign_store::{DatabaseError, OpenDatabaseError, names::NameError};

use crate::start_error::StartError;

/// Why an operation of an operator failed. `Display` is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// There is no such file: the path is probably wrong.
    #[error("there is no database {0}")]
    NoDatabase(String),
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenDatabaseError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// There is no such account; holds what was asked for.
    #[error("there is no account {0}")]
    AccountUnknown(String),
    /// There is no passkey with this ID.
    #[error("there is no passkey {}", base64url::encode(.0.as_bytes()))]
    PasskeyUnknown(CredentialId),
    /// The account has no such session, or it is over.
    #[error("the account has no such session")]
    SessionUnknown,
    /// The name is not usable.
    #[error("{0}")]
    NameInvalid(NameError),
    /// The store rejected the transaction, and nothing was changed.
    #[error("{0}")]
    Rejected(Rejection),
    /// No metadata is configured, or there is none yet.
    #[error(
        "there is no metadata to assess passkeys by: set metadata.file, or metadata.url and let the server fetch it"
    )]
    NoMetadata,
    /// The metadata or the relying party of the configuration can't be used.
    #[error(transparent)]
    Configuration(#[from] StartError),
    /// No invitation could be stored.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// No key could be added.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The program failed at this. The log has the reason.
    #[error("the assessment was interrupted: {0}")]
    Interrupted(String),
}

impl OperatorError {
    /// The stable word for this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoDatabase(_) => "database-missing",
            Self::Open(_) => "database-unusable",
            Self::Database(_) | Self::Invite(InviteError::Store(_)) | Self::Keys(KeyError::Store(_)) => {
                "storage-failed"
            }
            Self::AccountUnknown(_) => "account-unknown",
            Self::PasskeyUnknown(_) => "passkey-unknown",
            Self::SessionUnknown => "session-unknown",
            Self::NameInvalid(_) => "name-invalid",
            Self::Rejected(rejection) => rejected(rejection),
            Self::NoMetadata => "metadata-unavailable",
            Self::Configuration(_) => "configuration-unusable",
            Self::Invite(_) | Self::Keys(_) | Self::Interrupted(_) => "internal-error",
        }
    }
}

const fn rejected(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NameTaken => "name-taken",
        Rejection::LastCredential => "last-credential",
        Rejection::RecordChanged => "record-changed",
        Rejection::InvitationUnknown => "invitation-invalid",
        Rejection::Missing => "account-unknown",
        Rejection::HandleTaken => "account-id-taken",
        Rejection::CredentialIdTaken => "credential-already-registered",
        Rejection::LabelTaken => "label-taken",
        Rejection::TooManyCredentials => "too-many-credentials",
        _ => "internal-error",
    }
}
