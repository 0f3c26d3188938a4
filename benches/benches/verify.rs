//! Verification with a prepared key, beside the library's own call with its parsed key: time and heap allocations.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench verify` prints a table of comparisons by turns, whose
//! difference is what the budget is about, and then criterion's figures of both. With `-- --table` it stops after the
//! table.
//!
//! Both sides have the same key at several places of the heap, each for some calls, by turns, for where a key lies
//! makes a difference on either side.
//!
//! ML-DSA is generic code, compiled once within ours and once within the raw call, and the optimiser inlines each copy
//! in its own way: ours came out 2.5 % slower for ML-DSA-65 and 2 % faster for ML-DSA-87 in one program. In a program of
//! nothing else, callgrind counts 1 175 653 instructions of ours for a verification with ML-DSA-65, and 1 175 717 of the
//! raw call.
//!
//! The message has the 69 bytes of an assertion, for ours in two parts. Decoding the signature and hashing the message
//! are inside the measure.

use countersign_benches::{Comparison, Counting, allocations, compare, held};
use countersign_cose::{Algorithm, PreparedKey, PublicKey, Verifiers};
use countersign_types::base64url;
use criterion::Criterion;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Signatures of different messages, taken by turns.
const SIGNATURES: u8 = 16;

/// Copies of each key.
const PLACES: usize = 8;

/// Calls with one copy before the next one's turn.
const STAY: usize = 32;

type Raw = Box<dyn Fn(&[u8], &[u8]) -> bool>;

struct Row {
    algorithm: Algorithm,
    backend: &'static str,
    prepared: Vec<Box<dyn PreparedKey>>,
    /// What a prepared key holds of the heap, in bytes; C's heap not counted.
    held: u64,
    raw: Vec<Raw>,
    signed: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Row {
    fn ours(&self, at: usize) {
        let (message, signature) = &self.signed[at % self.signed.len()];
        let (head, tail) = message.split_at(37);
        assert!(at_turn(&self.prepared, at).verify(&[head, tail], signature).is_ok());
    }

    fn raw(&self, at: usize) {
        let (message, signature) = &self.signed[at % self.signed.len()];
        assert!(at_turn(&self.raw, at)(message, signature));
    }
}

fn at_turn<T>(copies: &[T], at: usize) -> &T {
    &copies[at / STAY % copies.len()]
}

fn main() {
    let rows = rows();
    println!(
        "| algorithm | backend | ours us | raw us | ratio | difference us | allocations: ours | raw | key bytes |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for row in &rows {
        let counts = [allocations(|| row.ours(0)), allocations(|| row.raw(0))];
        let (mut at, mut other) = (0, 0);
        let Comparison { ours, raw, difference } = compare(
            || {
                at += 1;
                row.ours(at);
            },
            || {
                other += 1;
                row.raw(other);
            },
        );
        let [ours, raw] = [ours, raw].map(|time| time.as_secs_f64() * 1e6);
        let Row { algorithm, backend, held, .. } = row;
        let ratio = (raw + difference) / raw;
        let [of_ours, of_raw] = counts;
        println!(
            "| {algorithm} | {backend} | {ours:.2} | {raw:.2} | {ratio:.3} | {difference:+.2} | {of_ours} | {of_raw} | {held} |"
        );
    }
    if std::env::args().any(|argument| argument == "--table") {
        return;
    }
    let mut criterion = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1))
        .configure_from_args();
    for row in &rows {
        let mut group = criterion.benchmark_group(format!("{} {}", row.algorithm, row.backend));
        let mut at = 0;
        group.bench_function("ours", |bencher| {
            bencher.iter(|| {
                at += 1;
                row.ours(at)
            })
        });
        group.bench_function("raw", |bencher| {
            bencher.iter(|| {
                at += 1;
                row.raw(at)
            })
        });
        group.finish();
    }
    criterion.final_summary();
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    ecdsa(&mut rows);
    edwards(&mut rows);
    rsa_rows(&mut rows);
    ml_dsa_rows::<ml_dsa::MlDsa44>(&mut rows, Algorithm::MlDsa44, &aws_lc_rs::signature::ML_DSA_44);
    ml_dsa_rows::<ml_dsa::MlDsa65>(&mut rows, Algorithm::MlDsa65, &aws_lc_rs::signature::ML_DSA_65);
    ml_dsa_rows::<ml_dsa::MlDsa87>(&mut rows, Algorithm::MlDsa87, &aws_lc_rs::signature::ML_DSA_87);
    rows
}

fn messages() -> impl Iterator<Item = Vec<u8>> {
    (0..SIGNATURES).map(|number| vec![number; 69])
}

fn signed(sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<(Vec<u8>, Vec<u8>)> {
    messages().map(|message| (message.clone(), sign(&message))).collect()
}

/// A row for each backend that has its own verifier.
fn add(
    rows: &mut Vec<Row>,
    algorithm: Algorithm,
    jwk: &str,
    signed: &[(Vec<u8>, Vec<u8>)],
    rust_crypto: &dyn Fn() -> Raw,
    aws_lc: Option<(&'static dyn aws_lc_rs::signature::VerificationAlgorithm, Vec<u8>)>,
) {
    let key = PublicKey::from_jwk(jwk.as_bytes()).unwrap();
    let row = |backend, verifiers: Verifiers, make: &dyn Fn() -> Raw| {
        let prepare = || verifiers.prepare(&key, algorithm.scheme()).unwrap();
        let (_, held) = held(prepare);
        let (mut prepared, mut raw) = (Vec::new(), Vec::new());
        for place in 0..PLACES {
            prepared.push(prepare());
            raw.push(make());
            // What stays between them moves the next ones by another part of a cache's line.
            Box::leak(vec![0_u8; 1000 + 16 * place].into_boxed_slice());
        }
        Row { algorithm, backend, prepared, held, raw, signed: signed.to_vec() }
    };
    rows.push(row("rust-crypto", Verifiers::rust_crypto(), rust_crypto));
    if let Some((parameters, bytes)) = aws_lc {
        let raw = || -> Raw {
            let parsed = aws_lc_rs::signature::ParsedPublicKey::new(parameters, &bytes).unwrap();
            Box::new(move |message, signature| parsed.verify_sig(message, signature).is_ok())
        };
        rows.push(row("aws-lc", Verifiers::aws_lc(), &raw));
    }
}

fn ecdsa(rows: &mut Vec<Row>) {
    macro_rules! curve {
        ($algorithm:ident, $library:ident, $name:literal, $size:literal, $aws_lc:expr) => {{
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
                &raw,
                parameters.map(|parameters| (parameters, point)),
            );
        }};
    }
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1};
    curve!(Es256, p256, "P-256", 32, Some(&ECDSA_P256_SHA256_ASN1));
    curve!(Es384, p384, "P-384", 48, Some(&ECDSA_P384_SHA384_ASN1));
    curve!(Es512, p521, "P-521", 66, Some(&ECDSA_P521_SHA512_ASN1));
    curve!(Es256K, k256, "secp256k1", 32, None);
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
    let aws_lc: &'static dyn aws_lc_rs::signature::VerificationAlgorithm = &aws_lc_rs::signature::ED25519;
    add(rows, Algorithm::Ed25519, &jwk, &signed_25519, &raw, Some((aws_lc, x.to_vec())));

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
    add(rows, Algorithm::Ed448, &jwk, &signed_448, &raw, None);
}

fn rsa_rows(rows: &mut Vec<Row>) {
    use aws_lc_rs::{
        rand::SystemRandom,
        rsa::KeySize,
        signature::{self, KeyPair as _, RsaEncoding, RsaKeyPair, VerificationAlgorithm},
    };
    use rsa::{BoxedUint, Pkcs1v15Sign, RsaPublicKey, pss::Pss};
    use sha2::{Digest as _, Sha256};

    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let encoded = key.public_key().as_ref().to_vec();
    // An `RSAPublicKey`: after the heads of the sequence and of the number, and the byte for its sign.
    let modulus = &encoded[9..9 + 256];
    let jwk = format!(r#"{{"kty":"RSA","n":"{}","e":"AQAB"}}"#, base64url::encode(modulus));
    let [n, e] = [modulus, &[1, 0, 1]].map(|number| BoxedUint::from_be_slice_vartime(number));
    let public = RsaPublicKey::new(n, e).unwrap();
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
    let parameters: &'static dyn VerificationAlgorithm = &signature::RSA_PKCS1_2048_8192_SHA256;
    let signed = sign(&signature::RSA_PKCS1_SHA256);
    add(rows, Algorithm::Rs256, &jwk, &signed, &raw, Some((parameters, encoded.clone())));

    let raw = || -> Raw {
        let public = public.clone();
        Box::new(move |message, signature| {
            public.verify(Pss::<Sha256>::new(), &Sha256::digest(message), signature).is_ok()
        })
    };
    let parameters: &'static dyn VerificationAlgorithm = &signature::RSA_PSS_2048_8192_SHA256;
    let signed = sign(&signature::RSA_PSS_SHA256);
    add(rows, Algorithm::Ps256, &jwk, &signed, &raw, Some((parameters, encoded)));
}

fn ml_dsa_rows<P: ml_dsa::MlDsaParams + 'static>(
    rows: &mut Vec<Row>,
    algorithm: Algorithm,
    parameters: &'static dyn aws_lc_rs::signature::VerificationAlgorithm,
) {
    use ml_dsa::{Keypair as _, Verifier as _};
    let key = ml_dsa::SigningKey::<P>::from_seed(&[7; 32].into());
    let public = key.verifying_key();
    let signed =
        signed(|message| key.expanded_key().sign_deterministic(message, &[]).unwrap().encode().to_vec());
    let encoded = public.encode().to_vec();
    let jwk = format!(r#"{{"kty":"AKP","alg":"{algorithm}","pub":"{}"}}"#, base64url::encode(&encoded));
    let raw = || -> Raw {
        // Decoded, as ours is.
        let public = ml_dsa::VerifyingKey::<P>::decode(&public.encode());
        Box::new(move |message, signature| {
            ml_dsa::Signature::<P>::try_from(signature)
                .is_ok_and(|signature| public.verify(message, &signature).is_ok())
        })
    };
    add(rows, algorithm, &jwk, &signed, &raw, Some((parameters, encoded)));
}
