use std::time::SystemTime;

use countersign_cose::{Verifiers, hash::sha256};
use countersign_types::{Aaguid, hex::Hex};

use super::*;
use crate::{anchors::TrustAnchors, attestation::Attestation, attestation_type::AttestationType};

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn root(sha256: &str) -> &'static VendorRoot {
    VENDOR_ROOTS.iter().find(|root| root.sha256 == sha256).unwrap()
}

#[test]
fn each_root_is_what_its_row_says() {
    for root in VENDOR_ROOTS {
        let certificate = root.certificate().unwrap();
        assert_eq!(Hex(&sha256(&[certificate.as_der()])).to_string(), root.sha256, "{}", root.name);
        assert_eq!(certificate.not_before(), root.not_before, "{}", root.name);
        assert_eq!(certificate.not_after(), root.not_after, "{}", root.name);
        assert!(certificate.is_self_issued(), "{}", root.name);
        assert!(!root.purposes.is_empty() && root.source.is_none_or(|source| source.starts_with("https://")));
    }
}

#[test]
fn the_files_are_pem_as_others_read_it() {
    for root in VENDOR_ROOTS {
        let lines: Vec<_> = root.pem.lines().collect();
        assert_eq!(lines.first(), Some(&"-----BEGIN CERTIFICATE-----"));
        assert_eq!(lines.last(), Some(&"-----END CERTIFICATE-----"));
        assert!(lines[1..lines.len() - 1].iter().all(|line| line.len() <= 64));
    }
}

#[test]
fn the_signature_of_each_root_verifies() {
    // A byte that was changed on the way would break it, whatever the row says.
    let verifiers = Verifiers::rust_crypto();
    let mut weak = Vec::new();
    for root in VENDOR_ROOTS {
        let certificate = root.certificate().unwrap();
        let key = certificate.public_key().unwrap();
        let Some(scheme) = certificate.signature_algorithm().scheme(&key) else {
            weak.push(root.sha256);
            continue;
        };
        let key = verifiers.prepare(&key, scheme).unwrap();
        key.verify(&[certificate.signed_data()], certificate.signature()).unwrap();
    }
    assert_eq!(weak, SIGNED_WITH_SHA_1);
}

/// `GlobalSign`'s Root CA and R2, and `VeriSign`'s for TPMs: SHA-1 is verified nowhere, so fingerprints are all that there
/// is.
const SIGNED_WITH_SHA_1: [&str; 3] = [
    "ebd41040e4bb3ec742c9e381d31ef2a41a48b6685c96e7cef3c1df6cd4331c99",
    "ca42dd41745fd0b81eb902362cf9d8bf719da1bd1b1efc946f5b4c99f42c1b9e",
    "967bb3d4544ea2740fce338077e1f5a9ea3085667246e6b968294aa045a57549",
];

#[test]
fn no_root_is_there_twice() {
    let mut fingerprints: Vec<_> = VENDOR_ROOTS.iter().map(|root| root.sha256).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), VENDOR_ROOTS.len());
}

/// By the real clock, on purpose: it fails a year before a root runs out that chains still need, and then there is a
/// root to look for. `Standing::SupersededBy` says that it was found, `Standing::Retired` that none is needed.
#[test]
fn no_root_that_is_needed_runs_out_within_a_year() {
    let now = Timestamp::from(SystemTime::now());
    let end = now.plus_seconds(i64::try_from(YEAR.as_secs()).unwrap());
    let due: Vec<_> = VENDOR_ROOTS
        .iter()
        .filter(|root| root.standing == Standing::Current && root.not_after < end)
        .map(|root| (root.vendor, root.name))
        .collect();
    assert!(due.is_empty(), "no successor of {due:?}");
}

#[test]
fn successors_are_there_and_outlast_those_that_they_succeed() {
    for root in VENDOR_ROOTS {
        if let Standing::SupersededBy(successor) = root.standing {
            let successor = self::root(successor);
            assert_eq!(successor.standing, Standing::Current, "{}", root.name);
            assert_eq!(successor.purposes, root.purposes, "{}", root.name);
            assert!(successor.not_after > root.not_after, "{}", root.name);
        }
    }
}

#[test]
fn roots_are_reported_before_they_expire() {
    // Google's of 2016, which is the next after those of 2021.
    let expiry = root("c1984a3ef45c1e2a918551de10603c86f7051b2249c4891cae3230eabd0c97d5").not_after;
    let names = |now, period| expiring_within(now, period).map(|root| root.sha256).collect::<Vec<_>>();
    let day = Duration::from_secs(24 * 60 * 60);
    let before = expiry.plus_seconds(-24 * 60 * 60);
    assert_eq!(names(before, day), Vec::<&str>::new());
    assert_eq!(names(before, day + Duration::from_secs(1)).len(), 1);
    assert_eq!(names(expiry, YEAR).len(), 1);
    assert_eq!(names(expiry.plus_seconds(1), YEAR), Vec::<&str>::new());
    assert_eq!(
        names(before, Duration::MAX).len(),
        VENDOR_ROOTS.iter().filter(|root| root.not_after >= before).count()
    );
}

#[test]
fn rule_263_a_root_is_an_anchor_for_its_own_formats_only() {
    let anchors = anchors(VENDOR_ROOTS);
    let of = |format: &str| {
        let attestation = Attestation::with_certificates(format, AttestationType::Uncertain, Vec::new());
        anchors.anchors(&attestation.anchor_query(Aaguid::ZERO)).len()
    };
    for (format, count) in [
        ("apple", 1),
        ("apple-appattest", 1),
        ("android-key", 5),
        ("android-safetynet", 3),
        ("fido-u2f", 1),
        ("packed", 1),
        ("tpm", 27),
        ("none", 0),
        ("compound", 0),
    ] {
        assert_eq!(of(format), count, "{format}");
        assert_eq!(VENDOR_ROOTS.iter().filter(|root| root.is_for_format(format)).count(), count, "{format}");
    }
}
