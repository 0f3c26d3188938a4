//! Trust anchors that serve some attestations only.

use std::{borrow::Cow, collections::BTreeSet};

use countersign_types::Aaguid;

use super::{AnchorQuery, TrustAnchor, TrustAnchors};
use crate::{certificate::Certificate, revocation::Revocation};

/// Trust anchors, each with its own scope.
///
/// ```
/// use countersign_attestation::{AnchorScope, Certificate, ScopedAnchors, TrustAnchor};
/// use countersign_types::Aaguid;
///
/// # fn anchors(apple: Certificate, vendor: Certificate, model: Aaguid) -> ScopedAnchors {
/// ScopedAnchors::default()
///     .with_anchor(AnchorScope::any().with_formats(["apple"]), TrustAnchor::from_certificate(apple))
///     .with_anchor(AnchorScope::any().with_aaguids([model]), TrustAnchor::from_certificate(vendor))
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct ScopedAnchors {
    anchors: Vec<(AnchorScope, TrustAnchor)>,
    intermediates: Vec<(AnchorScope, Certificate)>,
    revocation: Revocation,
}

impl ScopedAnchors {
    /// Adds an anchor, trusted within `scope`. A certificate that is added for two models counts as the anchor of both:
    /// see [`UnnamedModels`](super::UnnamedModels).
    pub fn with_anchor(mut self, scope: AnchorScope, anchor: TrustAnchor) -> Self {
        self.anchors.push((scope, anchor));
        self
    }

    /// Adds an intermediate that may complete a path within `scope`. It isn't trusted by itself.
    pub fn with_intermediate(mut self, scope: AnchorScope, certificate: Certificate) -> Self {
        self.intermediates.push((scope, certificate));
        self
    }

    /// Sets the revoked certificates that are known, for all scopes, replacing earlier ones.
    pub fn with_revocation(mut self, revocation: Revocation) -> Self {
        self.revocation = revocation;
        self
    }
}

impl TrustAnchors for ScopedAnchors {
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        let admitted = self.anchors.iter().filter(|(scope, _)| scope.admits(query));
        admitted.map(|(scope, anchor)| self.with_models(scope, anchor, query.format)).collect()
    }

    fn intermediates(&self, query: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
        within(&self.intermediates, query)
    }

    fn revocation(&self, _: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
        Cow::Borrowed(&self.revocation)
    }

    fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }
}

impl ScopedAnchors {
    /// An anchor with the models of each scope of this format for which its certificate was added. Scopes of other formats
    /// do not count.
    fn with_models(&self, scope: &AnchorScope, anchor: &TrustAnchor, format: &str) -> TrustAnchor {
        let same = self.anchors.iter().filter(|(scope, other)| {
            scope.admits_format(format) && other.certificate() == anchor.certificate()
        });
        same.fold(scope.with_models(anchor), |merged, (scope, other)| {
            merged.merged(&scope.with_models(other))
        })
    }
}

fn within<'a, T: Clone>(scoped: &[(AnchorScope, T)], query: &AnchorQuery<'_>) -> Cow<'a, [T]> {
    scoped.iter().filter(|(scope, _)| scope.admits(query)).map(|(_, it)| it.clone()).collect()
}

/// The attestations for which an anchor is trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnchorScope {
    formats: Option<BTreeSet<String>>,
    aaguids: Option<BTreeSet<Aaguid>>,
}

impl AnchorScope {
    /// Creates a scope of all attestations.
    pub fn any() -> Self {
        Self::default()
    }

    /// Limits the scope to these formats. An empty list admits none.
    pub fn with_formats<S: Into<String>>(mut self, formats: impl IntoIterator<Item = S>) -> Self {
        self.formats = Some(formats.into_iter().map(Into::into).collect());
        self
    }

    /// Limits the scope to these models. An empty list admits none. A statement that does not sign the AAGUID, such as
    /// `fido-u2f`, is of no model.
    pub fn with_aaguids(mut self, aaguids: impl IntoIterator<Item = Aaguid>) -> Self {
        self.aaguids = Some(aaguids.into_iter().collect());
        self
    }

    /// Whether the attestation is within the scope.
    pub fn admits(&self, query: &AnchorQuery<'_>) -> bool {
        let model = self
            .aaguids
            .as_ref()
            .is_none_or(|aaguids| query.signed_aaguid.is_some_and(|aaguid| aaguids.contains(&aaguid)));
        self.admits_format(query.format) && model
    }

    fn admits_format(&self, format: &str) -> bool {
        self.formats.as_ref().is_none_or(|formats| formats.contains(format))
    }

    /// The anchor, with its own models and the scope's.
    fn with_models(&self, anchor: &TrustAnchor) -> TrustAnchor {
        match &self.aaguids {
            Some(models) => {
                let own = anchor.models().unwrap_or_default();
                anchor.clone().with_models(models.iter().chain(own).copied())
            }
            None => anchor.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_cose::Verifiers;
    use countersign_types::Code;

    use super::*;
    use crate::{
        attestation::Attestation,
        attestation_type::AttestationType,
        path::{
            error::{PathError, UntrustedError},
            limits::PathLimits,
        },
        test_support::{
            NOW,
            certificates::{Builder, Key, root},
        },
    };

    const MODEL: Aaguid = Aaguid::from_bytes([1; 16]);
    const OTHER: Aaguid = Aaguid::from_bytes([2; 16]);

    fn attestation() -> Attestation {
        let leaf = Builder::attestation(&Key::p256(2)).signed_by("root", &root().1);
        Attestation::with_certificates("packed", AttestationType::Uncertain, vec![leaf])
    }

    fn assess(scope: AnchorScope, attestation: &Attestation) -> Result<(), PathError> {
        let anchors = ScopedAnchors::default().with_anchor(scope, root().0);
        let limits = PathLimits::default();
        let verifiers = Verifiers::rust_crypto();
        attestation.assess_trust(MODEL, &anchors, NOW, &verifiers, &limits).map(drop)
    }

    fn rejected(scope: AnchorScope, attestation: &Attestation) {
        let error = assess(scope, attestation).unwrap_err();
        assert_eq!(error, PathError::Untrusted(UntrustedError::NoAnchor));
        assert_eq!(error.code(), Code::AttestationUntrusted);
    }

    #[test]
    fn only_a_list_without_anchors_is_empty() {
        assert!(ScopedAnchors::default().is_empty());
        assert!(!ScopedAnchors::default().with_anchor(AnchorScope::any(), root().0).is_empty());
    }

    #[test]
    fn an_anchor_without_bounds_is_for_all() {
        assess(AnchorScope::any(), &attestation()).unwrap();
        assess(AnchorScope::any(), &attestation().without_authenticator_data_coverage()).unwrap();
    }

    #[test]
    fn rule_263_an_anchor_is_for_the_formats_of_its_scope() {
        assess(AnchorScope::any().with_formats(["tpm", "packed"]), &attestation()).unwrap();
        rejected(AnchorScope::any().with_formats(["tpm", "Packed"]), &attestation());
        rejected(AnchorScope::any().with_formats([""; 0]), &attestation());
    }

    #[test]
    fn rule_278_an_anchor_is_for_the_models_of_its_scope() {
        assess(AnchorScope::any().with_aaguids([OTHER, MODEL]), &attestation()).unwrap();
        rejected(AnchorScope::any().with_aaguids([OTHER]), &attestation());
        rejected(AnchorScope::any().with_aaguids([]), &attestation());
    }

    #[test]
    fn rule_278_both_bounds_hold() {
        let scope = AnchorScope::any().with_formats(["packed"]);
        assess(scope.clone().with_aaguids([MODEL]), &attestation()).unwrap();
        rejected(scope.with_aaguids([OTHER]), &attestation());
        rejected(AnchorScope::any().with_formats(["tpm"]).with_aaguids([MODEL]), &attestation());
    }

    #[test]
    fn rule_279_an_anchor_of_a_model_does_not_serve_a_format_that_does_not_sign_it() {
        let unsigned = attestation().without_authenticator_data_coverage();
        assess(AnchorScope::any().with_formats(["packed"]), &unsigned).unwrap();
        rejected(AnchorScope::any().with_aaguids([MODEL]), &unsigned);
    }

    #[test]
    fn intermediates_have_scopes_too() {
        let key = Key::p256(7);
        let ca = Builder::ca("ca", &key).signed_by("root", &root().1);
        let leaf = Builder::attestation(&Key::p256(2)).signed_by("ca", &key);
        let attestation = Attestation::with_certificates("packed", AttestationType::Uncertain, vec![leaf]);
        let assess = |scope| {
            let anchors = ScopedAnchors::default()
                .with_anchor(AnchorScope::any(), root().0)
                .with_intermediate(scope, ca.clone());
            let limits = PathLimits::default();
            attestation.assess_trust(MODEL, &anchors, NOW, &Verifiers::rust_crypto(), &limits)
        };
        assess(AnchorScope::any().with_formats(["packed"])).unwrap();
        let error = assess(AnchorScope::any().with_formats(["tpm"])).unwrap_err();
        assert_eq!(error, PathError::Untrusted(UntrustedError::IssuerUnknown));
    }
}
