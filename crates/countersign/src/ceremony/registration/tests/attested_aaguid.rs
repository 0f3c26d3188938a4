//! Which attestations attest the AAGUID.

use std::sync::Arc;

use countersign_attestation::{AnchorList, Certificate, TrustAnchor};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};

use super::*;
use crate::test_ceremony::signing_key;

/// The DER of an element of at most 255 bytes.
fn der(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let length = u8::try_from(contents.len()).unwrap();
    let head = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
    [head, contents].concat()
}

/// A certificate with this key, which says of itself as little as it can: version 1, empty names, no signature.
fn certificate(key: &SigningKey) -> Vec<u8> {
    // ecdsa-with-SHA256.
    const ALGORITHM: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    let spki = PublicKey::from_cose(&crate::test_ceremony::cose_key(key)).unwrap().to_spki();
    let validity = der(0x30, &[&der(0x17, &[b"250101000000Z"]), &der(0x17, &[b"270101000000Z"])]);
    let (serial_number, name) = ([0x02, 0x01, 0x01], [0x30, 0x00]);
    let tbs = der(0x30, &[&serial_number, &ALGORITHM, &name, &validity, &name, &spki]);
    der(0x30, &[&tbs, &ALGORITHM, &[0x03, 0x02, 0x00, 0x00]])
}

/// CBOR: a byte string of at most 65535 bytes, after this.
fn bytes(before: &[u8], content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    [before, &[0x59, high, low], content].concat()
}

/// {"sig": …, "x5c": […]}, signed with `key` over what U2F signs.
fn u2f(create: &Create, key: &SigningKey) -> Vec<u8> {
    let credential = PublicKey::from_cose(&create.public_key).unwrap().to_spki();
    let (_, point) = credential.split_at(credential.len() - 65);
    let rp_id_hash = sha256(&[create.rp_id.as_bytes()]);
    let client_data_hash = sha256(&[create.client_data.to_string().as_bytes()]);
    let message = [&[0][..], &rp_id_hash, &client_data_hash, &create.attested_id, point].concat();
    let signature: Signature = key.sign(&message);
    let sig = bytes(b"\xa2\x63sig", signature.to_der().as_bytes());
    [sig, bytes(b"\x63x5c\x81", &certificate(key))].concat()
}

/// {"alg": -7, "sig": …}, signed with the credential's key over what packed statements sign.
fn packed_self(create: &Create) -> Vec<u8> {
    let client_data_hash = sha256(&[create.client_data.to_string().as_bytes()]);
    let signature: Signature =
        create.key.sign(&[&create.authenticator_data()[..], &client_data_hash].concat());
    bytes(b"\xa2\x63alg\x26\x63sig", signature.to_der().as_bytes())
}

fn finish(format: &'static str, statement: Vec<u8>) -> Registered {
    let anchor = TrustAnchor::from_certificate(Certificate::from_der(&certificate(&signing_key(9))).unwrap());
    let anchors = Arc::new(AnchorList::new([anchor]));
    let rp = rp().policy(Policy::attested(AttestationPolicy::new())).trust_anchors(anchors);
    Create { attest: Attest::As(format, statement), ..create() }.finish(rp).unwrap()
}

#[test]
fn rule_138_a_format_that_is_not_listed_is_refused() {
    let finish = |formats: &[&str]| {
        let leaf = Certificate::from_der(&certificate(&signing_key(9))).unwrap();
        let demands = AttestationPolicy::new().with_formats(formats.iter().copied());
        let rp = rp()
            .policy(Policy::attested(demands))
            .trust_anchors(Arc::new(AnchorList::new([TrustAnchor::from_certificate(leaf)])));
        let create = create();
        let statement = u2f(&create, &signing_key(9));
        Create { attest: Attest::As("fido-u2f", statement), ..create }.finish(rp)
    };
    let _ = finish(&["packed", "fido-u2f"]).unwrap();
    let error = finish(&["packed"]).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::AttestationNotAccepted, Step::Trust.into()));
}

#[test]
fn rule_136_an_aaguid_that_the_attestation_does_not_sign_is_not_attested() {
    let registered = finish("fido-u2f", u2f(&create(), &signing_key(9)));
    assert!(registered.trusted_path().is_some());
    assert_eq!(registered.credential().aaguid(), Aaguid::from_bytes([0xaa; 16]));
    assert_eq!(registered.attested_aaguid(), None);
}

#[test]
fn rule_136_nor_is_it_where_a_part_signs_it_that_nobody_vouches_for() {
    // [{"fmt": "fido-u2f", "attStmt": …}, {"fmt": "packed", "attStmt": …}]
    let statement = [
        b"\x82\xa2\x63fmt\x68fido-u2f\x67attStmt".to_vec(),
        u2f(&create(), &signing_key(9)),
        b"\xa2\x63fmt\x66packed\x67attStmt".to_vec(),
        packed_self(&create()),
    ];
    let registered = finish("compound", statement.concat());
    assert!(registered.attestation().covers_authenticator_data());
    assert_eq!(registered.trusted_paths().len(), 1);
    assert_eq!(registered.attested_aaguid(), None);
}
