//! Trust anchors: the certificates that the caller trusts, and for what.

use core::fmt;
use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use countersign_types::Aaguid;

use crate::{
    attestation_type::AttestationType, certificate::Certificate, details::Details, path::VerifiedLinks,
    revocation::Revocation,
};

mod caching;
pub(crate) mod scoped;

pub use caching::CachingAnchors;
pub use scoped::{AnchorScope, ScopedAnchors};

/// A source of trust anchors: the caller's configuration or metadata, never a response.
///
/// ```
/// use std::{borrow::Cow, collections::BTreeMap};
///
/// use countersign_attestation::{AnchorQuery, TrustAnchor, TrustAnchors};
/// use countersign_types::Aaguid;
///
/// /// Each model's anchors.
/// #[derive(Debug)]
/// struct ByModel(BTreeMap<Aaguid, Vec<TrustAnchor>>);
///
/// impl TrustAnchors for ByModel {
///     fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
///         let anchors = self.0.get(&query.aaguid).map_or(&[][..], Vec::as_slice);
///         // Without the models, an AAGUID signed by a TPM or Android's key store remains a claim.
///         anchors.iter().map(|anchor| anchor.clone().with_models([query.aaguid])).collect()
///     }
/// }
/// ```
pub trait TrustAnchors: fmt::Debug + Send + Sync {
    /// The anchors that may vouch for this attestation; empty if there are none.
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]>;

    /// Intermediates that may complete a path to those anchors. They are not trusted by themselves.
    fn intermediates(&self, query: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
        let _ = query;
        Cow::Borrowed(&[])
    }

    /// The revoked certificates that are known, and what must be known. By default nothing.
    fn revocation(&self, query: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
        let _ = query;
        Cow::Owned(Revocation::none())
    }

    /// The links of earlier trusted paths, whose signatures are not verified again. By default none are remembered. A source
    /// that wraps another returns the other's.
    fn verified_links(&self) -> Option<&VerifiedLinks> {
        None
    }

    /// Whether the source has no anchors at all, so that every attestation fails. Used for a warning.
    fn is_empty(&self) -> bool {
        false
    }

    /// Whether the source reports on models, as metadata does, so that its anchors should be used together with a
    /// [`ModelPolicy`](crate::ModelPolicy). Used for a warning.
    fn reports_models(&self) -> bool {
        false
    }
}

/// The properties of an attestation by which a source chooses its anchors.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AnchorQuery<'a> {
    /// The attestation statement format identifier.
    pub format: &'a str,
    /// The attestation type, as far as the statement reveals it.
    pub attestation_type: AttestationType,
    /// The AAGUID of the authenticator data, a claim until a path is found.
    pub aaguid: Aaguid,
    /// The AAGUID, if the statement's signature covers it; `None` for formats such as `fido-u2f`, whose AAGUID remains a
    /// claim even with a trust path.
    pub signed_aaguid: Option<Aaguid>,
    /// The attestation trust path as received, the attestation certificate first.
    pub trust_path: &'a [Certificate],
    /// What the format reports about the authenticator: claims until a path is found.
    pub details: &'a Details,
}

/// A certificate that the caller trusts, as an issuer or as an attestation certificate.
///
/// Any certificate may be an anchor: self-signed or not, of version 1, an issuer or an attestation certificate itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor {
    certificate: Certificate,
    models: Option<Arc<[Aaguid]>>,
    unnamed_models: UnnamedModels,
    software: SoftwareModels,
}

/// Whether an AAGUID that software wrote is attested below an anchor. Of two, the greater holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SoftwareModels {
    /// The AAGUID is attested if the anchor is for it.
    Attested,
    /// The AAGUID is a claim, because the anchor was also given without models.
    Claimed,
}

/// The decision on an attestation whose certificate does not name its model, below an anchor of several models.
///
/// The certificate must have the extension with the AAGUID if its root serves several models
/// ([section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)): without it, an
/// authenticator of a compromised model can claim to be of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
#[non_exhaustive]
pub enum UnnamedModels {
    /// Accepts the attestation if all models of the anchor are acceptable. No AAGUID is attested.
    JudgeTogether,
    /// Rejects the attestation with `attestation-untrusted`. If the certificate is itself the anchor, its models are judged
    /// together instead.
    #[default]
    Reject,
}

impl TrustAnchor {
    /// Creates an anchor of unknown models.
    pub const fn from_certificate(certificate: Certificate) -> Self {
        Self {
            certificate,
            models: None,
            unnamed_models: UnnamedModels::Reject,
            software: SoftwareModels::Attested,
        }
    }

    /// Sets the models of the anchor, replacing earlier ones.
    ///
    /// An AAGUID that software wrote, as with `tpm` and `android-key`, then counts as attested if it is one of these. An
    /// attestation certificate that names no model counts for a single model here, but not for one of several (see
    /// [`UnnamedModels`]).
    pub fn with_models(mut self, models: impl IntoIterator<Item = Aaguid>) -> Self {
        let sorted: BTreeSet<_> = models.into_iter().collect();
        self.models = Some(sorted.into_iter().collect());
        self.software = SoftwareModels::Attested;
        self
    }

    /// Sets the models to those of `other`. Both share one copy, which saves memory with many anchors of many models.
    pub fn with_models_of(mut self, other: &Self) -> Self {
        self.models.clone_from(&other.models);
        self.software = other.software;
        self
    }

    /// Sets the decision on attestations whose certificate does not name its model, if the anchor is for several.
    pub const fn with_unnamed_models(mut self, unnamed_models: UnnamedModels) -> Self {
        self.unnamed_models = unnamed_models;
        self
    }

    /// The models of the anchor, sorted; `None` if they are unknown.
    pub fn models(&self) -> Option<&[Aaguid]> {
        self.models.as_deref()
    }

    /// The decision on attestations whose certificate does not name its model, if the anchor is for several.
    pub const fn unnamed_models(&self) -> UnnamedModels {
        self.unnamed_models
    }

    pub(crate) const fn shared_models(&self) -> Option<&Arc<[Aaguid]>> {
        self.models.as_ref()
    }

    pub(crate) const fn software_models(&self) -> SoftwareModels {
        self.software
    }

    /// Merges two anchors with the same certificate: the models of both, and the stricter rule. If only one of them has
    /// models, an AAGUID that software wrote remains a claim.
    pub(crate) fn merged(self, other: &Self) -> Self {
        let unnamed_models = self.unnamed_models.max(other.unnamed_models);
        let software = if self.models.is_some() == other.models.is_some() {
            self.software.max(other.software)
        } else {
            SoftwareModels::Claimed
        };
        let merged = match (&self.models, &other.models) {
            (Some(own), Some(others)) if own != others => {
                let models = [&**own, &**others].concat();
                self.with_models(models)
            }
            (None, Some(others)) => Self { models: Some(Arc::clone(others)), ..self },
            _ => self,
        };
        Self { unnamed_models, software, ..merged }
    }

    /// The certificate of the anchor.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

/// Trust anchors that serve every attestation.
#[derive(Debug, Clone, Default)]
pub struct AnchorList {
    anchors: Vec<TrustAnchor>,
    intermediates: Vec<Certificate>,
    revocation: Revocation,
}

impl AnchorList {
    /// Creates a list of these anchors. An empty list trusts no attestation.
    pub fn new(anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self {
            anchors: anchors.into_iter().collect(),
            intermediates: Vec::new(),
            revocation: Revocation::none(),
        }
    }

    /// Adds intermediates that may complete a path. They aren't trusted by themselves.
    pub fn with_intermediates(mut self, intermediates: impl IntoIterator<Item = Certificate>) -> Self {
        self.intermediates.extend(intermediates);
        self
    }

    /// Sets the revoked certificates that are known, replacing earlier ones.
    pub fn with_revocation(mut self, revocation: Revocation) -> Self {
        self.revocation = revocation;
        self
    }
}

impl FromIterator<TrustAnchor> for AnchorList {
    fn from_iter<I: IntoIterator<Item = TrustAnchor>>(anchors: I) -> Self {
        Self::new(anchors)
    }
}

impl TrustAnchors for AnchorList {
    fn anchors(&self, _: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        Cow::Borrowed(&self.anchors)
    }

    fn intermediates(&self, _: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
        Cow::Borrowed(&self.intermediates)
    }

    fn revocation(&self, _: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
        Cow::Borrowed(&self.revocation)
    }

    fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attestation::Attestation, test_support::certificates::root};

    #[test]
    fn a_list_has_the_same_anchors_for_every_attestation() {
        let (anchor, _) = root();
        let list: AnchorList = [anchor.clone()].into_iter().collect();
        let list = list.with_intermediates([anchor.certificate().clone()]);
        let attestation = Attestation::without_certificates("packed", AttestationType::SelfAttestation);
        let query = attestation.anchor_query(Aaguid::ZERO);
        assert_eq!((query.format, query.attestation_type), ("packed", AttestationType::SelfAttestation));
        assert_eq!(*list.intermediates(&query), [anchor.certificate().clone()]);
        assert_eq!(*list.anchors(&query), [anchor]);
    }

    const MODELS: [Aaguid; 2] = [Aaguid::from_bytes([1; 16]), Aaguid::from_bytes([2; 16])];

    #[test]
    fn the_models_of_an_anchor_can_be_read_in_their_order() {
        let anchor = root().0;
        assert_eq!(anchor.models(), None);
        assert_eq!(anchor.with_models([MODELS[1], MODELS[0]]).models(), Some(&MODELS[..]));
    }

    #[test]
    fn merged_anchors_have_the_models_of_both() {
        let [first, second] = MODELS.map(|model| root().0.with_models([model]));
        let without = root().0;
        assert_eq!(first.clone().merged(&second).models(), Some(&MODELS[..]));
        assert_eq!(first.clone().merged(&without).models(), Some(&MODELS[..1]));
        assert_eq!(without.clone().merged(&first).models(), Some(&MODELS[..1]));
        assert_eq!(without.clone().merged(&without).models(), None);
        // Two anchors of the same models share one copy.
        let same = first.clone().merged(&root().0.with_models_of(&first));
        assert!(Arc::ptr_eq(same.shared_models().unwrap(), first.shared_models().unwrap()));
    }

    #[test]
    fn only_a_list_without_anchors_is_empty() {
        assert!(AnchorList::default().is_empty());
        assert!(!AnchorList::new([root().0]).is_empty());
        assert!(!Empty.is_empty());
    }

    #[derive(Debug)]
    struct Empty;

    impl TrustAnchors for Empty {
        fn anchors(&self, _: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
            Cow::Borrowed(&[])
        }
    }

    #[test]
    fn a_source_has_no_intermediates_by_default() {
        let attestation = Attestation::without_certificates("none", AttestationType::None);
        assert!(Empty.intermediates(&attestation.anchor_query(Aaguid::ZERO)).is_empty());
    }
}
