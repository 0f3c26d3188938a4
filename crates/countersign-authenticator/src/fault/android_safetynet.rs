//! Faults of Android `SafetyNet` attestation
//! ([section 8.5](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation)).

use countersign_types::Code;
use serde_json::json;

use super::definition::{Fault, Faults};
use crate::{
    attestation::draft::SignerRole,
    certificate::{oid, parts::Critical},
    der::{element, sequence},
    scenario::{Format, Scenario, Trust},
};

const SAFETYNET: Faults =
    Faults::of(Scenario::of(Format::AndroidSafetyNet), &[Code::AttestationStatementMalformed]);
const CERTIFICATE: Faults = SAFETYNET.codes(&[Code::AttestationCertificateInvalid]);
const MALFORMED_OR_CERTIFICATE: Faults =
    SAFETYNET.codes(&[Code::AttestationStatementMalformed, Code::AttestationCertificateInvalid]);
const SIGNATURE: Faults = SAFETYNET.codes(&[Code::AttestationSignatureInvalid]);
const ALGORITHM: Faults = SAFETYNET.codes(&[
    Code::AttestationStatementMalformed,
    Code::AttestationSignatureInvalid,
    Code::AlgorithmUnsupported,
]);
/// The age of a response is a demand on trusted devices.
const TRUSTED: Faults = Faults::of(
    Scenario::of(Format::AndroidSafetyNet).with_trust(Trust::Required),
    &[Code::AttestationNotAccepted],
);

pub(super) const FAULTS: &[Fault] = &[
    SAFETYNET.statement("safetynet-version-missing", &[223], |statement| statement.remove("ver")),
    SAFETYNET.statement("safetynet-version-empty", &[223], |statement| statement.set("ver", "")),
    SAFETYNET.statement("safetynet-response-missing", &[224], |statement| statement.remove("response")),
    SAFETYNET.statement("safetynet-response-text", &[224], |statement| statement.set("response", "a.b.c")),
    SAFETYNET
        .statement("safetynet-response-not-utf-8", &[224], |statement| statement.set("response", vec![0xff])),
    SAFETYNET
        .statement("safetynet-two-parts", &[225], |statement| statement.set("response", b"e30.e30".to_vec())),
    ALGORITHM.draft("safetynet-alg-none", &[226], |draft| draft.header.set("alg", "none")),
    ALGORITHM.draft("safetynet-alg-hmac", &[226], |draft| draft.header.set("alg", "HS256")),
    SIGNATURE.draft("safetynet-alg-not-the-key-s", &[226], |draft| draft.header.set("alg", "RS256")),
    SAFETYNET.draft("safetynet-x5c-empty", &[227], |draft| draft.header.set("x5c", json!([]))),
    SAFETYNET.draft("safetynet-x5c-text", &[227], |draft| draft.header.set("x5c", "")),
    MALFORMED_OR_CERTIFICATE
        .draft("safetynet-x5c-not-base64", &[227], |draft| draft.header.set("x5c", json!(["*"]))),
    SIGNATURE.draft("safetynet-signed-by-stranger", &[228], |draft| draft.signer = SignerRole::Stranger),
    CERTIFICATE.leaf("safetynet-other-host", &[229], |leaf| {
        let name = sequence(&[&element(0x82, b"attest.example.com")]);
        leaf.set_extension(oid::SUBJECT_ALT_NAME, Critical::No, name);
    }),
    CERTIFICATE.leaf("safetynet-host-in-common-name-alone", &[229], |leaf| {
        leaf.remove_extension(oid::SUBJECT_ALT_NAME);
    }),
    SAFETYNET
        .codes(&[Code::AttestationBindingMismatch])
        .draft("safetynet-nonce-other", &[231], |draft| draft.nonce = vec![7; 32]),
    SAFETYNET.draft("safetynet-nonce-number", &[231], |draft| draft.payload.set("nonce", 1)),
    SAFETYNET.draft("safetynet-integrity-missing", &[232], |draft| draft.payload.remove("ctsProfileMatch")),
    SAFETYNET
        .codes(&[Code::AttestationNotAccepted])
        .draft("safetynet-integrity-false", &[232], |draft| draft.payload.set("ctsProfileMatch", false)),
    SAFETYNET.draft("safetynet-time-missing", &[233], |draft| draft.payload.remove("timestampMs")),
    TRUSTED.draft("safetynet-time-past", &[233], |draft| {
        draft.payload.set("timestampMs", 1_767_139_200_000_u64);
    }),
    TRUSTED.draft("safetynet-time-to-come", &[233], |draft| {
        draft.payload.set("timestampMs", 1_767_312_000_000_u64);
    }),
];
