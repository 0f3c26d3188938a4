//! Chains that were put into Android devices at the factory, as all were before remote provisioning.
//!
//! Such a chain has four certificates: the key's, the batch's, whose key the secure environment of many devices has, an
//! intermediate for the device's maker, and Google's root. Neither batch keys nor certificates can be replaced in devices
//! that are in use, so that they are as they were made: batch certificates say that they are no CA's, some have name
//! constraints, and those below the root of 2016 expired with it. Google's verifier
//! ([android/keyattestation](https://github.com/android/keyattestation), `KeyAttestationCertPathValidator.kt` and
//! `KeyAttestationCertPath.kt`) tells these chains by the serialNumber in the intermediate's subject. It asks of no
//! certificate of a chain whether it is a CA's, and passes over the expiry of these ones, but not over their revocation.
//!
//! What is let pass here is less: basic constraints, key usage and name constraints that are not critical of the batch
//! certificate alone, and expiry below the root. That the batch certificate need be no CA's is safe only because of what
//! stands here besides: an attested key of an app has a certificate with a key description, so that it is never taken
//! for a batch's, whatever the app signs with it; and a path that is longer has a certificate below the leaf's place.

use countersign_types::Timestamp;

use super::{
    Obstacle,
    rules::{self, Kind},
};
use crate::{Certificate, oid};

/// The position of the batch certificate in a path, from 0 for the attestation certificate.
const BATCH: usize = 1;
/// The position of the factory's intermediate.
const INTERMEDIATE: usize = 2;
/// The position of the root, the last.
const ROOT: usize = 3;

/// Whether a certificate may be at this position of a factory's chain.
pub(super) fn admits(position: usize, kind: Kind, certificate: &Certificate) -> bool {
    match (position, kind) {
        (BATCH, Kind::Intermediate) => certificate.extension(&oid::ANDROID_KEY_DESCRIPTION).is_none(),
        (INTERMEDIATE, Kind::Intermediate) => {
            certificate.subject().attributes().any(|it| *it.attribute_type() == oid::SERIAL_NUMBER)
        }
        (ROOT, Kind::Anchor) => certificate.is_self_issued(),
        _ => false,
    }
}

/// What is demanded of the certificate that comes next in `path` as an issuer, in a factory's chain.
pub(super) fn check_issuer(issuer: &Certificate, kind: Kind, path: &[&Certificate]) -> Result<(), Obstacle> {
    if path.len() != BATCH {
        return rules::check_issuer(issuer, kind, path);
    }
    rules::check_extensions_but(issuer, |extension| {
        extension.identifier == oid::NAME_CONSTRAINTS && !extension.critical
    })
}

/// Whether the certificate at this position counts as valid now: below the root it may have expired.
pub(super) fn is_valid_at(position: usize, certificate: &Certificate, now: Timestamp) -> bool {
    certificate.is_valid_at(now) || (position < ROOT && now > certificate.not_after())
}
