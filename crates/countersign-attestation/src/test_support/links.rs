//! Verdicts with and without remembered links, which must be the same.

use std::{borrow::Cow, sync::LazyLock};

use countersign_cose::Verifiers;
use countersign_types::Aaguid;

use super::NOW;
use crate::{
    anchors::{AnchorQuery, TrustAnchor, TrustAnchors},
    attestation::Attestation,
    certificate::Certificate,
    path::{
        VerifiedLinks,
        error::PathError,
        limits::PathLimits,
        profile::Profile,
        search::{self, Candidates},
        trusted::TrustedPath,
        validate_path,
    },
    revocation::{Revocation, check::Check},
    trust::Trust,
};

static VERIFIERS: LazyLock<Verifiers> = LazyLock::new(Verifiers::rust_crypto);

/// The links of all trusted paths of the tests in this process.
static LINKS: LazyLock<VerifiedLinks> = LazyLock::new(VerifiedLinks::default);

/// The anchors of a source, with the links of all tests.
#[derive(Debug)]
struct Remembering<'a>(&'a dyn TrustAnchors);

impl TrustAnchors for Remembering<'_> {
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        self.0.anchors(query)
    }

    fn intermediates(&self, query: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
        self.0.intermediates(query)
    }

    fn revocation(&self, query: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
        self.0.revocation(query)
    }

    fn verified_links(&self) -> Option<&VerifiedLinks> {
        Some(&LINKS)
    }
}

/// What [`Attestation::assess_trust`] says at [`NOW`], without remembered links and twice with them.
pub(crate) fn assess(
    attestation: &Attestation,
    aaguid: Aaguid,
    anchors: &dyn TrustAnchors,
    limits: &PathLimits,
) -> Result<Trust, PathError> {
    let verdict =
        |anchors: &dyn TrustAnchors| attestation.assess_trust(aaguid, anchors, NOW, &VERIFIERS, limits);
    let alone = verdict(anchors);
    for _ in 0..2 {
        assert_eq!(verdict(&Remembering(anchors)), alone);
    }
    alone
}

/// What [`validate_path`] says at [`NOW`], and a search twice with remembered links.
pub(crate) fn validate(
    path: &[Certificate],
    anchors: &[TrustAnchor],
    revocation: &Revocation,
    limits: &PathLimits,
) -> Result<TrustedPath, PathError> {
    let alone = validate_path(path, anchors, revocation, NOW, &VERIFIERS, limits);
    let candidates = Candidates { sent: path, intermediates: &[], anchors };
    for _ in 0..2 {
        let check = Check::all(revocation);
        let again = search::run(candidates, Profile::Plain, check, NOW, &VERIFIERS, Some(&LINKS), *limits);
        assert_eq!(again, alone);
    }
    alone
}
