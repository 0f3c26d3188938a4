//! Certificates and paths: nothing is trusted without a given anchor.

use std::sync::{Arc, LazyLock};

use countersign_attestation::{
    AnchorList, Attestation, AttestationStatusList, AttestationType, CachingAnchors, Certificate,
    CertificateRevocationList, PathLimits, Revocation, TrustAnchor, TrustAnchors, validate_path,
};
use countersign_cose::Verifiers;
use countersign_types::{Aaguid, Timestamp};

use crate::seeds::pieces;

static VERIFIERS: LazyLock<Verifiers> = LazyLock::new(Verifiers::rust_crypto);

/// A certificate keeps its bytes and has no part that isn't in them.
pub fn certificate(data: &[u8]) {
    let Ok(certificate) = Certificate::from_der(data) else { return };
    assert_eq!(certificate.as_der(), data);
    for part in [certificate.signed_data(), certificate.signature(), certificate.subject_public_key_info()] {
        assert!(data.windows(part.len().max(1)).any(|window| window == part) || part.is_empty());
    }
    let _ = (certificate.basic_constraints(), certificate.key_usage(), certificate.public_key());
    let _ = (certificate.extended_key_usage(), certificate.alternative_directory_names());
    for extension in certificate.extensions() {
        assert!(certificate.extension(&extension.identifier).is_some());
    }
}

/// A question about a path.
struct Question {
    path: Vec<Certificate>,
    anchors: Vec<TrustAnchor>,
    now: Timestamp,
}

impl Question {
    /// The input is a byte whose bits say which of the certificates are anchors, four bytes of time (Unix seconds,
    /// big-endian), and certificates, each behind its length in two bytes, the attestation certificate first.
    fn read(data: &[u8]) -> Option<Self> {
        let (mask, rest) = data.split_first()?;
        let (time, rest) = rest.split_first_chunk::<4>()?;
        let now = Timestamp::from_unix_seconds(i64::from(u32::from_be_bytes(*time)));
        let certificates: Vec<Certificate> =
            pieces(rest).take(12).filter_map(|der| Certificate::from_der(der).ok()).collect();
        let (anchors, path): (Vec<_>, Vec<_>) = certificates
            .into_iter()
            .enumerate()
            .partition(|(index, _)| *index < 8 && mask.checked_shr(*index as u32).unwrap_or(0) & 1 == 1);
        let anchors = anchors.into_iter().map(|(_, it)| TrustAnchor::from_certificate(it)).collect();
        Some(Self { path: path.into_iter().map(|(_, it)| it).collect(), anchors, now })
    }
}

/// A path, in the form of a [`Question`].
pub fn certificate_path(data: &[u8]) {
    let Some(Question { path, anchors, now }) = Question::read(data) else { return };
    let (limits, none) = (PathLimits::default(), Revocation::default());
    assert!(validate_path(&path, &[], &none, now, &VERIFIERS, &limits).is_err());
    let Ok(trusted) = validate_path(&path, &anchors, &none, now, &VERIFIERS, &limits) else { return };
    assert!(anchors.contains(trusted.anchor()));
    assert_eq!(trusted.certificates().first(), path.first());
    assert_eq!(trusted.certificates().last(), Some(trusted.anchor().certificate()));
    let pool: Vec<_> = path.iter().chain([trusted.anchor().certificate()]).collect();
    assert!(trusted.certificates().iter().all(|certificate| pool.contains(&certificate)));
    // The other way round the verdict is the same.
    let mut reversed = path.clone();
    if let Some(others) = reversed.get_mut(1..) {
        others.reverse();
    }
    assert!(validate_path(&reversed, &anchors, &none, now, &VERIFIERS, &limits).is_ok());
}

/// A path, in the form of a [`Question`], has the same verdict with remembered links as without, and so has one with a
/// changed certificate.
pub fn remembered_links(data: &[u8]) {
    let Some(Question { path, anchors, now }) = Question::read(data) else { return };
    let anchors = Arc::new(AnchorList::new(anchors));
    let remembering = CachingAnchors::new(anchors.clone(), Arc::default());
    let judge = |path: &[Certificate], anchors: &dyn TrustAnchors| {
        // The format with rules for factory chains, which are searched for after the others.
        let attestation =
            Attestation::with_certificates("android-key", AttestationType::Basic, path.to_vec());
        attestation.assess_trust(Aaguid::ZERO, anchors, now, &VERIFIERS, &PathLimits::default())
    };
    let alone = judge(&path, &*anchors);
    assert_eq!(judge(&path, &remembering), alone);
    assert_eq!(judge(&path, &remembering), alone);
    // One certificate is changed in its signature, and somewhere.
    let somewhere = now.unix_seconds().unsigned_abs() as usize;
    let Some(index) = somewhere.checked_rem(path.len()) else { return };
    let der = path[index].as_der();
    for at in [der.len() - 1, somewhere % der.len()] {
        let mut der = der.to_vec();
        der[at] ^= 1;
        let Ok(changed) = Certificate::from_der(&der) else { continue };
        let mut path = path.clone();
        path[index] = changed;
        assert_eq!(judge(&path, &remembering), judge(&path, &*anchors));
    }
}

/// A revocation list keeps its bytes, takes all of them, and names no more certificates than it has room for.
pub fn revocation_list(data: &[u8]) {
    let Ok(list) = CertificateRevocationList::from_der(data) else { return };
    assert_eq!(list.as_der(), data);
    // The shortest entry: a serial number of one byte and a time of thirteen.
    assert!(list.len() <= data.len() / 20);
    if list.this_update() <= list.next_update() {
        assert!(list.is_current_at(list.this_update()) && list.is_current_at(list.next_update()));
    }
    let longer = [data, &[0]].concat();
    assert!(CertificateRevocationList::from_der(&longer).is_err());
}

/// A status list takes all of its bytes, and has no more entries than it has room for.
pub fn attestation_status_list(data: &[u8]) {
    let Ok(list) = AttestationStatusList::from_json(data) else { return };
    assert!(list.len() <= data.len() / 16);
    assert_eq!(list.is_empty(), matches!(list.len(), 0));
    let longer = [data, b"x"].concat();
    assert!(AttestationStatusList::from_json(&longer).is_err());
}
