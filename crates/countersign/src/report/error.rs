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
        match &self.kind {
            ErrorKind::ClientData(cause) => Some(cause),
            ErrorKind::AttestationObject(cause) => Some(cause),
            ErrorKind::AuthenticatorData(cause) => Some(cause),
            ErrorKind::PublicKey(cause) => Some(cause),
            ErrorKind::Attestation(cause) => Some(cause),
            ErrorKind::TrustPath(cause) => Some(cause),
            ErrorKind::Extension(cause) => Some(cause),
            ErrorKind::Policy(PolicyErrorKind::ModelRejected(cause)) => Some(cause),
            ErrorKind::Policy(PolicyErrorKind::Device(cause)) => Some(cause),
            ErrorKind::ExtensionNotAccepted(cause) => Some(cause),
            _ => None,
        }
    }
}

/// What failed in a ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    // Malformed, by the client or the authenticator.
    /// Client data can't be read.
    ClientData(ClientDataError),
    /// The attestation object can't be read.
    AttestationObject(AttestationObjectError),
    /// Authenticator data can't be read.
    AuthenticatorData(AuthenticatorDataError),
    /// There is no attested credential data.
    AttestedCredentialDataMissing,
    /// The credential public key can't be used.
    PublicKey(KeyError),
    /// A known extension output breaks its definition.
    Extension(ExtensionError),

    // A check that failed.
    /// Client data has another `type`.
    TypeMismatch {
        /// The ceremony's type.
        expected: &'static str,
    },
    /// Client data has another challenge.
    ChallengeMismatch,
    /// The challenge that was issued, with padding, in the other alphabet, or encoded twice.
    ChallengeEncoding,
    /// The authentication was started for other data.
    BoundDataMismatch,
    /// The origin is not accepted.
    OriginMismatch {
        /// The origin in client data.
        got: String,
        /// The first of those that are accepted, as rules are printed.
        accepted: Vec<String>,
    },
    /// The ceremony ran in a frame that is not same-origin with its ancestors.
    CrossOrigin,
    /// The top origin is not accepted.
    TopOriginMismatch {
        /// The top origin in client data.
        got: String,
        /// The first of those that are accepted; empty if all of the web are.
        accepted: Vec<String>,
    },
    /// A cross-origin ceremony does not name its top-level page, and only listed pages are accepted.
    TopOriginMissing,
    /// The RP ID hash belongs to another RP ID.
    RpIdHashMismatch {
        /// The relying party's RP ID.
        expected: String,
        /// The hash in authenticator data.
        got: [u8; 32],
    },
    /// The user was not present.
    UserNotPresent,
    /// The user was not verified, and must be.
    UserNotVerified,
    /// User verification is required, but the user was never verified with this credential before, and no further factor was
    /// checked.
    UserVerificationNotInitialized,
    /// BS is set without BE.
    BackupStateInvalid,
    /// BE differs from its value at registration.
    BackupEligibilityChanged {
        /// Whether it was set at registration.
        registered: bool,
    },
    /// The attested credential ID is not the response's.
    CredentialIdMismatch,
    /// The signature does not verify.
    SignatureInvalid,
    /// The attestation statement does not verify.
    Attestation(AttestationError),
    /// The attestation leads to no trust anchor.
    TrustPath(PathError),
    /// There is no `userHandle`, and the user was not identified before.
    UserHandleMissing,
    /// `userHandle` belongs to another account.
    UserHandleMismatch,
    /// `userHandle` is the account's handle in another encoding.
    UserHandleEncoding(HandleEncoding),
    /// There is no record for this credential and user at this relying party.
    CredentialUnknown,

    // The relying party's policy.
    /// The outputs of extensions are not accepted.
    ExtensionNotAccepted(ExtensionRejectedError),
    /// The algorithm was not offered.
    AlgorithmNotAllowed(AlgorithmIdentifier),
    /// The attestation is of this type, and a trusted one is required.
    AttestationNotAccepted(AttestationType),
    /// A requirement of the policy is not met.
    Policy(PolicyErrorKind),
    /// The credential is not among the allowed ones.
    CredentialNotAllowed,
    /// The credential ID is registered already.
    CredentialAlreadyRegistered,
    /// The signature counter did not increase.
    SignCountNotIncreased {
        /// The counter in the record.
        stored: u32,
        /// The counter in the response.
        received: u32,
    },

    /// The credential was flagged after its registration.
    CredentialFlagged(Flagged),
    /// The response has this deviation, which the policy rejects.
    DeviationNotAccepted(Deviation),

    // The ceremony's state.
    /// The ceremony was started too long ago.
    Expired,
    /// The state belongs to another relying party.
    StateOfAnotherRelyingParty,
    /// The state was made for another purpose.
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

impl ErrorKind {
    /// The message of an error without values.
    const fn sentence(&self) -> Option<&'static str> {
        Some(match self {
            Self::AttestedCredentialDataMissing => "no attested credential data",
            Self::ChallengeMismatch => "not the challenge that was issued",
            Self::ChallengeEncoding => {
                "the challenge that was issued, in another encoding: pages pass its bytes, and clients write them in \
                 base64url without padding"
            }
            Self::BoundDataMismatch => "the authentication was started for other data",
            Self::CrossOrigin => "a cross-origin ceremony is not accepted",
            Self::TopOriginMissing => {
                "crossOrigin is true without topOrigin, and only listed top origins are accepted"
            }
            Self::UserNotPresent => "the user was not present",
            Self::UserNotVerified => "the user was not verified",
            Self::UserVerificationNotInitialized => {
                "the user was never verified with this credential before, and no further factor was checked"
            }
            Self::BackupStateInvalid => "the backup state is set on a credential that can't be backed up",
            Self::BackupEligibilityChanged { registered: false } => {
                "backup eligibility was clear at registration and is set now: some password managers set it later, which \
                 the policy can accept (BackupEligibilityChange)"
            }
            Self::BackupEligibilityChanged { registered: true } => {
                "backup eligibility was set at registration and is clear now, which no policy accepts: the record is \
                 wrong, or the response is another authenticator's"
            }
            Self::CredentialIdMismatch => "the attested credential id is not the response's",
            Self::SignatureInvalid => "the signature does not verify",
            Self::UserHandleMissing => {
                "no user handle, and the user was not identified before: a credential that is not discoverable takes a \
                 user name first"
            }
            Self::UserHandleMismatch => "the user handle is another account's",
            Self::CredentialUnknown => "no record for this credential and user",
            Self::CredentialNotAllowed => "the credential is not among those allowed",
            Self::CredentialAlreadyRegistered => "the credential is registered already",
            Self::Expired => "the ceremony was started too long ago",
            Self::StateOfAnotherRelyingParty => "the ceremony state is another relying party's",
            Self::StateOfAnotherPurpose => "the ceremony state was made for another purpose",
            _ => return None,
        })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientData(cause) => cause.fmt(f),
            Self::AttestationObject(cause) => cause.fmt(f),
            Self::AuthenticatorData(cause) => cause.fmt(f),
            Self::PublicKey(cause) => cause.fmt(f),
            Self::Attestation(cause) => cause.fmt(f),
            Self::TrustPath(cause) => cause.fmt(f),
            Self::Extension(cause) => cause.fmt(f),
            Self::ExtensionNotAccepted(cause) => cause.fmt(f),
            Self::Policy(kind) => kind.fmt(f),
            Self::UserHandleEncoding(difference) => difference.fmt(f),
            Self::TypeMismatch { expected } => write!(f, "client data's type is not {expected}"),
            Self::OriginMismatch { got, accepted } => {
                write!(f, "the origin {} is not accepted{}", Shortened(got), But(accepted))
            }
            Self::TopOriginMismatch { got, accepted } => {
                write!(f, "the top origin {} is not accepted{}", Shortened(got), But(accepted))
            }
            Self::RpIdHashMismatch { expected, got } => {
                let got = Hex(got);
                write!(
                    f,
                    "authenticator data is for another rp id than {expected:?}: the hash in it is {got}"
                )
            }
            Self::AlgorithmNotAllowed(algorithm) => write!(f, "the algorithm {algorithm} was not offered"),
            Self::AttestationNotAccepted(kind) => {
                write!(f, "an attestation of type {kind}, and a trusted one is required")
            }
            Self::SignCountNotIncreased { stored, received } => {
                write!(f, "the signature counter is {received} after {stored}")
            }
            Self::CredentialFlagged(flag) => {
                write!(f, "the credential was flagged: {}", Shortened(flag.reason()))
            }
            Self::DeviationNotAccepted(deviation) => write!(f, "the deviation {deviation} is not accepted"),
            _ => f.write_str(self.sentence().unwrap_or("a check failed")),
        }
    }
}

/// The most accepted origins that a [`ErrorKind`] holds: one more than a message shows.
pub(crate) const ACCEPTED_MAX: usize = 4;

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

macro_rules! kinds_from {
    ($($cause:ident => $variant:ident,)+) => {
        $(impl From<$cause> for ErrorKind {
            fn from(cause: $cause) -> Self {
                Self::$variant(cause)
            }
        })+
    };
}

kinds_from! {
    ClientDataError => ClientData,
    AttestationObjectError => AttestationObject,
    AuthenticatorDataError => AuthenticatorData,
    KeyError => PublicKey,
    AttestationError => Attestation,
    PathError => TrustPath,
    ExtensionError => Extension,
    PolicyErrorKind => Policy,
    ExtensionRejectedError => ExtensionNotAccepted,
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
