//! Faults of Android `SafetyNet` attestation
//! ([section 8.5](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation)).

use countersign_types::Code;
use serde_json::json;

use super::definition::{Fault, Faults};
use crate::{
    attestation::draft::SignerRole,
    certificate::{oid, parts::Critical},
    change::Change,
    der::{element, sequence},
    scenario::{Format, Scenario, Trust},
};

const SAFETYNET: Faults = Faults::of(Scenario::of(Format::AndroidSafetyNet));
/// The age of a response is a demand on trusted devices.
const TRUSTED: Faults = Faults::of(Scenario::of(Format::AndroidSafetyNet).with_trust(Trust::Required));
const MALFORMED: &[Code] = &[Code::AttestationStatementMalformed];
const CERTIFICATE: &[Code] = &[Code::AttestationCertificateInvalid];
const SIGNATURE: &[Code] = &[Code::AttestationSignatureInvalid];
const BINDING: &[Code] = &[Code::AttestationBindingMismatch];
const NOT_ACCEPTED: &[Code] = &[Code::AttestationNotAccepted];

pub(super) const FAULTS: &[Fault] = &[
    SAFETYNET.statement("safetynet-version-missing", &[223], |statement| statement.remove("ver")),
    SAFETYNET.statement("safetynet-version-empty", &[223], |statement| statement.set("ver", "")),
    SAFETYNET.statement("safetynet-response-missing", &[224], |statement| statement.remove("response")),
    SAFETYNET.statement("safetynet-response-text", &[224], |statement| statement.set("response", "a.b.c")),
    SAFETYNET
        .statement("safetynet-response-not-utf-8", &[224], |statement| statement.set("response", vec![0xff])),
    SAFETYNET.statement("safetynet-two-parts", &[225], |statement| {
        statement.set("response", b"e30.e30".to_vec());
    }),
    SAFETYNET.draft("safetynet-alg-none", &[226], ALGORITHM, |draft| draft.header.set("alg", "none")),
    SAFETYNET.draft("safetynet-alg-hmac", &[226], ALGORITHM, |draft| draft.header.set("alg", "HS256")),
    SAFETYNET
        .draft("safetynet-alg-not-the-key-s", &[226], SIGNATURE, |draft| draft.header.set("alg", "RS256")),
    SAFETYNET.draft("safetynet-x5c-empty", &[227], MALFORMED, |draft| draft.header.set("x5c", json!([]))),
    SAFETYNET.draft("safetynet-x5c-text", &[227], MALFORMED, |draft| draft.header.set("x5c", "")),
    SAFETYNET.draft("safetynet-x5c-not-base64", &[227], MALFORMED_OR_CERTIFICATE, |draft| {
        draft.header.set("x5c", json!(["*"]));
    }),
    SAFETYNET.draft("safetynet-signed-by-stranger", &[228], SIGNATURE, |draft| {
        draft.signer = SignerRole::Stranger;
    }),
    SAFETYNET.draft("safetynet-other-host", &[229], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            let name = sequence(&[&element(0x82, b"attest.example.com")]);
            leaf.set_extension(oid::SUBJECT_ALT_NAME, Critical::No, name);
        });
    }),
    SAFETYNET.draft("safetynet-host-in-common-name-alone", &[229], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.remove_extension(oid::SUBJECT_ALT_NAME);
        });
    }),
    SAFETYNET.draft("safetynet-nonce-other", &[231], BINDING, |draft| draft.nonce = vec![7; 32]),
    SAFETYNET.draft("safetynet-nonce-number", &[231], MALFORMED, |draft| draft.payload.set("nonce", 1)),
    SAFETYNET.draft("safetynet-integrity-missing", &[232], MALFORMED, |draft| {
        draft.payload.remove("ctsProfileMatch");
    }),
    SAFETYNET.draft("safetynet-integrity-false", &[232], NOT_ACCEPTED, |draft| {
        draft.payload.set("ctsProfileMatch", false);
    }),
    SAFETYNET.draft("safetynet-time-missing", &[233], MALFORMED, |draft| draft.payload.remove("timestampMs")),
    TRUSTED.change(
        "safetynet-time-past",
        &[233],
        NOT_ACCEPTED,
        Change::Attestation(|draft| {
            draft.payload.set("timestampMs", 1_767_139_200_000_u64);
        }),
    ),
    TRUSTED.change(
        "safetynet-time-to-come",
        &[233],
        NOT_ACCEPTED,
        Change::Attestation(|draft| {
            draft.payload.set("timestampMs", 1_767_312_000_000_u64);
        }),
    ),
];

const ALGORITHM: &[Code] =
    &[Code::AttestationStatementMalformed, Code::AttestationSignatureInvalid, Code::AlgorithmUnsupported];
const MALFORMED_OR_CERTIFICATE: &[Code] =
    &[Code::AttestationStatementMalformed, Code::AttestationCertificateInvalid];
