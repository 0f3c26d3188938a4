//! Attestation statements: a changed one is not trusted, whatever the verdict is.
//!
//! The input of each target is the hash of client data, 32 bytes, and an attestation object. Its seeds are the valid
//! ones of the suites; their last certificates are the anchors.

use std::sync::{Arc, LazyLock};

use countersign_attestation::{
    AnchorList, Attestation, AttestationType, Certificate, Formats, PathLimits, TrustAnchor,
    VerificationInput,
    format::{
        android_key::{AbsentAuthorizations, AndroidKeyFormat},
        android_safetynet::AndroidSafetyNetFormat,
        apple_appattest::{AppAttestEnvironment, AppAttestFormat},
    },
};
use countersign_cose::{PublicKey, Verifiers};
use countersign_types::{AttestationObject, AuthenticatorData, Timestamp};

use crate::seeds::attestations;

/// The time of the suites: 2026-01-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

static VERIFIERS: LazyLock<Verifiers> = LazyLock::new(Verifiers::rust_crypto);

static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
    let app_ids = ["example.org"];
    Formats::standard()
        .with_format(Arc::new(
            AndroidKeyFormat::default().with_absent_authorizations(AbsentAuthorizations::Accept),
        ))
        .with_format(Arc::new(AndroidSafetyNetFormat::default()))
        .with_format(Arc::new(AppAttestFormat::new(AppAttestEnvironment::Production, app_ids)))
});

macro_rules! targets {
    ($($name:ident = $format:literal,)+) => {
        $(
            #[doc = concat!("Statements of the format `", $format, "`.")]
            pub fn $name(data: &[u8]) {
                statement($format, data);
            }
        )+
    };
}

targets! {
    attestation_packed = "packed",
    attestation_tpm = "tpm",
    attestation_android_key = "android-key",
    attestation_android_safetynet = "android-safetynet",
    attestation_fido_u2f = "fido-u2f",
    attestation_apple = "apple",
    attestation_compound = "compound",
    attestation_apple_appattest = "apple-appattest",
}

/// Reads a statement of whatever format, as the targets do.
#[cfg(feature = "hostile")]
pub(crate) fn reads(data: &[u8]) {
    let Some((hash, object)) = data.split_first_chunk::<32>() else { return };
    let Ok(object) = AttestationObject::parse(object) else { return };
    let Ok(data) = AuthenticatorData::parse(object.authenticator_data) else { return };
    core::hint::black_box(verify(hash, &object, &data));
}

fn verify(
    hash: &[u8; 32],
    object: &AttestationObject<'_>,
    data: &AuthenticatorData<'_>,
) -> Option<Attestation> {
    let key = PublicKey::from_cose(data.attested_credential_data?.public_key).ok()?;
    FORMATS.verify(&VerificationInput::new(object, data, hash, &key, &VERIFIERS)).ok()
}

fn statement(format: &str, data: &[u8]) {
    let Some((hash, object)) = data.split_first_chunk::<32>() else { return };
    let Ok(object) = AttestationObject::parse(object) else { return };
    if object.format != format {
        return;
    }
    let Ok(data) = AuthenticatorData::parse(object.authenticator_data) else { return };
    let Some(attested) = data.attested_credential_data else { return };
    let Some(attestation) = verify(hash, &object, &data) else { return };
    let known = attestations(format);
    let anchors: AnchorList = known
        .iter()
        .flat_map(|known| &known.last_certificates)
        .filter_map(|der| Certificate::from_der(der).ok())
        .map(TrustAnchor::from_certificate)
        .collect();
    let nobody = AnchorList::default();
    let limits = PathLimits::default();
    assert!(attestation.assess_trust(attested.aaguid, &nobody, NOW, &VERIFIERS, &limits).is_err());
    let by_itself = attestation.attestation_type() == AttestationType::SelfAttestation;
    if !by_itself && attestation.assess_trust(attested.aaguid, &anchors, NOW, &VERIFIERS, &limits).is_err() {
        return;
    }
    // No key is here to sign with, so a trusted statement was signed before: it has the hash, key and credential ID of a
    // known one, and all of its authenticator data if the format signs that.
    let same = known.iter().any(|known| {
        known.client_data_hash == *hash
            && known.public_key == attested.public_key
            && known.credential_id == attested.credential_id
            && (!attestation.covers_authenticator_data() || known.authenticator_data == data.as_bytes())
    });
    assert!(same, "a changed {format} statement is trusted");
}
