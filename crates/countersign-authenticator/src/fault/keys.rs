//! Faults of credential public keys ([section 6.5.1.1](https://www.w3.org/TR/webauthn-3/#sctn-encoded-credPubKey-examples))
//! and their signatures.

use countersign_types::Code;

use super::definition::Fault;
use crate::{
    Algorithm,
    cbor::Cbor,
    change::Change,
    private_key::PrivateKey,
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

/// A key is read together with authenticator data, so either code may report an invalid one.
const KEY: &[Code] = &[Code::PublicKeyMalformed];
const KEY_OR_DATA: &[Code] = &[Code::AuthenticatorDataMalformed, Code::PublicKeyMalformed];
const SIGNATURE: &[Code] = &[Code::SignatureInvalid];

const fn key(name: &'static str, rules: &'static [u16], scenario: Scenario, change: fn(&mut Cbor)) -> Fault {
    Fault::new(name, rules, KEY, scenario, Change::CredentialKey(change))
}

const fn encoding(name: &'static str, rules: &'static [u16], change: fn(&mut Cbor)) -> Fault {
    Fault::new(name, rules, KEY_OR_DATA, ES256, Change::CredentialKey(change))
}

const fn signature(
    name: &'static str,
    rules: &'static [u16],
    scenario: Scenario,
    change: fn(&mut Vec<u8>),
) -> Fault {
    Fault::new(name, rules, SIGNATURE, scenario, Change::Signature(change))
}

/// Signed otherwise than the algorithm says.
const fn signed(
    name: &'static str,
    rules: &'static [u16],
    scenario: Scenario,
    change: fn(&PrivateKey, &[u8]) -> Vec<u8>,
) -> Fault {
    Fault::new(name, rules, SIGNATURE, signs(scenario), Change::Signing(change))
}

const fn signs(scenario: Scenario) -> Scenario {
    scenario.with_sign_in(SignIn::Identified)
}

/// The bytes of a parameter.
fn bytes(key: &mut Cbor, label: i64, change: impl FnOnce(&mut Vec<u8>)) {
    if let Some(bytes) = key.get_mut(label).and_then(Cbor::bytes_mut) {
        change(bytes);
    }
}

pub(super) const FAULTS: &[Fault] = &[
    encoding("key-indefinite-length", &[80], |key| {
        if let Cbor::Map(entries) = key {
            let entries = entries.iter().flat_map(|(label, value)| [label.to_vec(), value.to_vec()].concat());
            *key = Cbor::Encoded([0xbf].into_iter().chain(entries).chain([0xff]).collect());
        }
    }),
    encoding("key-label-twice", &[81], |key| {
        if let Cbor::Map(entries) = key {
            entries.push((3.into(), (-7).into()));
        }
    }),
    encoding("key-tagged", &[82], |key| *key = Cbor::Encoded([vec![0xc1], key.to_vec()].concat())),
    encoding("key-nested-deeply", &[83], |key| {
        let deep = (0..12).fold(Cbor::Null, |inner, _| Cbor::Array(vec![inner]));
        key.set(-70_000, deep);
    }),
    encoding("key-longer-than-its-data", &[84], |key| {
        *key = Cbor::Encoded(vec![0xa1, 0x01, 0x5a, 0xff, 0xff, 0xff, 0xff]);
    }),
    encoding("key-reserved-information", &[86], |key| *key = Cbor::Encoded(vec![0xa1, 0x01, 0x1c])),
    encoding("key-text-not-utf-8", &[86], |key| *key = Cbor::Encoded(vec![0xa1, 0x61, 0xff, 0x01])),
    key("key-array", &[87], ES256, |key| *key = Cbor::Array(Vec::new())),
    key("key-type-missing", &[88], ES256, |key| key.remove(1)),
    key("key-type-text", &[88], ES256, |key| key.set(1, "EC2")),
    key("key-type-unknown", &[88], ES256, |key| key.set(1, 99)),
    key("key-algorithm-missing", &[89], ES256, |key| key.remove(3)),
    key("key-algorithm-text", &[89], ES256, |key| key.set(3, "ES256")),
    Fault::new(
        "key-algorithm-unknown",
        &[90],
        &[Code::AlgorithmUnsupported, Code::AlgorithmNotAllowed],
        ES256,
        Change::CredentialKey(|key| key.set(3, -12_345)),
    ),
    Fault::new(
        "key-algorithm-not-offered",
        &[91],
        &[Code::AlgorithmNotAllowed],
        ES256,
        Change::CredentialKey(|key| key.set(3, -9)),
    ),
    key("key-type-not-the-algorithm-s", &[92], EDDSA, |key| key.set(1, 2)),
    key("es256-on-p-384", &[93], ES256, |key| key.set(-1, 2)),
    key("es384-on-p-256", &[94], ES384, |key| key.set(-1, 1)),
    key("es512-on-p-384", &[95], ES512, |key| key.set(-1, 2)),
    key("es256k-on-p-256", &[96], ES256K, |key| key.set(-1, 1)),
    key("esp256-on-p-384", &[97], ESP256, |key| key.set(-1, 2)),
    key("eddsa-on-x25519", &[98], EDDSA, |key| key.set(-1, 4)),
    key("eddsa-on-ed448", &[98], EDDSA, |key| key.set(-1, 7)),
    key("ed25519-on-ed448", &[99], ED25519, |key| key.set(-1, 7)),
    key("key-curve-missing", &[100], ES256, |key| key.remove(-1)),
    key("key-curve-missing-of-eddsa", &[100], EDDSA, |key| key.remove(-1)),
    key("key-x-missing", &[101], ES256, |key| key.remove(-2)),
    key("key-y-missing", &[101], ES256, |key| key.remove(-3)),
    key("key-x-text", &[101], ES256, |key| key.set(-2, "x")),
    key("key-x-short", &[101], ES256, |key| bytes(key, -2, |x| x.truncate(31))),
    key("key-x-padded", &[101], ES256, |key| bytes(key, -2, |x| x.insert(0, 0))),
    key("key-compressed", &[102], ES256, |key| key.set(-3, true)),
    key("key-coordinate-beyond-field", &[103], ES256, |key| bytes(key, -2, |x| x.fill(0xff))),
    key("key-not-on-curve", &[104], ES256, |key| {
        bytes(key, -3, |y| {
            if let Some(last) = y.last_mut() {
                *last ^= 1;
            }
        });
    }),
    key("key-zero-point", &[105], ES256, |key| {
        bytes(key, -2, |x| x.fill(0));
        bytes(key, -3, |y| y.fill(0));
    }),
    key("eddsa-key-missing", &[106], EDDSA, |key| key.remove(-2)),
    key("eddsa-key-short", &[106], EDDSA, |key| bytes(key, -2, |x| x.truncate(31))),
    key("eddsa-key-of-small-order", &[107], EDDSA, |key| {
        bytes(key, -2, |x| {
            x.fill(0);
            if let Some(first) = x.first_mut() {
                *first = 1;
            }
        });
    }),
    key("eddsa-key-not-a-point", &[107], EDDSA, |key| {
        bytes(key, -2, |x| {
            x.fill(0);
            if let Some(first) = x.first_mut() {
                *first = 2;
            }
        });
    }),
    key("rsa-modulus-missing", &[108], RS256, |key| key.remove(-1)),
    key("rsa-exponent-missing", &[108], RS256, |key| key.remove(-2)),
    key("rsa-modulus-empty", &[108], RS256, |key| bytes(key, -1, Vec::clear)),
    key("rsa-modulus-padded", &[108], RS256, |key| bytes(key, -1, |n| n.insert(0, 0))),
    key("rsa-modulus-of-1024-bits", &[109], RS256, |key| bytes(key, -1, |n| drop(n.drain(..128)))),
    key("rsa-modulus-of-16384-bits", &[109], RS256, |key| {
        bytes(key, -1, |n| *n = n.repeat(8));
    }),
    key("rsa-modulus-even", &[109], RS256, |key| {
        bytes(key, -1, |n| {
            if let Some(last) = n.last_mut() {
                *last &= 0xfe;
            }
        });
    }),
    key("rsa-exponent-even", &[110], RS256, |key| key.set(-2, vec![1, 0, 0])),
    key("rsa-exponent-one", &[110], RS256, |key| key.set(-2, vec![1])),
    key("rsa-exponent-long", &[110], RS256, |key| key.set(-2, vec![0xff; 9])),
    key("ml-dsa-key-missing", &[111], ML_DSA, |key| key.remove(-1)),
    key("ml-dsa-key-short", &[111], ML_DSA, |key| bytes(key, -1, |public| public.truncate(1311))),
    key("ml-dsa-key-of-another-set", &[111], ML_DSA, |key| key.set(-1, vec![7; 1952])),
    key("private-ec-key", &[112], ES256, |key| key.set(-4, vec![7; 32])),
    key("private-eddsa-key", &[112], EDDSA, |key| key.set(-4, vec![7; 32])),
    key("private-rsa-key", &[112], RS256, |key| key.set(-3, vec![7; 256])),
    key("private-ml-dsa-key", &[112], ML_DSA, |key| key.set(-2, vec![7; 32])),
    signature("eddsa-signature-short", &[119], signs(EDDSA), |signature| signature.truncate(63)),
    signature("eddsa-signature-not-reduced", &[119], signs(EDDSA), |signature| {
        signature.iter_mut().skip(32).for_each(|byte| *byte = 0xff);
    }),
    signature("rsa-signature-short", &[120], signs(RS256), |signature| signature.truncate(255)),
    signature("rsa-signature-padded", &[120], signs(RS256), |signature| signature.insert(0, 0)),
    signed("pss-signature-without-salt", &[121], PS256, |key, message| {
        key.sign_with_salt(message, 0).unwrap_or_default()
    }),
    signed("pss-signature-with-long-salt", &[121], PS256, |key, message| {
        key.sign_with_salt(message, 64).unwrap_or_default()
    }),
    signed("pss-signature-with-another-hash", &[121], PS256, |key, message| {
        key.for_algorithm(Algorithm::Ps384).map(|key| key.sign(message)).unwrap_or_default()
    }),
    signed("rsa-signature-of-sha-1", &[123], RS256, |key, message| {
        key.for_algorithm(Algorithm::Rs1).map(|key| key.sign(message)).unwrap_or_default()
    }),
    signed("ml-dsa-signature-in-context", &[122], ML_DSA, |key, message| {
        key.sign_in_context(message, b"a context").unwrap_or_default()
    }),
    signature("ml-dsa-signature-short", &[122], signs(ML_DSA), |signature| signature.truncate(2419)),
];
