//! Tests of searches with remembered links: what they spare, and that they spare nothing else.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use countersign_cose::{Hash, PreparedKey, PublicKey, Scheme, SignatureError, SignatureVerifier};
use countersign_types::Timestamp;

use super::*;
use crate::{revocation::reason::RevocationReason, test_support::lists::ListBuilder};

/// Verifies ECDSA with P-256, and counts the parsed keys and the verified signatures.
#[derive(Debug, Clone, Default)]
struct Counting {
    parsed: Arc<AtomicUsize>,
    verified: Arc<AtomicUsize>,
}

impl SignatureVerifier for Counting {
    fn scheme(&self) -> Scheme {
        Scheme::Ecdsa { curve: Curve::P256, hash: Hash::Sha256 }
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        self.parsed.fetch_add(1, Ordering::Relaxed);
        let prepared = Verifiers::rust_crypto().prepare(key, self.scheme())?;
        Ok(Box::new(CountingKey { verified: Arc::clone(&self.verified), prepared }))
    }
}

#[derive(Debug)]
struct CountingKey {
    verified: Arc<AtomicUsize>,
    prepared: Box<dyn PreparedKey>,
}

impl PreparedKey for CountingKey {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        self.verified.fetch_add(1, Ordering::Relaxed);
        self.prepared.verify(message, signature)
    }
}

/// Searches that share links.
struct Searches {
    counting: Counting,
    verifiers: Verifiers,
    links: VerifiedLinks,
    anchors: Vec<TrustAnchor>,
    revocation: Revocation,
    now: Timestamp,
    limits: PathLimits,
}

impl Searches {
    fn with(links: VerifiedLinks) -> Self {
        let counting = Counting::default();
        Self {
            verifiers: Verifiers::none().with_verifier(Arc::new(counting.clone())),
            counting,
            links,
            anchors: vec![root().0],
            revocation: Revocation::none(),
            now: NOW,
            limits: PathLimits::default(),
        }
    }

    /// Searches that know the links of [`known_path`].
    fn knowing() -> Self {
        let searches = Self::with(VerifiedLinks::default());
        searches.judge(&known_path()).unwrap();
        assert_eq!(searches.costs(), COLD);
        searches
    }

    fn judge(&self, path: &[Certificate]) -> Result<(), PathError> {
        let candidates = Candidates { sent: path, intermediates: &[], anchors: &self.anchors };
        let check = Check::all(&self.revocation);
        let known = Some(&self.links);
        search::run(candidates, Profile::Plain, check, self.now, &self.verifiers, known, self.limits)
            .map(drop)
    }

    /// How many keys were parsed and how many signatures verified since the last call.
    fn costs(&self) -> (usize, usize) {
        let Counting { parsed, verified } = &self.counting;
        (parsed.swap(0, Ordering::Relaxed), verified.swap(0, Ordering::Relaxed))
    }

    /// The verdict on the known path, for which neither key nor signature is looked at.
    fn judge_known(&self) -> Result<(), PathError> {
        let verdict = self.judge(&known_path());
        assert_eq!(self.costs(), (0, 0));
        verdict
    }
}

/// The cost of the known path if nothing is remembered.
const COLD: (usize, usize) = (2, 2);

fn known_path() -> [Certificate; 2] {
    path_through(&middle())
}

/// Another leaf of the same issuer.
fn other_leaf(number: u8) -> Certificate {
    let mut leaf = leaf();
    leaf.serial_number = vec![number];
    leaf.signed_by("middle", &middle_key())
}

#[test]
fn a_batch_costs_its_signatures_once() {
    let searches = Searches::knowing();
    for _ in 0..2 {
        searches.judge_known().unwrap();
    }
}

#[test]
fn an_unknown_certificate_of_a_known_issuer_costs_a_signature_and_no_key() {
    let searches = Searches::knowing();
    let [_, middle] = known_path();
    let path = [other_leaf(40), middle];
    searches.judge(&path).unwrap();
    assert_eq!(searches.costs(), (0, 1));
    searches.judge(&path).unwrap();
    assert_eq!(searches.costs(), (0, 0));
}

#[test]
fn only_links_of_trusted_paths_are_remembered() {
    let mut searches = Searches::with(VerifiedLinks::default());
    let stranger = Builder::ca("stranger", &Key::p256(6)).self_signed(&Key::p256(6));
    searches.anchors = vec![anchor(&stranger)];
    // A path that ends before an anchor, one that has expired, and one that is revoked.
    for _ in 0..2 {
        let error = searches.judge(&known_path()).unwrap_err();
        assert_eq!(error, PathError::Untrusted(UntrustedError::IssuerUnknown));
        assert_eq!(searches.costs(), (1, 1));
    }
    searches.anchors = vec![root().0];
    let expired = path_through(&middle().valid("2401010000", "2512312359"));
    for _ in 0..2 {
        let error = searches.judge(&expired).unwrap_err();
        assert_eq!(error.code(), Code::AttestationCertificateExpired);
        assert_eq!(searches.costs(), COLD);
    }
    let serial_number = leaf().serial_number.clone();
    let list = ListBuilder::new("middle").naming(&serial_number).signed_by(&middle_key());
    searches.revocation = Revocation::none().with_list(list);
    searches.judge(&known_path()).unwrap_err();
    searches.costs();
    searches.judge(&known_path()).unwrap_err();
    // The verdict on the list is remembered with the list.
    assert_eq!(searches.costs(), COLD);
}

#[test]
fn the_side_branches_of_a_search_are_not_remembered() {
    let mut searches = Searches::with(VerifiedLinks::default());
    let [leaf, middle] = known_path();
    // The intermediate's name and key in a certificate below another CA, which leads nowhere. It is shorter, so that it
    // is tried first.
    let other_key = Key::p256(6);
    let other = Builder::ca("other", &other_key).signed_by("nobody", &Key::p256(7));
    let twin = self::middle().without_extension(&oid::KEY_USAGE).signed_by("other", &other_key);
    assert!(twin.as_der() < middle.as_der());
    searches.judge(&[leaf.clone(), middle, other.clone(), twin.clone()]).unwrap();
    assert_eq!(searches.costs().1, 4);
    searches.judge_known().unwrap();

    // The leaf's link is that of the trusted path, for its issuer has the same key; the twin's is of no trusted path.
    searches.anchors = vec![anchor(&other)];
    searches.judge(&[leaf, twin]).unwrap();
    assert_eq!(searches.costs(), (1, 1));
}

#[test]
fn a_known_path_expires() {
    let mut searches = Searches::knowing();
    searches.now = Timestamp::from_unix_seconds(i64::MAX);
    let error = searches.judge_known().unwrap_err();
    assert_eq!(error.code(), Code::AttestationCertificateExpired);
}

#[test]
fn a_known_path_is_revoked() {
    let mut searches = Searches::knowing();
    let serial_number = leaf().serial_number.clone();
    let list = ListBuilder::new("middle").naming(&serial_number).signed_by(&middle_key());
    searches.revocation = Revocation::none().with_list(list);
    let error = searches.judge(&known_path()).unwrap_err();
    assert_eq!(error, PathError::Revoked { position: 0, reason: RevocationReason::Unspecified });
    // That of the list.
    assert_eq!(searches.costs(), (1, 1));
}

#[test]
fn a_known_path_loses_its_anchor() {
    let mut searches = Searches::knowing();
    searches.anchors = Vec::new();
    assert_eq!(searches.judge_known(), Err(PathError::Untrusted(UntrustedError::NoAnchor)));
    // An anchor that does not allow an intermediate any more.
    let (_, key) = root();
    searches.anchors = vec![anchor(&Builder::ca("root", &key).with_path_length(0).self_signed(&key))];
    assert_eq!(searches.judge_known(), Err(PathError::Untrusted(UntrustedError::PathLength(0))));
}

#[test]
fn a_known_path_takes_as_much_of_the_budget() {
    let mut searches = Searches::knowing();
    searches.limits = PathLimits::default().with_signature_checks(2);
    searches.judge_known().unwrap();
    searches.limits = PathLimits::default().with_signature_checks(1);
    assert_eq!(searches.judge_known(), Err(PathError::BudgetExceeded(1)));
    searches.limits = PathLimits::default().with_certificates(2);
    assert_eq!(searches.judge_known(), Err(PathError::Untrusted(UntrustedError::TooLong(2))));
}

#[test]
fn another_table_of_verifiers_knows_nothing() {
    let mut searches = Searches::knowing();
    let table = searches.verifiers.clone();
    searches.verifiers = Verifiers::none();
    let missing = PathError::VerifierMissing(searches.counting.scheme());
    assert_eq!(searches.judge(&known_path()[..1]), Err(PathError::Untrusted(UntrustedError::IssuerUnknown)));
    searches.anchors.push(anchor(&known_path()[1]));
    assert_eq!(searches.judge(&known_path()), Err(missing));
    searches.anchors.pop();

    searches.verifiers = table.clone().with_long_rsa_keys();
    searches.judge(&known_path()).unwrap();
    assert_eq!(searches.costs(), COLD);
    // Now the links are those of that table.
    searches.judge_known().unwrap();
    searches.verifiers = table;
    searches.judge(&known_path()).unwrap();
    assert_eq!(searches.costs(), COLD);
}

#[test]
fn a_changed_byte_of_a_signature_makes_another_certificate() {
    let searches = Searches::knowing();
    let [leaf, middle] = known_path();
    let mut der = leaf.as_der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let changed = [Certificate::from_der(&der).unwrap(), middle];
    assert_eq!(searches.judge(&changed), Err(PathError::Untrusted(UntrustedError::SignatureInvalid)));
    assert_eq!(searches.costs(), (0, 1));
}

#[test]
fn an_issuer_of_the_same_name_and_another_key_is_another_issuer() {
    let searches = Searches::knowing();
    let [leaf, _] = known_path();
    let namesake = Builder::ca("middle", &Key::p256(6)).signed_by("root", &root().1);
    let error = searches.judge(&[leaf, namesake]).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::SignatureInvalid));
    assert_eq!(searches.costs(), (1, 1));
}

#[test]
fn a_weak_signature_below_a_known_issuer_is_rejected() {
    let searches = Searches::knowing();
    let sha1 = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
    let mut weak = leaf();
    let algorithm = sequence(&[&element(0x06, sha1)]);
    weak.inner_algorithm = Some(algorithm.clone());
    weak.outer_algorithm = Some(algorithm);
    let [_, middle] = known_path();
    let error = searches.judge(&[weak.signed_by("middle", &middle_key()), middle]).unwrap_err();
    assert_eq!(
        error,
        PathError::Untrusted(UntrustedError::WeakSignature(Oid::from_contents(sha1).into_owned()))
    );
    assert_eq!(searches.costs(), (0, 0));
}

#[test]
fn one_link_too_many_displaces_the_one_whose_use_is_the_longest_ago() {
    let searches = Searches::with(VerifiedLinks::with_capacity(3));
    let [first, middle] = known_path();
    let [second, third] = [40, 41].map(other_leaf);
    let verified = |leaf: &Certificate| {
        searches.judge(&[leaf.clone(), middle.clone()]).unwrap();
        searches.costs().1
    };
    assert_eq!([&first, &second, &first].map(verified), [2, 1, 0]);
    // The links of both leaves and of the intermediate are known; the second leaf's is the oldest.
    assert_eq!([&third, &first, &third].map(verified), [1, 0, 0]);
    assert_eq!(verified(&second), 1);
}

#[test]
fn one_key_too_many_displaces_the_one_whose_use_is_the_longest_ago() {
    let mut searches = Searches::with(VerifiedLinks::default());
    let issuers: Vec<_> =
        (0..=VerifiedLinks::KEYS_MAX).map(|at| Key::p256(20 + u8::try_from(at).unwrap())).collect();
    let judge = |searches: &mut Searches, at: usize, serial_number| {
        let key = &issuers[at];
        searches.anchors = vec![anchor(&Builder::ca("root", key).self_signed(key))];
        let mut leaf = leaf();
        leaf.serial_number = vec![serial_number];
        searches.judge(&[leaf.signed_by("root", key)]).unwrap();
        searches.costs().0
    };
    for at in 0..issuers.len() {
        assert_eq!(judge(&mut searches, at, 1), 1);
    }
    assert_eq!(judge(&mut searches, 1, 2), 0);
    assert_eq!(judge(&mut searches, 0, 2), 1);
}
