//! RS1: RSASSA-PKCS1-v1_5 with SHA-1, as the attestation keys of most machines with Windows sign.

use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey, traits::PublicKeyParts as _};

use super::*;
use crate::test_support::bit_string;

const RS1: i64 = -65535;

/// `DigestInfo` of SHA-1, up to the digest
/// ([RFC 8017, section 9.2, note 1](https://www.rfc-editor.org/rfc/rfc8017#section-9.2)).
const SHA1_PREFIX: [u8; 15] =
    [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

/// Two primes: `openssl prime -generate -bits 1024 -hex`.
const P: &str = "\
    f7af5320edd6832951bd3e3cc4ac3433075b2917ddd08686cd5e91c5780480a8808660b8d8c5c125115c1481bf540c44ad80\
    9bfb4dfbf60571678aa7a2459268c462251ce0bb7e42b25b50d871764c26956c6daafaa8a80c9c86c395bf1ff6a4ef7df857\
    4f753fdbb3714b08c88238d3a1379f4bfcbca491306d7af6d6aa780f";
const Q: &str = "\
    ec7013df84150d4fbf9fff74cc2c4856c46dfa432246a50361aa7cb01eeb51c298fccccdc252eb5d721ac373ef07c27f814b\
    dc2d0c3f4d1ca1afff909a0c251d2d4619e643f9dc5ac77e30c10de634f14f0a48fde2ae0999377e8119e9af7677d73d20ff\
    3850ccdfa6f6928bd050af67ee8c82e213773ed7aa8dfe47ea6aec6f";

fn key() -> PrivateKey {
    let [p, q] = [P, Q].map(|prime| BoxedUint::from_str_radix_vartime(prime, 16).unwrap());
    PrivateKey::from_p_q(p, q, BoxedUint::from(65537_u64)).unwrap()
}

fn spki(key: &PrivateKey) -> Vec<u8> {
    const RSA: &[u8] =
        &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let modulus = tlv(0x02, &[&[0][..], &key.n_bytes()].concat());
    sequence(&[RSA, &bit_string(&sequence(&[&modulus, &[0x02, 0x03, 0x01, 0x00, 0x01]]))])
}

fn sign(key: &PrivateKey, message: &[u8]) -> Vec<u8> {
    let digest_info = [&SHA1_PREFIX[..], &Hash::Sha1.digest(&[message])].concat();
    key.sign(Pkcs1v15Sign::new_unprefixed(), &digest_info).unwrap()
}

fn certificate(key: &PrivateKey, mut leaf: Builder) -> Value {
    leaf.spki = spki(key);
    Value::Array(vec![Value::Bytes(leaf.der(&common_name("root"), &root().1))])
}

#[test]
fn a_statement_that_is_signed_with_rs1_is_accepted() {
    let key = key();
    let mut parts = good();
    parts.certify_info.extra_data = Hash::Sha1.digest(&[&parts.registration.signed_data()]);
    let mut members = parts.members();
    let mut set = |name: &str, value: Value| {
        members.iter_mut().find(|(member, _)| member.as_text() == Some(name)).unwrap().1 = value;
    };
    set("alg", RS1.into());
    set("x5c", certificate(&key, leaf(&Key::p256(2))));
    set("sig", Value::Bytes(sign(&key, &parts.certify_info.bytes())));
    parts.verify_members(members.clone()).unwrap();

    let other = members.iter_mut().find(|(member, _)| member.as_text() == Some("sig")).unwrap();
    other.1 = Value::Bytes(sign(&key, b"something else"));
    assert_eq!(parts.verify_members(members).unwrap_err(), AttestationError::SignatureInvalid);
}

#[test]
fn rs1_signs_nothing_else() {
    let key = key();
    let registration = good().registration;
    let (signature, x5c) = (
        Value::Bytes(sign(&key, &registration.signed_data())),
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
