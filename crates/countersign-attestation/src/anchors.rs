//! Trust anchors: whom the caller believes, and for what.

use core::fmt;
use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use countersign_types::Aaguid;

use crate::{attestation_type::AttestationType, certificate::Certificate, revocation::Revocation};

pub(crate) mod scoped;

pub use scoped::{AnchorScope, ScopedAnchors};

/// Where trust anchors come from: the caller's configuration or metadata, never a response.
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
///         // Says so: else the AAGUID that a TPM or Android's key store signs stays a claim.
///         anchors.iter().map(|anchor| anchor.clone().with_models([query.aaguid])).collect()
///     }
/// }
/// ```
pub trait TrustAnchors: fmt::Debug + Send + Sync {
    /// The anchors that may vouch for an attestation like this one; empty where there are none.
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]>;

    /// Certificates that may complete a path to those anchors. They are not trusted by themselves.
    fn intermediates(&self, query: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
        let _ = query;
        Cow::Borrowed(&[])
    }

    /// What is known of revoked certificates, and what is demanded to be known; nothing unless a source says so.
    fn revocation(&self, query: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
        let _ = query;
        Cow::Owned(Revocation::none())
    }

    /// Whether there is no anchor for any attestation, so that all of them fail: for a warning.
    fn is_empty(&self) -> bool {
        false
    }

    /// Whether the source reports on models, as metadata does, so that its anchors are to be used together with a
    /// [`ModelPolicy`](crate::ModelPolicy) that heeds it: for a warning.
    fn reports_models(&self) -> bool {
        false
    }
}

/// What an attestation says of itself, to choose anchors by.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AnchorQuery<'a> {
    /// The attestation statement format identifier.
    pub format: &'a str,
    /// The attestation type, as far as the statement tells it.
    pub attestation_type: AttestationType,
    /// The AAGUID of the authenticator data: a claim until a path is found.
    pub aaguid: Aaguid,
    /// The same, where the statement's signature covers it; `None` for a format such as `fido-u2f`, whose AAGUID no
    /// trust path makes more than a claim.
    pub signed_aaguid: Option<Aaguid>,
    /// The attestation trust path as received, the attestation certificate first.
    pub trust_path: &'a [Certificate],
}

/// One certificate whose signature, or whose very presence, is believed.
///
/// Any certificate may be one: self-signed or not, of version 1, an issuer or an attestation certificate itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor {
    certificate: Certificate,
    models: Option<Arc<[Aaguid]>>,
    unnamed_models: UnnamedModels,
    software: SoftwareModels,
}

/// What an AAGUID that software wrote is worth below an anchor; the greater holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SoftwareModels {
    /// It is attested if the anchor is for it.
    Attested,
    /// A claim: the anchor was also given without models.
    Claimed,
}

/// What becomes of an attestation whose certificate does not name its model, below an anchor that is for several.
///
/// The extension with the AAGUID must be there if the root is one of several models
/// ([section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)): without it an
/// authenticator of a compromised model passes for one of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
#[non_exhaustive]
pub enum UnnamedModels {
    /// It may be of each of the anchor's models: all of them are judged, and must be accepted. No AAGUID is attested.
    JudgeTogether,
    /// Rejected with `attestation-untrusted`, unless the certificate is itself the anchor: its models are judged together
    /// in any case.
    #[default]
    Reject,
}

impl TrustAnchor {
    /// An anchor for models that are not known.
    pub const fn from_certificate(certificate: Certificate) -> Self {
        Self {
            certificate,
            models: None,
            unnamed_models: UnnamedModels::Reject,
            software: SoftwareModels::Attested,
        }
    }

    /// The anchor of these models and no others, in place of what was known before.
    ///
    /// What an authenticator below it says of its model is worth more then: an AAGUID that software wrote, as with
    /// `tpm` and `android-key`, counts as attested if it is one of these; an attestation certificate that names no
    /// model counts for the one that is here, and not for one of several (see [`UnnamedModels`]).
    pub fn with_models(mut self, models: impl IntoIterator<Item = Aaguid>) -> Self {
        let sorted: BTreeSet<_> = models.into_iter().collect();
        self.models = Some(sorted.into_iter().collect());
        self.software = SoftwareModels::Attested;
        self
    }

    /// The anchor of the same models as `other`, which shares them: of many anchors of many models they are held once.
    pub fn with_models_of(mut self, other: &Self) -> Self {
        self.models.clone_from(&other.models);
        self.software = other.software;
        self
    }

    /// Sets what becomes of an attestation whose certificate does not name its model, if the anchor is for several.
    pub const fn with_unnamed_models(mut self, unnamed_models: UnnamedModels) -> Self {
        self.unnamed_models = unnamed_models;
        self
    }

    /// The models that it is the anchor of, sorted; `None` if that is not known.
    pub fn models(&self) -> Option<&[Aaguid]> {
        self.models.as_deref()
    }

    /// What becomes of an attestation whose certificate does not name its model, if the anchor is for several.
    pub const fn unnamed_models(&self) -> UnnamedModels {
        self.unnamed_models
    }

    pub(crate) const fn shared_models(&self) -> Option<&Arc<[Aaguid]>> {
        self.models.as_ref()
    }

    pub(crate) const fn software_models(&self) -> SoftwareModels {
        self.software
    }

    /// What is known of one certificate that was given as an anchor twice: it is for the models of both, and the
    /// stricter rule holds. Where one of them has no models, an AAGUID that software wrote stays the claim that it is
    /// there.
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

    /// The certificate.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

/// The same anchors for every attestation.
#[derive(Debug, Clone, Default)]
pub struct AnchorList {
    anchors: Vec<TrustAnchor>,
    intermediates: Vec<Certificate>,
    revocation: Revocation,
}

impl AnchorList {
    /// These anchors. An empty list trusts nobody.
    pub fn new(anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self {
            anchors: anchors.into_iter().collect(),
            intermediates: Vec::new(),
            revocation: Revocation::none(),
        }
    }

    /// Adds certificates that may complete a path and aren't trusted by themselves.
    pub fn with_intermediates(mut self, intermediates: impl IntoIterator<Item = Certificate>) -> Self {
        self.intermediates.extend(intermediates);
        self
    }

    /// With what is known of revoked certificates, in the place of what was known before.
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

    #[derive(Debug)]
    struct Nobody;

    impl TrustAnchors for Nobody {
        fn anchors(&self, _: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
            Cow::Borrowed(&[])
        }
    }

    #[test]
    fn a_source_has_no_intermediates_unless_it_says_so() {
        let attestation = Attestation::without_certificates("none", AttestationType::None);
        assert!(Nobody.intermediates(&attestation.anchor_query(Aaguid::ZERO)).is_empty());
    }
}
