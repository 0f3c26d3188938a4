//! A metadata BLOB verified, read and indexed, compared with the least work on its bytes: SHA-256 of the signed part,
//! base64url decoding of the payload, and a scan of its JSON that keeps nothing.
//!
//! `cargo bench --manifest-path benches/Cargo.toml --bench metadata` prints medians over rounds in which all are measured
//! by turns. The BLOB is made here: 348 entries with padded icons, 8.6 MB, signed with ES256 below a chain of three
//! certificates. An argument that does not begin with `-` is a file with another payload to sign and measure.
//!
//! `-- --peers` measures other libraries on the same BLOB: python-fido2 (`parse_blob` and the verifier made of it) and
//! SimpleWebAuthn (`verifyMDSBlob`), as `peers` installs them. The first reads the ES256 signature of a JWS as DER, so it
//! rejects the BLOB that is made here. `-- --peers --fido FILE DATE` measures them on a BLOB of FIDO's own service as of a
//! date at which it was current, and the crate fido-mds too, which accepts only the root of that service. Times are
//! processor times, of whole processes for the peers.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    fmt::Write as _,
    hint::black_box,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use countersign_authenticator::{BlobSigner, METADATA_HOST, NOW};
use countersign_benches::peers;
use countersign_cose::Verifiers;
use countersign_metadata::{Blob, BlobPolicy, Date, Seen, roots};
use countersign_types::Timestamp;
use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};

const ROUNDS: usize = 101;
const ENTRIES: usize = 348;

/// The length of the BLOB that the budget is about.
const BLOB_LENGTH: usize = 8_610_000;

/// The system's allocator, which knows the most that was held.
struct Peak;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Peak = Peak;

// SAFETY: it hands everything on.
unsafe impl GlobalAlloc for Peak {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller's promise is ours.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is ours.
        unsafe { System.dealloc(place, layout) }
    }
}

/// What of a peer is measured: its processes take seconds.
const PEER_ROUNDS: &str = "9";

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let with_peers = arguments.iter().any(|argument| argument == "--peers");
    let case = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [.., "--fido", file, date] => Case::of_fido(file, date),
        [.., file] if !file.starts_with('-') => Case::made(&std::fs::read(file).expect("a file to read")),
        _ => Case::made(&payload()),
    };
    for (backend, verifiers) in [("rust-crypto", Verifiers::rust_crypto()), ("aws-lc", Verifiers::aws_lc())] {
        measure(&case.blob, backend, &|| {
            case.policy.verify(&case.blob, Seen::Nothing, case.now, &verifiers).expect("a good blob")
        });
    }
    if with_peers {
        case.measure_peers();
    }
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

    fn measure_peers(&self) {
        let folder = tempfile::tempdir().expect("a folder");
        let [blob, root] = ["blob.jwt", "root.pem"].map(|name| folder.path().join(name));
        std::fs::write(&blob, &self.blob).expect("a file to write");
        std::fs::write(&root, &self.root).expect("a file to write");
        println!("\n| peer | median ms | memory above the BLOB, MB |\n| --- | ---: | ---: |");
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

fn measure(blob: &[u8], backend: &str, verify: &dyn Fn() -> Blob) {
    let end = blob.iter().rposition(|byte| *byte == b'.').expect("three parts");
    let signed = &blob[..end];
    let start = signed.iter().position(|byte| *byte == b'.').expect("three parts") + 1;
    let encoded = &signed[start..];
    let payload = URL_SAFE_NO_PAD.decode(encoded).expect("base64url");
    let works: [(&str, &dyn Fn()); 4] = [
        ("floor: SHA-256 of what is signed", &|| {
            black_box(Sha256::digest(signed));
        }),
        ("floor: base64url decoding", &|| drop(black_box(URL_SAFE_NO_PAD.decode(encoded)))),
        ("floor: JSON scan (serde_json, IgnoredAny)", &|| {
            black_box(serde_json::from_slice::<IgnoredAny>(&payload)).expect("json");
        }),
        ("verify, parse and index", &|| drop(black_box(verify()))),
    ];
    let mut times = works.each_ref().map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, work), times) in works.iter().zip(&mut times) {
            let start = processor_time();
            work();
            times.push((processor_time() - start).as_secs_f64() * 1e3);
        }
    }
    let medians = times.map(|mut times| {
        times.sort_unstable_by(f64::total_cmp);
        times[ROUNDS / 2]
    });
    let before = HELD.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let verified = verify();
    let peak = (MOST.load(Ordering::Relaxed) - before) as f64 / 1e6;
    let held = (HELD.load(Ordering::Relaxed) - before) as f64 / 1e6;
    println!(
        "\nBLOB of {:.2} MB, {} entries, {backend}\n",
        blob.len() as f64 / 1e6,
        verified.entries().len()
    );
    println!("| what | median ms |\n| --- | ---: |");
    for ((name, _), median) in works.iter().zip(medians) {
        println!("| {name} | {median:.2} |");
    }
    let floors: f64 = medians[..3].iter().sum();
    println!("| sum of floors | {floors:.2} |");
    println!("\nratio to the sum {:.3} (budget 1.2)", medians[3] / floors);
    println!("heap above the input: at most {peak:.2} MB, then {held:.2} MB (budget 8 MB for 8.6 MB)");
    println!("a look-up by AAGUID: {:.0} ns (budget 100 ns)", look_up(&verified));
}

/// The processor time of this thread: what the machine does for others is not in it.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists, and the place is ours.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(outcome, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The median time of one look-up, of models in an order that is not theirs.
fn look_up(blob: &Blob) -> f64 {
    const CALLS: usize = 10_000;
    let models: Vec<_> = blob.entries().filter_map(|entry| entry.aaguid()).collect();
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = processor_time();
            for call in 0..CALLS {
                let model = models[call.wrapping_mul(7919) % models.len()];
                black_box(blob.entry(black_box(model))).expect("a model");
            }
            (processor_time() - start).as_secs_f64() * 1e9 / CALLS as f64
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times[ROUNDS / 2]
}

/// A payload of entries like those of the service, with icons that bring the BLOB to its length.
fn payload() -> Vec<u8> {
    // Base64 makes four bytes of three; the header takes some 3000.
    let length = (BLOB_LENGTH - 3000) / 4 * 3;
    let certificate = "MIIB".repeat(220);
    let entry = |number: usize, icon: &str| {
        let aaguid =
            format!("{:08x}-0000-4000-8000-{:012x}", number.wrapping_mul(2_654_435_761) % (1 << 32), number);
        format!(
            r#"{{"aaguid":"{aaguid}","metadataStatement":{{"legalHeader":"Submission of this statement and retrieval and use of this statement indicates acceptance of the appropriate agreement.","aaguid":"{aaguid}","friendlyNames":{{"en-US":"Authenticator {number}"}},"description":"Authenticator {number}","authenticatorVersion":{number},"protocolFamily":"fido2","schema":3,"upv":[{{"major":1,"minor":1}},{{"major":1,"minor":0}}],"authenticationAlgorithms":["secp256r1_ecdsa_sha256_raw","ed25519_eddsa_sha512_raw"],"publicKeyAlgAndEncodings":["cose"],"attestationTypes":["basic_full"],"userVerificationDetails":[[{{"userVerificationMethod":"presence_internal"}}],[{{"userVerificationMethod":"passcode_external","caDesc":{{"base":64,"minLength":4,"maxRetries":8,"blockSlowdown":0}}}},{{"userVerificationMethod":"presence_internal"}}]],"keyProtection":["hardware","secure_element"],"matcherProtection":["on_chip"],"cryptoStrength":128,"attachmentHint":["external","wired","wireless","nfc"],"tcDisplay":[],"attestationRootCertificates":["{certificate}","{certificate}"],"icon":"data:image/png;base64,{icon}","authenticatorGetInfo":{{"versions":["U2F_V2","FIDO_2_0","FIDO_2_1"],"extensions":["credProtect","hmac-secret"],"aaguid":"00000000000040008000000000000000","options":{{"plat":false,"rk":true,"clientPin":true,"up":true}},"maxMsgSize":1200,"pinUvAuthProtocols":[2,1],"maxCredentialCountInList":8,"maxCredentialIdLength":128,"transports":["nfc","usb"],"algorithms":[{{"alg":-7,"type":"public-key"}},{{"alg":-8,"type":"public-key"}}]}}}},"statusReports":[{{"status":"FIDO_CERTIFIED_L1","effectiveDate":"2024-05-12","certificationDescriptor":"Authenticator {number}","certificateNumber":"FIDO20020240512001","certificationPolicyVersion":"1.4.0","certificationRequirementsVersion":"1.5.0"}},{{"status":"FIDO_CERTIFIED","effectiveDate":"2024-05-12"}}],"timeOfLastStatusChange":"2024-05-12"}}"#
        )
    };
    let bare: usize = (0..ENTRIES).map(|number| entry(number, "").len() + 1).sum();
    let icon = "A".repeat((length - bare) / ENTRIES);
    let mut payload =
        String::from(r#"{"legalHeader":"terms","no":291,"nextUpdate":"2026-11-01","entries":["#);
    for number in 0..ENTRIES {
        let comma = if number == 0 { "" } else { "," };
        write!(payload, "{comma}{}", entry(number, &icon)).expect("memory");
    }
    payload.push_str("]}");
    payload.into_bytes()
}
