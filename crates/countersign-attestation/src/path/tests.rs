//! Tests of certificate paths. The base is root ← middle ← leaf; each test of a rule changes one certificate.

use countersign_cose::{Curve, KeyError, MalformedKeyError};
use countersign_types::{Aaguid, Code};
use proptest::prelude::*;

use super::*;
use crate::{
    anchors::AnchorList,
    attestation::Attestation,
    attestation_type::AttestationType,
    oid::{self, Oid},
    revocation::Revocation,
    test_support::{
        NOW,
        certificates::{Builder, Key, root, rsa_spki, text},
        links,
    },
};
use countersign_authenticator::der::{PRINTABLE_STRING, element, octet_string, sequence};

mod budget;
mod factory;
mod leaf;
mod remembered;
mod verifiers;

const UNKNOWN: Oid<'static> = Oid::from_contents(&[0x2a, 0x03, 0x04]);

fn leaf_key() -> Key {
    Key::p256(9)
}

fn middle_key() -> Key {
    Key::p256(2)
}

fn leaf() -> Builder {
    Builder::attestation(&leaf_key())
}

fn middle() -> Builder {
    Builder::ca("middle", &middle_key())
}

/// A path through `middle`, to be given with the anchor `root`.
fn path_through(middle: &Builder) -> [Certificate; 2] {
    [leaf().signed_by("middle", &middle_key()), middle.signed_by("root", &root().1)]
}

fn anchor(certificate: &Certificate) -> TrustAnchor {
    TrustAnchor::from_certificate(certificate.clone())
}

fn validate(path: &[Certificate], anchors: &[TrustAnchor]) -> Result<TrustedPath, PathError> {
    links::validate(path, anchors, &Revocation::none(), &PathLimits::default())
}

fn assert_untrusted(path: &[Certificate], anchors: &[TrustAnchor], obstacle: UntrustedError) {
    let error = validate(path, anchors).unwrap_err();
    assert_eq!(error, PathError::Untrusted(obstacle));
    assert_eq!(error.code(), Code::AttestationUntrusted);
}

fn assert_middle(middle: &Builder, obstacle: UntrustedError) {
    assert_untrusted(&path_through(middle), &[root().0], obstacle);
}

fn assert_expired(path: &[Certificate], anchors: &[TrustAnchor], expected: usize) {
    let error = validate(path, anchors).unwrap_err();
    let PathError::Expired { position, now, .. } = error else { panic!("{error:?}") };
    assert_eq!((position, now), (expected, NOW));
    assert_eq!(error.code(), Code::AttestationCertificateExpired);
}

/// A line of CAs from `ca 1`, which `root` signed, to `ca length`, and a leaf under the last.
fn line(length: u8, changed: impl Fn(u8, Builder) -> Builder) -> Vec<Certificate> {
    let name = |number| if number == 0 { "root".to_owned() } else { format!("ca {number}") };
    let key = |number| if number == 0 { root().1 } else { Key::p256(100 + number) };
    let mut path = vec![leaf().signed_by(&name(length), &key(length))];
    path.extend((1..=length).rev().map(|number| {
        let ca = changed(number, Builder::ca(&name(number), &key(number)));
        ca.signed_by(&name(number - 1), &key(number - 1))
    }));
    path
}

#[test]
fn a_path_leads_from_the_leaf_to_the_anchor() {
    let path = path_through(&middle());
    let (root, _) = root();
    let trusted = validate(&path, std::slice::from_ref(&root)).unwrap();
    assert_eq!(trusted.certificates(), [path[0].clone(), path[1].clone(), root.certificate().clone()]);
    assert_eq!(trusted.anchor(), &root);
}

#[test]
fn the_anchor_may_be_in_the_path_and_certificates_may_be_superfluous() {
    let (root, key) = root();
    let [leaf, middle] = path_through(&middle());
    let other = Builder::ca("other", &Key::p256(5)).signed_by("root", &key);
    let trusted = validate(&[leaf, other, root.certificate().clone(), middle], &[root]).unwrap();
    assert_eq!(trusted.certificates().len(), 3);
}

#[test]
fn an_intermediate_may_be_the_anchor() {
    let path = path_through(&middle());
    let trusted = validate(&path[..1], &[anchor(&path[1])]).unwrap();
    assert_eq!(trusted.certificates(), path);
    assert_eq!(validate(&path, &[anchor(&path[1])]).unwrap().certificates(), path);
}

#[test]
fn the_leaf_itself_may_be_the_anchor_and_only_exactly_it() {
    let leaf = leaf().with_extension(UNKNOWN, true, &[0x05, 0x00]);
    let certificate = leaf.signed_by("somebody", &Key::p256(5));
    let trusted = validate(std::slice::from_ref(&certificate), &[anchor(&certificate)]).unwrap();
    assert_eq!(trusted.certificates(), [certificate]);

    let mut twin = leaf;
    twin.serial_number = vec![2];
    let twin = twin.signed_by("somebody", &Key::p256(5));
    let certificate = self::leaf().signed_by("somebody", &Key::p256(5));
    assert_untrusted(&[certificate], &[anchor(&twin)], UntrustedError::IssuerUnknown);
}

#[test]
fn links_of_all_algorithms_are_verified() {
    for key in [Key::p256(5), Key::p384(5), Key::ed25519(5)] {
        let ca = Builder::ca("ca", &key).self_signed(&key);
        validate(&[leaf().signed_by("ca", &key)], &[anchor(&ca)]).unwrap();
    }
}

#[test]
fn rule_161_an_expired_leaf_is_rejected() {
    let (root, key) = root();
    let expired = leaf().valid("2401010000", "2512312359").signed_by("root", &key);
    assert_expired(&[expired], &[root], 0);
}

#[test]
fn rule_263_the_path_leads_to_a_given_anchor() {
    let path = path_through(&middle());
    let other_key = Key::p256(5);
    let other = Builder::ca("other", &other_key).self_signed(&other_key);
    assert_untrusted(&path, &[anchor(&other)], UntrustedError::IssuerUnknown);
    let namesake = Builder::ca("root", &other_key).self_signed(&other_key);
    assert_untrusted(&path, &[anchor(&namesake)], UntrustedError::SignatureInvalid);
    validate(&path, &[anchor(&other), anchor(&namesake), root().0]).unwrap();
}

#[test]
fn rule_264_a_root_in_the_path_is_not_an_anchor() {
    let [leaf, middle] = path_through(&middle());
    let root = root().0.certificate().clone();
    let other_key = Key::p256(5);
    let other = Builder::ca("other", &other_key).self_signed(&other_key);
    assert_untrusted(&[leaf, middle, root], &[anchor(&other)], UntrustedError::IssuerUnknown);
    let self_signed = self::leaf().self_signed(&leaf_key());
    assert_untrusted(&[self_signed], &[anchor(&other)], UntrustedError::IssuerUnknown);
}

#[test]
fn rule_265_without_anchors_nothing_is_trusted() {
    assert_untrusted(&path_through(&middle()), &[], UntrustedError::NoAnchor);
    assert_untrusted(&[], &[root().0], UntrustedError::NoCertificate);
}

#[test]
fn rule_266_each_issuer_has_the_name_and_made_the_signature() {
    let (root, key) = root();
    let other_name = leaf().signed_by("roots", &key);
    assert_untrusted(&[other_name], std::slice::from_ref(&root), UntrustedError::IssuerUnknown);
    let other_key = leaf().signed_by("root", &leaf_key());
    assert_untrusted(&[other_key], std::slice::from_ref(&root), UntrustedError::SignatureInvalid);
    let other_algorithm = leaf().signed_by("root", &Key::ed25519(1));
    assert_untrusted(&[other_algorithm], std::slice::from_ref(&root), UntrustedError::SignatureAlgorithm);

    let [leaf, _] = path_through(&middle());
    let forged = middle().signed_by("root", &Key::p256(5));
    assert_untrusted(&[leaf, forged], &[root], UntrustedError::SignatureInvalid);
}

#[test]
fn rule_267_an_intermediate_is_a_ca() {
    assert_middle(&middle().without_extension(&oid::BASIC_CONSTRAINTS), UntrustedError::NotCa);
    assert_middle(
        &middle().with_extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[])),
        UntrustedError::NotCa,
    );
    let mut version_1 = middle();
    version_1.version = 1;
    version_1.extensions = Vec::new();
    assert_middle(&version_1, UntrustedError::NotCa);
}

#[test]
fn rule_267_key_usage_allows_an_intermediate_to_sign_certificates() {
    validate(&path_through(&middle().without_extension(&oid::KEY_USAGE)), &[root().0]).unwrap();
    let signature_only = middle().with_extension(oid::KEY_USAGE, true, &[0x03, 0x02, 0x07, 0x80]);
    assert_middle(&signature_only, UntrustedError::MayNotSignCertificates);
}

#[test]
fn rule_268_path_length_counts_the_cas_below() {
    let limited = |limit| line(2, |number, ca| if number == 1 { ca.with_path_length(limit) } else { ca });
    validate(&limited(1), &[root().0]).unwrap();
    assert_untrusted(&limited(0), &[root().0], UntrustedError::PathLength(0));
}

#[test]
fn rule_268_a_lower_ca_cannot_raise_the_path_length() {
    let path = line(3, |number, ca| match number {
        1 => ca.with_path_length(1),
        2 => ca.with_path_length(9),
        _ => ca,
    });
    assert_untrusted(&path, &[root().0], UntrustedError::PathLength(1));
}

#[test]
fn rule_268_the_anchors_path_length_counts_too() {
    let (_, key) = root();
    let limited = anchor(&Builder::ca("root", &key).with_path_length(0).self_signed(&key));
    validate(&line(0, |_, ca| ca), std::slice::from_ref(&limited)).unwrap();
    assert_untrusted(&line(1, |_, ca| ca), &[limited], UntrustedError::PathLength(0));
}

#[test]
fn rule_268_self_issued_cas_are_not_counted() {
    let (root, key) = root();
    let (old, new) = (Key::p256(5), Key::p256(6));
    let path = [
        leaf().signed_by("ca", &new),
        Builder::ca("ca", &new).signed_by("ca", &old),
        Builder::ca("ca", &old).with_path_length(0).signed_by("root", &key),
    ];
    assert_eq!(validate(&path, &[root]).unwrap().certificates().len(), 4);
}

#[test]
fn rule_269_name_constraints_are_rejected() {
    let value = sequence(&[]);
    for critical in [true, false] {
        let constrained = middle().with_extension(oid::NAME_CONSTRAINTS, critical, &value);
        assert_middle(&constrained, UntrustedError::NameConstraints);
    }
    let (root, key) = root();
    let constrained = leaf().with_extension(oid::NAME_CONSTRAINTS, true, &value).signed_by("root", &key);
    assert_untrusted(&[constrained], &[root], UntrustedError::NameConstraints);
}

#[test]
fn rule_270_an_unknown_critical_extension_is_rejected() {
    let (root, key) = root();
    let null = [0x05, 0x00];
    validate(&path_through(&middle().with_extension(UNKNOWN, false, &null)), std::slice::from_ref(&root))
        .unwrap();
    assert_middle(&middle().with_extension(UNKNOWN, true, &null), UntrustedError::UnknownCritical(UNKNOWN));

    let critical_leaf = leaf().with_extension(UNKNOWN, true, &null).signed_by("root", &key);
    assert_untrusted(&[critical_leaf], &[root], UntrustedError::UnknownCritical(UNKNOWN));
    let critical_root = Builder::ca("root", &key).with_extension(UNKNOWN, true, &null).self_signed(&key);
    let path = [leaf().signed_by("root", &key)];
    assert_untrusted(&path, &[anchor(&critical_root)], UntrustedError::UnknownCritical(UNKNOWN));
}

#[test]
fn rule_270_a_known_critical_extension_is_accepted() {
    let purposes = sequence(&[&[0x06, 0x03, 0x2a, 0x03, 0x04]]);
    let known = middle()
        .with_extension(oid::EXTENDED_KEY_USAGE, true, &purposes)
        .with_extension(oid::SUBJECT_ALT_NAME, true, &sequence(&[]))
        .with_extension(oid::CERTIFICATE_POLICIES, true, &sequence(&[]));
    validate(&path_through(&known), &[root().0]).unwrap();
}

#[test]
fn rule_271_every_certificate_is_valid_now() {
    let (root, key) = root();
    let expired = path_through(&middle().valid("2401010000", "2512312359"));
    assert_expired(&expired, std::slice::from_ref(&root), 1);
    let early = path_through(&middle().valid("2601010001", "3001010000"));
    assert_expired(&early, &[root], 1);
    let old_root = Builder::ca("root", &key).valid("2401010000", "2512312359").self_signed(&key);
    assert_expired(&path_through(&middle()), &[anchor(&old_root)], 2);
}

#[test]
fn rule_271_both_ends_of_the_validity_period_belong_to_it() {
    let (root, key) = root();
    for (from, to) in [("2601010000", "3001010000"), ("2401010000", "2601010000")] {
        let leaf = leaf().valid(from, to).signed_by("root", &key);
        validate(&[leaf], std::slice::from_ref(&root)).unwrap();
    }
}

#[test]
fn rule_271_an_expired_leaf_that_is_the_anchor_is_rejected() {
    let expired = leaf().valid("2401010000", "2512312359").self_signed(&leaf_key());
    assert_expired(std::slice::from_ref(&expired), &[anchor(&expired)], 0);
}

#[test]
fn rule_271_a_path_that_fails_not_only_because_of_time_is_untrusted() {
    let expired = path_through(&middle().valid("2401010000", "2512312359"));
    let other_key = Key::p256(5);
    let namesake = Builder::ca("root", &other_key).self_signed(&other_key);
    assert_untrusted(&expired, &[anchor(&namesake)], UntrustedError::SignatureInvalid);
}

/// Twins with another serial number each: among them are some whose DER comes before the original's, and after it.
fn twins(certificate: &Builder, signer: &Key) -> Vec<Certificate> {
    let numbered = |number: u8| {
        let mut twin = certificate.clone();
        twin.serial_number = vec![number];
        twin.signed_by("root", signer)
    };
    (1..=4).chain(100..=104).map(numbered).collect()
}

/// The error of a path with both of these issuers, and of the one that comes first in the order of their DER.
fn first_of<'a>(one: &'a Certificate, other: &'a Certificate) -> &'a Certificate {
    if one.as_der() < other.as_der() { one } else { other }
}

#[test]
fn the_error_of_the_longest_path_is_reported_and_of_two_the_first() {
    let [leaf, right] = path_through(&middle());
    let not_ca = middle().without_extension(&oid::BASIC_CONSTRAINTS).signed_by("root", &root().1);
    for forged in twins(&Builder::ca("middle", &Key::p256(5)), &root().1) {
        // The anchor has another name: the right intermediate's issuer is unknown.
        let stranger = Builder::ca("stranger", &Key::p256(6)).self_signed(&Key::p256(6));
        let path = [leaf.clone(), right.clone(), forged.clone()];
        assert_untrusted(&path, &[anchor(&stranger)], UntrustedError::IssuerUnknown);

        let first = first_of(&forged, &not_ca);
        let expected =
            if *first == forged { UntrustedError::SignatureInvalid } else { UntrustedError::NotCa };
        assert_untrusted(&[leaf.clone(), not_ca.clone(), forged], &[root().0], expected);
    }
}

#[test]
fn rule_271_of_two_expired_paths_the_first_is_reported() {
    let [leaf, one] = path_through(&middle().valid("2401010000", "2512312359"));
    for other in twins(&middle().valid("2401010000", "2512302359"), &root().1) {
        let expected = first_of(&one, &other).not_after();
        for path in [[leaf.clone(), one.clone(), other.clone()], [leaf.clone(), other.clone(), one.clone()]] {
            let error = validate(&path, &[root().0]).unwrap_err();
            let PathError::Expired { position, not_after, .. } = error else { panic!("{error:?}") };
            assert_eq!((position, not_after), (1, expected));
        }
    }
}

#[test]
fn rule_272_weak_algorithms_are_rejected() {
    // sha1WithRSAEncryption, md5WithRSAEncryption, ecdsa-with-SHA1
    for contents in [
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05][..],
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04],
        &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01],
    ] {
        let mut weak = middle();
        let algorithm = sequence(&[&[0x06, u8::try_from(contents.len()).unwrap()], contents]);
        weak.inner_algorithm = Some(algorithm.clone());
        weak.outer_algorithm = Some(algorithm);
        assert_middle(&weak, UntrustedError::WeakSignature(Oid::from_contents(contents).into_owned()));
    }
}

#[test]
fn rule_272_a_short_rsa_key_is_rejected() {
    let mut short = middle();
    short.public_key = rsa_spki(255);
    let fault = KeyError::Malformed(MalformedKeyError::ModulusSize { bits: 2040 });
    assert_middle(&short, UntrustedError::Key(fault));
    let mut long = middle();
    long.public_key = rsa_spki(256);
    assert_middle(&long, UntrustedError::SignatureAlgorithm);
}

#[test]
fn rule_276_a_missing_intermediate_comes_from_configuration_or_not_at_all() {
    let [leaf, middle] = path_through(&middle());
    let attestation = Attestation::with_certificates("packed", AttestationType::Uncertain, vec![leaf]);
    let validate = |anchors: &AnchorList| {
        let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
        attestation.validate_trust_path(Aaguid::ZERO, anchors, NOW, &verifiers, &limits)
    };
    let anchors = AnchorList::new([root().0]);
    assert_eq!(validate(&anchors), Err(PathError::Untrusted(UntrustedError::IssuerUnknown)));
    let trusted = validate(&anchors.with_intermediates([middle.clone()])).unwrap();
    assert_eq!(trusted.certificates()[1], middle);
    let untrusted = AnchorList::default().with_intermediates([middle]);
    assert_eq!(validate(&untrusted), Err(PathError::Untrusted(UntrustedError::NoAnchor)));
}

#[test]
fn rule_276_an_attestation_without_certificates_takes_none_from_configuration() {
    let [_, middle] = path_through(&middle());
    let attestation = Attestation::without_certificates("packed", AttestationType::SelfAttestation);
    let source = AnchorList::new([root().0]).with_intermediates([middle]);
    let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
    let path = attestation.validate_trust_path(Aaguid::ZERO, &source, NOW, &verifiers, &limits);
    assert_eq!(path, Err(PathError::Untrusted(UntrustedError::NoCertificate)));
}

#[test]
fn certificates_whose_signatures_claim_unused_bits_make_a_path() {
    let claiming = |unused_bits: u8, signer: &Key| {
        let mut leaf = leaf();
        leaf.unused_bits = unused_bits;
        let mut middle = middle();
        middle.unused_bits = unused_bits;
        let (_, root_key) = root();
        let mut root = Builder::ca("root", &root_key);
        root.unused_bits = unused_bits;
        let path = [leaf.signed_by("middle", signer), middle.signed_by("root", &root_key)];
        validate(&path, &[anchor(&root.self_signed(&root_key))])
    };
    for unused_bits in 0..=7 {
        assert_eq!(claiming(unused_bits, &middle_key()).unwrap().certificates().len(), 3);
        let error = claiming(unused_bits, &leaf_key()).unwrap_err();
        assert_eq!(error, PathError::Untrusted(UntrustedError::SignatureInvalid));
    }
}

#[test]
fn a_version_1_anchor_is_taken_for_a_ca() {
    let key = Key::p256(5);
    let mut version_1 = Builder::ca("ca", &key);
    version_1.version = 1;
    version_1.extensions = Vec::new();
    let path = [leaf().signed_by("ca", &key)];
    validate(&path, &[anchor(&version_1.signed_by("somebody", &leaf_key()))]).unwrap();
}

#[test]
fn a_self_issued_anchor_is_taken_for_a_ca_and_its_own_signature_not_looked_at() {
    let key = Key::p256(5);
    let path = [leaf().signed_by("ca", &key)];
    let no_ca = Builder::ca("ca", &key).with_extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[]));
    validate(&path, &[anchor(&no_ca.self_signed(&leaf_key()))]).unwrap();
    assert_untrusted(&path, &[anchor(&no_ca.signed_by("somebody", &key))], UntrustedError::NotCa);
}

#[test]
fn an_anchors_key_usage_is_applied() {
    let (_, key) = root();
    let root = Builder::ca("root", &key).with_extension(oid::KEY_USAGE, true, &[0x03, 0x02, 0x07, 0x80]);
    let path = [leaf().signed_by("root", &key)];
    assert_untrusted(&path, &[anchor(&root.self_signed(&key))], UntrustedError::MayNotSignCertificates);
}

#[test]
fn names_are_compared_byte_by_byte() {
    let (_, key) = root();
    let mut printable = Builder::ca("root", &key);
    printable.subject[0].tag = PRINTABLE_STRING;
    let path = [leaf().signed_by("root", &key)];
    assert_untrusted(&path, &[anchor(&printable.self_signed(&key))], UntrustedError::IssuerUnknown);
    let mut more = Builder::ca("root", &key);
    more.subject.push(text(&oid::ORGANIZATION, "Example"));
    assert_untrusted(&path, &[anchor(&more.self_signed(&key))], UntrustedError::IssuerUnknown);
}

#[test]
fn an_error_is_one_line_with_its_cause() {
    let error = validate(&path_through(&middle()), &[]).unwrap_err();
    assert_eq!(error.to_string(), "no certificate path to a trust anchor");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "there are no trust anchors");
    let expired = path_through(&middle().valid("2401010000", "2512312359"));
    assert_eq!(
        validate(&expired, &[root().0]).unwrap_err().to_string(),
        "certificate 1 of the path is valid from 2024-01-01T00:00:00Z to 2025-12-31T23:59:00Z, not at 2026-01-01T00:00:00Z"
    );
}

proptest! {
    // Each case makes and verifies dozens of signatures.
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn rule_282_the_verdict_does_not_depend_on_the_order(order in Just((0..6).collect::<Vec<_>>()).prop_shuffle()) {
        let (root, key) = root();
        let good = middle().signed_by("root", &key);
        let expired = middle().valid("2401010000", "2512312359").signed_by("root", &key);
        let no_ca = middle().without_extension(&oid::BASIC_CONSTRAINTS).signed_by("root", &key);
        let forged = middle().signed_by("root", &leaf_key());
        let namesake = Builder::ca("middle", &Key::p256(6)).signed_by("root", &key);
        let others = [good.clone(), expired, no_ca, forged, namesake, root.certificate().clone()];
        let leaf = leaf().signed_by("middle", &middle_key());
        let arranged = |without: Option<usize>| {
            let chosen = order.iter().filter(|position| Some(**position) != without);
            std::iter::once(leaf.clone()).chain(chosen.map(|position| others[*position].clone())).collect::<Vec<_>>()
        };
        let anchors = [root.clone()];
        let trusted = validate(&arranged(None), &anchors).unwrap();
        prop_assert_eq!(trusted.certificates(), [leaf.clone(), good, root.certificate().clone()]);
        let error = validate(&arranged(Some(0)), &anchors).unwrap_err();
        prop_assert_eq!(error.code(), Code::AttestationCertificateExpired);
    }
}
