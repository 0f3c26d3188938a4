use super::*;
use crate::options::Options;

/// The attestation root of the specification's test vectors
/// (w3c/webauthn commit 146d0db03cb88e69a8f6f0c3c168221abe73504b, sctn-test-vectors-attestation-root-cert).
const ROOT: &str = "MIICBzCCAa2gAwIBAgIRAO1_kF2L0LQU0XhJExcKkLYwCgYIKoZIzj0EAwIwYjEeMBwGA1UEAwwVV2ViQXV0aG4gdGVzdCB2ZWN0b3JzMQww\
    CgYDVQQKDANXM0MxJTAjBgNVBAsMHEF1dGhlbnRpY2F0b3IgQXR0ZXN0YXRpb24gQ0ExCzAJBgNVBAYTAkFBMCAXDTI0MDEwMTAwMDAwMFoYDzMwMjQwMTAx\
    MDAwMDAwWjBiMR4wHAYDVQQDDBVXZWJBdXRobiB0ZXN0IHZlY3RvcnMxDDAKBgNVBAoMA1czQzElMCMGA1UECwwcQXV0aGVudGljYXRvciBBdHRlc3RhdGlv\
    biBDQTELMAkGA1UEBhMCQUEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQyaTAOX_e2mQFfcM-AqHY79wW8LirwwbOc_3GLfDWIDKMPMZB42RsDOJoAb9_I\
    odzYTt-gfTCqE0dKJIoNq1uqo0IwQDAPBgNVHRMBAf8EBTADAQH_MA4GA1UdDwEB_wQEAwIBBjAdBgNVHQ4EFgQURa_3FbDdeGdB_umW68FlR6OTGx4wCgYI\
    KoZIzj0EAwIDSAAwRQIgSDBjtrsI3Mg9ozoCwR0vQiAxdok1VNE4xhSjaQhyTMgCIQD17yyRLUUAs-L1tZHQYiSR6fIg39H5c07EhLt-kIh2Yw";

fn root() -> Vec<u8> {
    countersign::types::base64url::decode(ROOT).unwrap()
}

fn explained(bytes: &[u8]) -> Field {
    explain(&Context::of(&Options::new()), Span::new(bytes))
}

fn named<'f>(field: &'f Field, name: &str) -> Option<&'f Field> {
    field.fields.iter().find_map(|part| if part.name == name { Some(part) } else { named(part, name) })
}

#[test]
fn every_part_has_its_name_and_value() {
    let field = explained(&root());
    let value = |name: &str| named(&field, name).and_then(|part| part.value.clone()).unwrap();
    assert_eq!(value("version"), "v3");
    assert_eq!(value("issuer"), "CN=WebAuthn test vectors, O=W3C, OU=Authenticator Attestation CA, C=AA");
    assert_eq!(value("notBefore"), "2024-01-01T00:00:00Z");
    assert_eq!(value("notAfter"), "3024-01-01T00:00:00Z");
    assert_eq!(value("subjectPublicKeyInfo"), "a point on P-256");
    assert_eq!(value("basicConstraints"), "critical: a certificate authority");
    assert_eq!(value("keyUsage"), "critical: keyCertSign, cRLSign");
    assert_eq!(value("signatureAlgorithm"), "ecdsa-with-SHA256 (1.2.840.10045.4.3.2)");
    assert_eq!(
        field.value.as_deref(),
        Some("\"WebAuthn test vectors\", issued by \"WebAuthn test vectors\"")
    );
    assert_eq!(field.first_fault(), None);
}

#[test]
fn a_cut_certificate_is_explained_up_to_the_cut() {
    let root = root();
    for length in 4..root.len() {
        let field = explained(&root[..length]);
        let fault = field.first_fault().unwrap();
        assert!(fault.at <= length, "{length}: {fault}");
    }
    assert!(named(&explained(&root[..200]), "issuer").is_some());
    let longer = [&root[..], &[0]].concat();
    assert_eq!(explained(&longer).first_fault().unwrap().at, root.len());
}

#[test]
fn requirements_of_formats_are_listed_one_by_one() {
    let certificate = Certificate::from_der(&root()).unwrap();
    let broken = |format: &str| {
        let notes = demands::of_format(format, &certificate);
        notes.into_iter().filter(|note| note.code.is_some()).flat_map(|note| note.rules).collect::<Vec<_>>()
    };
    assert_eq!(broken("packed"), [153, 155]);
    assert_eq!(broken("tpm"), [193, 197, 196, 198, 199]);
    assert_eq!(broken("android-key"), [206]);
    assert_eq!(broken("apple"), [246]);
    assert_eq!(broken("fido-u2f"), [0_u16; 0]);
    assert_eq!(broken("android-safetynet"), [229]);
}

#[test]
fn a_certificate_is_recognised_by_its_first_members() {
    let root = root();
    assert!(looks_like(Span::new(&root)));
    assert!(looks_like(Span::new(&root[..60])));
    let spki = Certificate::from_der(&root).unwrap().subject_public_key_info().to_vec();
    assert!(!looks_like(Span::new(&spki)));
}
