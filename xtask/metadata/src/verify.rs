//! `cargo xtask metadata`: the real data of the FIDO Metadata Service, read by the public API.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use countersign::{cose::Verifiers, types::Timestamp};
use countersign_authenticator::{BlobSigner, METADATA_HOST};
use countersign_metadata::{
    Blob, BlobPolicy, Date, Metadata, MetadataError, MetadataPolicy, Model, Seen, roots::anchor_from_pem,
};

use crate::{served, signer::anchor_of};

pub(crate) const HELP: &str = "\
cargo xtask metadata [--folder FOLDER]

Verifies the metadata BLOBs in FOLDER at the times when they were current, and variants of them that must be rejected.
The default is shared/mds next to the repository, a folder that not every checkout has; without it the command is skipped
with a message. Roots that don't come with the library are in FOLDER/../roots/pem.

Exit codes: 0 nothing found, or no default folder, 1 a verdict differs, 2 FOLDER or a file is missing.
";

const DEFAULT_FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/mds");

/// The root of the conformance BLOB, by the first digits of its SHA-256.
const CONFORMANCE_ROOT: &str = "66d9770b5771109b.pem";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut folder = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("folder") => folder = Some(PathBuf::from(arguments.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let is_default = folder.is_none();
    let folder = folder.unwrap_or_else(|| Path::new(DEFAULT_FOLDER).to_owned());
    if !folder.is_dir() {
        if !is_default {
            return Err(format!("{}: not a folder", folder.display()).into());
        }
        println!("{}: not there, so nothing is verified", folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    let mut checks = Checks::default();
    check_real_blobs(&folder, &mut checks)?;
    check_large_payload(&folder, &mut checks)?;
    println!("{} passed, {} failed", checks.passed, checks.failed);
    Ok(if checks.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Default)]
struct Checks {
    passed: usize,
    failed: usize,
}

impl Checks {
    fn that(&mut self, holds: bool, what: &str) {
        if holds {
            self.passed += 1;
        } else {
            self.failed += 1;
            println!("FAILED {what}");
        }
    }

    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, got: &T, expected: &T, what: &str) {
        self.that(got == expected, &format!("{what}: expected {expected:?}, got {got:?}"));
    }

    fn rejected(&mut self, outcome: Result<Blob, MetadataError>, code: &str, what: &str) {
        let got = outcome.map_or_else(|error| error.code().as_str(), |_| "accepted");
        self.equal(&got, &code, what);
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn at(date: &str) -> Result<Timestamp, Box<dyn Error>> {
    Ok(date.parse::<Date>()?.start())
}

fn check_real_blobs(folder: &Path, checks: &mut Checks) -> Result<(), Box<dyn Error>> {
    let root = String::from_utf8(read(&folder.join("../roots/pem").join(CONFORMANCE_ROOT))?)?;
    let conformance = BlobPolicy::new([anchor_from_pem(&root)?]);
    // Entries, entries left out, and roots that can't be read: half of the conformance BLOB's have a date that is none.
    for (file, policy, date, number, counts) in [
        ("blob-31.jwt", BlobPolicy::fido(), "2023-09-15", 31, [174, 0, 0]),
        ("blob-25-with-errors.jwt", BlobPolicy::fido(), "2023-03-15", 25, [159, 1, 2]),
        ("conformance-blob.jwt", conformance, "2022-10-15", 42, [200, 0, 100]),
    ] {
        let bytes = read(&folder.join(file))?;
        let now = at(date)?;
        let verifiers = Verifiers::rust_crypto();
        let verify = |bytes: &[u8], seen| policy.verify(bytes, seen, now, &verifiers);
        match verify(&bytes, Seen::NewerThan(number - 1)) {
            Ok(blob) => {
                checks.equal(&blob.number(), &number, &format!("{file}: number"));
                check_blob(&blob, counts, file, checks);
            }
            Err(error) => checks.that(false, &format!("{file}: {error}: {:?}", error.source())),
        }
        let what = |change: &str| format!("{file} with another {change}");
        let parts: Vec<&[u8]> = bytes.split(|byte| *byte == b'.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(format!("{file} has no three parts").into());
        };
        let join = |parts: [&[u8]; 3]| parts.join(&b'.');
        // The bytes at these places belong to no escape and no structure.
        let other = |part: &[u8], place: usize| {
            let mut part = part.to_vec();
            part[place] = if part[place] == b'A' { b'B' } else { b'A' };
            part
        };
        let broken = join([header, &other(payload, payload.len() / 2), signature]);
        checks.rejected(verify(&broken, Seen::Nothing), "metadata-signature-invalid", &what("payload"));
        let broken = join([header, payload, &other(signature, 40)]);
        checks.rejected(verify(&broken, Seen::Nothing), "metadata-signature-invalid", &what("signature"));
        let padded = join([header, payload, &[signature, b"="].concat()]);
        checks.rejected(verify(&padded, Seen::Nothing), "metadata-malformed", &what("padding"));
        let broken = join([&other(header, 1), payload, signature]);
        checks.rejected(verify(&broken, Seen::Nothing), "metadata-malformed", &what("header"));
        checks.rejected(verify(&bytes, Seen::NewerThan(number)), "metadata-rollback", &what("number seen"));
        let stranger = BlobPolicy::new([anchor_of(&BlobSigner::new())?]);
        let outcome = stranger.verify(&bytes, Seen::Nothing, now, &verifiers);
        checks.rejected(outcome, "metadata-untrusted", &what("root"));
        let outcome = policy.verify(&bytes, Seen::Nothing, at("2023-12-31")?, &verifiers);
        checks.rejected(
            outcome,
            if number == 25 { "metadata-untrusted" } else { "metadata-outdated" },
            &what("time"),
        );
    }
    Ok(())
}

fn check_blob(blob: &Blob, [entries, skipped, broken_roots]: [usize; 3], file: &str, checks: &mut Checks) {
    checks.equal(&blob.entries().len(), &entries, &format!("{file}: entries"));
    checks.equal(&blob.skipped().len(), &skipped, &format!("{file}: entries left out"));
    for skipped in blob.skipped() {
        println!("{file}: entry {} is left out: {}", skipped.position(), skipped.error());
    }
    for entry in blob.entries() {
        let found = entry
            .keys()
            .iter()
            .all(|key| blob.models(*key).entries().any(|other| other.position() == entry.position()));
        checks.that(found, &format!("{file}: entry {} by its keys", entry.position()));
    }
    let statements = blob.entries().filter_map(countersign_metadata::Entry::statement);
    let broken: usize = statements.map(|it| it.certificates().filter(Result::is_err).count()).sum();
    checks.equal(&broken, &broken_roots, &format!("{file}: roots that can't be read"));
}

/// The payload of a BLOB whose signature is not at hand, signed by a chain made for it.
fn check_large_payload(folder: &Path, checks: &mut Checks) -> Result<(), Box<dyn Error>> {
    let file = "payload-291.json";
    let signer = BlobSigner::new();
    let metadata = Metadata::new(
        BlobPolicy::new([anchor_of(&signer)?]).with_host_name(METADATA_HOST),
        MetadataPolicy::fido(),
    );
    let now = at("2026-10-15")?;
    let blob = match metadata.offer(&signer.sign(&read(&folder.join(file))?), now, &Verifiers::rust_crypto())
    {
        Ok(blob) => blob,
        Err(error) => {
            checks.that(false, &format!("{file}: {error}"));
            return Ok(());
        }
    };
    check_blob(&blob, [520, 0, 0], file, checks);
    check_roots(&blob, file, checks);
    // The one model that was revoked.
    let revoked = Model::new("ba86dc56-635f-4141-aef6-00227b1b9af6".parse::<countersign::types::Aaguid>()?);
    let outcome =
        metadata.assess(&revoked, now).map_or_else(|unfit| unfit.to_string(), |_| "accepted".to_owned());
    checks.equal(&outcome.as_str(), &"its status is REVOKED since 2023-12-20", file);
    let accepted = blob.entries().filter(|entry| {
        entry.aaguid().is_some_and(|aaguid| metadata.assess(&Model::new(aaguid), now).is_ok())
    });
    checks.equal(&accepted.count(), &347, &format!("{file}: FIDO2 models that are accepted"));
    Ok(())
}

/// What its roots serve, and how many models have them for themselves: `docs/attestation/metadata-roots.md` has the names.
fn check_roots(blob: &Blob, file: &str, checks: &mut Checks) {
    let counted = served::served(blob);
    let models = [counted.alone, counted.shared, counted.mixed, counted.without_roots];
    checks.equal(&models, &[96, 238, 9, 5], &format!("{file}: models by whether their roots are shared"));
    let roots: Vec<_> =
        counted.by_formats.iter().map(|(formats, count)| (formats.as_str(), *count)).collect();
    let expected = vec![
        ("`android-key`", 5),
        ("`android-safetynet`", 39),
        ("`packed`", 11),
        ("any but `android-key`", 214),
    ];
    checks.equal(&roots, &expected, &format!("{file}: roots by the formats that they serve"));
}
