//! Tests of paths with revoked certificates. The base is root ← middle ← leaf with a list by each issuer; each test
//! changes one thing.

use std::collections::HashSet;

use countersign_cose::{
    Algorithm, Curve, Hash, KeyError, PreparedKey, PublicKey, Scheme, SignatureVerifier, Verifiers,
};
use countersign_types::{Aaguid, Code};

use super::*;
use crate::{
    anchors::{AnchorList, TrustAnchor},
    attestation::Attestation,
    attestation_type::AttestationType,
    certificate::Certificate,
    oid,
    path::{
        error::{PathError, UntrustedError},
        limits::PathLimits,
        trusted::TrustedPath,
        validate_path,
    },
    test_support::{
        NOW,
        certificates::{Builder, Key, common_name, root},
        links,
        lists::ListBuilder,
    },
};
use countersign_authenticator::certificate::name;
use countersign_authenticator::der::{element, sequence};

mod android;
mod cost;
mod naming;

fn middle_key() -> Key {
    Key::p256(2)
}

/// A CA that signs certificates and lists.
fn middle() -> Builder {
    let mut middle = Builder::ca("middle", &middle_key());
    middle.serial_number = vec![20];
    middle.with_extension(oid::KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x06])
}

fn root_certificate() -> Builder {
    Builder::ca("root", &root().1).with_extension(oid::KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x06])
}

fn leaf() -> Builder {
    let mut leaf = Builder::attestation(&Key::p256(9));
    leaf.serial_number = vec![30];
    leaf
}

fn path_of(leaf: &Builder, middle: &Builder) -> [Certificate; 2] {
    [leaf.signed_by("middle", &middle_key()), middle.signed_by("root", &root().1)]
}

fn path() -> [Certificate; 2] {
    path_of(&leaf(), &middle())
}

fn anchor() -> TrustAnchor {
    TrustAnchor::from_certificate(root_certificate().self_signed(&root().1))
}

fn by_middle() -> ListBuilder {
    ListBuilder::new("middle").naming(&[31])
}

fn by_root() -> ListBuilder {
    ListBuilder::new("root").naming(&[21])
}

/// What is known from these two lists.
fn known(by_middle: &ListBuilder, by_root: &ListBuilder) -> Revocation {
    Revocation::none()
        .with_list(by_middle.signed_by(&middle_key()))
        .with_list(by_root.signed_by(&root().1))
        .with_required_lists()
}

fn validate(path: &[Certificate], revocation: &Revocation) -> Result<TrustedPath, PathError> {
    links::validate(path, &[anchor()], revocation, &PathLimits::default())
}

fn revoked(revocation: &Revocation, expected: usize) {
    let error = validate(&path(), revocation).unwrap_err();
    assert_eq!(error, PathError::Revoked { position: expected, reason: RevocationReason::Unspecified });
    assert_eq!(error.code(), Code::AttestationCertificateRevoked);
    assert_eq!(error.to_string(), format!("certificate {expected} of the path is revoked: unspecified"));
}

fn unknown(revocation: &Revocation, expected: UntrustedError) {
    let error = validate(&path(), revocation).unwrap_err();
    assert_eq!(error, PathError::Untrusted(expected));
    assert_eq!(error.code(), Code::AttestationUntrusted);
}

#[test]
fn rule_274_a_revoked_leaf_is_rejected() {
    validate(&path(), &known(&by_middle(), &by_root())).unwrap();
    revoked(&known(&by_middle().naming(&[30]), &by_root()), 0);
}

#[test]
fn rule_274_a_revoked_intermediate_is_rejected() {
    revoked(&known(&by_middle(), &by_root().naming(&[20])), 1);
}

#[test]
fn rule_274_a_list_names_its_own_issuers_certificates_only() {
    validate(&path(), &known(&by_middle().naming(&[20]), &by_root().naming(&[30]))).unwrap();
}

#[test]
fn rule_274_another_path_without_the_revoked_certificate_is_taken() {
    let mut twin = middle();
    twin.serial_number = vec![22];
    let [leaf, middle] = path();
    let twin = twin.signed_by("root", &root().1);
    let revocation = known(&by_middle(), &by_root().naming(&[20]));
    let trusted = validate(&[leaf.clone(), middle.clone(), twin.clone()], &revocation).unwrap();
    assert_eq!(trusted.certificates()[1], twin);
    let both = known(&by_middle(), &by_root().naming(&[20]).naming(&[22]));
    let error = validate(&[leaf, twin, middle], &both).unwrap_err();
    assert_eq!(error.code(), Code::AttestationCertificateRevoked);
}

#[test]
fn rule_274_an_issuer_without_a_list_is_rejected_if_lists_are_required() {
    let one = |revocation: Revocation| revocation.with_list(by_root().signed_by(&root().1));
    validate(&path(), &one(Revocation::none())).unwrap();
    unknown(&one(Revocation::none()).with_required_lists(), UntrustedError::RevocationListMissing);
    validate(&path(), &Revocation::none()).unwrap();
    unknown(&Revocation::none().with_required_lists(), UntrustedError::RevocationListMissing);
}

#[test]
fn rule_274_a_path_of_one_certificate_needs_no_list() {
    let revocation = Revocation::none().with_required_lists();
    validate(&[anchor().certificate().clone()], &revocation).unwrap();
}

#[test]
fn rule_274_revocation_is_reported_before_the_expiry_of_another_path() {
    let mut old = middle().valid("2401010000", "2512312359");
    old.serial_number = vec![22];
    let [leaf, middle] = path();
    let old = old.signed_by("root", &root().1);
    let revocation = known(&by_middle(), &by_root().naming(&[20]));
    for path in [[leaf.clone(), middle.clone(), old.clone()], [leaf, old, middle]] {
        assert_eq!(validate(&path, &revocation).unwrap_err().code(), Code::AttestationCertificateRevoked);
    }
}

#[test]
fn rule_274_expiry_is_reported_before_the_unknown_status_of_another_path() {
    let [leaf, middle] = path();
    let revocation = Revocation::none().with_list(by_middle().signed_by(&middle_key())).with_required_lists();
    unknown(&revocation, UntrustedError::RevocationListMissing);
    // Paths are tried in the order of their certificates' DER: the expired one comes before the other, and after it.
    let mut orders = HashSet::new();
    for serial_number in [vec![1], vec![0x7f; 20]] {
        let mut old = self::middle().valid("2401010000", "2512312359");
        old.serial_number = serial_number;
        let old = old.signed_by("root", &root().1);
        orders.insert(old.as_der().cmp(middle.as_der()));
        let error = validate(&[leaf.clone(), middle.clone(), old], &revocation).unwrap_err();
        assert_eq!(error.code(), Code::AttestationCertificateExpired);
    }
    assert_eq!(orders.len(), 2);
}

#[test]
fn rule_274_each_list_counts() {
    let revocation = known(&by_middle(), &by_root());
    let more = ListBuilder::new("middle").naming(&[30]).signed_by(&middle_key());
    revoked(&revocation.with_list(more), 0);
}

#[test]
fn rule_275_an_outdated_list_clears_no_certificate() {
    let old = by_middle().valid(&["2511010000", "2512312359"]);
    let due = UntrustedError::RevocationListOutdated { next_update: NOW.plus_seconds(-60) };
    unknown(&known(&old, &by_root()), due);
    validate(&path(), &known(&old, &by_root()).with_dangerous_outdated_lists()).unwrap();
    let fresh = by_middle().valid(&["2511010000", "2601010000"]);
    validate(&path(), &known(&fresh, &by_root())).unwrap();
    let early = by_middle().valid(&["2601010001", "2602010000"]);
    let error = validate(&path(), &known(&early, &by_root())).unwrap_err();
    assert!(matches!(error, PathError::Untrusted(UntrustedError::RevocationListOutdated { .. })));
}

#[test]
fn rule_275_an_outdated_list_still_names() {
    let old = by_middle().valid(&["2511010000", "2512312359"]).naming(&[30]);
    revoked(&known(&old, &by_root()), 0);
    revoked(&known(&old, &by_root()).with_dangerous_outdated_lists(), 0);
}

#[test]
fn rule_275_a_list_with_a_wrong_signature_is_rejected() {
    let signed_by = |key: &Key| Revocation::none().with_list(by_middle().signed_by(key));
    validate(&path(), &signed_by(&middle_key())).unwrap();
    for key in [Key::p256(7), Key::ed25519(2), root().1] {
        unknown(&signed_by(&key), UntrustedError::RevocationListInvalid);
        unknown(&signed_by(&key).with_dangerous_outdated_lists(), UntrustedError::RevocationListInvalid);
    }
}

/// Verifies ES256 and nothing else.
#[derive(Debug)]
struct Es256Only;

impl SignatureVerifier for Es256Only {
    fn scheme(&self) -> Scheme {
        Algorithm::Es256.scheme()
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        Verifiers::default().prepare(key, self.scheme())
    }
}

#[test]
fn a_list_that_nothing_can_verify_is_not_called_wrongly_signed() {
    let verifiers = Verifiers::none().with_verifier(std::sync::Arc::new(Es256Only));
    let validate = |revocation: &Revocation| {
        validate_path(&path(), &[anchor()], revocation, NOW, &verifiers, &PathLimits::default())
    };
    validate(&Revocation::none().with_list(by_middle().signed_by(&middle_key()))).unwrap();
    // ECDSA with SHA-384: with the default table such a list is one of another key.
    let other = Revocation::none().with_list(by_middle().signed_by(&Key::p384(2)));
    unknown(&other, UntrustedError::RevocationListInvalid);
    let error = validate(&other).unwrap_err();
    let scheme = Scheme::Ecdsa { curve: Curve::P256, hash: Hash::Sha384 };
    assert_eq!((&error, error.code()), (&PathError::VerifierMissing(scheme), Code::VerifierMissing));
}

#[test]
fn rule_275_a_list_from_another_issuer_is_not_used() {
    let foreign = ListBuilder::new("somebody").naming(&[30]).signed_by(&middle_key());
    let revocation = Revocation::none().with_list(foreign);
    validate(&path(), &revocation).unwrap();
    let hard = revocation.with_list(by_root().signed_by(&root().1)).with_required_lists();
    unknown(&hard, UntrustedError::RevocationListMissing);
}

#[test]
fn rule_275_the_issuers_key_usage_allows_it_to_sign_lists() {
    let certificates_only = middle().with_extension(oid::KEY_USAGE, true, &[0x03, 0x02, 0x02, 0x04]);
    let revocation = known(&by_middle(), &by_root());
    let error = validate(&path_of(&leaf(), &certificates_only), &revocation).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::RevocationListInvalid));
    let unlimited = middle().without_extension(&oid::KEY_USAGE);
    validate(&path_of(&leaf(), &unlimited), &revocation).unwrap();
}

/// A list by the root with this member in its issuing distribution point.
fn scoped(member: &[u8]) -> ListBuilder {
    by_root().with_extension(oid::ISSUING_DISTRIBUTION_POINT, true, &sequence(&[member]))
}

/// The member of a distribution point that has this address.
fn point(address: &[u8]) -> Vec<u8> {
    element(0xa0, &element(0xa0, &element(0x86, address)))
}

const USERS: &[u8] = &[0x81, 0x01, 0xff];
const CAS: &[u8] = &[0x82, 0x01, 0xff];

#[test]
fn rule_274_a_list_clears_the_certificates_of_its_scope() {
    validate(&path(), &known(&by_middle(), &scoped(CAS))).unwrap();
    unknown(&known(&by_middle(), &scoped(USERS)), UntrustedError::RevocationListMissing);

    let judge = |points: &[u8]| {
        let value = sequence(&[&sequence(&[points])]);
        let path = path_of(&leaf(), &middle().with_extension(oid::CRL_DISTRIBUTION_POINTS, false, &value));
        validate(&path, &known(&by_middle(), &scoped(&point(b"http://a.example/1"))))
    };
    judge(&point(b"http://a.example/1")).unwrap();
    let missing = PathError::Untrusted(UntrustedError::RevocationListMissing);
    assert_eq!(judge(&point(b"http://a.example/2")), Err(missing.clone()));
    let partial = [point(b"http://a.example/1"), vec![0x81, 0x02, 0x06, 0x40]].concat();
    assert_eq!(judge(&partial), Err(missing.clone()));
    let indirect =
        [point(b"http://a.example/1"), element(0xa2, &element(0xa4, &name(&common_name("other"))))].concat();
    assert_eq!(judge(&indirect), Err(missing.clone()));
    let both = [&partial[..], &element(0xa2, &element(0xa4, &name(&common_name("other"))))].concat();
    assert_eq!(judge(&both), Err(missing));
    unknown(
        &known(&by_middle(), &scoped(&point(b"http://a.example/1"))),
        UntrustedError::RevocationListMissing,
    );
}

#[test]
fn rule_274_a_list_revokes_its_entries_whatever_its_scope() {
    for member in [CAS, USERS, &point(b"http://a.example/1")] {
        let list = |naming: &[u8]| scoped(member).naming(naming).signed_by(&root().1);
        validate(&path(), &Revocation::none().with_list(list(&[22]))).unwrap();
        revoked(&Revocation::none().with_list(list(&[20])), 1);
    }
}

#[test]
fn rule_275_no_list_with_a_flipped_bit_clears_a_certificate() {
    let good = by_middle().with_extension(oid::CRL_NUMBER, false, &[0x02, 0x01, 0x07]).der(&middle_key());
    let judge = |der: &[u8]| {
        let list = CertificateRevocationList::from_der(der).ok()?;
        let by_root = by_root().signed_by(&root().1);
        validate(&path(), &Revocation::none().with_list(list).with_list(by_root).with_required_lists()).ok()
    };
    assert!(judge(&good).is_some());
    for position in 0..good.len() {
        let mut flipped = good.clone();
        flipped[position] ^= 1 << (position % 8);
        assert!(judge(&flipped).is_none(), "byte {position}");
    }
}

#[test]
fn the_lists_come_with_the_anchors() {
    let attestation = Attestation::with_certificates("packed", AttestationType::Uncertain, path().to_vec());
    let assess = |anchors: &dyn crate::TrustAnchors| {
        let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
        attestation
            .assess_trust(Aaguid::ZERO, anchors, NOW, &verifiers, &limits)
            .map_err(|error| error.code())
    };
    let revocation = known(&by_middle().naming(&[30]), &by_root());
    let list = AnchorList::new([anchor()]);
    assess(&list).unwrap();
    assert_eq!(assess(&list.with_revocation(revocation.clone())), Err(Code::AttestationCertificateRevoked));
    let scoped = crate::ScopedAnchors::default().with_anchor(crate::AnchorScope::any(), anchor());
    assess(&scoped).unwrap();
    assert_eq!(assess(&scoped.with_revocation(revocation)), Err(Code::AttestationCertificateRevoked));
}
