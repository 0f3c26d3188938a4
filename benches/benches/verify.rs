//! Verification with a prepared key, compared with the library's own call with its parsed key.
//!
//! `cargo xtask bench --only verify`.
//!
//! ML-DSA has programs of its own, `verify_ml_dsa_44` and so on: it is generic code, compiled once in our call and once in
//! the raw call, and the rest of a program decides how the optimiser inlines each copy. In one program with all the
//! others, ours was 2.5 % slower for ML-DSA-65 and 2 % faster for ML-DSA-87.

use countersign_benches::rows::{Raw, Row, add, measure, signed};
use countersign_cose::Algorithm;
use countersign_figure::heap::Counting;
use countersign_types::base64url;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let mut rows = Vec::new();
    ecdsa(&mut rows);
    edwards(&mut rows);
    rsa_rows(&mut rows);
    measure(&rows);
}

fn ecdsa(rows: &mut Vec<Row>) {
    macro_rules! curve {
        ($algorithm:ident, $library:ident, $name:literal, $size:literal, $aws_lc:expr, $graviola:expr) => {{
            use $library::ecdsa::{
                DerSignature, Signature, SigningKey, VerifyingKey,
                signature::{Signer as _, Verifier as _},
            };
            let mut scalar = [7; $size];
            scalar[0] = 0;
            let key = SigningKey::from_slice(&scalar).unwrap();
            let public: VerifyingKey = *key.verifying_key();
            let signed = signed(|message| {
                let signature: DerSignature = key.sign(message);
                signature.as_bytes().to_vec()
            });
            let point = public.to_sec1_point(false).as_bytes().to_vec();
            let (x, y) = point[1..].split_at($size);
            let jwk = format!(
                r#"{{"kty":"EC","crv":"{}","x":"{}","y":"{}"}}"#,
                $name,
                base64url::encode(x),
                base64url::encode(y)
            );
            let raw = || -> Raw {
                Box::new(move |message, signature| {
                    Signature::from_der(signature)
                        .is_ok_and(|signature| public.verify(message, &signature).is_ok())
                })
            };
            let parameters: Option<&'static dyn aws_lc_rs::signature::VerificationAlgorithm> = $aws_lc;
            add(
                rows,
                Algorithm::$algorithm,
                &jwk,
                &signed,
                (stringify!($library), &raw),
                parameters.map(|parameters| (parameters, point.clone())),
                $graviola
                    .map(|make: fn(&[u8]) -> Raw| move || make(&point))
                    .as_ref()
                    .map(|make| make as &dyn Fn() -> Raw),
            );
        }};
    }
    use ::graviola::{
        hashing::{Sha256, Sha384},
        signing::ecdsa::{self as graviola, P256, P384},
    };
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1};
    let p256: fn(&[u8]) -> Raw = |point| {
        let key = graviola::VerifyingKey::<P256>::from_x962_uncompressed(point).unwrap();
        Box::new(move |message, signature| key.verify_asn1::<Sha256>(&[message], signature).is_ok())
    };
    let p384: fn(&[u8]) -> Raw = |point| {
        let key = graviola::VerifyingKey::<P384>::from_x962_uncompressed(point).unwrap();
        Box::new(move |message, signature| key.verify_asn1::<Sha384>(&[message], signature).is_ok())
    };
    curve!(Es256, p256, "P-256", 32, Some(&ECDSA_P256_SHA256_ASN1), Some(p256));
    curve!(Es384, p384, "P-384", 48, Some(&ECDSA_P384_SHA384_ASN1), Some(p384));
    curve!(Es512, p521, "P-521", 66, Some(&ECDSA_P521_SHA512_ASN1), None);
    curve!(Es256K, k256, "secp256k1", 32, None, None);
}

fn edwards(rows: &mut Vec<Row>) {
    use ed25519_dalek::{Signer as _, Verifier as _};
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let public = key.verifying_key();
    let signed_25519 = signed(|message| key.sign(message).to_bytes().to_vec());
    let x = public.to_bytes();
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url::encode(x));
    let raw = || -> Raw {
        Box::new(move |message, signature| {
            ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| public.verify(message, &signature).is_ok())
        })
    };
    let graviola = || -> Raw {
        let key = graviola::signing::eddsa::Ed25519VerifyingKey::from_bytes(&x).unwrap();
        Box::new(move |message, signature| key.verify(signature, message).is_ok())
    };
    let aws_lc: &'static dyn aws_lc_rs::signature::VerificationAlgorithm = &aws_lc_rs::signature::ED25519;
    add(
        rows,
        Algorithm::Ed25519,
        &jwk,
        &signed_25519,
        ("ed25519-dalek", &raw),
        Some((aws_lc, x.to_vec())),
        Some(&graviola),
    );

    let key = ed448_goldilocks::SigningKey::from(ed448_goldilocks::SecretKey::from([7; 57]));
    let public = key.verifying_key();
    let signed_448 = signed(|message| key.sign_raw(message).to_bytes().to_vec());
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed448","x":"{}"}}"#, base64url::encode(public.to_bytes()));
    let raw = || -> Raw {
        Box::new(move |message, signature| {
            ed448_goldilocks::Signature::from_slice(signature)
                .is_ok_and(|signature| public.verify_raw(&signature, message).is_ok())
        })
    };
    add(rows, Algorithm::Ed448, &jwk, &signed_448, ("ed448-goldilocks", &raw), None, None);
}

fn rsa_rows(rows: &mut Vec<Row>) {
    use aws_lc_rs::{
        rand::SystemRandom,
        rsa::KeySize,
        signature::{self, KeyPair as _, RsaEncoding, RsaKeyPair, VerificationAlgorithm},
    };
    use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey, pss::Pss};
    use sha2::{Digest as _, Sha256};

    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let encoded = key.public_key().as_ref().to_vec();
    // An `RSAPublicKey`: after the heads of the sequence and of the number, and the byte for its sign.
    let modulus = &encoded[9..9 + 256];
    let jwk = format!(r#"{{"kty":"RSA","n":"{}","e":"AQAB"}}"#, base64url::encode(modulus));
    let [n, e] = [modulus, &[1, 0, 1]].map(BoxedUint::from_be_slice_vartime);
    let public = PublicKey::new(n, e).unwrap();
    let sign = |encoding: &'static dyn RsaEncoding| {
        signed(|message| {
            let mut signature = vec![0; 256];
            key.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
            signature
        })
    };

    let raw = || -> Raw {
        let public = public.clone();
        Box::new(move |message, signature| {
            public.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature).is_ok()
        })
    };
    let graviola = || -> Raw {
        let key = graviola::signing::rsa::VerifyingKey::from_pkcs1_der(&encoded).unwrap();
        Box::new(move |message, signature| key.verify_pkcs1_sha256(signature, message).is_ok())
    };
    let parameters: &'static dyn VerificationAlgorithm = &signature::RSA_PKCS1_2048_8192_SHA256;
    let signed = sign(&signature::RSA_PKCS1_SHA256);
    add(
        rows,
        Algorithm::Rs256,
        &jwk,
        &signed,
        ("rsa", &raw),
        Some((parameters, encoded.clone())),
        Some(&graviola),
    );

    let raw = || -> Raw {
        let public = public.clone();
        Box::new(move |message, signature| {
            public.verify(Pss::<Sha256>::new(), &Sha256::digest(message), signature).is_ok()
        })
    };
    let graviola = || -> Raw {
        let key = graviola::signing::rsa::VerifyingKey::from_pkcs1_der(&encoded).unwrap();
        Box::new(move |message, signature| key.verify_pss_sha256(signature, message).is_ok())
    };
    let parameters: &'static dyn VerificationAlgorithm = &signature::RSA_PSS_2048_8192_SHA256;
    let signed = sign(&signature::RSA_PSS_SHA256);
    add(
        rows,
        Algorithm::Ps256,
        &jwk,
        &signed,
        ("rsa", &raw),
        Some((parameters, encoded.clone())),
        Some(&graviola),
    );
}
