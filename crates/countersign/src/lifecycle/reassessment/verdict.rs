//! What comes of judging an attestation again
//! ([section 7.1, step 24](https://www.w3.org/TR/webauthn-3/#reg-ceremony-attestation-trust)).

use core::fmt;

use countersign_attestation::{AttestationError, AttestationType, ModelRejectedError, PathError};
use countersign_cose::KeyError;
use countersign_types::{
    Aaguid, Code, attestation_object::AttestationObjectError, authenticator_data::AuthenticatorDataError,
    client_data::ClientDataError,
};

use crate::record::evidence::{AttestationEvidence, Trusted};

/// What an attestation is worth today.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It leads to a trust anchor, and its model is accepted.
    Trusted,
    /// The same, as of its registration: a certificate has expired since. Those of some makers last days.
    ///
    /// Revocation lists count for it whatever their own date, as with
    /// [`with_dangerous_outdated_lists`](countersign_attestation::Revocation::with_dangerous_outdated_lists): today's
    /// were not made yet then. So a certificate that a list names is [revoked](Self::Revoked), and one that no list names is
    /// accepted, even where all the lists here are past their next update: keep them fresh. Keep older ones that name
    /// certificates too, for a list need tell only of those that have not expired
    /// ([RFC 5280, section 5](https://www.rfc-editor.org/rfc/rfc5280#section-5)).
    TrustedAtRegistration,
    /// There is no attestation, or self attestation: nobody vouches, and nobody ever did.
    Uncertified(AttestationType),
    /// It leads to no trust anchor.
    Untrusted(PathError),
    /// A certificate is revoked.
    Revoked(PathError),
    /// It leads to a trust anchor, and its model is not accepted: its status in the metadata, or a list.
    ModelRejected(ModelRejectedError),
    /// The statement does not verify: its format is not known any more, or is judged more strictly.
    StatementInvalid(AttestationError),
    /// The record has no evidence.
    EvidenceMissing,
    /// The evidence can't be read, or is not the record's.
    EvidenceUnusable(EvidenceError),
}

impl Verdict {
    /// The stable word for what is wrong; `None` where nothing is.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Trusted | Self::TrustedAtRegistration => None,
            Self::Uncertified(_) | Self::EvidenceMissing => Some(Code::AttestationNotAccepted),
            Self::Untrusted(cause) | Self::Revoked(cause) => Some(cause.code()),
            Self::ModelRejected(cause) => Some(cause.code()),
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
            Self::Uncertified(kind) => write!(f, "nobody vouches: an attestation of type {kind}"),
            Self::Untrusted(cause) | Self::Revoked(cause) => cause.fmt(f),
            Self::ModelRejected(cause) => cause.fmt(f),
            Self::StatementInvalid(cause) => cause.fmt(f),
            Self::EvidenceMissing => f.write_str("the record has no attestation object"),
            Self::EvidenceUnusable(cause) => cause.fmt(f),
        }
    }
}

impl Trusted {
    /// What a verdict is in the words of a record's evidence.
    pub(crate) const fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Trusted | Verdict::TrustedAtRegistration => Self::Yes,
            _ => Self::No,
        }
    }
}

/// Why a record's evidence can't be judged. What was stored is not what was registered: a fault of the store, or of
/// whoever wrote to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvidenceError {
    /// The attestation object can't be read.
    AttestationObject(AttestationObjectError),
    /// Its authenticator data can't be read.
    AuthenticatorData(AuthenticatorDataError),
    /// The client data can't be read.
    ClientData(ClientDataError),
    /// The key, in the record or in the authenticator data, can't be read.
    PublicKey(KeyError),
    /// The credential ID, the key or the RP ID is not the record's, or the client data is not a registration's.
    OfAnotherCredential,
    /// The AAGUID is not the record's: what is shown of the record would be about another model than the verdict. Code
    /// `attestation-aaguid-mismatch`.
    OfAnotherModel {
        /// The record's AAGUID.
        record: Aaguid,
        /// The one in the evidence.
        evidence: Aaguid,
    },
}

impl EvidenceError {
    /// The stable word for it.
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

impl core::error::Error for EvidenceError {}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AttestationObject(cause) => cause.fmt(f),
            Self::AuthenticatorData(cause) => cause.fmt(f),
            Self::ClientData(cause) => cause.fmt(f),
            Self::PublicKey(cause) => cause.fmt(f),
            Self::OfAnotherCredential => f.write_str("the evidence is not that of the record's credential"),
            Self::OfAnotherModel { record, evidence } => {
                write!(f, "the record has aaguid {record}, its evidence {evidence}")
            }
        }
    }
}

/// What is otherwise than the record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// It was trusted, and is no longer: the verdict says why.
    TrustLost,
    /// It was not trusted, or nobody had asked, and now it is.
    TrustGained,
    /// The attestation type is judged otherwise; holds today's.
    AttestationType(AttestationType),
}

/// An attestation, judged again.
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

    /// What the attestation is worth today.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// What is otherwise than the record says; empty where nothing is.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The record's evidence with today's verdict noted, to be stored in place of the old one once the caller has acted on
    /// the changes; `at` is when it was judged first, which stays.
    pub fn noted_in(&self, evidence: AttestationEvidence) -> AttestationEvidence {
        let trusted = Trusted::of(&self.verdict);
        AttestationEvidence { trusted: Some(trusted), ..evidence }
    }
}

/// How many records came to which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReassessmentSummary {
    /// All.
    pub judged: u64,
    /// [`Verdict::Trusted`] and [`Verdict::TrustedAtRegistration`].
    pub trusted: u64,
    /// [`Verdict::Uncertified`].
    pub uncertified: u64,
    /// [`Verdict::Untrusted`] and [`Verdict::StatementInvalid`].
    pub untrusted: u64,
    /// [`Verdict::Revoked`] and [`Verdict::ModelRejected`].
    pub rejected: u64,
    /// [`Verdict::EvidenceMissing`] and [`Verdict::EvidenceUnusable`].
    pub without_evidence: u64,
    /// Those with a [`Change`].
    pub changed: u64,
}

impl ReassessmentSummary {
    pub(super) fn count(&mut self, reassessment: &Reassessment) {
        let of_verdict = match reassessment.verdict {
            Verdict::Trusted | Verdict::TrustedAtRegistration => &mut self.trusted,
            Verdict::Uncertified(_) => &mut self.uncertified,
            Verdict::Untrusted(_) | Verdict::StatementInvalid(_) => &mut self.untrusted,
            Verdict::Revoked(_) | Verdict::ModelRejected(_) => &mut self.rejected,
            Verdict::EvidenceMissing | Verdict::EvidenceUnusable(_) => &mut self.without_evidence,
        };
        *of_verdict = of_verdict.saturating_add(1);
        self.judged = self.judged.saturating_add(1);
        if !reassessment.changes.is_empty() {
            self.changed = self.changed.saturating_add(1);
        }
    }
}
