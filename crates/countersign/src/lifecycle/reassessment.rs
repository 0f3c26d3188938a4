//! Reassessment: assessing an attestation again, long after its registration
//! ([section 4, `attestationObject`](https://www.w3.org/TR/webauthn-3/#abstract-opdef-credential-record-attestationobject)).
//!
//! Trust anchors come and go, certificates are revoked, and metadata reports compromised models. The evidence in the
//! [`CredentialRecord`] is assessed by what is known today, and the result says what changed.

use core::ops::ControlFlow;
use std::{borrow::Cow, sync::Arc};

use countersign_attestation::{
    AnchorQuery, Attestation, AttestationType, Certificate, Formats, ModelPolicy, ModelQuery, PathError,
    PathLimits, Revocation, Trust, TrustAnchor, TrustAnchors, VerifiedLinks,
};
use countersign_cose::Verifiers;
use countersign_types::Timestamp;

use crate::record::{credential_record::CredentialRecord, evidence::AttestationEvidence};
use crate::relying_party::policy::device::{DevicePolicy, OfDevices};
use crate::relying_party::{party::RelyingParty, policy::attestation::AttestationPolicy};

pub(crate) mod evidence;
pub(crate) mod verdict;

use evidence::Found;
pub use verdict::{Change, EvidenceError, Reassessment, ReassessmentSummary, Verdict};

/// Assesses the attestations of credential records again.
///
/// ```
/// use std::{convert::Infallible, ops::ControlFlow, sync::Arc};
///
/// use countersign::{
///     CredentialRecord, RelyingParty, Timestamp, attestation::AnchorList,
///     lifecycle::{Reassessor, Verdict},
/// };
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
/// # let (stored, now) = (Vec::<Result<CredentialRecord, Infallible>>::new(), Timestamp::from_unix_seconds(0));
/// # let anchors_of_today = AnchorList::new([]);
/// let reassessor = Reassessor::new(&rp, Arc::new(anchors_of_today));
/// let mut to_flag = Vec::new();
/// let summary = reassessor.judge_all(stored, now, |record, reassessment| {
///     if let Verdict::Revoked(_) | Verdict::ModelRejected(_) | Verdict::DeviceRejected(_) =
///         reassessment.verdict()
///     {
///         to_flag.push((record.id().clone(), reassessment.verdict().to_string()));
///     }
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(summary.judged, 0);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Reassessor {
    formats: Formats,
    verifiers: Verifiers,
    anchors: Arc<dyn TrustAnchors>,
    models: Vec<Arc<dyn ModelPolicy>>,
    device: DevicePolicy,
    limits: PathLimits,
}

impl Reassessor {
    /// Creates a reassessor with the formats and verifiers of a relying party, the requirements on devices of its policy if
    /// that requires trust, and today's trust anchors with their revocation data.
    pub fn new(rp: &RelyingParty, anchors: Arc<dyn TrustAnchors>) -> Self {
        let requirements = rp.policy.attestation_policy();
        Self {
            formats: rp.formats.clone(),
            verifiers: rp.verifiers.clone(),
            anchors,
            models: Vec::new(),
            device: requirements.map(AttestationPolicy::device_policy).cloned().unwrap_or_default(),
            limits: PathLimits::default(),
        }
    }

    /// Adds a policy on authenticator models, such as today's metadata, which must accept each trusted model.
    pub fn with_model_policy(mut self, policy: Arc<dyn ModelPolicy>) -> Self {
        self.models.push(policy);
        self
    }

    /// Replaces the relying party's requirements on devices. The age of SafetyNet responses is not checked again.
    pub fn with_device_policy(mut self, device: DevicePolicy) -> Self {
        self.device = device;
        self
    }

    /// Replaces the relying party's formats.
    pub fn with_formats(mut self, formats: Formats) -> Self {
        self.formats = formats;
        self
    }

    /// Judges one record.
    ///
    /// Anchors, revocation, models and the requirements on devices are those of `now`. If a certificate has expired since the
    /// first judgement, the path is judged as of that time, and revocation lists count whatever their date: see
    /// [`Verdict::TrustedAtRegistration`].
    ///
    /// Evidence of another model than the record says is unusable ([`EvidenceError::OfAnotherModel`]): the verdict is always
    /// about [`CredentialRecord::aaguid`].
    pub fn judge(&self, record: &CredentialRecord, now: Timestamp) -> Reassessment {
        let (verdict, today) = self.verdict(record, now);
        Reassessment::new(verdict, record.evidence(), today)
    }

    /// The attestation in the evidence of a record, if that verifies: what was attested and with which certificates.
    /// Whether they are trusted is decided by [`judge`](Self::judge).
    pub fn attestation(&self, record: &CredentialRecord) -> Option<Attestation> {
        let found = evidence::verify(record, record.evidence()?, &self.formats, &self.verifiers);
        found.ok().map(|found| found.attestation)
    }

    /// Assesses records one after another, as they come from the store, and passes each to `visit` with its result. One
    /// record is in memory at a time. Ends early if `visit` breaks, or with the store's error.
    pub fn judge_all<E>(
        &self,
        records: impl IntoIterator<Item = Result<CredentialRecord, E>>,
        now: Timestamp,
        mut visit: impl FnMut(&CredentialRecord, &Reassessment) -> ControlFlow<()>,
    ) -> Result<ReassessmentSummary, E> {
        let mut summary = ReassessmentSummary::default();
        for record in records {
            let record = record?;
            let reassessment = self.judge(&record, now);
            summary.count(&reassessment);
            if visit(&record, &reassessment).is_break() {
                break;
            }
        }
        Ok(summary)
    }

    fn verdict(&self, record: &CredentialRecord, now: Timestamp) -> (Verdict, Option<AttestationType>) {
        let Some(evidence) = record.evidence() else { return (Verdict::EvidenceMissing, None) };
        let verified = evidence::verify(record, evidence, &self.formats, &self.verifiers);
        let verified = match verified {
            Ok(verified) => verified,
            Err(verdict) => return (verdict, None),
        };
        let (own, aaguid) = (record.aaguid(), verified.aaguid);
        if own != aaguid {
            let fault = EvidenceError::OfAnotherModel { record: own, evidence: aaguid };
            return (Verdict::EvidenceUnusable(fault), None);
        }
        let today = verified.attestation.attestation_type();
        let verdict = if today.is_certified() {
            self.trust(record, evidence, &verified, now)
        } else {
            Verdict::Uncertified(today)
        };
        (verdict, Some(today))
    }

    fn trust(
        &self,
        record: &CredentialRecord,
        evidence: &AttestationEvidence,
        verified: &Found,
        now: Timestamp,
    ) -> Verdict {
        let assess = |anchors: &dyn TrustAnchors, at| {
            verified.attestation.assess_trust(verified.aaguid, anchors, at, &self.verifiers, &self.limits)
        };
        let attestation = &verified.attestation;
        let anchors =
            OfDevices { device: &self.device, registration: None, attestation, anchors: &*self.anchors };
        let (trust, when) = match (assess(&anchors, now), evidence.judged_at()) {
            (Ok(trust), _) => (trust, Verdict::Trusted),
            (Err(expired @ PathError::Expired { .. }), Some(then)) => {
                match assess(&AsOfRegistration(&anchors), then) {
                    Ok(trust) => (trust, Verdict::TrustedAtRegistration),
                    Err(revoked @ PathError::Revoked { .. }) => return Verdict::Revoked(revoked),
                    Err(_) => return Verdict::Untrusted(expired),
                }
            }
            (Err(revoked @ PathError::Revoked { .. }), _) => return Verdict::Revoked(revoked),
            (Err(untrusted), _) => {
                return anchors
                    .error_of_part(&untrusted)
                    .map_or(Verdict::Untrusted(untrusted), Verdict::DeviceRejected);
            }
        };
        let device = || self.device.check(attestation.details(), None).map_err(Verdict::DeviceRejected);
        match self.judge_model(record, verified, &trust, now).and_then(|()| device()) {
            Ok(()) => when,
            Err(rejected) => rejected,
        }
    }

    fn judge_model(
        &self,
        record: &CredentialRecord,
        verified: &Found,
        trust: &Trust,
        now: Timestamp,
    ) -> Result<(), Verdict> {
        let mut query = ModelQuery::new(&verified.attestation, trust, now);
        query.user_verified = Some(verified.user_verified);
        if let Some(algorithm) = record.algorithm() {
            query = query.with_algorithm(algorithm);
        }
        self.models.iter().try_for_each(|policy| policy.judge(&query)).map_err(Verdict::ModelRejected)
    }
}

/// Verifies imported evidence by the formats of `rp`.
pub(crate) fn verify_evidence(
    rp: &RelyingParty,
    record: &CredentialRecord,
    evidence: &AttestationEvidence,
) -> Result<Found, Verdict> {
    evidence::verify(record, evidence, &rp.formats, &rp.verifiers)
}

/// Today's anchors for certificates that were valid at registration: a revocation list of today counts for that time too.
#[derive(Debug)]
struct AsOfRegistration<'a>(&'a dyn TrustAnchors);

impl TrustAnchors for AsOfRegistration<'_> {
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        self.0.anchors(query)
    }

    fn intermediates(&self, query: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
        self.0.intermediates(query)
    }

    fn revocation(&self, query: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
        Cow::Owned(self.0.revocation(query).into_owned().with_dangerous_outdated_lists())
    }

    fn verified_links(&self) -> Option<&VerifiedLinks> {
        self.0.verified_links()
    }
}

#[cfg(test)]
mod tests;
