//! How much a search may do.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use countersign_cose::{Hash, PreparedKey, PublicKey, Scheme, SignatureError, SignatureVerifier};

use super::*;

#[test]
fn rule_277_a_path_has_no_more_certificates_than_the_limit() {
    validate(&line(7, |_, ca| ca), &[root().0]).unwrap();
    assert_untrusted(&line(8, |_, ca| ca), &[root().0], UntrustedError::TooLong(9));
    let limits = PathLimits::default().with_certificates(10);
    let verifiers = Verifiers::rust_crypto();
    validate_path(&line(8, |_, ca| ca), &[root().0], &Revocation::none(), NOW, &verifiers, &limits).unwrap();
    let most = PathLimits::default().with_certificates(PathLimits::CERTIFICATES_MAX);
    assert_eq!(PathLimits::default().with_certificates(usize::MAX), most);
}

/// Accepts every signature, and counts them.
#[derive(Debug, Clone, Default)]
struct Accepting(Arc<AtomicUsize>);

impl SignatureVerifier for Accepting {
    fn scheme(&self) -> Scheme {
        Scheme::Ecdsa { curve: Curve::P256, hash: Hash::Sha256 }
    }

    fn prepare(&self, _: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        Ok(Box::new(self.clone()))
    }
}

impl PreparedKey for Accepting {
    fn verify(&self, _: &[&[u8]], _: &[u8]) -> Result<(), SignatureError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn rule_277_a_search_takes_no_more_signature_checks_than_the_limit() {
    let counter = Accepting::default();
    let verifiers = Verifiers::none().with_verifier(Arc::new(counter.clone()));
    // All of one name, each with a key of its own, and each a possible issuer of all others.
    let mut path = vec![leaf().signed_by("ca", &leaf_key())];
    path.extend((10..17).map(|number| Builder::ca("ca", &Key::p256(number)).signed_by("ca", &leaf_key())));
    let validate = |limits| validate_path(&path, &[root().0], &Revocation::none(), NOW, &verifiers, &limits);

    let error = validate(PathLimits::default()).unwrap_err();
    assert_eq!(error, PathError::BudgetExceeded(64));
    assert_eq!(error.code(), Code::AttestationUntrusted);
    assert_eq!(counter.0.swap(0, Ordering::Relaxed), 64);

    assert_eq!(validate(PathLimits::default().with_signature_checks(5)), Err(PathError::BudgetExceeded(5)));
    assert_eq!(counter.0.load(Ordering::Relaxed), 5);
}

#[test]
fn rule_277_certificates_of_one_name_and_key_are_used_once_a_path() {
    let counter = Accepting::default();
    let verifiers = Verifiers::none().with_verifier(Arc::new(counter.clone()));
    let key = Key::p256(5);
    let mut path = vec![leaf().signed_by("ca", &key)];
    path.extend((0..50).map(|number| {
        let mut ca = Builder::ca("ca", &key);
        ca.serial_number = vec![number];
        ca.self_signed(&key)
    }));
    let error =
        validate_path(&path, &[root().0], &Revocation::none(), NOW, &verifiers, &PathLimits::default())
            .unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::IssuerUnknown));
    assert_eq!(counter.0.load(Ordering::Relaxed), 50);
}

#[test]
fn rule_277_a_certificate_that_is_given_twice_is_tried_once() {
    let counter = Accepting::default();
    let verifiers = Verifiers::none().with_verifier(Arc::new(counter.clone()));
    let checks = || counter.0.swap(0, Ordering::Relaxed);
    let limits = PathLimits::default();

    let (_, root_key) = root();
    let expired = Builder::ca("root", &root_key).valid("2401010000", "2512312359").self_signed(&root_key);
    let path = [leaf().signed_by("root", &root_key)];
    for anchors in [vec![anchor(&expired)], vec![anchor(&expired); 3]] {
        let error =
            validate_path(&path, &anchors, &Revocation::none(), NOW, &verifiers, &limits).unwrap_err();
        assert_eq!(error.code(), Code::AttestationCertificateExpired);
        assert_eq!(checks(), 1);
    }

    // The sender's copy counts as the caller's.
    let [leaf, middle] = path_through(&middle());
    let stranger = Builder::ca("stranger", &Key::p256(6)).self_signed(&Key::p256(6));
    let anchors = AnchorList::new([anchor(&stranger)]).with_intermediates([middle.clone()]);
    for sent in [vec![leaf.clone()], vec![leaf, middle.clone(), middle]] {
        let attestation = Attestation::with_certificates("packed", AttestationType::Uncertain, sent);
        let error = attestation.assess_trust(Aaguid::ZERO, &anchors, NOW, &verifiers, &limits).unwrap_err();
        assert_eq!(error, PathError::Untrusted(UntrustedError::IssuerUnknown));
        assert_eq!(checks(), 1);
    }
}
