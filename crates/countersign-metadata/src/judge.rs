//! What the status of a model means
//! ([FIDO Metadata Service, section 3.1.4](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1.1-ps-20260105.html#sctn-authnr-stat)):
//! which models are accepted.

use core::fmt;
use std::collections::BTreeSet;

use countersign_attestation::{
    AaguidSource, AttestedAaguid, Certificate, ModelQuery, UnnamedModels, oid::Oid,
};
use countersign_types::{Aaguid, AlgorithmIdentifier, Code, Timestamp};

use crate::{Blob, CertificationLevel, Date, Entry, EntryFault, ModelKey, Status, StatusReport, claims};

/// Which models are accepted, by what the metadata says of them.
///
/// ```
/// use countersign_metadata::{CertificationLevel, MetadataPolicy, Status};
///
/// let policy = MetadataPolicy::fido()
///     .certified_at(CertificationLevel::L1)
///     .refusing(Status::SelfAssertionSubmitted);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataPolicy {
    refused: BTreeSet<Status>,
    level: Option<CertificationLevel>,
    key_protection: BTreeSet<Box<str>>,
    without_entry: Lenience,
    unlisted_algorithms: Lenience,
    contradictions: Lenience,
    rogue_lists: Lenience,
    unnamed_models: UnnamedModels,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lenience {
    Refused,
    Accepted,
}

impl MetadataPolicy {
    /// FIDO's guidance: a model is refused that was ever revoked, or for which a bypass of user verification or a
    /// compromise of attestation keys or users' keys was reported, unless a later version mends it and is the one that
    /// the authenticator runs; and one that was retired and not certified again. Models without an entry, models that verify users though their statement has no
    /// way to, and models with a list of rogue authenticators are refused too. So are authenticators whose attestation
    /// certificate does not name their model, below a root of several. An algorithm that the statement does not list is
    /// reported: vendors' statements lag behind what they ship.
    pub fn fido() -> Self {
        let refused = [
            Status::Revoked,
            Status::Retired,
            Status::UserVerificationBypass,
            Status::AttestationKeyCompromise,
            Status::UserKeyRemoteCompromise,
            Status::UserKeyPhysicalCompromise,
        ];
        Self {
            refused: refused.into(),
            level: None,
            key_protection: BTreeSet::new(),
            without_entry: Lenience::Refused,
            unlisted_algorithms: Lenience::Accepted,
            contradictions: Lenience::Refused,
            rogue_lists: Lenience::Refused,
            unnamed_models: UnnamedModels::Reject,
        }
    }

    /// Refuses models that have this status: a compromise until it is mended, [`Status::Revoked`] for ever,
    /// [`Status::Retired`] until FIDO certifies the model again, any other while it is the current one.
    pub fn refusing(mut self, status: Status) -> Self {
        self.refused.insert(status);
        self
    }

    /// Accepts models despite this status.
    pub fn dangerous_accept_status(mut self, status: &Status) -> Self {
        self.refused.remove(status);
        self
    }

    /// Demands a certification of at least this level.
    pub fn certified_at(mut self, level: CertificationLevel) -> Self {
        self.level = Some(level);
        self
    }

    /// Demands that the statement names this protection of keys, such as `hardware`.
    pub fn key_protection(mut self, word: impl Into<Box<str>>) -> Self {
        self.key_protection.insert(word.into());
        self
    }

    /// Accepts models that the metadata does not have; those of which it has an entry that can't be read stay refused.
    pub fn dangerous_accept_unknown_models(mut self) -> Self {
        self.without_entry = Lenience::Accepted;
        self
    }

    /// Rejects a credential whose algorithm the model's statement does not list. By default it is reported, in
    /// [`Judgement::contradictions`] and by the relying party as a deviation: the statement of Windows Hello lists RS256
    /// only, and Windows makes credentials of ES256.
    pub fn refusing_unlisted_algorithms(mut self) -> Self {
        self.unlisted_algorithms = Lenience::Refused;
        self
    }

    /// Reports every contradiction to a model's statement in [`Judgement::contradictions`], in place of refusing the
    /// model: vendors' statements are not always true to what they ship.
    pub fn reporting_contradictions(mut self) -> Self {
        self.unlisted_algorithms = Lenience::Accepted;
        self.contradictions = Lenience::Accepted;
        self
    }

    /// Judges an authenticator whose attestation certificate does not name its model, below a root of several models, by
    /// what is known of all of them: each must be acceptable, and its AAGUID is not attested. By default it is rejected,
    /// for its vendor breaks
    /// [section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements), and an authenticator
    /// of a compromised model would pass for one of another.
    pub fn judging_unnamed_models_together(mut self) -> Self {
        self.unnamed_models = UnnamedModels::JudgeTogether;
        self
    }

    pub(crate) const fn unnamed_models(&self) -> UnnamedModels {
        self.unnamed_models
    }

    /// Accepts models for which there is a list of rogue authenticators: no attestation can be held against one (see
    /// [`rogue`](crate::rogue)), so the rogues are accepted with their model.
    pub fn dangerous_accept_rogue_lists(mut self) -> Self {
        self.rogue_lists = Lenience::Accepted;
        self
    }

    /// Judges a model by what the BLOB says of it at `now`. Of an attestation key that several models share, and of an
    /// authenticator that can be of several, all of them must be acceptable.
    pub fn judge(&self, blob: &Blob, model: &Model<'_>, now: Timestamp) -> Result<Judgement, Refusal> {
        let unknown = |refusal| match self.without_entry {
            Lenience::Refused => Err(refusal),
            Lenience::Accepted => Ok(Judgement::default()),
        };
        let keys = model.key.into_iter().chain(model.possible.iter().copied().map(ModelKey::Aaguid));
        let mut first = None;
        for key in keys {
            let models = blob.models(key);
            if let Some(skipped) = models.skipped().next() {
                return Err(Refusal::Unreadable(key, skipped.fault().clone()));
            }
            let mut judgement = None;
            for entry in models.entries() {
                let own = self.judge_entry(entry, model, now)?;
                judgement.get_or_insert(own);
            }
            let judgement = judgement.map_or_else(|| unknown(Refusal::NoEntry(key)), Ok)?;
            first.get_or_insert(judgement);
        }
        first.map_or_else(|| unknown(Refusal::NoModel), Ok)
    }

    fn judge_entry(&self, entry: Entry<'_>, model: &Model<'_>, now: Timestamp) -> Result<Judgement, Refusal> {
        let reports = entry.reports_in_effect(now);
        self.check_reports(&reports, model)?;
        if entry.has_rogue_list() && self.rogue_lists == Lenience::Refused {
            return Err(Refusal::RogueList);
        }
        let level = certified_level(&reports, model.version);
        if let Some(demanded) = self.level.filter(|demanded| level.is_none_or(|level| level < *demanded)) {
            return Err(Refusal::NotCertified { demanded, got: level });
        }
        let statement = entry.statement();
        let protects = |word: &str| {
            let words = statement.as_ref().and_then(|statement| statement.key_protection);
            words.is_some_and(|words| words.contains(word))
        };
        if let Some(word) = self.key_protection.iter().find(|word| !protects(word)) {
            return Err(Refusal::KeyProtection(word.clone()));
        }
        let contradictions = statement.map(|statement| claims::contradictions(&statement, model));
        let contradictions = contradictions.unwrap_or_default();
        let is_refused = |contradiction: &&Contradiction| match contradiction {
            Contradiction::Algorithm(_) => self.unlisted_algorithms == Lenience::Refused,
            Contradiction::UserVerification => self.contradictions == Lenience::Refused,
        };
        match contradictions.iter().find(is_refused) {
            Some(refused) => Err(Refusal::Contradiction(*refused)),
            None => Ok(Judgement {
                status: reports.last().map(|report| report.status.clone()),
                level,
                contradictions,
            }),
        }
    }

    fn check_reports(&self, reports: &[StatusReport<'_>], model: &Model<'_>) -> Result<(), Refusal> {
        let mut rest = reports;
        while let Some((report, later)) = rest.split_first() {
            rest = later;
            let lasts = match &report.status {
                Status::Revoked => true,
                status if status.is_compromise() => !is_mended(report, later, model.version),
                Status::Retired => later.iter().all(|later| later.status.certification().is_none()),
                // Another body's certification, or a word that is not known, takes no status's place.
                _ => later.iter().all(|later| is_beside(&later.status)),
            };
            if lasts && self.refused.contains(&report.status) && concerns(report, model.path) {
                return Err(Refusal::Status {
                    status: report.status.clone(),
                    since: report.effective_date,
                    mended_in: later.iter().filter_map(|later| mends(report, later)).min(),
                });
            }
        }
        Ok(())
    }
}

impl Default for MetadataPolicy {
    /// [`fido`](Self::fido).
    fn default() -> Self {
        Self::fido()
    }
}

/// Whether a status says nothing of what others say.
const fn is_beside(status: &Status) -> bool {
    matches!(status, Status::Other(_)) || status.fips140_level().is_some()
}

/// The version in which a later report says that the weakness is mended.
fn mends(report: &StatusReport<'_>, later: &StatusReport<'_>) -> Option<u64> {
    let is_mend = later.status == Status::UpdateAvailable || later.status.certification().is_some();
    let is_newer = |version: &u64| report.authenticator_version.is_none_or(|broken| *version > broken);
    later.authenticator_version.filter(|version| is_mend && is_newer(version))
}

fn is_mended(report: &StatusReport<'_>, later: &[StatusReport<'_>], version: Option<u64>) -> bool {
    let Some(version) = version else { return false };
    later.iter().filter_map(|later| mends(report, later)).any(|mended| mended <= version)
}

/// Whether a report is about an authenticator with this path: it is about the whole model, or one of its certificates
/// is in the path, by its key. Without a path, and of a certificate that can't be read, that is taken to be so.
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

/// What is known of an authenticator, to judge its model by.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Model<'a> {
    /// What the model is looked up by; `None` if the authenticator does not say which it is.
    pub key: Option<ModelKey>,
    /// The models that it can be of, if its attestation certificate does not name one of them (see
    /// [`MetadataPolicy::judging_unnamed_models_together`]), or if software wrote the AAGUID: then those of the anchor.
    pub possible: &'a [Aaguid],
    /// The certificates of its attestation, up to the anchor. With none, what was reported of a batch counts for all.
    pub path: &'a [Certificate],
    /// The version of its firmware. Where it is unknown, nothing is mended.
    pub version: Option<u64>,
    /// The algorithm of the credential's key.
    pub algorithm: Option<AlgorithmIdentifier>,
    /// Whether it said that it verified the user.
    pub user_verified: Option<bool>,
}

impl<'a> Model<'a> {
    /// The model with this key, and nothing else known.
    pub fn new(key: impl Into<ModelKey>) -> Self {
        Self { key: Some(key.into()), ..Self::default() }
    }

    /// The same, attested through these certificates, the attestation certificate first. Its firmware's version is
    /// taken from there, if it is there.
    pub fn with_path(mut self, path: &'a [Certificate]) -> Self {
        self.path = path;
        self.version = path.first().and_then(firmware_version).or(self.version);
        self
    }

    /// The same, with this version of the firmware.
    pub fn with_version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    /// The same, with a credential of this algorithm.
    pub fn with_algorithm(mut self, algorithm: AlgorithmIdentifier) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// What an attestation that is trusted tells: the AAGUID where it is signed, or else the attestation key.
    ///
    /// Of a compound attestation with several paths no path is taken, for any of them may be the one that the model's
    /// reports are about: what was reported of a batch counts, nothing is mended, and without a signed AAGUID it is of
    /// no model.
    pub fn of(query: &ModelQuery<'a>) -> Self {
        let path = match query.trust.paths() {
            [path] => path.certificates(),
            _ => &[],
        };
        let (key, possible) = match query.attested_aaguid.map(AttestedAaguid::get) {
            Some(aaguid) if !aaguid.is_zero() => (Some(ModelKey::Aaguid(aaguid)), siblings(query)),
            Some(_) => (None, &[][..]),
            None => match query.trust.possible_models() {
                [] => (path.first().and_then(ModelKey::of_attestation_key), &[][..]),
                possible => (None, possible),
            },
        };
        let (algorithm, user_verified) = (query.algorithm, query.user_verified);
        Self { key, possible, algorithm, user_verified, ..Self::default() }.with_path(path)
    }
}

/// The models of the anchor, where software wrote the AAGUID: it may have written that of another one of them.
fn siblings<'a>(query: &ModelQuery<'a>) -> &'a [Aaguid] {
    match query.trust.paths() {
        [path] if query.attestation.aaguid_source() == AaguidSource::Software => {
            path.anchor().models().unwrap_or_default()
        }
        _ => &[],
    }
}

/// [WebAuthn section 8.2.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements): the extension
/// `id-fido-gen-ce-fw-version`, an INTEGER.
fn firmware_version(certificate: &Certificate) -> Option<u64> {
    const FIRMWARE_VERSION: Oid<'static> =
        Oid::from_contents(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x05]);
    let extension = certificate.extension(&FIRMWARE_VERSION)?;
    let [0x02, length, number @ ..] = extension.value else { return None };
    let is_form = usize::from(*length) == number.len() && (1..=9).contains(&number.len());
    let is_positive = number.first().is_some_and(|first| *first < 0x80);
    if !is_form || !is_positive {
        return None;
    }
    number.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)))
}

/// What speaks for a model that is accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// The current status; `None` for a model without an entry.
    pub status: Option<Status>,
    /// The level at which it is certified.
    pub level: Option<CertificationLevel>,
    /// In what it contradicts its statement, as far as the policy accepts that.
    pub contradictions: Vec<Contradiction>,
}

/// In what an authenticator contradicts its model's statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Contradiction {
    /// The statement does not have the algorithm of the credential's key.
    Algorithm(AlgorithmIdentifier),
    /// The statement has no way to verify users, and the user was verified.
    UserVerification,
}

/// Why a model is not accepted. Code `authenticator-not-accepted`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The authenticator does not say which model it is: its AAGUID is zero.
    NoModel,
    /// The metadata does not have the model.
    NoEntry(ModelKey),
    /// The metadata's entry for the model was left out.
    Unreadable(ModelKey, EntryFault),
    /// A status that is refused.
    Status {
        /// The status.
        status: Status,
        /// From when on.
        since: Option<Date>,
        /// The version in which it is mended, which is not known to be the authenticator's.
        mended_in: Option<u64>,
    },
    /// The certification is not the one demanded.
    NotCertified {
        /// The level that is demanded.
        demanded: CertificationLevel,
        /// The level that it has, if any.
        got: Option<CertificationLevel>,
    },
    /// The statement does not name this protection of keys.
    KeyProtection(Box<str>),
    /// There is a list of rogue authenticators of the model.
    RogueList,
    /// The authenticator contradicts the statement.
    Contradiction(Contradiction),
}

impl Refusal {
    /// The stable word for it.
    pub const fn code(&self) -> Code {
        Code::AuthenticatorNotAccepted
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModel => f.write_str("it does not say which model it is"),
            Self::NoEntry(key) => write!(f, "the metadata does not have {key}"),
            Self::Unreadable(key, fault) => {
                write!(f, "the metadata's entry for {key} can't be used: {fault}")
            }
            Self::Status { status, since, mended_in } => {
                write!(f, "its status is {status}")?;
                if let Some(since) = since {
                    write!(f, " since {since}")?;
                }
                mended_in.map_or(Ok(()), |version| write!(f, ", mended in version {version}"))
            }
            Self::NotCertified { demanded, got: Some(got) } => {
                write!(f, "its certification is {got}, at least {demanded} expected")
            }
            Self::NotCertified { demanded, got: None } => {
                write!(f, "it is not certified, at least {demanded} expected")
            }
            Self::KeyProtection(word) => write!(f, "its keys are not protected by {word}"),
            Self::RogueList => f.write_str("there is a list of rogue authenticators of its model"),
            Self::Contradiction(Contradiction::Algorithm(algorithm)) => {
                write!(f, "its statement does not have algorithm {algorithm}")
            }
            Self::Contradiction(Contradiction::UserVerification) => {
                f.write_str("its statement has no user verification")
            }
        }
    }
}

impl core::error::Error for Refusal {}
