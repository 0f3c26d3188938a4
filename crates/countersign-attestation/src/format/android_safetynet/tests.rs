//! Tests of Android `SafetyNet` attestation. [`Response`] makes a good JWS; each test of a rule changes one thing.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ciborium::Value;
use countersign_types::{Aaguid, AlgorithmIdentifier, Code, base64url, hex::Hex};
use serde_json::json;

use super::*;
use crate::{
    anchors::{AnchorList, TrustAnchor},
    certificate::error::CertificateError,
    format::table::Formats,
    limits::X5C_MAX,
    path::limits::PathLimits,
    test_support::{
        NOW,
        certificates::{Builder, Key, common_name, root},
        mutations::{Acceptance, Example, Material},
        statements::{AAGUID, Registration, assert_statement_malformed as assert_malformed, encode},
    },
};
use countersign_authenticator::der::{element, sequence};

/// A second before [`NOW`].
const MADE: u64 = 1_767_225_599_000;

fn registration() -> Registration {
    Registration::new(&Key::p256(3), AAGUID)
}

fn google_key() -> Key {
    Key::p256(2)
}

/// A certificate for these names: pairs of a `GeneralName`'s tag and its contents.
fn certificate(names: &[(u8, &str)]) -> Builder {
    let names: Vec<_> = names.iter().map(|(tag, name)| element(*tag, name.as_bytes())).collect();
    Builder::attestation(&google_key()).with_subject(&oid::COMMON_NAME, Some(HOST_NAME)).with_extension(
        oid::SUBJECT_ALT_NAME,
        false,
        &element(0x30, &names.concat()),
    )
}

fn leaf() -> Vec<u8> {
    certificate(&[(0x82, HOST_NAME)]).der(&common_name("root"), &root().1)
}

/// A response to be: change one thing, then encode.
#[derive(Clone)]
struct Response {
    header: serde_json::Value,
    payload: serde_json::Value,
}

impl Response {
    fn new() -> Self {
        Self::with_certificates(&[leaf()])
    }

    fn with_certificates(certificates: &[Vec<u8>]) -> Self {
        let x5c: Vec<_> = certificates.iter().map(|der| STANDARD.encode(der)).collect();
        Self {
            header: json!({"alg": "ES256", "x5c": x5c}),
            payload: json!({
                "nonce": STANDARD.encode(sha256(&[&registration().signed_data()])),
                "timestampMs": MADE,
                "apkPackageName": "com.google.android.gms",
                "ctsProfileMatch": true,
                "basicIntegrity": true,
            }),
        }
    }

    fn with_header(mut self, member: &str, value: serde_json::Value) -> Self {
        self.header[member] = value;
        self
    }

    fn with_payload(mut self, member: &str, value: serde_json::Value) -> Self {
        self.payload[member] = value;
        self
    }

    fn without(mut self, member: &str) -> Self {
        for object in [&mut self.header, &mut self.payload] {
            object.as_object_mut().unwrap().remove(member);
        }
        self
    }

    fn jws(&self) -> String {
        jws(&self.header.to_string(), &self.payload.to_string())
    }
}

/// A JWS with a good signature.
fn jws(header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", base64url::encode(signature))
}

/// A signature as a JWS has it.
fn sign(message: &[u8]) -> Vec<u8> {
    google_key().sign_plain(message)
}

/// The three parts of a good JWS.
fn parts() -> [String; 3] {
    let jws = Response::new().jws();
    let parts: Vec<_> = jws.split('.').map(str::to_owned).collect();
    parts.try_into().unwrap()
}

fn verify_statement_with(
    format: &AndroidSafetyNetFormat,
    statement: Vec<(Value, Value)>,
) -> Result<Attestation, AttestationError> {
    let formats = Formats::standard().with_format(Arc::new(format.clone()));
    registration().verify_with(&formats, "android-safetynet", &encode(&Value::Map(statement)))
}

fn statement(version: Value, response: Value) -> Vec<(Value, Value)> {
    vec![("ver".into(), version), ("response".into(), response)]
}

fn verify_statement(statement: Vec<(Value, Value)>) -> Result<Attestation, AttestationError> {
    verify_statement_with(&AndroidSafetyNetFormat::default(), statement)
}

fn verify_jws(jws: &str) -> Result<Attestation, AttestationError> {
    verify_statement(statement("14366018".into(), Value::Bytes(jws.into())))
}

fn verify_with(
    format: &AndroidSafetyNetFormat,
    response: &Response,
) -> Result<Attestation, AttestationError> {
    verify_statement_with(format, statement("14366018".into(), Value::Bytes(response.jws().into())))
}

fn verify(response: &Response) -> Result<Attestation, AttestationError> {
    verify_with(&AndroidSafetyNetFormat::default(), response)
}

fn assert_certificate(certificate: &Builder, fault: AttestationCertificateError) {
    let der = certificate.der(&common_name("root"), &root().1);
    let error = verify(&Response::with_certificates(&[der])).unwrap_err();
    assert_eq!(error, AttestationError::CertificateInvalid(fault));
    assert_eq!(error.code(), Code::AttestationCertificateInvalid);
}

fn assert_not_accepted(result: Result<Attestation, AttestationError>, fault: FormatConfigurationError) {
    let error = result.unwrap_err();
    assert_eq!(error, AttestationError::NotAccepted(fault));
    assert_eq!(error.code(), Code::AttestationNotAccepted);
}

fn wrong(member: &'static str, expected: &'static str) -> StatementError {
    StatementError::WrongType { member, expected }
}

#[test]
fn a_good_response_is_accepted_and_its_type_basic() {
    let attestation = verify(&Response::new()).unwrap();
    assert_eq!(attestation.format(), "android-safetynet");
    assert_eq!(attestation.attestation_type(), AttestationType::Basic);
    // What it signs, software wrote: rule 387.
    assert_eq!(attestation.aaguid_source(), AaguidSource::Software);
    assert_eq!(attestation.trust_path()[0].as_der(), leaf());
    let Details::SafetyNet(details) = attestation.details() else { panic!("no details") };
    assert_eq!((&*details.version, details.timestamp_milliseconds), ("14366018", MADE));
    assert_eq!((details.cts_profile_match, details.basic_integrity), (Some(true), Some(true)));
    assert_eq!(details.apk_package_name.as_deref(), Some("com.google.android.gms"));
}

#[test]
fn unknown_members_are_ignored() {
    let response = Response::new()
        .with_header("typ", "JWT".into())
        .with_payload("evaluationType", "BASIC".into())
        .with_payload("advice", json!({"nonce": [1]}));
    verify(&response).unwrap();
}

#[test]
fn rule_223_ver_is_text_and_not_empty() {
    let response = || Value::Bytes(Response::new().jws().into());
    verify_statement(statement("1".into(), response())).unwrap();
    let missing = vec![("response".into(), response())];
    assert_malformed(verify_statement(missing), StatementError::Missing("ver"));
    for version in [Value::Null, 14_366_018.into(), Value::Bytes(b"14366018".to_vec())] {
        assert_malformed(verify_statement(statement(version, response())), wrong("ver", "a text"));
    }
    assert_malformed(verify_statement(statement("".into(), response())), StatementError::Empty("ver"));
}

#[test]
fn rule_224_response_is_bytes_of_text_and_not_empty() {
    let missing = vec![("ver".into(), "14366018".into())];
    assert_malformed(verify_statement(missing), StatementError::Missing("response"));
    for response in [Value::Null, Response::new().jws().into(), Value::Array(Vec::new())] {
        let result = verify_statement(statement("14366018".into(), response));
        assert_malformed(result, wrong("response", "a byte string"));
    }
    assert_malformed(verify_jws(""), StatementError::Empty("response"));
    let mut not_utf8 = Response::new().jws().into_bytes();
    not_utf8[10] = 0xff;
    let result = verify_statement(statement("14366018".into(), Value::Bytes(not_utf8)));
    assert_malformed(result, StatementError::NotJws("not base64url"));
}

#[test]
fn rule_225_a_jws_has_three_parts() {
    let [header, payload, signature] = parts();
    for jws in [
        r#"{"payload":"","signatures":[]}"#.to_owned(),
        header.clone(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}."),
        format!(".{header}.{payload}.{signature}"),
    ] {
        assert_malformed(verify_jws(&jws), StatementError::NotJws("not three parts"));
    }
}

#[test]
fn rule_225_each_part_is_base64url_without_padding() {
    for position in 0..3 {
        for (before, after) in [("", "="), ("", "\n"), (" ", ""), ("+", "")] {
            let mut parts = parts();
            parts[position] = format!("{before}{}{after}", parts[position]);
            assert_malformed(verify_jws(&parts.join(".")), StatementError::NotJws("not base64url"));
        }
    }
    // 64 bytes are 86 characters, the last of which has four spare bits.
    let [header, payload, mut signature] = parts();
    let last = signature.pop().unwrap();
    signature.push(char::from(u8::try_from(last).unwrap() + 1));
    let result = verify_jws(&format!("{header}.{payload}.{signature}"));
    assert_malformed(result, StatementError::NotJws("not base64url"));
}

#[test]
fn rule_225_header_and_payload_are_json_objects() {
    let good = Response::new();
    let (header, payload) = (good.header.to_string(), good.payload.to_string());
    for json in ["", "null", "[]", "{", "\"text\"", &format!("[{payload}]"), &format!("{payload}{payload}")] {
        assert_malformed(verify_jws(&jws(json, &payload)), StatementError::NotJws("header"));
        assert_malformed(verify_jws(&jws(&header, json)), StatementError::NotJws("payload"));
    }
}

#[test]
fn rule_225_a_member_that_is_read_is_there_once() {
    let good = Response::new();
    let (header, payload) = (good.header.to_string(), good.payload.to_string());
    let with = |text: &str, member: &str| text.replacen('{', &format!("{{{member},"), 1);
    for (name, member) in [("alg", r#""alg":"ES256""#), ("x5c", r#""x5c":[]"#)] {
        assert_malformed(verify_jws(&jws(&with(&header, member), &payload)), wrong(name, "there once"));
    }
    for (name, member) in [
        ("nonce", r#""nonce":"""#),
        ("timestampMs", r#""timestampMs":1"#),
        ("ctsProfileMatch", r#""ctsProfileMatch":false"#),
        ("basicIntegrity", r#""basicIntegrity":false"#),
        ("apkPackageName", r#""apkPackageName":"""#),
    ] {
        assert_malformed(verify_jws(&jws(&header, &with(&payload, member))), wrong(name, "there once"));
    }
}

#[test]
fn rule_225_a_jws_is_no_longer_than_the_limit() {
    let filled = |length: usize| Response::new().with_payload("filler", "x".repeat(length).into());
    verify(&filled(32 * 1024)).unwrap();
    assert_malformed(verify(&filled(64 * 1024)), StatementError::NotJws("too long"));
    assert_malformed(verify_jws(&"x".repeat(64 * 1024)), StatementError::NotJws("not three parts"));
    assert_malformed(verify_jws(&"x".repeat(64 * 1024 + 1)), StatementError::NotJws("too long"));
}

#[test]
fn rule_226_alg_is_one_that_the_service_signs_with() {
    let expected = wrong("alg", "RS256 or ES256");
    for algorithm in ["none", "None", "", "HS256", "HS512", "PS256", "ES384", "RS1", "EdDSA", "es256"] {
        assert_malformed(verify(&Response::new().with_header("alg", algorithm.into())), expected.clone());
    }
    assert_malformed(verify(&Response::new().without("alg")), StatementError::Missing("alg"));
    for value in [json!(null), json!(-7), json!(["ES256"])] {
        assert_malformed(verify(&Response::new().with_header("alg", value)), wrong("alg", "a text"));
    }
}

#[test]
fn rule_226_alg_none_without_a_signature_is_malformed() {
    let [_, payload, _] = parts();
    let header = base64url::encode(Response::new().with_header("alg", "none".into()).header.to_string());
    let result = verify_jws(&format!("{header}.{payload}."));
    assert_malformed(result, wrong("alg", "RS256 or ES256"));
}

#[test]
fn rule_226_alg_fits_the_leaf_key() {
    let error = verify(&Response::new().with_header("alg", "RS256".into())).unwrap_err();
    assert_eq!(error, AttestationError::AlgorithmUnfit(AlgorithmIdentifier(-257)));
    assert_eq!(error.code(), Code::AttestationSignatureInvalid);
}

#[test]
fn rule_226_header_parameters_that_must_be_understood_are_not() {
    let response = Response::new().with_header("crit", json!(["exp"])).with_header("exp", json!(0));
    assert_malformed(verify(&response), StatementError::NotJws("critical header parameters"));
}

#[test]
fn rule_227_x5c_is_an_array_of_certificates_in_base64() {
    let with = |x5c| verify(&Response::new().with_header("x5c", x5c));
    assert_malformed(verify(&Response::new().without("x5c")), StatementError::Missing("x5c"));
    for x5c in [json!(null), json!(STANDARD.encode(leaf())), json!({})] {
        assert_malformed(with(x5c), wrong("x5c", "an array"));
    }
    assert_malformed(with(json!([])), StatementError::Empty("x5c"));
    assert_malformed(with(json!([""])), StatementError::Empty("x5c"));
    assert_malformed(with(json!([null])), wrong("x5c", "an array of texts"));
    let good = STANDARD.encode(leaf());
    let unpadded = good.trim_end_matches('=');
    let mut lines = good.clone();
    lines.insert(64, '\n');
    for text in [&base64url::encode(leaf()), &format!("{unpadded}==="), &lines, &format!("{good} ")] {
        assert_malformed(with(json!([text])), wrong("x5c", "an array of base64 texts"));
    }
    verify(&Response::with_certificates(&vec![leaf(); X5C_MAX])).unwrap();
    let count = X5C_MAX + 1;
    assert_malformed(with(json!(vec![good; count])), StatementError::TooManyCertificates(count));
}

#[test]
fn rule_227_elements_of_x5c_are_one_certificate_each() {
    let surplus = [leaf(), vec![0]].concat();
    for (certificates, position, error) in [
        (vec![b"none".to_vec()], 0, CertificateError::NotDer),
        (vec![surplus.clone()], 0, CertificateError::TrailingData { length: 1 }),
        (vec![leaf(), surplus], 1, CertificateError::TrailingData { length: 1 }),
    ] {
        let got = verify(&Response::with_certificates(&certificates)).unwrap_err();
        let fault = AttestationCertificateError::Unparsable { position, error };
        assert_eq!(got, AttestationError::CertificateInvalid(fault));
        assert_eq!(got.code(), Code::AttestationCertificateInvalid);
    }
}

#[test]
fn rule_228_the_signature_is_over_header_and_payload() {
    let [header, payload, signature] = parts();
    let other_header = base64url::encode(Response::new().with_header("typ", "JWT".into()).header.to_string());
    let other_payload = base64url::encode(Response::new().with_payload("x", 1.into()).payload.to_string());
    let over = |message: &str| base64url::encode(sign(message.as_bytes()));
    for jws in [
        format!("{other_header}.{payload}.{signature}"),
        format!("{header}.{other_payload}.{signature}"),
        format!("{header}.{payload}.{}", over(&header)),
        format!("{header}.{payload}.{}", over(&format!("{header}.{payload}."))),
        format!("{header}.{payload}."),
    ] {
        let error = verify_jws(&jws).unwrap_err();
        assert_eq!(error, AttestationError::SignatureInvalid);
        assert_eq!(error.code(), Code::AttestationSignatureInvalid);
    }
}

#[test]
fn rule_228_the_signature_is_the_leaf_keys() {
    let other = Builder::attestation(&Key::p256(4)).with_extension(
        oid::SUBJECT_ALT_NAME,
        false,
        &sequence(&[&element(0x82, HOST_NAME.as_bytes())]),
    );
    let other = other.der(&common_name("root"), &root().1);
    let error = verify(&Response::with_certificates(&[other, leaf()])).unwrap_err();
    assert_eq!(error, AttestationError::SignatureInvalid);
}

#[test]
fn rule_228_an_es256_signature_is_two_numbers_of_32_bytes() {
    let [header, payload, signature] = parts();
    let pair = base64url::decode(&signature).unwrap();
    let (r, s) = pair.split_at(32);
    let der = countersign_cose::ecdsa_signature_to_der(&pair, countersign_cose::Curve::P256).unwrap();
    let zero = [0; 32];
    for signature in [
        &der[..],
        &pair[..63],
        &[&pair[..], &[0]].concat(),
        &[s, r].concat(),
        &[&zero, s].concat(),
        &[r, &zero].concat(),
    ] {
        let jws = format!("{header}.{payload}.{}", base64url::encode(signature));
        assert_eq!(verify_jws(&jws), Err(AttestationError::SignatureInvalid));
    }
}

#[test]
fn rule_229_the_leaf_was_issued_to_the_services_host() {
    let fault = AttestationCertificateError::HostName(HOST_NAME);
    for names in [
        &[][..],
        &[(0x82, "attest.android.org")],
        &[(0x82, "www.attest.android.com")],
        &[(0x82, "attest.android.com.example.org")],
        &[(0x82, "attest.android.com\0.example.org")],
        &[(0x82, "*.android.com")],
        &[(0x82, "attest.android.com.")],
        // An rfc822Name and a URI.
        &[(0x81, HOST_NAME)],
        &[(0x86, HOST_NAME)],
    ] {
        assert_certificate(&certificate(names), fault.clone());
    }
    assert_certificate(&certificate(&[]).without_extension(&oid::SUBJECT_ALT_NAME), fault);
    for names in [&[(0x82, "Attest.Android.COM")][..], &[(0x82, "www.example.org"), (0x82, HOST_NAME)]] {
        let der = certificate(names).der(&common_name("root"), &root().1);
        verify(&Response::with_certificates(&[der])).unwrap();
    }
}

#[test]
fn rule_229_the_alternative_names_are_der() {
    let name = element(0x82, HOST_NAME.as_bytes());
    for value in [&[][..], &name, &element(0x31, &name), &[&sequence(&[&name])[..], &[0]].concat()] {
        let changed = certificate(&[]).with_extension(oid::SUBJECT_ALT_NAME, false, value);
        assert_certificate(&changed, AttestationCertificateError::Extension(oid::SUBJECT_ALT_NAME));
    }
}

#[test]
fn rule_230_the_chain_ends_at_a_configured_root() {
    let judge = |leaf: Vec<u8>, anchor: TrustAnchor| {
        let attestation = verify(&Response::with_certificates(&[leaf])).unwrap();
        let (anchors, limits) = (AnchorList::new([anchor]), PathLimits::default());
        let verifiers = registration().verifiers;
        attestation.validate_trust_path(Aaguid::from_bytes(AAGUID), &anchors, NOW, &verifiers, &limits)
    };
    judge(leaf(), root().0).unwrap();
    let self_signed = certificate(&[(0x82, HOST_NAME)]).self_signed(&google_key()).as_der().to_vec();
    assert_eq!(judge(self_signed, root().0).unwrap_err().code(), Code::AttestationUntrusted);
    let other = Key::p256(9);
    let other = TrustAnchor::from_certificate(Builder::ca("other", &other).self_signed(&other));
    assert_eq!(judge(leaf(), other).unwrap_err().code(), Code::AttestationUntrusted);
}

#[test]
fn rule_231_the_nonce_is_the_base64_of_the_hash_of_what_is_attested() {
    let data = registration().signed_data();
    let (authenticator_data, hash) = data.split_at(data.len() - 32);
    let digest = sha256(&[&data]);
    let hex = Hex(&digest).to_string();
    for nonce in [
        String::new(),
        base64url::encode(digest),
        STANDARD.encode(digest).trim_end_matches('=').to_owned(),
        format!("{}\n", STANDARD.encode(digest)),
        hex,
        STANDARD.encode(&data),
        STANDARD.encode(sha256(&[hash, authenticator_data])),
        STANDARD.encode(sha256(&[hash])),
        STANDARD.encode(sha256(&[authenticator_data])),
    ] {
        let error = verify(&Response::new().with_payload("nonce", nonce.into())).unwrap_err();
        assert_eq!(error, AttestationError::BindingMismatch("nonce"));
        assert_eq!(error.code(), Code::AttestationBindingMismatch);
    }
    assert_malformed(verify(&Response::new().without("nonce")), StatementError::Missing("nonce"));
    for value in [json!(null), json!([STANDARD.encode(digest)]), json!(1)] {
        assert_malformed(verify(&Response::new().with_payload("nonce", value)), wrong("nonce", "a text"));
    }
}

#[test]
fn rule_232_the_device_matches_a_profile() {
    for value in [json!("true"), json!(1), json!([true])] {
        let response = Response::new().with_payload("ctsProfileMatch", value);
        assert_malformed(verify(&response), wrong("ctsProfileMatch", "a boolean"));
    }
    let response = Response::new().with_payload("ctsProfileMatch", false.into());
    assert_not_accepted(verify(&response), FormatConfigurationError::DeviceIntegrity("ctsProfileMatch"));
    for response in [
        Response::new().without("ctsProfileMatch"),
        Response::new().with_payload("ctsProfileMatch", json!(null)),
    ] {
        assert_malformed(verify(&response), StatementError::Missing("ctsProfileMatch"));
    }
}

#[test]
fn rule_232_the_relying_party_may_be_content_with_basic_integrity() {
    let basic = AndroidSafetyNetFormat::default().with_device_integrity(DeviceIntegrity::BasicIntegrity);
    let response = Response::new().with_payload("ctsProfileMatch", false.into());
    verify_with(&basic, &response).unwrap();
    verify_with(&basic, &response.clone().without("ctsProfileMatch")).unwrap();
    let failed = response.clone().with_payload("basicIntegrity", false.into());
    assert_not_accepted(
        verify_with(&basic, &failed),
        FormatConfigurationError::DeviceIntegrity("basicIntegrity"),
    );
    let absent = response.without("basicIntegrity");
    assert_malformed(verify_with(&basic, &absent), StatementError::Missing("basicIntegrity"));
    // Where a profile must match, nothing is asked of the lesser verdict.
    verify(&Response::new().without("basicIntegrity")).unwrap();
}

#[test]
fn the_time_of_a_response_is_reported() {
    for time in [0, MADE, u64::MAX] {
        let attestation = verify(&Response::new().with_payload("timestampMs", time.into())).unwrap();
        let Details::SafetyNet(details) = attestation.details() else { panic!("{attestation:?}") };
        assert_eq!(details.timestamp_milliseconds, time);
    }
}

#[test]
fn rule_233_the_time_is_an_integer() {
    let missing = Response::new().without("timestampMs");
    assert_malformed(verify(&missing), StatementError::Missing("timestampMs"));
    for value in [json!(null), json!("1767225599000"), json!(-1), json!(1_767_225_599_000.5), json!(1e300)] {
        let fault = wrong("timestampMs", "a non-negative integer of 64 bits");
        assert_malformed(verify(&Response::new().with_payload("timestampMs", value)), fault);
    }
}

#[test]
fn rule_234_the_standard_formats_do_not_have_it() {
    let members = statement("14366018".into(), Value::Bytes(Response::new().jws().into()));
    let error = registration().verify("android-safetynet", &encode(&Value::Map(members))).unwrap_err();
    assert_eq!(error, AttestationError::FormatUnsupported("android-safetynet".to_owned()));
    assert_eq!(error.code(), Code::AttestationFormatUnsupported);
}

#[test]
fn mutations_of_a_good_statement_are_not_accepted() {
    let example = Example {
        format: "android-safetynet",
        formats: Formats::empty().with_format(Arc::new(AndroidSafetyNetFormat::default())),
        registration: registration(),
        statement: Value::Map(statement("14366018".into(), Value::Bytes(Response::new().jws().into()))),
        // `ver` is a text that nothing is made of.
        material: Material::Members(&["response"]),
        acceptance: Acceptance::Trusted,
    };
    example.assert_no_mutation_is_accepted();
}
