//! Tests of paths with keys that have no verifier.

use countersign_cose::{Algorithm, KeyError, Verifiers};
use countersign_types::{Aaguid, Code};

use super::*;

#[test]
fn an_anchor_without_a_verifier_is_not_called_untrusted() {
    let leaf = Builder::attestation(&Key::p256(2)).signed_by("root", &root().1);
    let validate = |verifiers: &Verifiers| {
        let limits = PathLimits::default();
        validate_path(core::slice::from_ref(&leaf), &[root().0], &Revocation::none(), NOW, verifiers, &limits)
    };
    validate(&Verifiers::default()).unwrap();
    let error = validate(&Verifiers::none()).unwrap_err();
    assert_eq!(error, PathError::VerifierMissing(Algorithm::Es256.scheme()));
    assert_eq!(error.code(), Code::VerifierMissing);
}

#[test]
fn only_the_callers_certificates_can_lack_a_verifier() {
    let scheme = Algorithm::Es256.scheme();
    let path = path_through(&middle());
    let (leaf, middle) = (path[0].clone(), path[1].clone());
    let assess = |sent: Vec<Certificate>, known: Vec<Certificate>| {
        let attestation = Attestation::with_certificates("packed", AttestationType::Uncertain, sent);
        let anchors = AnchorList::new([root().0]).with_intermediates(known);
        let limits = PathLimits::default();
        attestation.validate_trust_path(Aaguid::ZERO, &anchors, NOW, &Verifiers::none(), &limits).unwrap_err()
    };
    let error = assess(vec![leaf.clone(), middle.clone()], vec![]);
    assert_eq!(error, PathError::Untrusted(UntrustedError::Key(KeyError::VerifierMissing(scheme))));
    assert_eq!(error.code(), Code::AttestationUntrusted);
    let missing = PathError::VerifierMissing(scheme);
    assert_eq!(assess(vec![leaf.clone()], vec![middle.clone()]), missing);
    // The same certificate from both sides counts as the caller's.
    assert_eq!(assess(vec![leaf, middle.clone()], vec![middle]), missing);
}
