//! RS1: RSASSA-PKCS1-v1_5 with SHA-1, as the attestation keys of most machines with Windows sign.

use super::*;

const RS1: i64 = -65535;

fn certificate(key: &Key, mut leaf: Builder) -> Value {
    leaf.public_key = key.spki();
    Value::Array(vec![Value::Bytes(leaf.der(&common_name("root"), &root().1))])
}

#[test]
fn a_statement_that_is_signed_with_rs1_is_accepted() {
    let key = Key::rs1();
    let mut parts = good();
    parts.certify_info.extra_data = Hash::Sha1.digest(&[&parts.registration.signed_data()]);
    let mut members = parts.members();
    let mut set = |name: &str, value: Value| {
        members.iter_mut().find(|(member, _)| member.as_text() == Some(name)).unwrap().1 = value;
    };
    set("alg", RS1.into());
    set("x5c", certificate(&key, leaf(&Key::p256(2))));
    set("sig", Value::Bytes(key.sign(&parts.certify_info.bytes())));
    parts.verify_members(members.clone()).unwrap();

    let other = members.iter_mut().find(|(member, _)| member.as_text() == Some("sig")).unwrap();
    other.1 = Value::Bytes(key.sign(b"something else"));
    assert_eq!(parts.verify_members(members).unwrap_err(), AttestationError::SignatureInvalid);
}

#[test]
fn rs1_signs_no_other_statement_with_certificates() {
    let key = Key::rs1();
    let registration = good().registration;
    let (signature, x5c) = (
        Value::Bytes(key.sign(&registration.signed_data())),
        certificate(&key, Builder::attestation(&Key::p256(2))),
    );
    for format in ["packed", "android-key"] {
        let (signature, x5c) = (signature.clone(), x5c.clone());
        let statement = cbor!({ "alg" => RS1, "sig" => signature, "x5c" => x5c }).unwrap();
        let error = registration.verify(format, &encode(&statement)).unwrap_err();
        let expected = AttestationError::AlgorithmUnsupported(AlgorithmIdentifier(RS1));
        assert_error(Err(error), &expected, Code::AlgorithmUnsupported);
    }
}
