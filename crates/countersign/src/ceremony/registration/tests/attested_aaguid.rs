//! Which attestations attest the AAGUID.

use std::sync::Arc;

use countersign_attestation::{AnchorList, Certificate, TrustAnchor};
use countersign_authenticator::{Cbor, CertificateDraft, PrivateKey};

use super::*;
use crate::test_ceremony::signing_key;

/// A certificate with as little as possible: version 1 and empty names.
fn certificate(key: &PrivateKey) -> Vec<u8> {
    let mut draft = CertificateDraft::new("", &key.spki());
    draft.version = 1;
    draft.issuer.clear();
    draft.subject.clear();
    draft.sign(key)
}

/// A statement signed with `key` over what U2F signs.
fn u2f(create: &Create, key: &PrivateKey) -> Cbor {
    let credential = PublicKey::from_cose(&create.public_key).unwrap().to_spki();
    let (_, point) = credential.split_at(credential.len() - 65);
    let rp_id_hash = sha256(&[create.rp_id.as_bytes()]);
    let client_data_hash = sha256(&[create.client_data.to_string().as_bytes()]);
    let message = [&[0][..], &rp_id_hash, &client_data_hash, &create.attested_id, point].concat();
    let x5c = Cbor::Array(vec![Cbor::Bytes(certificate(key))]);
    Cbor::map([("sig", key.sign(&message).into()), ("x5c", x5c)])
}

fn finish(format: &'static str, statement: &Cbor) -> Registered {
    let anchor = TrustAnchor::from_certificate(Certificate::from_der(&certificate(&signing_key(9))).unwrap());
    let anchors = Arc::new(AnchorList::new([anchor]));
    let rp = rp().policy(Policy::attested(AttestationPolicy::new())).trust_anchors(anchors);
    Create { attest: Attest::As(format, statement.to_vec()), ..create() }.finish(rp).unwrap()
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
        Create { attest: Attest::As("fido-u2f", statement.to_vec()), ..create }.finish(rp)
    };
    let _ = finish(&["packed", "fido-u2f"]).unwrap();
    let error = finish(&["packed"]).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::AttestationNotAccepted, Step::Trust.into()));
}

#[test]
fn rule_136_an_aaguid_that_the_attestation_does_not_sign_is_not_attested() {
    let registered = finish("fido-u2f", &u2f(&create(), &signing_key(9)));
    assert!(registered.trusted_path().is_some());
    assert_eq!(registered.credential().aaguid(), Aaguid::from_bytes([0xaa; 16]));
    assert_eq!(registered.attested_aaguid(), None);
}

#[test]
fn rule_136_nor_is_it_where_a_part_signs_it_that_nobody_vouches_for() {
    let part = |format: &str, statement| Cbor::map([("fmt", format.into()), ("attStmt", statement)]);
    let u2f = u2f(&create(), &signing_key(9));
    let parts = Cbor::Array(vec![part("fido-u2f", u2f), part("packed", create().packed_self())]);
    let registered = finish("compound", &parts);
    assert!(registered.attestation().covers_authenticator_data());
    assert_eq!(registered.trusted_paths().len(), 1);
    assert_eq!(registered.attested_aaguid(), None);
}
