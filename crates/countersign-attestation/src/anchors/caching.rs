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
