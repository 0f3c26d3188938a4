//! Trust anchors together with remembered links.

use std::{borrow::Cow, sync::Arc};

use super::{AnchorQuery, TrustAnchor, TrustAnchors};
use crate::{certificate::Certificate, path::VerifiedLinks, revocation::Revocation};

/// The trust anchors of another source, with [`VerifiedLinks`]: the signatures between certificates of one batch and their
/// issuers are verified once.
///
/// What is remembered of paths to anchors that the source no longer has does no harm: the anchors are those of the source
/// at the time. Several sources can share the links.
#[derive(Debug, Clone)]
pub struct CachingAnchors {
    source: Arc<dyn TrustAnchors>,
    links: Arc<VerifiedLinks>,
}

impl CachingAnchors {
    /// The anchors of `source`, with these links in place of its own, if it has any.
    pub const fn new(source: Arc<dyn TrustAnchors>, links: Arc<VerifiedLinks>) -> Self {
        Self { source, links }
    }
}

impl TrustAnchors for CachingAnchors {
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        self.source.anchors(query)
    }

    fn intermediates(&self, query: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
        self.source.intermediates(query)
    }

    fn revocation(&self, query: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
        self.source.revocation(query)
    }

    fn verified_links(&self) -> Option<&VerifiedLinks> {
        Some(&self.links)
    }

    fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    fn reports_models(&self) -> bool {
        self.source.reports_models()
    }
}

#[cfg(test)]
mod tests {
    use countersign_types::Aaguid;

    use super::*;
    use crate::{
        anchors::AnchorList, attestation::Attestation, attestation_type::AttestationType,
        test_support::certificates::root,
    };

    /// A source in which nothing is as by default.
    #[derive(Debug)]
    struct Special(TrustAnchor, Revocation);

    impl TrustAnchors for Special {
        fn anchors(&self, _: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
            Cow::Owned(vec![self.0.clone()])
        }

        fn intermediates(&self, _: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
            Cow::Owned(vec![self.0.certificate().clone()])
        }

        fn revocation(&self, _: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
            Cow::Borrowed(&self.1)
        }

        fn is_empty(&self) -> bool {
            true
        }

        fn reports_models(&self) -> bool {
            true
        }
    }

    #[test]
    fn everything_but_the_links_is_the_source_s() {
        let (anchor, _) = root();
        let source = Special(anchor.clone(), Revocation::none().with_required_lists());
        let links = Arc::new(VerifiedLinks::default());
        let anchors = CachingAnchors::new(Arc::new(source), Arc::clone(&links));
        let attestation = Attestation::without_certificates("packed", AttestationType::SelfAttestation);
        let query = attestation.anchor_query(Aaguid::ZERO);
        assert_eq!(anchors.anchors(&query).first(), Some(&anchor));
        assert_eq!(*anchors.intermediates(&query), [anchor.certificate().clone()]);
        assert!(matches!(anchors.revocation(&query), Cow::Borrowed(_)));
        assert!(anchors.is_empty() && anchors.reports_models());
        assert!(core::ptr::eq(anchors.verified_links().unwrap(), Arc::as_ptr(&links)));

        let other = CachingAnchors::new(Arc::new(anchors), Arc::new(VerifiedLinks::default()));
        assert!(!core::ptr::eq(other.verified_links().unwrap(), Arc::as_ptr(&links)));
        let plain = CachingAnchors::new(Arc::new(AnchorList::new([anchor])), links);
        assert!(!plain.is_empty() && !plain.reports_models());
    }
}
