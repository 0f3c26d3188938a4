//! One input of each kind, made by the software authenticator where it can.

use countersign_authenticator::BlobSigner;
use countersign_inspect::countersign::cose::{Algorithm, PublicKey};
use countersign_inspect::countersign::types::{base64url, hex, hex::Hex};
use countersign_inspect::{Encoding, Explanation, Field, Kind, Options, inspect};

/// A `COSE_Key` of the specification's test vectors
/// (w3c/webauthn commit 146d0db03cb88e69a8f6f0c3c168221abe73504b, sctn-test-vectors-none-es256).
const KEY: &str = "a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820\
                   930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";

fn explained(input: impl AsRef<[u8]>) -> Explanation {
    inspect(input.as_ref(), &Options::new())
}

fn kind(input: impl AsRef<[u8]>) -> Kind {
    explained(input).kind
}

fn find<'f>(field: &'f Field, name: &str) -> Option<&'f Field> {
    field.fields.iter().find_map(|part| if part.name == name { Some(part) } else { find(part, name) })
}

fn key() -> PublicKey {
    PublicKey::from_cose(&hex::decode(KEY).unwrap()).unwrap()
}

#[test]
fn a_key_is_the_same_in_each_of_its_encodings() {
    let key = key();
    let thumbprint = |explanation: &Explanation| {
        find(&explanation.field, "JWK Thumbprint (SHA-256)").unwrap().value.clone().unwrap()
    };
    let cose = explained(KEY);
    assert_eq!((cose.kind, cose.encodings.as_slice()), (Kind::CoseKey, &[Encoding::Hex][..]));
    let spki = explained(base64url::encode(key.to_spki()));
    assert_eq!(spki.kind, Kind::Spki);
    let jwk = explained(key.to_jwk());
    assert_eq!(jwk.kind, Kind::Jwk);
    assert_eq!(thumbprint(&cose), thumbprint(&spki));
    assert_eq!(thumbprint(&cose), thumbprint(&jwk));
    let again = key.to_cose(Algorithm::Es256).unwrap();
    assert_eq!(kind(format!("\\x{}", Hex(&again))), Kind::CoseKey);
    assert_eq!(kind(format!("h'{}'", Hex(&again))), Kind::CoseKey);
}

#[test]
fn a_thumbprint_is_that_of_the_rfc() {
    // RFC 7638, section 3.1.
    let jwk = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
    let explanation = explained(jwk);
    let thumbprint = find(&explanation.field, "JWK Thumbprint (SHA-256)").unwrap();
    assert_eq!(thumbprint.value.as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
}

#[test]
fn a_metadata_blob_has_its_certificates_and_entries() {
    let payload = r#"{"no":3,"nextUpdate":"2026-01-01","entries":[{"aaguid":"fcb1bcb4-f370-078c-6993-bc24d0ae3fbe",
        "metadataStatement":{"description":"A key"},"statusReports":[{"status":"REVOKED"}]}]}"#;
    let blob = BlobSigner::new().sign(payload.as_bytes());
    let explanation = explained(&blob);
    assert_eq!(explanation.kind, Kind::MetadataBlob);
    assert_eq!(explanation.fault, None);
    assert!(find(&explanation.field, "x5c[0]").unwrap().value.is_some());
    let entry = find(&explanation.field, "entries[0]").unwrap();
    assert_eq!(entry.value.as_deref(), Some("fcb1bcb4-f370-078c-6993-bc24d0ae3fbe: A key, REVOKED"));
    assert_eq!(kind(payload), Kind::MetadataPayload);
    let cut = explained(&blob[..blob.len() - 150]);
    assert_eq!(cut.kind, Kind::MetadataBlob, "cut within the payload");
    assert!(cut.fault.is_some());
}

#[test]
fn certificates_in_pem_are_a_chain() {
    let root = BlobSigner::new().root;
    let block = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        base64url::encode(&root).replace('-', "+").replace('_', "/")
    );
    let one = explained(&block);
    assert_eq!((one.kind, one.encodings.as_slice()), (Kind::Certificate, &[Encoding::Pem][..]));
    assert_eq!(kind(format!("subject=x\n{block}{block}")), Kind::CertificateChain);
    assert_eq!(kind([&root[..], &root].concat()), Kind::CertificateChain);
    let secret = explained("-----BEGIN PRIVATE KEY-----\nAQIDBAUG\n-----END PRIVATE KEY-----");
    assert!(!serde_json::to_string(&secret).unwrap().contains("010203040506"));
}

#[test]
fn small_things_are_recognised() {
    assert_eq!(kind("fbfc3007-154e-4ecc-8c0b-6e020557d7bd"), Kind::Aaguid);
    assert_eq!(kind("fbfc3007154e4ecc8c0b6e020557d7bd"), Kind::Aaguid);
    assert_eq!(kind("hello"), Kind::Text);
    assert_eq!(kind(r#""{\"kty\":\"EC\"}""#), Kind::Jwk);
    assert_eq!(kind("%7B%22kty%22%3A%22EC%22%7D"), Kind::Jwk);
    let point = [&[4][..], &[7; 64]].concat();
    assert_eq!(kind(&point), Kind::U2fKey);
    let assertion = b"\xa2\x69signature\x41\x00\x71authenticatorData\x41\x00";
    assert_eq!(kind(assertion), Kind::AppAttestAssertion);
}

#[test]
fn stored_credentials_of_libraries_are_explained_by_the_credential_record() {
    let cose = base64url::encode(hex::decode(KEY).unwrap());
    for (library, row) in [
        (
            "SimpleWebAuthn",
            format!(
                r#"{{"id":"AQID","publicKey":"{cose}","counter":7,"deviceType":"multiDevice","backedUp":true}}"#
            ),
        ),
        (
            "py_webauthn",
            format!(r#"{{"credential_id":"AQID","credential_public_key":"{cose}","sign_count":7}}"#),
        ),
        (
            "go-webauthn",
            format!(
                r#"{{"id":"AQID","publicKey":"{cose}","authenticator":{{"AAGUID":"AAAAAAAAAAAAAAAAAAAAAA==","signCount":7}}}}"#
            ),
        ),
        (
            "java-webauthn-server",
            format!(r#"{{"credentialId":"AQID","userHandle":"am8","publicKeyCose":"{cose}"}}"#),
        ),
        (
            "webauthn-rs",
            r#"{"cred":{"cred_id":"AQID","cred":{"type_":"ES256","key":{}},"counter":7}}"#.to_owned(),
        ),
    ] {
        let explanation = explained(&row);
        assert_eq!(explanation.kind, Kind::StoredCredential, "{library}");
        assert_eq!(explanation.field.value.as_deref(), Some(format!("as {library} stores it").as_str()));
        if library != "webauthn-rs" {
            assert!(find(&explanation.field, "crv").is_some(), "{library}: the key is explained");
        }
    }
}

#[test]
fn a_kind_that_is_named_wins() {
    let options = Options::new().with_kind(Kind::Cbor);
    assert_eq!(inspect(KEY.as_bytes(), &options).field.fields[0].name, "1");
    let sixteen = explained([1; 16]);
    assert_eq!(sixteen.kind, Kind::Aaguid);
}
