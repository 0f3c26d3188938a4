use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::{
    Attestation, AttestationError, AttestationFormat, AttestationType, Certificate, Formats,
    ModelPolicy as _, ModelQuery, PathError, PathLimits, TrustAnchors as _, VerificationInput,
    format::compound::CompoundFormat, path::UntrustedError,
};
use countersign_authenticator::BlobSigner;
use countersign_cose::Verifiers;
use countersign_types::{Aaguid, AuthenticatorData, Code, Timestamp};
use serde_json::{Value, json};

use super::{
    MODEL,
    certificates::{self, NOW, signed},
    payload, policy,
};
use crate::{
    current::{AssessmentError, Metadata},
    error::MetadataError,
    metadata_policy::MetadataPolicy,
};

fn aaguid() -> Aaguid {
    MODEL.parse().unwrap()
}

fn root() -> Certificate {
    certificates::root("vendor", 21)
}

fn leaf() -> Certificate {
    signed(&certificates::leaf("attestation", 22, "vendor"), 21)
}

/// Gives the U2F model other attestation keys, in its entry and in its statement.
fn set_keys(payload: &mut Value, keys: &Value) {
    const MEMBER: &str = "attestationCertificateKeyIdentifiers";
    payload["entries"][2][MEMBER] = keys.clone();
    payload["entries"][2]["metadataStatement"][MEMBER] = keys.clone();
}

/// A payload in which the FIDO2 model and the U2F model have a root.
fn with_root() -> Value {
    let mut payload = payload();
    let identifier = crate::keys::ModelKey::of_attestation_key(&leaf()).unwrap().to_string();
    set_keys(&mut payload, &json!([identifier]));
    for at in [0, 2] {
        payload["entries"][at]["metadataStatement"]["attestationRootCertificates"] =
            json!([STANDARD.encode(root().as_der())]);
    }
    payload
}

fn offer(metadata: &Metadata, payload: &Value) -> Result<u64, MetadataError> {
    let blob = BlobSigner::new().sign(payload.to_string().as_bytes());
    metadata.offer(&blob, NOW, &Verifiers::rust_crypto()).map(|blob| blob.number())
}

fn empty() -> Metadata {
    Metadata::new(policy(), MetadataPolicy::fido())
}

fn holding(payload: &Value) -> Metadata {
    let metadata = empty();
    offer(&metadata, payload).unwrap();
    metadata
}

fn attestation() -> Attestation {
    Attestation::with_certificates("packed", AttestationType::Uncertain, vec![leaf()])
}

fn assess(metadata: &Metadata, attestation: &Attestation, now: Timestamp) -> Result<(), String> {
    let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
    let trust = attestation.assess_trust(aaguid(), metadata, now, &verifiers, &limits);
    let trust = trust.map_err(|error| error.code().to_string())?;
    metadata
        .judge(&ModelQuery::new(attestation, &trust, now))
        .map_err(|rejected| rejected.reason().to_owned())
}

#[test]
fn a_model_is_trusted_by_the_roots_of_its_statement() {
    assess(&holding(&with_root()), &attestation(), NOW).unwrap();
    assess(&holding(&with_root()), &attestation().without_authenticator_data_coverage(), NOW).unwrap();
}

#[test]
fn rule_365_a_chain_to_another_models_root_is_not_trusted() {
    let metadata = holding(&payload());
    let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
    let error = attestation().assess_trust(aaguid(), &metadata, NOW, &verifiers, &limits).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::NoAnchor));
    let mut other = with_root();
    let stranger = certificates::root("vendor", 9);
    other["entries"][0]["metadataStatement"]["attestationRootCertificates"] =
        json!([STANDARD.encode(stranger.as_der())]);
    let error = attestation().assess_trust(aaguid(), &holding(&other), NOW, &verifiers, &limits).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::SignatureInvalid));
}

#[test]
fn rule_280_an_attestation_of_another_type_than_the_models_is_not_trusted() {
    let metadata = holding(&with_root());
    let assess = |attestation_type| {
        let attestation = Attestation::with_certificates("packed", attestation_type, vec![leaf()]);
        let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
        attestation.assess_trust(aaguid(), &metadata, NOW, &verifiers, &limits)
    };
    assess(AttestationType::Basic).unwrap();
    let error = assess(AttestationType::AttCa).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::NoAnchor));
    assert_eq!(error.code(), Code::AttestationUntrusted);
}

#[test]
fn rule_365_attestation_types_are_honoured() {
    use AttestationType::{AnonCa, AttCa, Basic, SelfAttestation, Uncertain};
    let metadata = holding(&with_root());
    let anchors = |attestation_type| {
        let attestation = Attestation::with_certificates("packed", attestation_type, vec![leaf()]);
        metadata.anchors(&attestation.anchor_query(aaguid())).len()
    };
    assert_eq!([Basic, Uncertain, AttCa, AnonCa, SelfAttestation].map(anchors), [1, 1, 0, 0, 0]);
}

#[test]
fn rule_356_a_root_that_cannot_be_read_is_passed_over() {
    let mut payload = with_root();
    payload["entries"][0]["metadataStatement"]["attestationRootCertificates"] =
        json!(["AAAA", "?", format!("{}\n", STANDARD.encode(root().as_der()))]);
    assess(&holding(&payload), &attestation(), NOW).unwrap();
}

/// A format of which every statement is this attestation.
#[derive(Debug)]
struct Fixed(&'static str, Attestation);

impl AttestationFormat for Fixed {
    fn identifier(&self) -> &'static str {
        self.0
    }

    fn verify(&self, _: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
        Ok(self.1.clone())
    }
}

/// A compound attestation of these two.
fn compound(first: Attestation, second: Attestation) -> Attestation {
    let formats = Formats::standard()
        .with_format(Arc::new(Fixed("one", first)))
        .with_format(Arc::new(Fixed("two", second)));
    let part = |format: &[u8]| [b"\xa2\x63fmt\x63", format, b"\x67attStmt\xa0"].concat();
    let mut authenticator_data = [0; 37];
    authenticator_data[32] = 1;
    let statement = VerificationInput {
        format: "compound",
        statement: &[vec![0x82], part(b"one"), part(b"two")].concat(),
        authenticator_data: &AuthenticatorData::parse(&authenticator_data).unwrap(),
        client_data_hash: &[0; 32],
        credential_key: &leaf().public_key().unwrap(),
        prepared_credential_key: None,
        verifiers: &Verifiers::rust_crypto(),
    };
    CompoundFormat::default().verify(&statement, &formats).unwrap()
}

#[test]
fn rule_362_another_part_of_a_compound_attestation_hides_no_compromised_batch() {
    let u2f = signed(&certificates::leaf("attestation", 23, "vendor"), 21);
    let mut payload = with_root();
    set_keys(&mut payload, &json!([crate::keys::ModelKey::of_attestation_key(&u2f).unwrap().to_string()]));
    let u2f = Attestation::with_certificates("fido-u2f", AttestationType::Basic, vec![u2f])
        .without_authenticator_data_coverage();
    let both = [compound(u2f.clone(), attestation()), compound(attestation(), u2f)];
    for attestation in &both {
        assess(&holding(&payload), attestation, NOW).unwrap();
    }
    payload["entries"][0]["statusReports"] = json!([{"status": "ATTESTATION_KEY_COMPROMISE",
        "effectiveDate": "2025-05-01", "batchCertificate": STANDARD.encode(leaf().as_der())}]);
    for attestation in &both {
        let reason = assess(&holding(&payload), attestation, NOW).unwrap_err();
        assert_eq!(reason, "its status is ATTESTATION_KEY_COMPROMISE since 2025-05-01");
    }
}

#[test]
fn a_compromised_model_is_rejected_when_it_registers() {
    let mut payload = with_root();
    payload["entries"][0]["statusReports"] =
        json!([{"status": "USER_KEY_REMOTE_COMPROMISE", "effectiveDate": "2025-05-01"}]);
    assert_eq!(
        assess(&holding(&payload), &attestation(), NOW).unwrap_err(),
        "its status is USER_KEY_REMOTE_COMPROMISE since 2025-05-01"
    );
}

#[test]
fn rule_364_a_zero_aaguid_is_no_model() {
    let attestation = attestation();
    let (verifiers, limits) = (Verifiers::rust_crypto(), PathLimits::default());
    let anchors =
        countersign_attestation::AnchorList::new([countersign_attestation::TrustAnchor::from_certificate(
            root(),
        )]);
    let trust = attestation.assess_trust(Aaguid::ZERO, &anchors, NOW, &verifiers, &limits).unwrap();
    let rejected = holding(&with_root()).judge(&ModelQuery::new(&attestation, &trust, NOW)).unwrap_err();
    assert_eq!(rejected.reason(), "it does not say which model it is");
}

#[test]
fn rule_349_a_rejected_blob_changes_nothing() {
    let metadata = holding(&payload());
    let newer = |number: u64| {
        let mut payload = payload();
        payload["no"] = number.into();
        payload
    };
    let mut broken = BlobSigner::new().sign(newer(9).to_string().as_bytes());
    broken.pop();
    assert!(metadata.offer(&broken, NOW, &Verifiers::rust_crypto()).is_err());
    assert_eq!(offer(&metadata, &newer(6)), Err(MetadataError::Rollback { seen: 7, got: 6 }));
    assert_eq!(offer(&metadata, &newer(7)), Err(MetadataError::NotNewer(7)));
    assert_eq!((metadata.blob().unwrap().number(), metadata.highest_number()), (7, Some(7)));
    assert_eq!(offer(&metadata, &newer(8)), Ok(8));
    assert_eq!(metadata.blob().unwrap().number(), 8);
}

#[test]
fn rule_348_the_highest_number_outlives_a_restart() {
    assert_eq!(offer(&empty().with_highest_number(7), &payload()), Ok(7));
    let error = offer(&empty().with_highest_number(8), &payload()).unwrap_err();
    assert_eq!(error, MetadataError::Rollback { seen: 8, got: 7 });
}

#[test]
fn rule_351_outdated_metadata_rejects_every_model() {
    let metadata = holding(&with_root());
    let later = Timestamp::from_unix_seconds(1_769_990_400); // 2026-02-02T00:00:00Z
    assess(&metadata, &attestation(), later.plus_seconds(-1)).unwrap();
    let reason = assess(&metadata, &attestation(), later).unwrap_err();
    assert_eq!(reason, "the metadata is outdated: the next was due on 2026-02-01");
    let unfit = metadata.assess(&crate::model::Model::new(aaguid()), later).unwrap_err();
    assert_eq!(unfit.code(), Code::MetadataOutdated);
}

#[test]
fn rule_363_without_metadata_no_model_is_accepted() {
    let unfit = empty().assess(&crate::model::Model::new(aaguid()), NOW).unwrap_err();
    assert_eq!((&unfit, unfit.code()), (&AssessmentError::NoMetadata, Code::AuthenticatorNotAccepted));
    assert_eq!(assess(&empty(), &attestation(), NOW), Err("attestation-untrusted".into()));
}
