//! Faults of credential public keys ([section 6.5.1.1](https://www.w3.org/TR/webauthn-3/#sctn-encoded-credPubKey-examples))
//! and their signatures.

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    cbor::Cbor,
    scenario::{Scenario, SignIn},
};

const ES256: Scenario = Scenario::REGISTRATION;
const EDDSA: Scenario = ES256.with_algorithm(Algorithm::EdDsa);
const RS256: Scenario = ES256.with_algorithm(Algorithm::Rs256);
const ML_DSA: Scenario = ES256.with_algorithm(Algorithm::MlDsa44);
const PS256: Scenario = ES256.with_algorithm(Algorithm::Ps256);
const ES384: Scenario = ES256.with_algorithm(Algorithm::Es384);
const ES512: Scenario = ES256.with_algorithm(Algorithm::Es512);
const ES256K: Scenario = ES256.with_algorithm(Algorithm::Es256K);
const ESP256: Scenario = ES256.with_algorithm(Algorithm::Esp256);
const ED25519: Scenario = ES256.with_algorithm(Algorithm::Ed25519);

/// The bytes of a parameter.
fn bytes(key: &mut Cbor, label: i64, change: impl FnOnce(&mut Vec<u8>)) {
    if let Some(bytes) = key.get_mut(label).and_then(Cbor::bytes_mut) {
        change(bytes);
    }
}

const fn key(scenario: Scenario) -> Faults {
    Faults::of(scenario, &[Code::PublicKeyMalformed])
}

const fn signature(scenario: Scenario) -> Faults {
    Faults::of(scenario.with_sign_in(SignIn::Identified), &[Code::SignatureInvalid])
}

/// A key is read together with authenticator data, so either code may report an invalid one.
const ENCODING: Faults = Faults::of(ES256, &[Code::AuthenticatorDataMalformed, Code::PublicKeyMalformed]);

pub(super) const FAULTS: &[Fault] = &[
    ENCODING.key("key-indefinite-length", &[80], |key| {
        if let Cbor::Map(entries) = key {
            let entries = entries.iter().flat_map(|(label, value)| [label.to_vec(), value.to_vec()].concat());
            *key = Cbor::Encoded([0xbf].into_iter().chain(entries).chain([0xff]).collect());
        }
    }),
    ENCODING.key("key-label-twice", &[81], |key| {
        if let Cbor::Map(entries) = key {
            entries.push((3.into(), (-7).into()));
        }
    }),
    ENCODING.key("key-tagged", &[82], |key| *key = Cbor::Encoded([vec![0xc1], key.to_vec()].concat())),
    ENCODING.key("key-nested-deeply", &[83], |key| {
        let deep = (0..12).fold(Cbor::Null, |inner, _| Cbor::Array(vec![inner]));
        key.set(-70_000, deep);
    }),
    ENCODING.key("key-longer-than-its-data", &[84], |key| {
        *key = Cbor::Encoded(vec![0xa1, 0x01, 0x5a, 0xff, 0xff, 0xff, 0xff]);
    }),
    ENCODING.key("key-reserved-information", &[86], |key| *key = Cbor::Encoded(vec![0xa1, 0x01, 0x1c])),
    ENCODING.key("key-text-not-utf-8", &[86], |key| *key = Cbor::Encoded(vec![0xa1, 0x61, 0xff, 0x01])),
    key(ES256).key("key-array", &[87], |key| *key = Cbor::Array(Vec::new())),
    key(ES256).key("key-type-missing", &[88], |key| key.remove(1)),
    key(ES256).key("key-type-text", &[88], |key| key.set(1, "EC2")),
    key(ES256).key("key-type-unknown", &[88], |key| key.set(1, 99)),
    key(ES256).key("key-algorithm-missing", &[89], |key| key.remove(3)),
    key(ES256).key("key-algorithm-text", &[89], |key| key.set(3, "ES256")),
    key(ES256).codes(&[Code::AlgorithmUnsupported, Code::AlgorithmNotAllowed]).key(
        "key-algorithm-unknown",
        &[90],
        |key| key.set(3, -12_345),
    ),
    key(ES256)
        .codes(&[Code::AlgorithmNotAllowed])
        .key("key-algorithm-not-offered", &[91], |key| key.set(3, -9)),
    key(EDDSA).key("key-type-not-the-algorithm-s", &[92], |key| key.set(1, 2)),
    key(ES256).key("es256-on-p-384", &[93], |key| key.set(-1, 2)),
    key(ES384).key("es384-on-p-256", &[94], |key| key.set(-1, 1)),
    key(ES512).key("es512-on-p-384", &[95], |key| key.set(-1, 2)),
    key(ES256K).key("es256k-on-p-256", &[96], |key| key.set(-1, 1)),
    key(ESP256).key("esp256-on-p-384", &[97], |key| key.set(-1, 2)),
    key(EDDSA).key("eddsa-on-x25519", &[98], |key| key.set(-1, 4)),
    key(EDDSA).key("eddsa-on-ed448", &[98], |key| key.set(-1, 7)),
    key(ED25519).key("ed25519-on-ed448", &[99], |key| key.set(-1, 7)),
    key(ES256).key("key-curve-missing", &[100], |key| key.remove(-1)),
    key(EDDSA).key("key-curve-missing-of-eddsa", &[100], |key| key.remove(-1)),
    key(ES256).key("key-x-missing", &[101], |key| key.remove(-2)),
    key(ES256).key("key-y-missing", &[101], |key| key.remove(-3)),
    key(ES256).key("key-x-text", &[101], |key| key.set(-2, "x")),
    key(ES256).key("key-x-short", &[101], |key| bytes(key, -2, |x| x.truncate(31))),
    key(ES256).key("key-x-padded", &[101], |key| bytes(key, -2, |x| x.insert(0, 0))),
    key(ES256).key("key-compressed", &[102], |key| key.set(-3, true)),
    key(ES256).key("key-coordinate-beyond-field", &[103], |key| bytes(key, -2, |x| x.fill(0xff))),
    key(ES256).key("key-not-on-curve", &[104], |key| {
        bytes(key, -3, |y| {
            if let Some(last) = y.last_mut() {
                *last ^= 1;
            }
        });
    }),
    key(ES256).key("key-zero-point", &[105], |key| {
        bytes(key, -2, |x| x.fill(0));
        bytes(key, -3, |y| y.fill(0));
    }),
    key(EDDSA).key("eddsa-key-missing", &[106], |key| key.remove(-2)),
    key(EDDSA).key("eddsa-key-short", &[106], |key| bytes(key, -2, |x| x.truncate(31))),
    key(EDDSA).key("eddsa-key-of-small-order", &[107], |key| {
        bytes(key, -2, |x| {
            x.fill(0);
            if let Some(first) = x.first_mut() {
                *first = 1;
            }
        });
    }),
    key(EDDSA).key("eddsa-key-not-a-point", &[107], |key| {
        bytes(key, -2, |x| {
            x.fill(0);
            if let Some(first) = x.first_mut() {
                *first = 2;
            }
        });
    }),
    key(RS256).key("rsa-modulus-missing", &[108], |key| key.remove(-1)),
    key(RS256).key("rsa-exponent-missing", &[108], |key| key.remove(-2)),
    key(RS256).key("rsa-modulus-empty", &[108], |key| bytes(key, -1, Vec::clear)),
    key(RS256).key("rsa-modulus-padded", &[108], |key| bytes(key, -1, |n| n.insert(0, 0))),
    key(RS256).key("rsa-modulus-of-1024-bits", &[109], |key| bytes(key, -1, |n| drop(n.drain(..128)))),
    key(RS256).key("rsa-modulus-of-16384-bits", &[109], |key| bytes(key, -1, |n| *n = n.repeat(8))),
    key(RS256).key("rsa-modulus-even", &[109], |key| {
        bytes(key, -1, |n| {
            if let Some(last) = n.last_mut() {
                *last &= 0xfe;
            }
        });
    }),
    key(RS256).key("rsa-exponent-even", &[110], |key| key.set(-2, vec![1, 0, 0])),
    key(RS256).key("rsa-exponent-one", &[110], |key| key.set(-2, vec![1])),
    key(RS256).key("rsa-exponent-long", &[110], |key| key.set(-2, vec![0xff; 9])),
    key(ML_DSA).key("ml-dsa-key-missing", &[111], |key| key.remove(-1)),
    key(ML_DSA).key("ml-dsa-key-short", &[111], |key| bytes(key, -1, |public| public.truncate(1311))),
    key(ML_DSA).key("ml-dsa-key-of-another-set", &[111], |key| key.set(-1, vec![7; 1952])),
    key(ES256).key("private-ec-key", &[112], |key| key.set(-4, vec![7; 32])),
    key(EDDSA).key("private-eddsa-key", &[112], |key| key.set(-4, vec![7; 32])),
    key(RS256).key("private-rsa-key", &[112], |key| key.set(-3, vec![7; 256])),
    key(ML_DSA).key("private-ml-dsa-key", &[112], |key| key.set(-2, vec![7; 32])),
    signature(EDDSA).signature("eddsa-signature-short", &[119], |signature| signature.truncate(63)),
    signature(EDDSA).signature("eddsa-signature-not-reduced", &[119], |signature| {
        signature.iter_mut().skip(32).for_each(|byte| *byte = 0xff);
    }),
    signature(RS256).signature("rsa-signature-short", &[120], |signature| signature.truncate(255)),
    signature(RS256).signature("rsa-signature-padded", &[120], |signature| signature.insert(0, 0)),
    signature(PS256).signing("pss-signature-without-salt", &[121], |key, message| {
        key.sign_with_salt(message, 0).unwrap_or_default()
    }),
    signature(PS256).signing("pss-signature-with-long-salt", &[121], |key, message| {
        key.sign_with_salt(message, 64).unwrap_or_default()
    }),
    signature(PS256).signing("pss-signature-with-another-hash", &[121], |key, message| {
        key.for_algorithm(Algorithm::Ps384).map(|key| key.sign(message)).unwrap_or_default()
    }),
    signature(RS256).signing("rsa-signature-of-sha-1", &[123], |key, message| {
        key.for_algorithm(Algorithm::Rs1).map(|key| key.sign(message)).unwrap_or_default()
    }),
    signature(ML_DSA).signing("ml-dsa-signature-in-context", &[122], |key, message| {
        key.sign_in_context(message, b"a context").unwrap_or_default()
    }),
    signature(ML_DSA).signature("ml-dsa-signature-short", &[122], |signature| signature.truncate(2419)),
];
