//! A metadata BLOB verified, read and indexed, compared with the least work on its bytes: SHA-256 of the signed part,
//! base64url decoding of the payload, and a scan of its JSON that keeps nothing.
//!
//! `cargo xtask bench --only metadata`. The BLOB is made here: 348 entries with padded icons, 8.6 MB, signed with ES256 below a
//! chain of three certificates. An argument that ends in `.json` is a file with another payload to sign and measure.
//!
//! `-- --peers` measures other libraries on the same BLOB: python-fido2 (`parse_blob` and the verifier made of it) and
//! SimpleWebAuthn (`verifyMDSBlob`), as `peers` installs them. The first reads the ES256 signature of a JWS as DER, so it
//! rejects the BLOB that is made here. `-- --peers --fido FILE DATE` measures them on a BLOB of FIDO's own service as of a
//! date at which it was current, and the crate fido-mds too, which accepts only the root of that service. The peers' times are
//! processor times of whole processes, and printed as a table.

use std::{collections::HashMap, hint::black_box};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use countersign_authenticator::{BlobSigner, METADATA_HOST, NOW};
use countersign_benches::{blob::payload, peers, raw::backends};
use countersign_cose::Verifiers;
use countersign_figure::{
    Figure, compare,
    heap::{Counting, heap},
};
use countersign_metadata::{Blob, BlobPolicy, Date, Seen, roots};
use countersign_types::Timestamp;
use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};

/// The models and the length of the BLOB that is made here, about those of the service.
const ENTRIES: usize = 348;
const BLOB_LENGTH: usize = 8_610_000;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What of a peer is measured: its processes take seconds.
const PEER_ROUNDS: &str = "9";

fn main() {
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench" && argument.parse::<u32>().is_err())
        .collect();
    let with_peers = arguments.iter().any(|argument| argument == "--peers");
    let case = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [.., "--fido", file, date] => Case::of_fido(file, date),
        [.., file] if file.ends_with(".json") => Case::made(&std::fs::read(file).expect("a file to read")),
        _ => Case::made(&payload(ENTRIES, BLOB_LENGTH)),
    };
    if with_peers {
        return case.measure_peers();
    }
    for (backend, verifiers) in backends() {
        case.measure(backend, &verifiers);
    }
    case.measure_look_up();
}

/// A BLOB, and what makes it a good one.
struct Case {
    blob: Vec<u8>,
    policy: BlobPolicy,
    root: String,
    now: Timestamp,
    is_of_fido: bool,
}

impl Case {
    fn made(payload: &[u8]) -> Self {
        let signer = BlobSigner::new();
        let root = STANDARD.encode(&signer.root);
        let root = format!("-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n");
        let anchor = roots::anchor_from_pem(&root).unwrap();
        Self {
            blob: signer.sign(payload),
            root,
            policy: BlobPolicy::new([anchor]).with_host_name(METADATA_HOST).dangerous_accept_outdated(),
            now: Timestamp::from_unix_seconds(NOW),
            is_of_fido: false,
        }
    }

    fn of_fido(file: &str, date: &str) -> Self {
        Self {
            blob: std::fs::read(file).expect("a file to read").trim_ascii().to_vec(),
            policy: BlobPolicy::fido(),
            root: roots::GLOBALSIGN[0].pem().to_owned(),
            now: date.parse::<Date>().expect("a date").start(),
            is_of_fido: true,
        }
    }

    fn verified(&self, verifiers: &Verifiers) -> Blob {
        self.policy.verify(&self.blob, Seen::Nothing, self.now, verifiers).expect("a good BLOB")
    }

    /// Verifying, reading and indexing it, compared with the least work on its bytes.
    fn measure(&self, backend: &str, verifiers: &Verifiers) {
        let end = self.blob.iter().rposition(|byte| *byte == b'.').expect("three parts");
        let signed = &self.blob[..end];
        let start = signed.iter().position(|byte| *byte == b'.').expect("three parts") + 1;
        let encoded = &signed[start..];
        let payload = URL_SAFE_NO_PAD.decode(encoded).expect("base64url");
        let call = || drop(black_box(self.verified(verifiers)));
        let least = || {
            black_box(Sha256::digest(signed));
            drop(black_box(URL_SAFE_NO_PAD.decode(encoded)));
            black_box(serde_json::from_slice::<IgnoredAny>(&payload)).expect("JSON");
        };
        let (heaps, turns) = ([heap(call), heap(least)], compare(call, least));
        let entries = self.verified(verifiers).entries().len();
        let operation = format!("BLOB of {:.2} MB, {entries} entries", self.blob.len() as f64 / 1e6);
        let control = "SHA-256, base64url decoding and a scan of the JSON";
        Figure { part: "metadata", operation: &operation, subject: backend, control }.print(&turns, heaps);
    }

    /// Look-ups of models in an order that is not theirs.
    fn measure_look_up(&self) {
        let blob = self.verified(&Verifiers::rust_crypto());
        let models: Vec<_> = blob.entries().filter_map(|entry| entry.aaguid()).collect();
        let map: HashMap<_, _> = models.iter().copied().zip(0..).collect();
        let next = || {
            let mut call = 0_usize;
            let models = &models;
            move || {
                call += 1;
                black_box(models[call.wrapping_mul(7919) % models.len()])
            }
        };
        let (mut ours, mut other) = (next(), next());
        let mut call = || assert!(black_box(blob.entry(ours())).is_some());
        let mut look_up = || assert!(black_box(map.get(&other())).is_some());
        let (heaps, turns) = ([heap(&mut call), heap(&mut look_up)], compare(call, look_up));
        let control = "look-up in a HashMap of the standard library";
        Figure { part: "metadata", operation: "look-up of a model", subject: "countersign", control }
            .print(&turns, heaps);
    }

    fn measure_peers(&self) {
        let folder = tempfile::tempdir().expect("a folder");
        let [blob, root] = ["blob.jwt", "root.pem"].map(|name| folder.path().join(name));
        std::fs::write(&blob, &self.blob).expect("a file to write");
        std::fs::write(&root, &self.root).expect("a file to write");
        println!("| peer | median ms | memory above the BLOB, MB |\n| --- | ---: | ---: |");
        let peers =
            [("python-fido2", peers::python("metadata.py")), ("SimpleWebAuthn", peers::node("metadata.mjs"))];
        let of_fido = self.is_of_fido.then(|| ("fido-mds", peers::rust("fido-mds")));
        for (name, command) in peers.into_iter().chain(of_fido) {
            let outcome = command.and_then(|command| {
                let mut command = peers::command(&command);
                command.args([&blob, &root]).arg(self.now.unix_seconds().to_string()).arg(PEER_ROUNDS);
                peers::output(&mut command)
            });
            match outcome.as_deref().map(medians) {
                Ok((time, memory)) => println!("| {name} | {time:.1} | {memory:.1} |"),
                Err(error) => println!("| {name} | {error} | |"),
            }
        }
    }
}

/// The median of the lines that are times, and what follows `memory`, from KiB.
fn medians(printed: &str) -> (f64, f64) {
    let mut times: Vec<f64> = printed.lines().filter_map(|line| line.parse().ok()).collect();
    times.sort_unstable_by(f64::total_cmp);
    let memory = printed.lines().find_map(|line| line.strip_prefix("memory ")?.parse::<f64>().ok());
    (times.get(times.len() / 2).copied().unwrap_or(f64::NAN), memory.unwrap_or(f64::NAN) * 1024.0 / 1e6)
}
