//! A verification with a prepared key, compared with the library's own call with its parsed key: time and heap allocations.
//!
//! Both sides have the same key at several places of the heap, each for some calls, by turns, because
//! the place of a key makes a difference on either side.
//!
//! The message has the 69 bytes of an assertion, for ours in two parts. Decoding the signature and hashing the message
//! are inside the measure.

use crate::{Comparison, allocations, compare, held};
use aws_lc_rs::signature::{ParsedPublicKey, VerificationAlgorithm};
use countersign_cose::{Algorithm, PreparedKey, PublicKey, Verifiers};
use countersign_types::base64url;
use criterion::Criterion;

/// Prints a table of comparisons by turns, whose difference is what the budget is about, and then, unless the program
/// was called with `--table`, criterion's figures of both.
pub fn measure(rows: &[Row]) {
    println!(
        "| algorithm | backend | ours us | raw us | ratio | difference us | allocations: ours | raw | key bytes |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for row in rows {
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
    for row in rows {
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

/// The library's call: whether a message has this signature.
pub type Raw = Box<dyn Fn(&[u8], &[u8]) -> bool>;

/// How AWS-LC is asked: the algorithm, and the public key in its encoding.
pub type AwsLc = (&'static dyn VerificationAlgorithm, Vec<u8>);

/// Messages with their signatures.
pub type Signed = Vec<(Vec<u8>, Vec<u8>)>;

/// Signatures of different messages, taken by turns.
const SIGNATURES: u8 = 16;

/// Copies of each key.
const PLACES: usize = 8;

/// Calls with one copy before the next one's turn.
const STAY: usize = 32;

/// An algorithm with a backend.
pub struct Row {
    algorithm: Algorithm,
    backend: &'static str,
    prepared: Vec<Box<dyn PreparedKey>>,
    /// What a prepared key holds of the heap, in bytes; C's heap not counted.
    held: u64,
    raw: Vec<Raw>,
    signed: Signed,
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

/// A row for each backend that has its own verifier.
pub fn add(
    rows: &mut Vec<Row>,
    algorithm: Algorithm,
    jwk: &str,
    signed: &Signed,
    rust_crypto: &dyn Fn() -> Raw,
    aws_lc: Option<AwsLc>,
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
        Row { algorithm, backend, prepared, held, raw, signed: signed.clone() }
    };
    rows.push(row("rust-crypto", Verifiers::rust_crypto(), rust_crypto));
    if let Some((parameters, bytes)) = aws_lc {
        let raw = || -> Raw {
            let parsed = ParsedPublicKey::new(parameters, &bytes).unwrap();
            Box::new(move |message, signature| parsed.verify_sig(message, signature).is_ok())
        };
        rows.push(row("aws-lc", Verifiers::aws_lc(), &raw));
    }
}

fn messages() -> impl Iterator<Item = Vec<u8>> {
    (0..SIGNATURES).map(|number| vec![number; 69])
}

/// Each message with its signature.
pub fn signed(sign: impl Fn(&[u8]) -> Vec<u8>) -> Signed {
    messages().map(|message| (message.clone(), sign(&message))).collect()
}

/// The rows of ML-DSA with one set of parameters.
pub fn ml_dsa<P: ml_dsa::MlDsaParams + 'static>(
    algorithm: Algorithm,
    parameters: &'static dyn VerificationAlgorithm,
) -> Vec<Row> {
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
    let mut rows = Vec::new();
    add(&mut rows, algorithm, &jwk, &signed, &raw, Some((parameters, encoded)));
    rows
}
