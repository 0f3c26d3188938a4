//! Certificate chains installed in Android devices at the factory, before remote provisioning.
//!
//! Such a chain has four certificates: the attested key's; the batch certificate, whose key is in the secure environment
//! of many devices; an intermediate for the vendor; and Google's root. Neither the batch keys nor the certificates can be
//! replaced in devices that are in use. Some batch certificates are not marked as CA certificates, some have name
//! constraints, and the intermediates expire from 2026 on. Google's verifier
//! ([android/keyattestation](https://github.com/android/keyattestation), `KeyAttestationCertPathValidator.kt` and
//! `KeyAttestationCertPath.kt`) recognises these chains by the serialNumber in the intermediate's subject. It does not
//! check that issuers are CAs, and ignores the expiry of these certificates, but not their revocation.
//!
//! The exceptions here are fewer: basic constraints, key usage and non-critical name constraints of the batch
//! certificate, and expiry below the root. An app that signs a certificate with its own attested key gains nothing
//! from them: its certificate has a key description, so it is never accepted as a batch certificate, and the path through the
//! batch certificate would have five certificates.
//!
//! The caller's anchors for `android-key` may include roots other than Google's. An attestation certificate below such a
//! root, whose key must not issue anything, is not a batch certificate: certificates of authenticators name their model
//! in an extension or have extended key usages, and batch certificates have neither.

use countersign_types::Timestamp;

use super::{
    error::UntrustedError,
    rules::{self, Kind},
};
use crate::{
    certificate::Certificate,
    oid::{self, Oid},
};

/// The position of the batch certificate in a path, from 0 for the attestation certificate.
const BATCH: usize = 1;
/// The position of the vendor's intermediate.
const INTERMEDIATE: usize = 2;
/// The position of the root, the last.
const ROOT: usize = 3;

/// The extensions that no batch certificate has: extensions of certificates for keys made by apps, and for purposes other
/// than issuing these.
const NOT_IN_BATCHES: [Oid<'static>; 3] =
    [oid::ANDROID_KEY_DESCRIPTION, oid::EXTENDED_KEY_USAGE, oid::FIDO_AAGUID];

/// Whether a certificate can have this position in a factory chain.
pub(super) fn admits(position: usize, kind: Kind, certificate: &Certificate) -> bool {
    match (position, kind) {
        (BATCH, Kind::Intermediate | Kind::Sent) => {
            NOT_IN_BATCHES.iter().all(|identifier| certificate.extension(identifier).is_none())
        }
        (INTERMEDIATE, Kind::Intermediate | Kind::Sent) => {
            certificate.subject().attributes().any(|it| *it.attribute_type() == oid::SERIAL_NUMBER)
        }
        (ROOT, Kind::Anchor) => certificate.is_self_issued(),
        _ => false,
    }
}

/// Checks the issuer that would come next in `path`, a factory chain so far.
pub(super) fn check_issuer(
    issuer: &Certificate,
    kind: Kind,
    path: &[&Certificate],
) -> Result<(), UntrustedError> {
    if path.len() != BATCH {
        return rules::check_issuer(issuer, kind, path);
    }
    rules::check_extensions_but(issuer, |extension| {
        extension.identifier == oid::NAME_CONSTRAINTS && !extension.critical
    })
}

/// Whether the certificate at this position of a factory chain is accepted at `now`: below the root it may have expired.
pub(super) fn is_valid_at(position: usize, certificate: &Certificate, now: Timestamp) -> bool {
    certificate.is_valid_at(now) || (position < ROOT && now > certificate.not_after())
}
