//! Why a ceremony failed: what, and at which step.

use core::{fmt, ops::RangeInclusive};

use countersign_attestation::{AttestationError, AttestationType, ModelRejectedError, PathError};
use countersign_cose::KeyError;
use countersign_types::{
    AlgorithmIdentifier, Code, attestation_object::AttestationObjectError,
    authenticator_data::AuthenticatorDataError, client_data::ClientDataError, extensions::ExtensionError,
    hex::Hex,
};

use crate::record::dynamic_part::Flagged;
use crate::report::step::{AuthenticationStep, Step};
use crate::report::{
    deviation::Deviation, device_error::DeviceError, encoding::HandleEncoding,
    extension_rejected::ExtensionRejectedError, policy_error::PolicyErrorKind, shortened::Shortened,
};

/// The error of a ceremony that failed. Nothing may be stored, and the state is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    step: Step,
    kind: ErrorKind,
}

impl Error {
    pub(crate) fn new(step: impl Into<Step>, kind: impl Into<ErrorKind>) -> Self {
        Self { step: step.into(), kind: kind.into() }
    }

    /// The stable word for what is wrong.
    pub fn code(&self) -> Code {
        self.kind.code()
    }

    /// The code to answer with if an authentication began with a user name: it must not reveal whether that user or that
    /// credential is registered
    /// ([section 14.6.2](https://www.w3.org/TR/webauthn-3/#sctn-username-enumeration)).
    ///
    /// From the step that finds the account's record to the one that verifies the signature with its key, it is
    /// [`Code::SignatureInvalid`], whatever failed: without a record none of these steps is reached, so that their own
    /// codes would reveal that there is one. Before and after them, and for registrations, it is [`code`](Self::code): the
    /// earlier steps don't depend on the account, and the later ones need the credential's private key.
    ///
    /// Without user names, if [the client is to learn](crate::RelyingParty::signal_unknown_credential) that its
    /// credential is unknown, answer with [`code`](Self::code).
    pub fn public_code(&self) -> Code {
        const OF_THE_RECORD: RangeInclusive<AuthenticationStep> =
            AuthenticationStep::User..=AuthenticationStep::Signature;
        match self.step {
            Step::Authentication(step) if OF_THE_RECORD.contains(&step) => Code::SignatureInvalid,
            _ => self.code(),
        }
    }

    /// The step of the specification that failed.
    pub const fn step(&self) -> Step {
        self.step
    }

    /// What failed, with the values that differ.
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.kind, self.step)
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        core::error::Error::source(&self.kind)
    }
}

/// What failed in a ceremony.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    // Malformed, by the client or the authenticator.
    /// Client data can't be read.
    #[error(transparent)]
    ClientData(#[from] ClientDataError),
    /// The attestation object can't be read.
    #[error(transparent)]
    AttestationObject(#[from] AttestationObjectError),
    /// Authenticator data can't be read.
    #[error(transparent)]
    AuthenticatorData(#[from] AuthenticatorDataError),
    /// There is no attested credential data.
    #[error("no attested credential data")]
    AttestedCredentialDataMissing,
    /// The credential public key can't be used.
    #[error(transparent)]
    PublicKey(#[from] KeyError),
    /// A known extension output breaks its definition.
    #[error(transparent)]
    Extension(#[from] ExtensionError),

    // A check that failed.
    /// Client data has another `type`.
    #[error("client data's type is not {expected}")]
    TypeMismatch {
        /// The ceremony's type.
        expected: &'static str,
    },
    /// Client data has another challenge.
    #[error("not the challenge that was issued")]
    ChallengeMismatch,
    /// The challenge that was issued, with padding, in the other alphabet, or encoded twice.
    #[error(
        "the challenge that was issued, in another encoding: pages pass its bytes, and clients write them in \
         base64url without padding"
    )]
    ChallengeEncoding,
    /// The authentication was started for other data.
    #[error("the authentication was started for other data")]
    BoundDataMismatch,
    /// The origin is not accepted.
    #[error("the origin {} is not accepted{}", Shortened(.got), But(.accepted))]
    OriginMismatch {
        /// The origin in client data.
        got: String,
        /// The first of those that are accepted, as rules are printed.
        accepted: Vec<String>,
    },
    /// The ceremony ran in a frame that is not same-origin with its ancestors.
    #[error("a cross-origin ceremony is not accepted")]
    CrossOrigin,
    /// The top origin is not accepted.
    #[error("the top origin {} is not accepted{}", Shortened(.got), But(.accepted))]
    TopOriginMismatch {
        /// The top origin in client data.
        got: String,
        /// The first of those that are accepted; empty if all of the web are.
        accepted: Vec<String>,
    },
    /// A cross-origin ceremony does not name its top-level page, and only listed pages are accepted.
    #[error("crossOrigin is true without topOrigin, and only listed top origins are accepted")]
    TopOriginMissing,
    /// The RP ID hash belongs to another RP ID.
    #[error("authenticator data is for another rp id than {expected:?}: the hash in it is {}", Hex(.got))]
    RpIdHashMismatch {
        /// The relying party's RP ID.
        expected: String,
        /// The hash in authenticator data.
        got: [u8; 32],
    },
    /// The user was not present.
    #[error("the user was not present")]
    UserNotPresent,
    /// The user was not verified, and must be.
    #[error("the user was not verified")]
    UserNotVerified,
    /// User verification is required, but the user was never verified with this credential before, and no further factor was
    /// checked.
    #[error("the user was never verified with this credential before, and no further factor was checked")]
    UserVerificationNotInitialized,
    /// BS is set without BE.
    #[error("the backup state is set on a credential that can't be backed up")]
    BackupStateInvalid,
    /// BE differs from its value at registration.
    #[error("{}", eligibility_changed(*.registered))]
    BackupEligibilityChanged {
        /// Whether it was set at registration.
        registered: bool,
    },
    /// The attested credential ID is not the response's.
    #[error("the attested credential id is not the response's")]
    CredentialIdMismatch,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    SignatureInvalid,
    /// The attestation statement does not verify.
    #[error(transparent)]
    Attestation(#[from] AttestationError),
    /// The attestation leads to no trust anchor.
    #[error(transparent)]
    TrustPath(#[from] PathError),
    /// There is no `userHandle`, and the user was not identified before.
    #[error(
        "no user handle, and the user was not identified before: a credential that is not discoverable takes a \
         user name first"
    )]
    UserHandleMissing,
    /// `userHandle` belongs to another account.
    #[error("the user handle is another account's")]
    UserHandleMismatch,
    /// `userHandle` is the account's handle in another encoding.
    #[error("{0}")]
    UserHandleEncoding(HandleEncoding),
    /// There is no record for this credential and user at this relying party.
    #[error("no record for this credential and user")]
    CredentialUnknown,

    // The relying party's policy.
    /// The outputs of extensions are not accepted.
    #[error(transparent)]
    ExtensionNotAccepted(#[from] ExtensionRejectedError),
    /// The algorithm was not offered.
    #[error("the algorithm {0} was not offered")]
    AlgorithmNotAllowed(AlgorithmIdentifier),
    /// The attestation is of this type, and a trusted one is required.
    #[error("an attestation of type {0}, and a trusted one is required")]
    AttestationNotAccepted(AttestationType),
    /// A requirement of the policy is not met.
    #[error(transparent)]
    Policy(#[from] PolicyErrorKind),
    /// The credential is not among the allowed ones.
    #[error("the credential is not among those allowed")]
    CredentialNotAllowed,
    /// The credential ID is registered already.
    #[error("the credential is registered already")]
    CredentialAlreadyRegistered,
    /// The signature counter did not increase.
    #[error("the signature counter is {received} after {stored}")]
    SignCountNotIncreased {
        /// The counter in the record.
        stored: u32,
        /// The counter in the response.
        received: u32,
    },

    /// The credential was flagged after its registration.
    #[error("the credential was flagged: {}", Shortened(.0.reason()))]
    CredentialFlagged(Flagged),
    /// The response has this deviation, which the policy rejects.
    #[error("the deviation {0} is not accepted")]
    DeviationNotAccepted(Deviation),

    // The ceremony's state.
    /// The ceremony was started too long ago.
    #[error("the ceremony was started too long ago")]
    Expired,
    /// The state belongs to another relying party.
    #[error("the ceremony state is another relying party's")]
    StateOfAnotherRelyingParty,
    /// The state was made for another purpose.
    #[error("the ceremony state was made for another purpose")]
    StateOfAnotherPurpose,
}

impl ErrorKind {
    /// The stable word for this error.
    pub fn code(&self) -> Code {
        match self {
            Self::ClientData(cause) => cause.code(),
            Self::AttestationObject(cause) => cause.code(),
            Self::AuthenticatorData(cause) => cause.code(),
            Self::AttestedCredentialDataMissing => Code::AttestedCredentialDataMissing,
            Self::PublicKey(cause) => cause.code(),
            Self::Extension(cause) => cause.code(),
            Self::TypeMismatch { .. } => Code::ClientDataTypeMismatch,
            Self::ChallengeMismatch | Self::ChallengeEncoding | Self::BoundDataMismatch => {
                Code::ChallengeMismatch
            }
            Self::OriginMismatch { .. } => Code::OriginMismatch,
            Self::CrossOrigin => Code::CrossOriginNotAllowed,
            Self::TopOriginMismatch { .. } | Self::TopOriginMissing => Code::TopOriginMismatch,
            Self::RpIdHashMismatch { .. } => Code::RpIdHashMismatch,
            Self::UserNotPresent => Code::UserNotPresent,
            Self::UserNotVerified => Code::UserNotVerified,
            Self::UserVerificationNotInitialized => Code::UserVerificationNotInitialized,
            Self::BackupStateInvalid => Code::BackupStateInvalid,
            Self::BackupEligibilityChanged { .. } => Code::BackupEligibilityChanged,
            Self::CredentialIdMismatch => Code::CredentialIdMismatch,
            Self::SignatureInvalid => Code::SignatureInvalid,
            Self::Attestation(cause) => cause.code(),
            Self::TrustPath(cause) => cause.code(),
            Self::UserHandleMissing => Code::UserHandleMissing,
            Self::UserHandleMismatch | Self::UserHandleEncoding(_) => Code::UserHandleMismatch,
            Self::CredentialUnknown => Code::CredentialUnknown,
            Self::ExtensionNotAccepted(cause) => cause.code(),
            Self::AlgorithmNotAllowed(_) => Code::AlgorithmNotAllowed,
            Self::AttestationNotAccepted(_) => Code::AttestationNotAccepted,
            Self::Policy(kind) => kind.code(),
            Self::CredentialNotAllowed => Code::CredentialNotAllowed,
            Self::CredentialAlreadyRegistered => Code::CredentialAlreadyRegistered,
            Self::SignCountNotIncreased { .. } => Code::SignCountNotIncreased,
            Self::CredentialFlagged(_) => Code::AuthenticatorNotAccepted,
            Self::DeviationNotAccepted(deviation) => deviation.code(),
            Self::Expired => Code::ChallengeExpired,
            Self::StateOfAnotherRelyingParty | Self::StateOfAnotherPurpose => Code::StateInvalid,
        }
    }
}

/// The most accepted origins that a [`ErrorKind`] holds: one more than a message shows.
pub(crate) const ACCEPTED_MAX: usize = 4;

/// The message of a change of backup eligibility, by its value at registration.
const fn eligibility_changed(registered: bool) -> &'static str {
    if registered {
        "backup eligibility was set at registration and is clear now, which no policy accepts: the record is wrong, or \
         the response is another authenticator's"
    } else {
        "backup eligibility was clear at registration and is set now: some password managers set it later, which the \
         policy can accept (BackupEligibilityChange)"
    }
}

/// The accepted values, if there are any.
struct But<'a>(&'a [String]);

impl fmt::Display for But<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().take(ACCEPTED_MAX.saturating_sub(1));
        for (origin, before) in shown.zip([", but "].into_iter().chain(core::iter::repeat(", "))) {
            write!(f, "{before}{origin}")?;
        }
        if self.0.len() >= ACCEPTED_MAX { f.write_str(", …") } else { Ok(()) }
    }
}

impl From<DeviceError> for ErrorKind {
    fn from(error: DeviceError) -> Self {
        Self::Policy(PolicyErrorKind::Device(error))
    }
}

impl From<ModelRejectedError> for ErrorKind {
    fn from(refused: ModelRejectedError) -> Self {
        Self::Policy(PolicyErrorKind::ModelRejected(refused))
    }
}
