//! The properties of an authenticator that its model is judged by.

use countersign_attestation::{AaguidSource, AttestedAaguid, Certificate, ModelQuery, oid::Oid};
use countersign_types::{Aaguid, AlgorithmIdentifier};

use crate::keys::ModelKey;

/// The properties of an authenticator that its model is judged by.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Model<'a> {
    /// The key of the model. `None` if the authenticator does not say which model it is.
    pub key: Option<ModelKey>,
    /// The models that the authenticator can be of. More than one if its attestation certificate does not name the
    /// model (see [`MetadataPolicy::with_unnamed_models`](crate::MetadataPolicy::with_unnamed_models)), or if software
    /// wrote the AAGUID: then the models of the anchor.
    pub possible: &'a [Aaguid],
    /// The certificates of the attestation, up to the anchor. If empty, reports about a batch apply to every
    /// authenticator.
    pub path: &'a [Certificate],
    /// The firmware version. If it is unknown, no weakness counts as fixed.
    pub version: Option<u64>,
    /// The algorithm of the credential's key.
    pub algorithm: Option<AlgorithmIdentifier>,
    /// Whether the authenticator reported that it verified the user.
    pub user_verified: Option<bool>,
}

impl<'a> Model<'a> {
    /// Creates a model with this key and no other properties.
    pub fn new(key: impl Into<ModelKey>) -> Self {
        Self { key: Some(key.into()), ..Self::default() }
    }

    /// Sets the certificates of the attestation, the attestation certificate first, and the firmware version if that
    /// certificate has it.
    pub fn with_path(mut self, path: &'a [Certificate]) -> Self {
        self.path = path;
        self.version = path.first().and_then(firmware_version).or(self.version);
        self
    }

    /// Sets the firmware version.
    pub fn with_version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    /// Sets the algorithm of the credential's key.
    pub fn with_algorithm(mut self, algorithm: AlgorithmIdentifier) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Creates the model of a trusted attestation: its AAGUID if that is signed, otherwise its attestation key.
    ///
    /// A compound attestation with several paths yields no path, because the model's reports may be about any of them:
    /// reports about a batch apply, no weakness counts as fixed, and without a signed AAGUID there is no key.
    pub fn of(query: &ModelQuery<'a>) -> Self {
        let path = match query.trust.paths() {
            [path] => path.certificates(),
            _ => &[],
        };
        let (key, possible) = match query.attested_aaguid.map(AttestedAaguid::get) {
            Some(aaguid) if !aaguid.is_zero() => (Some(ModelKey::Aaguid(aaguid)), siblings(query)),
            Some(_) => (None, &[][..]),
            None => match query.trust.possible_models() {
                [] => (path.first().and_then(ModelKey::of_attestation_key), &[][..]),
                possible => (None, possible),
            },
        };
        let (algorithm, user_verified) = (query.algorithm, query.user_verified);
        Self { key, possible, algorithm, user_verified, ..Self::default() }.with_path(path)
    }
}

/// The models of the anchor if software wrote the AAGUID, since it may have written that of another of these models.
fn siblings<'a>(query: &ModelQuery<'a>) -> &'a [Aaguid] {
    match query.trust.paths() {
        [path] if query.attestation.aaguid_source() == AaguidSource::Software => {
            path.anchor().models().unwrap_or_default()
        }
        _ => &[],
    }
}

/// Reads the extension `id-fido-gen-ce-fw-version`, an INTEGER
/// ([WebAuthn section 8.2.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)).
fn firmware_version(certificate: &Certificate) -> Option<u64> {
    const FIRMWARE_VERSION: Oid<'static> =
        Oid::from_contents(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x05]);
    let extension = certificate.extension(&FIRMWARE_VERSION)?;
    let [0x02, length, number @ ..] = extension.value else { return None };
    let is_form = usize::from(*length) == number.len() && (1..=9).contains(&number.len());
    let is_positive = number.first().is_some_and(|first| *first < 0x80);
    if !is_form || !is_positive {
        return None;
    }
    number.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)))
}
