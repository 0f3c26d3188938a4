//! The numbers of COSE: the
//! [IANA registries](https://www.iana.org/assignments/cose/cose.xhtml).

use super::term::Term;

const KEY_TYPE: &str = "https://www.iana.org/assignments/cose/cose.xhtml#key-type";
const ALGORITHM: &str = "https://www.iana.org/assignments/cose/cose.xhtml#algorithms";
const CURVE: &str = "https://www.iana.org/assignments/cose/cose.xhtml#elliptic-curves";

const fn term(word: &'static str, name: &'static str, meaning: &'static str, source: &'static str) -> Term {
    Term { word, name, meaning, source }
}

pub(super) const KEY_TYPES: &[Term] = &[
    term(
        "1",
        "OKP",
        "Octet key pair: Ed25519 and Ed448 signatures, X25519 and X448 key agreement.",
        KEY_TYPE,
    ),
    term(
        "2",
        "EC2",
        "Elliptic curve key with two coordinates: ECDSA on the curves of NIST and secp256k1.",
        KEY_TYPE,
    ),
    term("3", "RSA", "RSA key with a modulus and an exponent.", KEY_TYPE),
    term("4", "Symmetric", "A symmetric key, which no credential has.", KEY_TYPE),
    term("7", "AKP", "Algorithm key pair: ML-DSA, whose algorithm fixes the form of the key.", KEY_TYPE),
];

pub(super) const ALGORITHMS: &[Term] = &[
    term(
        "-7",
        "ES256",
        "ECDSA with SHA-256, in Web Authentication on P-256: the algorithm of most passkeys.",
        ALGORITHM,
    ),
    term("-8", "EdDSA", "EdDSA, in Web Authentication on Ed25519.", ALGORITHM),
    term("-9", "ESP256", "ECDSA on P-256 with SHA-256: ES256 with the curve in its name.", ALGORITHM),
    term("-19", "Ed25519", "EdDSA on Ed25519, with the curve in its name.", ALGORITHM),
    term(
        "-25",
        "ECDH-ES + HKDF-256",
        "Key agreement: the protocol of PINs between client and authenticator names it, but no credential has it.",
        ALGORITHM,
    ),
    term("-35", "ES384", "ECDSA with SHA-384, in Web Authentication on P-384.", ALGORITHM),
    term("-36", "ES512", "ECDSA with SHA-512, in Web Authentication on P-521.", ALGORITHM),
    term("-37", "PS256", "RSASSA-PSS with SHA-256.", ALGORITHM),
    term("-38", "PS384", "RSASSA-PSS with SHA-384.", ALGORITHM),
    term("-39", "PS512", "RSASSA-PSS with SHA-512.", ALGORITHM),
    term("-47", "ES256K", "ECDSA on secp256k1 with SHA-256.", ALGORITHM),
    term(
        "-48",
        "ML-DSA-44",
        "ML-DSA of the smallest parameter set, which quantum computers are not known to break.",
        ALGORITHM,
    ),
    term(
        "-49",
        "ML-DSA-65",
        "ML-DSA of the middle parameter set, which quantum computers are not known to break.",
        ALGORITHM,
    ),
    term(
        "-50",
        "ML-DSA-87",
        "ML-DSA of the largest parameter set, which quantum computers are not known to break.",
        ALGORITHM,
    ),
    term("-51", "ESP384", "ECDSA on P-384 with SHA-384: ES384 with the curve in its name.", ALGORITHM),
    term("-52", "ESP512", "ECDSA on P-521 with SHA-512: ES512 with the curve in its name.", ALGORITHM),
    term("-53", "Ed448", "EdDSA on Ed448, with the curve in its name.", ALGORITHM),
    term("-257", "RS256", "RSASSA-PKCS1-v1_5 with SHA-256: the algorithm of many TPMs.", ALGORITHM),
    term("-258", "RS384", "RSASSA-PKCS1-v1_5 with SHA-384.", ALGORITHM),
    term("-259", "RS512", "RSASSA-PKCS1-v1_5 with SHA-512.", ALGORITHM),
    term(
        "-65535",
        "RS1",
        "RSASSA-PKCS1-v1_5 with SHA-1, which is deprecated: the attestation keys of older TPMs sign with it.",
        ALGORITHM,
    ),
];

pub(super) const CURVES: &[Term] = &[
    term("1", "P-256", "The curve secp256r1 of NIST, for ES256.", CURVE),
    term("2", "P-384", "The curve secp384r1 of NIST, for ES384.", CURVE),
    term("3", "P-521", "The curve secp521r1 of NIST, for ES512.", CURVE),
    term("4", "X25519", "Curve25519 for key agreement, which no credential has.", CURVE),
    term("5", "X448", "Curve448 for key agreement, which no credential has.", CURVE),
    term("6", "Ed25519", "Curve25519 for signatures, for EdDSA and Ed25519.", CURVE),
    term("7", "Ed448", "Curve448 for signatures, for the algorithm Ed448.", CURVE),
    term("8", "secp256k1", "The curve secp256k1 of SEC 2, for ES256K.", CURVE),
];
