use alloc::{vec, vec::Vec};

use countersign_types::Code;
use proptest::prelude::*;

use crate::algorithm::{Curve, ParameterSet};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{limits::ENCODED_MAX, material::KeyMaterial, public_key::PublicKey};
use crate::testing::{RSA_N, element, hex, integer, sequence};

// Made with OpenSSL 3.0: ecparam -genkey, genpkey; then pkey -pubout -outform DER.
const P256: &str = "3059301306072a8648ce3d020106082a8648ce3d0301070342000464189ce88fc664e24e3cf2f93dc00b2d0\
    df2fb7f3e5b0a66848d418d66010a45b9495b9158b0d822c7c64124ed755b076fa4df29559c7211fae38cc7c959ec7d";
const P384: &str = "3076301006072a8648ce3d020106052b8104002203620004f7294ffa50729ccd3fc20def25806f99525917cf\
    54d035f39925c4d58701debd1122efb9ea8fd87d4f9827af12d84b4f08b02739b74cd60c77f87efba2ecea7cf411c41c6a5c75f7\
    dd617048cb74a13900ab55c33cdcc8611010190bae7263e4";
const P521: &str = "30819b301006072a8648ce3d020106052b81040023038186000400c9a903bf511e1d9103b931eade4fcf17db\
    34137e32dd737e236fa114b3fa58ae8b2f8f65cc64d52af94940ab2649674cd0ef0efa00124c587fc1867521fe45b7a501a34e5b\
    9314ff581e7e65ebe14877d5bd7a245d0da46da057f61988f0816842d3e93ee805b45dfd6ce119e1ee8e0e8e09717db4bd3b427b\
    458f09183e747859230b";
const ED25519: &str =
    "302a300506032b657003210040355f324bd3c2e95d56f4f0500a182220cee3811b0d286ec441159db1b9e5e7";
const X25519: &str =
    "302a300506032b656e032100c50abfe8ee97c0685fa3c8847a8e88a8c6cb6a31c01aaa123b3f6b95abfa013b";
const ED448: &str = "3043300506032b6571033a0060fc49ee6abec8df15b6cce48a0e0ecf769afd045a5dab4e9963bb1b111607cc\
    020794d025ad7b2e0053a70708889e62c836906442458d2600";
const SECP256K1: &str = "3056301006072a8648ce3d020106052b8104000a034200044af970f6857ffa0ca214fa9bdf1db128ce58\
    921dd1d0badacb3fd7fef2d5deb6971142f641d274bca9c19d416ed53a9c877824b2a5b37dc77509aab82f96f55d";

/// The first lines of an RSA key, whose modulus is in the shared vectors.
const RSA_HEAD: &str = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100";

fn rsa() -> Vec<u8> {
    [hex(RSA_HEAD), hex(RSA_N), hex("0203010001")].concat()
}

/// A `SubjectPublicKeyInfo` with these parts.
fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    sequence(&[sequence(algorithm), element(0x03, &[&[0], key].concat())].concat())
}

const EC_PUBLIC_KEY: &str = "06072a8648ce3d0201";
const PRIME256V1: &str = "06082a8648ce3d030107";
const RSA_ENCRYPTION: &str = "06092a864886f70d010101";
const ID_ED25519: &str = "06032b6570";
const NULL: &str = "0500";

fn p256_point() -> Vec<u8> {
    hex(P256)[26..].to_vec()
}

#[track_caller]
fn reject(der: &[u8], fault: MalformedKeyError) {
    let error = PublicKey::from_spki(der).unwrap_err();
    assert_eq!(error, KeyError::Malformed(fault));
    assert_eq!(error.code(), Code::PublicKeyMalformed);
}

#[track_caller]
fn unsupported(der: &[u8]) {
    let error = PublicKey::from_spki(der).unwrap_err();
    assert_eq!(error, KeyError::UnsupportedKeyType);
    assert_eq!(error.code(), Code::AlgorithmUnsupported);
}

#[test]
fn keys_of_openssl_come_back_byte_for_byte() {
    for der in [hex(P256), hex(P384), hex(P521), hex(SECP256K1), hex(ED25519), hex(ED448), rsa()] {
        let key = PublicKey::from_spki(&der).unwrap();
        assert_eq!(key.to_spki(), der);
        assert_eq!(key.algorithm(), None);
    }
}

#[test]
fn the_numbers_are_the_ones_in_the_encoding() {
    let der = hex(P521);
    let KeyMaterial::Ec { curve, point } = PublicKey::from_spki(&der).unwrap().material().clone() else {
        panic!("not an elliptic-curve key")
    };
    assert_eq!((curve, point.as_uncompressed()), (Curve::P521, &der[der.len() - 133..]));
    let KeyMaterial::Rsa { n, e } = PublicKey::from_spki(&rsa()).unwrap().material().clone() else {
        panic!("not an rsa key")
    };
    assert_eq!((n, e), (hex(RSA_N), [1, 0, 1].to_vec()));
    let ed25519 = PublicKey::from_spki(&hex(ED25519)).unwrap();
    assert_eq!(*ed25519.material(), KeyMaterial::Ed25519 { x: hex(ED25519)[12..].try_into().unwrap() });
}

#[test]
fn another_type_of_key_and_another_curve_are_unsupported() {
    unsupported(&hex(X25519));
    // brainpoolP256r1.
    let curve = element(0x06, &hex("2b2403030208010107"));
    unsupported(&spki(&[hex(EC_PUBLIC_KEY), curve].concat(), &p256_point()));
}

#[test]
fn rule_101_a_point_has_the_length_of_its_curve() {
    let algorithm = [hex(EC_PUBLIC_KEY), hex(PRIME256V1)].concat();
    let point = p256_point();
    PublicKey::from_spki(&spki(&algorithm, &point)).unwrap();
    let short = MalformedKeyError::Length { name: "y", expected: 32, got: 31 };
    reject(&spki(&algorithm, &point[..64]), short);
    let long = MalformedKeyError::Length { name: "y", expected: 32, got: 33 };
    reject(&spki(&algorithm, &[&*point, &[0]].concat()), long);
    reject(&spki(&algorithm, &[]), MalformedKeyError::NotSpki);
    reject(&spki(&algorithm, &[0]), MalformedKeyError::NotSpki);
}

#[test]
fn rule_102_a_compressed_and_a_hybrid_point_are_rejected() {
    let algorithm = [hex(EC_PUBLIC_KEY), hex(PRIME256V1)].concat();
    let mut point = p256_point();
    point[0] = 0x07;
    reject(&spki(&algorithm, &point), MalformedKeyError::NotSpki);
    point[0] = 0x03;
    reject(&spki(&algorithm, &point[..33]), MalformedKeyError::CompressedPoint);
}

#[test]
fn the_parameters_are_the_ones_of_the_algorithm() {
    let (point, null) = (p256_point(), hex(NULL));
    // Explicit curve parameters are a sequence instead of a name.
    for parameters in [Vec::new(), null.clone(), sequence(&integer(&[1]))] {
        reject(&spki(&[hex(EC_PUBLIC_KEY), parameters].concat(), &point), MalformedKeyError::NotSpki);
    }
    unsupported(&spki(&[hex(EC_PUBLIC_KEY), hex(RSA_ENCRYPTION)].concat(), &point));
    reject(
        &spki(&[hex(EC_PUBLIC_KEY), hex(PRIME256V1), null.clone()].concat(), &point),
        MalformedKeyError::NotSpki,
    );

    PublicKey::from_spki(&spki(&hex(ID_ED25519), &[1; 32])).unwrap();
    reject(&spki(&[hex(ID_ED25519), null.clone()].concat(), &[1; 32]), MalformedKeyError::NotSpki);
    let id_ed448 = hex("06032b6571");
    PublicKey::from_spki(&spki(&id_ed448, &[1; 57])).unwrap();
    reject(&spki(&[id_ed448, null.clone()].concat(), &[1; 57]), MalformedKeyError::NotSpki);

    let numbers = sequence(&[integer(&hex(RSA_N)), integer(&[3])].concat());
    PublicKey::from_spki(&spki(&[hex(RSA_ENCRYPTION), null].concat(), &numbers)).unwrap();
    for parameters in [Vec::new(), sequence(&[]), hex("050100")] {
        reject(&spki(&[hex(RSA_ENCRYPTION), parameters].concat(), &numbers), MalformedKeyError::NotSpki);
    }
}

#[test]
fn an_rsa_key_is_exactly_two_positive_integers_within_the_bounds() {
    let algorithm = [hex(RSA_ENCRYPTION), hex(NULL)].concat();
    let key = |content: &[&[u8]]| spki(&algorithm, &sequence(&content.concat()));
    let (n, e) = (integer(&hex(RSA_N)), integer(&[3]));
    PublicKey::from_spki(&key(&[&n, &e])).unwrap();
    reject(&key(&[&n]), MalformedKeyError::NotSpki);
    reject(&key(&[&n, &e, &e]), MalformedKeyError::NotSpki);
    let negative = element(0x02, &hex(RSA_N));
    reject(&key(&[&negative, &e]), MalformedKeyError::NotSpki);
    let padded = element(0x02, &[&[0, 0], &*hex(RSA_N)].concat());
    reject(&key(&[&padded, &e]), MalformedKeyError::NotSpki);
    reject(
        &spki(&algorithm, &[sequence(&[n.clone(), e.clone()].concat()), e.clone()].concat()),
        MalformedKeyError::NotSpki,
    );
    reject(&key(&[&integer(&[0x81; 128]), &e]), MalformedKeyError::ModulusSize { bits: 1024 });
    reject(&key(&[&n, &integer(&[1])]), MalformedKeyError::Exponent);
    reject(&key(&[&n, &integer(&[0])]), MalformedKeyError::LeadingZero { name: "e" });
}

#[test]
fn an_edwards_point_has_the_length_of_its_curve() {
    for got in [0, 56, 58] {
        let der = spki(&hex("06032b6571"), &[1_u8; 58][..got]);
        reject(&der, MalformedKeyError::Length { name: "x", expected: 57, got });
    }
    for got in [0, 31, 33] {
        let der = spki(&hex(ID_ED25519), &[1_u8; 33][..got]);
        reject(&der, MalformedKeyError::Length { name: "x", expected: 32, got });
    }
}

#[test]
fn rule_111_an_ml_dsa_key_in_a_certificate_has_the_length_of_its_parameter_set() {
    for (last, parameter_set) in
        [(0x11, ParameterSet::MlDsa44), (0x12, ParameterSet::MlDsa65), (0x13, ParameterSet::MlDsa87)]
    {
        let algorithm = [&hex("06096086480165030403")[..], &[last]].concat();
        let expected = parameter_set.key_size();
        let der = spki(&algorithm, &vec![1; expected]);
        let key = PublicKey::from_spki(&der).unwrap();
        assert_eq!(*key.material(), KeyMaterial::MlDsa { parameter_set, key: vec![1; expected] });
        assert_eq!(key.to_spki(), der);
        for got in [expected - 1, expected + 1] {
            reject(
                &spki(&algorithm, &vec![1; got]),
                MalformedKeyError::Length { name: "pub", expected, got },
            );
        }
        reject(&spki(&[algorithm, hex(NULL)].concat(), &vec![1; expected]), MalformedKeyError::NotSpki);
    }
}

#[test]
fn the_encoding_is_strict_der() {
    let right = hex(ED25519);
    let change = |at: core::ops::Range<usize>, to: &[u8]| {
        let mut der = right.clone();
        der.splice(at, to.iter().copied());
        der
    };
    for (what, der) in [
        ("nothing", Vec::new()),
        ("a byte after it", [&*right, &[0]].concat()),
        ("a byte missing", right[..right.len() - 1].to_vec()),
        ("a length in the long form that fits the short one", change(1..2, &[0x81, 0x2a])),
        ("a length with a leading zero", change(1..2, &[0x82, 0x00, 0x2a])),
        ("an indefinite length", [change(1..2, &[0x80]), [0, 0].to_vec()].concat()),
        ("a set", change(0..1, &[0x31])),
        ("unused bits", change(11..12, &[1])),
        ("an octet string", change(9..10, &[0x04])),
        ("an object identifier with a padded arc", change(2..7, &[0x30, 0x06, 0x06, 0x04, 0x80])),
    ] {
        assert_eq!(PublicKey::from_spki(&der), Err(MalformedKeyError::NotSpki.into()), "{what}");
    }
}

#[test]
fn a_key_of_more_bytes_than_the_limit_is_rejected_unread() {
    reject(&[0x30; ENCODED_MAX + 1], MalformedKeyError::TooLong { got: ENCODED_MAX + 1 });
    reject(&[0x30; ENCODED_MAX], MalformedKeyError::NotSpki);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = PublicKey::from_spki(&bytes);
    }

    #[test]
    fn what_is_accepted_has_one_encoding(
        which in 0..7_usize,
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let known = [hex(P256), hex(P384), hex(P521), hex(SECP256K1), hex(ED25519), hex(ED448), rsa()];
        let mut der = known[which].clone();
        let at = at.index(der.len());
        der[at] = value;
        if let Ok(key) = PublicKey::from_spki(&der) {
            prop_assert_eq!(key.to_spki(), der);
        }
    }
}
