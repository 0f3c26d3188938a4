//! The result of assessing an attestation again
//! ([section 7.1, step 24](https://www.w3.org/TR/webauthn-3/#reg-ceremony-attestation-trust)).

use core::fmt;

use countersign_attestation::{AttestationError, AttestationType, ModelRejectedError, PathError};
use countersign_cose::KeyError;
use countersign_types::{
    Aaguid, Code, attestation_object::AttestationObjectError, authenticator_data::AuthenticatorDataError,
    client_data::ClientDataError,
};

use crate::record::evidence::{AttestationEvidence, Trusted};
use crate::report::device_error::DeviceError;

/// The verdict on an attestation today.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The attestation leads to a trust anchor, and its model is accepted.
    Trusted,
    /// The attestation was trusted as of its registration: a certificate has expired since. Those of some vendors last days.
    ///
    /// Revocation lists count for it whatever their own date, as with
    /// [`with_dangerous_outdated_lists`](countersign_attestation::Revocation::with_dangerous_outdated_lists): today's
    /// were not made yet then. So a certificate that a list names is [revoked](Self::Revoked), and one that no list names is
    /// accepted, even if all the lists here are past their next update: keep them fresh. Keep older ones that name
    /// certificates too, because a list need name only those that have not expired
    /// ([RFC 5280, section 5](https://www.rfc-editor.org/rfc/rfc5280#section-5)).
    TrustedAtRegistration,
    /// There is no attestation, or self attestation: no certificate ever attested the model.
    Uncertified(AttestationType),
    /// The attestation leads to no trust anchor.
    Untrusted(PathError),
    /// A certificate is revoked.
    Revoked(PathError),
    /// The attestation leads to a trust anchor, but its model is rejected, by metadata or a list.
    ModelRejected(ModelRejectedError),
    /// The attestation leads to a trust anchor, but its device does not meet the policy's requirements.
    DeviceRejected(DeviceError),
    /// The statement does not verify: its format is no longer supported, or is checked more strictly.
    StatementInvalid(AttestationError),
    /// The record has no evidence.
    EvidenceMissing,
    /// The evidence can't be read, or belongs to another record.
    EvidenceUnusable(EvidenceError),
}

impl Verdict {
    /// The stable word for what is wrong; `None` if nothing is.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Trusted | Self::TrustedAtRegistration => None,
            Self::Uncertified(_) | Self::EvidenceMissing => Some(Code::AttestationNotAccepted),
            Self::Untrusted(cause) | Self::Revoked(cause) => Some(cause.code()),
            Self::ModelRejected(cause) => Some(cause.code()),
            Self::DeviceRejected(cause) => Some(cause.code()),
            Self::StatementInvalid(cause) => Some(cause.code()),
            Self::EvidenceUnusable(cause) => Some(cause.code()),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trusted => f.write_str("trusted"),
            Self::TrustedAtRegistration => {
                f.write_str("trusted at registration, a certificate has expired since")
            }
            Self::Uncertified(kind) => write!(f, "not certified: an attestation of type {kind}"),
            Self::Untrusted(cause) | Self::Revoked(cause) => cause.fmt(f),
            Self::ModelRejected(cause) => cause.fmt(f),
            Self::DeviceRejected(cause) => cause.fmt(f),
            Self::StatementInvalid(cause) => cause.fmt(f),
            Self::EvidenceMissing => f.write_str("the record has no attestation object"),
            Self::EvidenceUnusable(cause) => cause.fmt(f),
        }
    }
}

impl Trusted {
    /// Converts a verdict to the value in a record's evidence.
    pub(crate) const fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Trusted | Verdict::TrustedAtRegistration => Self::Yes,
            _ => Self::No,
        }
    }
}

/// Why a record's evidence can't be assessed: the store returned something else than was registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// The attestation object can't be read.
    #[error("{0}")]
    AttestationObject(AttestationObjectError),
    /// Its authenticator data can't be read.
    #[error("{0}")]
    AuthenticatorData(AuthenticatorDataError),
    /// The client data can't be read.
    #[error("{0}")]
    ClientData(ClientDataError),
    /// The key, in the record or in the authenticator data, can't be read.
    #[error("{0}")]
    PublicKey(KeyError),
    /// The credential ID, the key or the RP ID differs from the record's, or the client data is not from a registration.
    #[error("the evidence is not that of the record's credential")]
    OfAnotherCredential,
    /// The AAGUID differs from the record's, so that the verdict would be about another model. Code
    /// `attestation-aaguid-mismatch`.
    #[error("the record has aaguid {record}, its evidence {evidence}")]
    OfAnotherModel {
        /// The record's AAGUID.
        record: Aaguid,
        /// The one in the evidence.
        evidence: Aaguid,
    },
}

impl EvidenceError {
    /// The stable word for this error.
    pub fn code(&self) -> Code {
        match self {
            Self::AttestationObject(cause) => cause.code(),
            Self::AuthenticatorData(cause) => cause.code(),
            Self::ClientData(cause) => cause.code(),
            Self::PublicKey(cause) => cause.code(),
            Self::OfAnotherCredential => Code::CredentialIdMismatch,
            Self::OfAnotherModel { .. } => Code::AttestationAaguidMismatch,
        }
    }
}

/// A difference between the record and today's assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The attestation was trusted, and no longer is: the verdict says why.
    TrustLost,
    /// The attestation was not trusted or not assessed, and now is trusted.
    TrustGained,
    /// The attestation type differs; holds today's.
    AttestationType(AttestationType),
}

/// The result of assessing an attestation again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassessment {
    verdict: Verdict,
    changes: Vec<Change>,
}

impl Reassessment {
    pub(super) fn new(
        verdict: Verdict,
        evidence: Option<&AttestationEvidence>,
        today: Option<AttestationType>,
    ) -> Self {
        let mut changes = Vec::new();
        match (evidence.and_then(AttestationEvidence::trusted), Trusted::of(&verdict)) {
            (Some(Trusted::Yes), Trusted::No) => changes.push(Change::TrustLost),
            (Some(Trusted::No | Trusted::NotAssessed) | None, Trusted::Yes) => {
                changes.push(Change::TrustGained);
            }
            _ => {}
        }
        if let (Some(evidence), Some(today)) = (evidence, today)
            && evidence.attestation_type() != today.as_str()
        {
            changes.push(Change::AttestationType(today));
        }
        Self { verdict, changes }
    }

    /// Today's verdict on the attestation.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The differences from the record.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Returns the record's evidence with today's verdict, to be stored in place of the old one once the caller has acted on
    /// the changes. The time of the first assessment stays.
    pub fn noted_in(&self, evidence: AttestationEvidence) -> AttestationEvidence {
        let trusted = Trusted::of(&self.verdict);
        AttestationEvidence { trusted: Some(trusted), ..evidence }
    }
}

/// The number of records for each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReassessmentSummary {
    /// All assessed records.
    pub judged: u64,
    /// [`Verdict::Trusted`] and [`Verdict::TrustedAtRegistration`].
    pub trusted: u64,
    /// [`Verdict::Uncertified`].
    pub uncertified: u64,
    /// [`Verdict::Untrusted`] and [`Verdict::StatementInvalid`].
    pub untrusted: u64,
    /// [`Verdict::Revoked`], [`Verdict::ModelRejected`] and [`Verdict::DeviceRejected`].
    pub rejected: u64,
    /// [`Verdict::EvidenceMissing`] and [`Verdict::EvidenceUnusable`].
    pub without_evidence: u64,
    /// Records with a [`Change`].
    pub changed: u64,
}

impl ReassessmentSummary {
    pub(super) fn count(&mut self, reassessment: &Reassessment) {
        let of_verdict = match reassessment.verdict {
            Verdict::Trusted | Verdict::TrustedAtRegistration => &mut self.trusted,
            Verdict::Uncertified(_) => &mut self.uncertified,
            Verdict::Untrusted(_) | Verdict::StatementInvalid(_) => &mut self.untrusted,
            Verdict::Revoked(_) | Verdict::ModelRejected(_) | Verdict::DeviceRejected(_) => {
                &mut self.rejected
            }
            Verdict::EvidenceMissing | Verdict::EvidenceUnusable(_) => &mut self.without_evidence,
        };
        *of_verdict = of_verdict.saturating_add(1);
        self.judged = self.judged.saturating_add(1);
        if !reassessment.changes.is_empty() {
            self.changed = self.changed.saturating_add(1);
        }
    }
}
