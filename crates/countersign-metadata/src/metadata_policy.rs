//! Which authenticator models are accepted, by their status ([FIDO Metadata Service, section
//! 3.1.4](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1.1-ps-20260105.html#sctn-authnr-stat)).

use core::fmt;
use std::collections::BTreeSet;

use countersign_attestation::{Certificate, UnnamedModels};
use countersign_types::{Code, Timestamp};

use crate::{
    blob::{Blob, Entry},
    contradictions::{Contradiction, contradictions},
    date::Date,
    entry_error::EntryError,
    keys::ModelKey,
    model::Model,
    status::{CertificationLevel, Status, StatusReport},
};

/// Which authenticator models are accepted, by what the metadata says about them.
///
/// ```
/// use countersign_metadata::{CertificationLevel, MetadataPolicy, Status};
///
/// let policy = MetadataPolicy::fido()
///     .with_certification(CertificationLevel::L1)
///     .with_rejected_status(Status::SelfAssertionSubmitted);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataPolicy {
    rejected: BTreeSet<Status>,
    level: Option<CertificationLevel>,
    key_protection: BTreeSet<Box<str>>,
    unknown_models: Lenience,
    rogue_lists: Lenience,
    unlisted_algorithms: ContradictionPolicy,
    unlisted_user_verification: ContradictionPolicy,
    unnamed_models: UnnamedModels,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lenience {
    Reject,
    Accept,
}

/// The consequence of a contradiction between an authenticator and its model's statement.
///
/// Vendors' statements do not always match their products: that of Windows Hello lists RS256 only, and Windows creates
/// credentials with ES256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContradictionPolicy {
    /// Rejects the authenticator.
    Reject,
    /// Accepts the authenticator and reports the contradiction in [`Judgement::contradictions`]; the relying party
    /// reports it as a deviation.
    Report,
}

impl MetadataPolicy {
    /// FIDO's guidance.
    ///
    /// It rejects:
    /// - models that were ever revoked;
    /// - models with a reported bypass of user verification, or compromise of attestation keys or users' keys, unless a
    ///   later version fixes it and the authenticator runs that version;
    /// - models that were retired and not certified again;
    /// - models without an entry, and models with a list of rogue authenticators;
    /// - authenticators that verified the user though the model's statement lists no method to do so;
    /// - authenticators whose attestation certificate does not name their model, below a root of several models.
    ///
    /// It reports an algorithm that the statement does not list.
    pub fn fido() -> Self {
        let rejected = [
            Status::Revoked,
            Status::Retired,
            Status::UserVerificationBypass,
            Status::AttestationKeyCompromise,
            Status::UserKeyRemoteCompromise,
            Status::UserKeyPhysicalCompromise,
        ];
        Self {
            rejected: rejected.into(),
            level: None,
            key_protection: BTreeSet::new(),
            unknown_models: Lenience::Reject,
            rogue_lists: Lenience::Reject,
            unlisted_algorithms: ContradictionPolicy::Report,
            unlisted_user_verification: ContradictionPolicy::Reject,
            unnamed_models: UnnamedModels::Reject,
        }
    }

    /// Rejects models with this status: a compromise until it is fixed, [`Status::Revoked`] permanently,
    /// [`Status::Retired`] until FIDO certifies the model again, any other while it is the current status.
    pub fn with_rejected_status(mut self, status: Status) -> Self {
        self.rejected.insert(status);
        self
    }

    /// Accepts models despite this status.
    pub fn dangerous_accept_status(mut self, status: &Status) -> Self {
        self.rejected.remove(status);
        self
    }

    /// Requires a certification of at least this level.
    pub fn with_certification(mut self, level: CertificationLevel) -> Self {
        self.level = Some(level);
        self
    }

    /// Requires that the statement lists this protection of keys, such as `hardware`.
    pub fn with_key_protection(mut self, word: impl Into<Box<str>>) -> Self {
        self.key_protection.insert(word.into());
        self
    }

    /// Accepts models without an entry. Models whose entry cannot be read stay rejected.
    pub fn dangerous_accept_unknown_models(mut self) -> Self {
        self.unknown_models = Lenience::Accept;
        self
    }

    /// Sets the consequence if the credential's algorithm is not in the model's statement. By default it is reported.
    pub fn with_unlisted_algorithms(mut self, policy: ContradictionPolicy) -> Self {
        self.unlisted_algorithms = policy;
        self
    }

    /// Sets the consequence if the user was verified, and the model's statement has no method to do so. By default the
    /// authenticator is rejected.
    pub fn with_unlisted_user_verification(mut self, policy: ContradictionPolicy) -> Self {
        self.unlisted_user_verification = policy;
        self
    }

    /// Sets the consequence if the attestation certificate does not name the model, below a root of several models.
    ///
    /// [`UnnamedModels::JudgeTogether`] accepts the authenticator if each of these models is acceptable; its AAGUID is
    /// not attested. By default it is rejected, because the vendor breaks [section
    /// 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements), and an authenticator of a
    /// compromised model could pass for another.
    pub fn with_unnamed_models(mut self, unnamed_models: UnnamedModels) -> Self {
        self.unnamed_models = unnamed_models;
        self
    }

    /// Accepts models for which there is a list of rogue authenticators, including the rogue ones: no attestation can
    /// be checked against such a list (see [`RogueList`](crate::RogueList)).
    pub fn dangerous_accept_rogue_lists(mut self) -> Self {
        self.rogue_lists = Lenience::Accept;
        self
    }

    /// The statuses whose models are rejected.
    pub fn rejected_statuses(&self) -> impl Iterator<Item = &Status> {
        self.rejected.iter()
    }

    /// The least certification that is required.
    pub const fn certification(&self) -> Option<CertificationLevel> {
        self.level
    }

    /// The protections of keys that the statement must list.
    pub fn key_protection(&self) -> impl Iterator<Item = &str> {
        self.key_protection.iter().map(|word| &**word)
    }

    /// Whether models without an entry are accepted.
    pub fn accepts_unknown_models(&self) -> bool {
        self.unknown_models == Lenience::Accept
    }

    /// Whether models with a list of rogue authenticators are accepted.
    pub fn accepts_rogue_lists(&self) -> bool {
        self.rogue_lists == Lenience::Accept
    }

    /// The consequence if the credential's algorithm is not in the model's statement.
    pub const fn unlisted_algorithms(&self) -> ContradictionPolicy {
        self.unlisted_algorithms
    }

    /// The consequence if the user was verified, and the model's statement has no method to do so.
    pub const fn unlisted_user_verification(&self) -> ContradictionPolicy {
        self.unlisted_user_verification
    }

    /// The consequence if the attestation certificate does not name the model, below a root of several models.
    pub const fn unnamed_models(&self) -> UnnamedModels {
        self.unnamed_models
    }

    /// Judges a model by the BLOB at `now`. If several models share the attestation key, or the authenticator can be of
    /// several models, each of them must be acceptable.
    pub fn judge(&self, blob: &Blob, model: &Model<'_>, now: Timestamp) -> Result<Judgement, JudgementError> {
        let unknown = |error| match self.unknown_models {
            Lenience::Reject => Err(error),
            Lenience::Accept => Ok(Judgement::default()),
        };
        let keys = model.key.into_iter().chain(model.possible.iter().copied().map(ModelKey::Aaguid));
        let mut first = None;
        for key in keys {
            let models = blob.models(key);
            if let Some(skipped) = models.skipped().next() {
                return Err(JudgementError::Unreadable(key, skipped.error().clone()));
            }
            let mut judgement = None;
            for entry in models.entries() {
                let own = self.judge_entry(entry, model, now)?;
                judgement.get_or_insert(own);
            }
            let judgement = judgement.map_or_else(|| unknown(JudgementError::NoEntry(key)), Ok)?;
            first.get_or_insert(judgement);
        }
        first.map_or_else(|| unknown(JudgementError::NoModel), Ok)
    }

    fn judge_entry(
        &self,
        entry: Entry<'_>,
        model: &Model<'_>,
        now: Timestamp,
    ) -> Result<Judgement, JudgementError> {
        let reports = entry.reports_in_effect(now);
        self.check_reports(&reports, model)?;
        if entry.has_rogue_list() && self.rogue_lists == Lenience::Reject {
            return Err(JudgementError::RogueList);
        }
        let level = certified_level(&reports, model.version);
        if let Some(required) = self.level.filter(|required| level.is_none_or(|level| level < *required)) {
            return Err(JudgementError::NotCertified { required, got: level });
        }
        let statement = entry.statement();
        let protects = |word: &str| {
            let words = statement.as_ref().and_then(|statement| statement.key_protection);
            words.is_some_and(|words| words.contains(word))
        };
        if let Some(word) = self.key_protection.iter().find(|word| !protects(word)) {
            return Err(JudgementError::KeyProtection(word.clone()));
        }
        let contradictions = statement.map(|statement| contradictions(&statement, model)).unwrap_or_default();
        let is_rejected = |contradiction: &&Contradiction| {
            let policy = match contradiction {
                Contradiction::Algorithm(_) => self.unlisted_algorithms,
                Contradiction::UserVerification => self.unlisted_user_verification,
            };
            policy == ContradictionPolicy::Reject
        };
        match contradictions.iter().find(is_rejected) {
            Some(contradiction) => Err(JudgementError::Contradiction(*contradiction)),
            None => Ok(Judgement {
                status: reports.last().map(|report| report.status.clone()),
                level,
                contradictions,
            }),
        }
    }

    fn check_reports(&self, reports: &[StatusReport<'_>], model: &Model<'_>) -> Result<(), JudgementError> {
        let mut rest = reports;
        while let Some((report, later)) = rest.split_first() {
            rest = later;
            let lasts = match &report.status {
                Status::Revoked => true,
                status if status.is_compromise() => !is_fixed(report, later, model.version),
                Status::Retired => later.iter().all(|later| later.status.certification().is_none()),
                // Another body's certification, or an unknown word, does not replace a status.
                _ => later.iter().all(|later| is_independent(&later.status)),
            };
            if lasts && self.rejected.contains(&report.status) && concerns(report, model.path) {
                return Err(JudgementError::Status {
                    status: report.status.clone(),
                    since: report.effective_date,
                    fixed_in: later.iter().filter_map(|later| fixes(report, later)).min(),
                });
            }
        }
        Ok(())
    }
}

impl Default for MetadataPolicy {
    /// Returns the policy of [`fido`](Self::fido).
    fn default() -> Self {
        Self::fido()
    }
}

/// Whether a status does not affect other statuses.
const fn is_independent(status: &Status) -> bool {
    matches!(status, Status::Other(_)) || status.fips140_level().is_some()
}

/// The version in which the weakness is fixed, according to a later report.
fn fixes(report: &StatusReport<'_>, later: &StatusReport<'_>) -> Option<u64> {
    let is_fix = later.status == Status::UpdateAvailable || later.status.certification().is_some();
    let is_newer = |version: &u64| report.authenticator_version.is_none_or(|broken| *version > broken);
    later.authenticator_version.filter(|version| is_fix && is_newer(version))
}

fn is_fixed(report: &StatusReport<'_>, later: &[StatusReport<'_>], version: Option<u64>) -> bool {
    let Some(version) = version else { return false };
    later.iter().filter_map(|later| fixes(report, later)).any(|fixed| fixed <= version)
}

/// Whether a report applies to an authenticator with this path: it is about the whole model, or the key of one of its
/// certificates is in the path. It also applies if there is no path, or a certificate cannot be read.
fn concerns(report: &StatusReport<'_>, path: &[Certificate]) -> bool {
    let mut certificates = report.certificates().peekable();
    if certificates.peek().is_none() || path.is_empty() {
        return true;
    }
    certificates.any(|batch| {
        let Ok(batch) = batch else { return true };
        path.iter().any(|own| own.subject_public_key_info() == batch.subject_public_key_info())
    })
}

/// The highest level among the latest certifications, if none was lost since.
fn certified_level(reports: &[StatusReport<'_>], version: Option<u64>) -> Option<CertificationLevel> {
    let (mut level, mut since) = (None, None);
    for report in reports {
        let is_of_later_version =
            report.authenticator_version.zip(version).is_some_and(|(certified, own)| certified > own);
        match report.status.certification() {
            Some(_) if is_of_later_version => {}
            Some(own) if since == report.effective_date => level = level.max(Some(own)),
            Some(own) => (level, since) = (Some(own), report.effective_date),
            None if matches!(report.status, Status::NotFidoCertified | Status::Revoked) => level = None,
            None => {}
        }
    }
    level
}

/// The metadata about an accepted model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// The current status. `None` for a model without an entry.
    pub status: Option<Status>,
    /// The certified level.
    pub level: Option<CertificationLevel>,
    /// The contradictions to the model's statement that the policy accepts.
    pub contradictions: Vec<Contradiction>,
}

/// Why a model is rejected. Code `authenticator-not-accepted`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JudgementError {
    /// The authenticator does not say which model it is: its AAGUID is zero.
    NoModel,
    /// The metadata has no entry for the model.
    NoEntry(ModelKey),
    /// The metadata's entry for the model was skipped.
    Unreadable(ModelKey, EntryError),
    /// The model has a rejected status.
    Status {
        /// The status.
        status: Status,
        /// The first day of the status.
        since: Option<Date>,
        /// The version in which the weakness is fixed. The authenticator is not known to run it.
        fixed_in: Option<u64>,
    },
    /// The model lacks the required certification.
    NotCertified {
        /// The required level.
        required: CertificationLevel,
        /// The model's level, if it has one.
        got: Option<CertificationLevel>,
    },
    /// The statement does not list the required protection of keys, which this holds.
    KeyProtection(Box<str>),
    /// There is a list of rogue authenticators of the model.
    RogueList,
    /// The authenticator contradicts the statement of its model.
    Contradiction(Contradiction),
}

impl JudgementError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        Code::AuthenticatorNotAccepted
    }
}

impl fmt::Display for JudgementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModel => f.write_str("it does not say which model it is"),
            Self::NoEntry(key) => write!(f, "the metadata has no entry for {key}"),
            Self::Unreadable(key, error) => {
                write!(f, "the metadata's entry for {key} cannot be read: {error}")
            }
            Self::Status { status, since, fixed_in } => {
                write!(f, "its status is {status}")?;
                if let Some(since) = since {
                    write!(f, " since {since}")?;
                }
                fixed_in.map_or(Ok(()), |version| write!(f, ", fixed in version {version}"))
            }
            Self::NotCertified { required, got: Some(got) } => {
                write!(f, "its certification is {got}, at least {required} expected")
            }
            Self::NotCertified { required, got: None } => {
                write!(f, "it is not certified, at least {required} expected")
            }
            Self::KeyProtection(word) => write!(f, "its keys are not protected by {word}"),
            Self::RogueList => f.write_str("there is a list of rogue authenticators of its model"),
            Self::Contradiction(Contradiction::Algorithm(algorithm)) => {
                write!(f, "its statement does not list algorithm {algorithm}")
            }
            Self::Contradiction(Contradiction::UserVerification) => {
                f.write_str("its statement has no user verification")
            }
        }
    }
}

impl core::error::Error for JudgementError {}
