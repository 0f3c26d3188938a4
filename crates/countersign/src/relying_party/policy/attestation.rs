//! The requirements on an attestation whose statement was verified: steps 23 and 24 of
//! [section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential).

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use countersign_attestation::{
    AnchorQuery, Attestation, Certificate, ModelPolicy, ModelQuery, ModelRemark, Part, PathLimits,
    Revocation, Trust, TrustAnchor, TrustAnchors, VerifiedLinks,
};
use countersign_cose::Verifiers;
use countersign_types::{Aaguid, AlgorithmIdentifier, Timestamp};

use crate::relying_party::policy::device::{DevicePolicy, OfDevices};
use crate::report::{error::ErrorKind, policy_error::PolicyErrorKind};

/// Requirements on attested authenticators beyond a trust path. Serialisable, so that they can be kept in a configuration
/// file.
///
/// The lists of authenticator models hold AAGUIDs that a trust anchor attests. An AAGUID that is merely claimed, as with
/// `fido-u2f`, is on no list: if there is one, it is rejected.
///
/// ```
/// use std::sync::Arc;
/// use countersign::{
///     Policy, RelyingParty, attestation::AnchorList, relying_party::policy::AttestationPolicy,
///     types::Aaguid,
/// };
/// # let model = Aaguid::from_bytes([1; 16]);
/// let requirements = AttestationPolicy::new().with_formats(["packed", "tpm"]).with_accepted_models([model]);
/// let rp = RelyingParty::builder("example.org", "Example")
///     .origin("https://example.org")
///     .policy(Policy::attested(requirements))
///     .trust_anchors(Arc::new(AnchorList::default()))
///     .build();
/// assert!(rp.is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestationPolicy {
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) formats: Option<BTreeSet<String>>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) accepted_models: Option<BTreeSet<Aaguid>>,
    pub(super) rejected_models: BTreeSet<Aaguid>,
    pub(super) device: DevicePolicy,
}

impl AttestationPolicy {
    /// Creates a policy that requires a trust path, and what [`DevicePolicy`] requires by default: SafetyNet responses of at
    /// most a minute.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! {
    AttestationPolicy:

    /// Accepts attestations of these formats only, such as `packed`. The format `none` can't be among them.
    ///
    /// A compound attestation is checked by its parts, because it proves what they prove: a part of another format does not
    /// count. Whether the others are enough is decided by the quorum that
    /// [`CompoundFormat`](countersign_attestation::format::compound::CompoundFormat) was made with: if all parts must
    /// count, one of another format fails the whole. So `compound` can't be among the formats either.
    pub fn with_formats(self, formats: impl IntoIterator<Item = impl Into<String>>) {
        self.formats = Some(formats.into_iter().map(Into::into).collect())
    }

    /// Accepts these authenticator models only.
    pub fn with_accepted_models(self, models: impl IntoIterator<Item = Aaguid>) {
        self.accepted_models = Some(models.into_iter().collect())
    }

    /// Rejects these authenticator models.
    pub fn with_rejected_models(self, models: impl IntoIterator<Item = Aaguid>) {
        self.rejected_models = models.into_iter().collect()
    }

    /// Sets the requirements on the devices that hold the keys.
    pub fn with_device_policy(self, device: DevicePolicy) { self.device = device }
}

impl AttestationPolicy {
    /// The requirements on the devices that hold the keys.
    pub fn device_policy(&self) -> &DevicePolicy {
        &self.device
    }

    fn accepts_format(&self, format: &str) -> bool {
        self.formats.as_ref().is_none_or(|formats| formats.contains(format))
    }

    fn check_model(&self, possible: &[Aaguid]) -> Result<(), PolicyErrorKind> {
        if self.accepted_models.is_none() && self.rejected_models.is_empty() {
            return Ok(());
        }
        if possible.is_empty() {
            return Err(PolicyErrorKind::ModelNotAttested);
        }
        let is_accepted = |aaguid: &Aaguid| {
            self.accepted_models.as_ref().is_none_or(|models| models.contains(aaguid))
                && !self.rejected_models.contains(aaguid)
        };
        match possible.iter().find(|aaguid| !is_accepted(aaguid)) {
            Some(aaguid) => Err(PolicyErrorKind::ModelNotAccepted(*aaguid)),
            None => Ok(()),
        }
    }
}

/// Everything an attestation is checked against: the policy, and what does not serialise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttestationCheck<'a> {
    pub(crate) policy: &'a AttestationPolicy,
    pub(crate) anchors: &'a dyn TrustAnchors,
    pub(crate) models: &'a [Arc<dyn ModelPolicy>],
    pub(crate) verifiers: &'a Verifiers,
}

/// What the authenticator data says, for policies on authenticator models.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observed {
    pub(crate) aaguid: Aaguid,
    pub(crate) algorithm: Option<AlgorithmIdentifier>,
    pub(crate) user_verified: bool,
}

impl Observed {
    /// The query for policies on authenticator models.
    pub(crate) fn of<'a>(
        self,
        attestation: &'a Attestation,
        trust: &'a Trust,
        now: Timestamp,
    ) -> ModelQuery<'a> {
        let mut query = ModelQuery::new(attestation, trust, now);
        query.algorithm = self.algorithm;
        query.user_verified = Some(self.user_verified);
        query
    }
}

impl AttestationCheck<'_> {
    /// Step 24: the attestation is certified, leads to an anchor by evidence of accepted formats, and is of an accepted
    /// model.
    pub(crate) fn judge(
        &self,
        attestation: &Attestation,
        observed: Observed,
        now: Timestamp,
    ) -> Result<Trust, ErrorKind> {
        let kind = attestation.attestation_type();
        if !kind.is_certified() {
            return Err(ErrorKind::AttestationNotAccepted(kind));
        }
        let trust = self.trust(attestation, observed.aaguid, now)?;
        self.policy.check_model(trust.possible_models())?;
        self.policy.device.check(attestation.details(), Some(now))?;
        let query = observed.of(attestation, &trust, now);
        for model in self.models {
            model.judge(&query)?;
        }
        Ok(trust)
    }

    /// Whether one of the model policies, which all accept the authenticator, makes this remark.
    pub(crate) fn remarks(&self, query: &ModelQuery<'_>, remark: ModelRemark) -> bool {
        self.models.iter().any(|model| model.remarks(query).contains(&remark))
    }

    /// Assesses trust by evidence of accepted formats, and by parts from accepted devices, only.
    fn trust(&self, attestation: &Attestation, aaguid: Aaguid, now: Timestamp) -> Result<Trust, ErrorKind> {
        let anchors = &OfFormats { policy: self.policy, anchors: self.anchors };
        let device = &self.policy.device;
        let anchors = OfDevices { device, registration: Some(now), attestation, anchors };
        let limits = PathLimits::default();
        let trust = attestation.assess_trust(aaguid, &anchors, now, self.verifiers, &limits);
        trust.map_err(|error| match (self.other_format(attestation), anchors.error_of_part(&error)) {
            (Some(format), _) => PolicyErrorKind::FormatNotAccepted(format.to_owned()).into(),
            (None, Some(device)) => device.into(),
            (None, None) => error.into(),
        })
    }

    /// The first format that is not accepted, of the attestation or of a part that would have counted.
    fn other_format<'a>(&self, attestation: &'a Attestation) -> Option<&'a str> {
        let is_other = |format: &&str| !self.policy.accepts_format(format);
        if attestation.parts().is_empty() {
            return Some(attestation.format()).filter(is_other);
        }
        let is_certified =
            |part: &&Part| part.result().is_ok_and(|part| part.attestation_type().is_certified());
        attestation.parts().iter().filter(is_certified).map(Part::format).find(is_other)
    }
}

/// The trust anchors for attestations of accepted formats; none for other formats.
#[derive(Debug)]
struct OfFormats<'a> {
    policy: &'a AttestationPolicy,
    anchors: &'a dyn TrustAnchors,
}

impl TrustAnchors for OfFormats<'_> {
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        if self.policy.accepts_format(query.format) {
            self.anchors.anchors(query)
        } else {
            Cow::Borrowed(&[])
        }
    }

    fn intermediates(&self, query: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
        self.anchors.intermediates(query)
    }

    fn revocation(&self, query: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
        self.anchors.revocation(query)
    }

    fn verified_links(&self) -> Option<&VerifiedLinks> {
        self.anchors.verified_links()
    }
}
