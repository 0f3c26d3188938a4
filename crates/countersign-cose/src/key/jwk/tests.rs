use alloc::string::{String, ToString as _};
use alloc::{format, vec, vec::Vec};

use countersign_types::{Code, base64url};
use proptest::prelude::*;

use crate::algorithm::{Algorithm, Curve, ParameterSet};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{limits::ENCODED_MAX, public_key::PublicKey};
use crate::testing::{ec_key, ed448_key, eddsa_key, encode, ml_dsa_key, rsa_key, with};

fn keys() -> Vec<PublicKey> {
    let mut keys = vec![eddsa_key(), ed448_key(), rsa_key()];
    keys.extend(Curve::ALL.iter().map(|&curve| ec_key(curve)));
    keys.extend(ParameterSet::ALL.iter().map(|&parameter_set| ml_dsa_key(parameter_set)));
    keys.iter().map(|key| PublicKey::from_cose(&encode(key)).unwrap()).collect()
}

#[track_caller]
fn reject(json: &str, expected: impl Into<KeyError>) {
    assert_eq!(PublicKey::from_jwk(json.as_bytes()), Err(expected.into()), "{json}");
}

/// RFC 7517 appendix A.1.
const RFC_7517: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}"#;

#[test]
fn keys_of_the_rfcs_are_read() {
    let key = PublicKey::from_jwk(RFC_7517.as_bytes()).unwrap();
    assert_eq!(key.algorithm(), None);
    assert!(key.to_cose(Algorithm::Es256).is_ok());
    // RFC 8037 appendix A.2.
    let json = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let key = PublicKey::from_jwk(json.as_bytes()).unwrap();
    assert_eq!(key.to_jwk(), json);
}

#[test]
fn a_key_of_every_type_comes_back_from_its_json() {
    for key in keys() {
        let json = key.to_jwk();
        let again = PublicKey::from_jwk(json.as_bytes()).unwrap();
        assert_eq!((again.material(), again.algorithm()), (key.material(), key.algorithm()), "{json}");
        assert_eq!(again.to_jwk(), json);
        let spki = PublicKey::from_spki(&key.to_spki()).unwrap();
        let again = PublicKey::from_jwk(spki.to_jwk().as_bytes()).unwrap();
        assert_eq!(again.material(), key.material());
    }
}

#[test]
fn an_algorithm_that_only_cose_has_gets_its_name_in_jose() {
    for (curve, identifier, expected) in
        [(Curve::P256, -9, "ES256"), (Curve::P384, -51, "ES384"), (Curve::P521, -52, "ES512")]
    {
        let key = PublicKey::from_cose(&encode(&with(&ec_key(curve), 3, identifier))).unwrap();
        assert!(key.to_jwk().contains(&format!("\"alg\":\"{expected}\"")));
    }
    // RFC 8812 section 2 registers RS1 for JOSE as prohibited.
    let key = PublicKey::from_cose(&encode(&with(&rsa_key(), 3, -65_535))).unwrap();
    assert!(!key.to_jwk().contains("alg"));
}

#[test]
fn another_algorithm_type_or_curve_is_unsupported() {
    let with_algorithm = |name: &str| RFC_7517.replace("\"kid\":\"1\"", &format!("\"alg\":\"{name}\""));
    PublicKey::from_jwk(with_algorithm("ES256").as_bytes()).unwrap();
    for name in ["ESP256", "RS1", "HS256", "none", "es256", ""] {
        reject(&with_algorithm(name), KeyError::UnsupportedKeyType);
    }
    for kty in ["oct", "ec", ""] {
        reject(&RFC_7517.replace("\"EC\"", &format!("\"{kty}\"")), KeyError::UnsupportedKeyType);
    }
    for crv in ["P-192", "p-256", "Ed25519", ""] {
        reject(&RFC_7517.replace("P-256", crv), KeyError::UnsupportedKeyType);
    }
    assert_eq!(KeyError::UnsupportedKeyType.code(), Code::AlgorithmUnsupported);
}

#[test]
fn an_algorithm_that_does_not_fit_the_key_is_rejected() {
    for algorithm in [Algorithm::Es384, Algorithm::Rs256, Algorithm::EdDsa, Algorithm::MlDsa44] {
        let json = RFC_7517.replace("\"1\"", &format!("\"1\",\"alg\":\"{algorithm}\""));
        reject(&json, MalformedKeyError::SchemeMismatch(algorithm.scheme()));
    }
    reject(r#"{"kty":"AKP","pub":"AA"}"#, MalformedKeyError::AlgorithmMissing);
    reject(
        r#"{"kty":"AKP","alg":"ES256","pub":"AA"}"#,
        MalformedKeyError::SchemeMismatch(Algorithm::Es256.scheme()),
    );
    reject(
        r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}"#,
        MalformedKeyError::Length { name: "pub", expected: 1312, got: 1 },
    );
}

#[test]
fn a_member_that_is_missing_is_rejected() {
    for (json, name) in [
        (r#"{"kty":"EC","crv":"P-256","y":"AA"}"#, "x"),
        (r#"{"kty":"OKP","crv":"Ed25519"}"#, "x"),
        (r#"{"kty":"OKP","crv":"Ed448"}"#, "x"),
        (r#"{"kty":"RSA","e":"AQAB"}"#, "n"),
        (r#"{"kty":"RSA","n":"AQAB"}"#, "e"),
        (r#"{"kty":"AKP","alg":"ML-DSA-44"}"#, "pub"),
    ] {
        reject(json, MalformedKeyError::Missing { name });
    }
    reject(r#"{"kty":"EC","x":"AA","y":"AA"}"#, MalformedKeyError::CurveMissing);
    reject(r#"{"kty":"OKP","x":"AA"}"#, MalformedKeyError::CurveMissing);
}

#[test]
fn the_numbers_keep_the_rules_of_the_other_encodings() {
    let ones = String::from("_").repeat(42) + "8";
    reject(
        &RFC_7517.replace("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", &ones),
        MalformedKeyError::CoordinateRange { name: "y", curve: Curve::P256 },
    );
    reject(
        r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#,
        MalformedKeyError::Length { name: "x", expected: 32, got: 1 },
    );
    reject(r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, MalformedKeyError::ModulusSize { bits: 17 });
    reject(r#"{"kty":"RSA","n":"AAEAAQ","e":"AQAB"}"#, MalformedKeyError::LeadingZero { name: "n" });
}

#[test]
fn base64url_is_strict() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let json = |x: &str| format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
    PublicKey::from_jwk(json(x).as_bytes()).unwrap();
    // Padding, the other alphabet, a space, bits that are not used.
    for wrong in [x.to_string() + "=", x.replace('_', "/"), " ".to_string() + x, x.replace("URo", "URp")] {
        reject(&json(&wrong), MalformedKeyError::NotJwk);
    }
}

#[test]
fn rule_112_a_member_of_a_private_key_is_rejected() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "priv"] {
        for value in ["\"AA\"", "[]", "0"] {
            let json = RFC_7517.replace("\"kid\":\"1\"", &format!("\"{name}\":{value}"));
            reject(&json, MalformedKeyError::PrivateMember { name });
        }
    }
}

#[test]
fn what_is_not_one_object_is_rejected() {
    for wrong in [
        "",
        "null",
        "[]",
        r#"["EC",null,"P-256"]"#,
        "{}",
        r#"{"kty":1}"#,
        r#"{"kty":"EC","kty":"EC","crv":"P-256"}"#,
        r#"{"kty":"EC","crv":256}"#,
        r#"{"kty":"EC"} {}"#,
        "{\"kty\":\"\u{0}\"}",
    ] {
        reject(wrong, MalformedKeyError::NotJwk);
    }
    let filled = format!("{RFC_7517}{}", " ".repeat(ENCODED_MAX - RFC_7517.len()));
    PublicKey::from_jwk(filled.as_bytes()).unwrap();
    reject(&" ".repeat(ENCODED_MAX + 1), MalformedKeyError::TooLong { got: ENCODED_MAX + 1 });
    assert_eq!(PublicKey::from_jwk(b"{\"kty\":\"\xff\"}"), Err(MalformedKeyError::NotJwk.into()));
    let json = String::from("\n\t ") + RFC_7517 + " \n";
    PublicKey::from_jwk(json.as_bytes()).unwrap();
}

proptest! {
    #[test]
    fn a_changed_key_is_rejected_or_read(
        which in 0..9_usize,
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let mut json = keys()[which].to_jwk().into_bytes();
        let at = at.index(json.len());
        json[at] = value;
        if let Ok(key) = PublicKey::from_jwk(&json) {
            prop_assert!(PublicKey::from_jwk(key.to_jwk().as_bytes()).is_ok());
        }
    }

    #[test]
    fn every_coordinate_comes_back(x in prop::array::uniform32(any::<u8>())) {
        let text = base64url::encode(x);
        let key = PublicKey::from_jwk(format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{text}"}}"#).as_bytes());
        prop_assert_eq!(key.unwrap().material().clone(), crate::key::material::KeyMaterial::Ed25519 { x });
    }
}
