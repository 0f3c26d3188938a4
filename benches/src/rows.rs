//! A verification with a prepared key, compared with the library's own call with its parsed key.
//!
//! Both sides have the same key at several places of the heap, each for some calls, by turns, because
//! the place of a key makes a difference on either side.
//!
//! The message has the 69 bytes of an assertion, for ours in two parts. Decoding the signature and hashing the message
//! are inside the measure.

use aws_lc_rs::signature::{ParsedPublicKey, VerificationAlgorithm};
use countersign_cose::{Algorithm, PreparedKey, PublicKey, Verifiers};
use countersign_figure::{
    Figure, compare,
    heap::{heap, held},
};
use countersign_types::base64url;

/// Prints the figures.
pub fn measure(rows: &[Row]) {
    for row in rows {
        let heaps = [heap(|| row.ours(0)), heap(|| row.raw(0))];
        let (mut at, mut other) = (0, 0);
        let turns = compare(
            || {
                at += 1;
                row.ours(at);
            },
            || {
                other += 1;
                row.raw(other);
            },
        );
        let Row { algorithm, backend, held, library, .. } = row;
        let operation = format!("{algorithm}, prepared key of {held} bytes");
        Figure { part: "verification", operation: &operation, subject: backend, control: library }
            .print(&turns, heaps);
    }
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
    /// The library behind the backend, whose call is the control.
    library: &'static str,
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
    (library, rust_crypto): (&'static str, &dyn Fn() -> Raw),
    aws_lc: Option<AwsLc>,
    graviola: Option<&dyn Fn() -> Raw>,
) {
    let key = PublicKey::from_jwk(jwk.as_bytes()).unwrap();
    let row = |backend, verifiers: Verifiers, library, make: &dyn Fn() -> Raw| {
        let prepare = || verifiers.prepare(&key, algorithm.scheme()).unwrap();
        let (_, held) = held(prepare);
        let (mut prepared, mut raw) = (Vec::new(), Vec::new());
        for place in 0..PLACES {
            prepared.push(prepare());
            raw.push(make());
            // What stays between them moves the next ones by another part of a cache's line.
            Box::leak(vec![0_u8; 1000 + 16 * place].into_boxed_slice());
        }
        Row { algorithm, backend, library, prepared, held, raw, signed: signed.clone() }
    };
    rows.push(row("rust-crypto", Verifiers::rust_crypto(), library, rust_crypto));
    if let Some((parameters, bytes)) = aws_lc {
        let raw = || -> Raw {
            let parsed = ParsedPublicKey::new(parameters, &bytes).unwrap();
            Box::new(move |message, signature| parsed.verify_sig(message, signature).is_ok())
        };
        rows.push(row("aws-lc", Verifiers::aws_lc(), "aws-lc-rs", &raw));
    }
    if let (Some(raw), Some(verifiers)) = (graviola, Verifiers::graviola()) {
        rows.push(row("graviola", verifiers, "graviola", raw));
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
    add(&mut rows, algorithm, &jwk, &signed, ("ml-dsa", &raw), Some((parameters, encoded)), None);
    rows
}
