//! The metadata BLOB: an unsigned one is rejected, and every entry of a signed one is found or reported as left out.

use std::sync::{Arc, LazyLock};

use countersign_attestation::{Certificate, TrustAnchor};
use countersign_authenticator::{BlobSigner, METADATA_HOST};
use countersign_cose::{
    Algorithm, KeyError, PreparedKey, PublicKey, Scheme, SignatureError, SignatureVerifier, Verifiers,
};
use countersign_metadata::{Blob, BlobPolicy, MetadataError, MetadataPolicy, Model, Seen, Status};
use countersign_types::{Timestamp, base64url};

const NOW: Timestamp = Timestamp::from_unix_seconds(countersign_authenticator::NOW);

static SIGNER: LazyLock<BlobSigner> = LazyLock::new(BlobSigner::new);
static POLICY: LazyLock<BlobPolicy> = LazyLock::new(|| {
    let root = Certificate::from_der(&SIGNER.root).unwrap();
    BlobPolicy::new([TrustAnchor::from_certificate(root)]).with_host_name(METADATA_HOST)
});
static VERIFIERS: LazyLock<Verifiers> = LazyLock::new(Verifiers::rust_crypto);
static ACCEPTING: LazyLock<Verifiers> =
    LazyLock::new(|| Verifiers::none().with_verifier(Arc::new(Accepting)));

/// A BLOB whose header and signature serve any payload, if signatures are not verified.
static SIGNED: LazyLock<String> = LazyLock::new(|| String::from_utf8(SIGNER.sign(b"{}")).unwrap());

/// Accepts every ES256 signature.
#[derive(Debug)]
struct Accepting;

impl SignatureVerifier for Accepting {
    fn scheme(&self) -> Scheme {
        Algorithm::Es256.scheme()
    }

    fn prepare(&self, _: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        Ok(Box::new(Self))
    }
}

impl PreparedKey for Accepting {
    fn verify(&self, _: &[&[u8]], _: &[u8]) -> Result<(), SignatureError> {
        Ok(())
    }
}

fn verify(blob: &[u8]) -> Result<Blob, MetadataError> {
    POLICY.verify(blob, Seen::Nothing, NOW, &VERIFIERS)
}

/// Reads a payload as if it were signed and current.
fn read(payload: &[u8]) -> Result<Blob, MetadataError> {
    let [header, _, signature] = SIGNED.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let blob = format!("{header}.{}.{signature}", base64url::encode(payload));
    let policy = POLICY.clone().dangerous_accept_outdated();
    policy.verify(blob.as_bytes(), Seen::Nothing, NOW, &ACCEPTING)
}

/// The input is a BLOB; behind an `!`, the payload of one that is signed; behind a `?`, one that is taken to be, which
/// is some five times as fast.
pub fn metadata_blob(data: &[u8]) {
    if let Some(payload) = data.strip_prefix(b"?") {
        if let Ok(blob) = read(payload) {
            accounted(&blob, payload);
        }
    } else if let Some(payload) = data.strip_prefix(b"!") {
        let read = read(payload);
        match verify(&SIGNER.sign(payload)) {
            Ok(blob) => accounted(&blob, payload),
            Err(MetadataError::Outdated { .. }) => assert!(read.is_ok()),
            Err(_) => assert!(read.is_err()),
        }
    } else {
        assert!(verify(data).is_err());
    }
}

/// Reads what the target reads, and each entry of it.
#[cfg(feature = "hostile")]
pub(crate) fn reads(data: &[u8]) {
    let blob = match data.split_first() {
        Some((b'?', payload)) => read(payload).ok(),
        Some((b'!', payload)) => verify(&SIGNER.sign(payload)).ok(),
        _ => verify(data).ok(),
    };
    for entry in blob.iter().flat_map(Blob::entries) {
        core::hint::black_box((entry.statement(), entry.current_report(NOW), entry.roots().len()));
    }
}

/// Reads a list of rogue authenticators that an entry names with its hash.
#[cfg(feature = "hostile")]
pub(crate) fn rogue_list(data: &[u8]) {
    use countersign_cose::sha256;

    let hash = base64url::encode(sha256(&[base64url::encode(data).as_bytes()]));
    let payload = format!(
        r#"{{"no":1,"nextUpdate":"9999-12-31","entries":[{{"aaguid":"00000000-0000-0000-0000-000000000001",
        "statusReports":[{{"status":"FIDO_CERTIFIED"}}],"timeOfLastStatusChange":"2020-01-01",
        "rogueListURL":"https://example.org","rogueListHash":"{hash}"}}]}}"#
    );
    let blob = read(payload.as_bytes()).unwrap();
    let list = blob.entries().next().unwrap().rogue_list().unwrap().read(data);
    core::hint::black_box(list.map(|list| list.has(&[0; 32], NOW))).ok();
}

/// What is accepted is an object whose entries are all accounted for.
fn accounted(blob: &Blob, payload: &[u8]) {
    let value: serde_json::Value = match serde_json::from_slice(payload) {
        Ok(value) => value,
        // Unknown members are skipped without a limit on their depth, and without reading their numbers.
        Err(error) => {
            let error = error.to_string();
            assert!(error.contains("recursion limit") || error.contains("out of range"), "{error}");
            return;
        }
    };
    let entries = value["entries"].as_array().unwrap();
    assert_eq!(blob.entries().len() + blob.skipped().len(), entries.len());
    for entry in blob.entries() {
        assert!(!entry.keys().is_empty());
        for key in entry.keys() {
            assert!(blob.models(*key).entries().any(|found| found.keys() == entry.keys()));
            // A model that was ever revoked is not accepted, nor one that was compromised without a fixed version.
            let reports = entry.reports_in_effect(NOW);
            if reports.iter().any(|report| report.status == Status::Revoked || report.status.is_compromise())
            {
                assert!(MetadataPolicy::fido().judge(blob, &Model::new(*key), NOW).is_err());
            }
        }
        let _ = (entry.statement(), entry.current_report(NOW), entry.roots());
    }
}
