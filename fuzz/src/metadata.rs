//! The metadata BLOB: nothing is taken from one that is not signed, and every entry of one that is signed is found or
//! told to be left out.

use std::sync::LazyLock;

use countersign_attestation::TrustedPath;
use countersign_cose::Verifiers;
use countersign_metadata::{
    Blob, BlobPolicy, MetadataError, MetadataPolicy, Model, Seen, Status,
    testing::{self, TestChain},
};

static CHAIN: LazyLock<TestChain> = LazyLock::new(TestChain::new);
static VERIFIERS: LazyLock<Verifiers> = LazyLock::new(Verifiers::rust_crypto);

static SIGNER: LazyLock<TrustedPath> = LazyLock::new(|| {
    let empty = CHAIN.sign(br#"{"no":1,"nextUpdate":"9999-12-31","entries":[]}"#);
    verify(&empty).unwrap().signer().clone()
});

fn verify(blob: &[u8]) -> Result<Blob, MetadataError> {
    let policy = BlobPolicy::new([CHAIN.root.clone()]).host_name(testing::HOST);
    policy.verify(blob, Seen::Nothing, testing::NOW, &VERIFIERS)
}

/// The input is a BLOB; behind an `!`, the payload of one that is signed; behind a `?`, one that is taken to be, which
/// is some five times as fast.
pub fn metadata_blob(data: &[u8]) {
    if let Some(payload) = data.strip_prefix(b"?") {
        if let Ok(blob) = testing::read_unsigned(payload, &SIGNER) {
            accounted(&blob, payload);
        }
    } else if let Some(payload) = data.strip_prefix(b"!") {
        let read = testing::read_unsigned(payload, &SIGNER);
        match verify(&CHAIN.sign(payload)) {
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
        Some((b'?', payload)) => testing::read_unsigned(payload, &SIGNER).ok(),
        Some((b'!', payload)) => verify(&CHAIN.sign(payload)).ok(),
        _ => verify(data).ok(),
    };
    for entry in blob.iter().flat_map(Blob::entries) {
        core::hint::black_box((entry.statement(), entry.current_report(testing::NOW), entry.roots().len()));
    }
}

/// Reads a list of rogue authenticators that an entry names with its hash.
#[cfg(feature = "hostile")]
pub(crate) fn rogue_list(data: &[u8]) {
    use countersign_cose::sha256;
    use countersign_types::base64url;

    let hash = base64url::encode(sha256(&[base64url::encode(data).as_bytes()]));
    let payload = format!(
        r#"{{"no":1,"nextUpdate":"9999-12-31","entries":[{{"aaguid":"00000000-0000-0000-0000-000000000001",
        "statusReports":[{{"status":"FIDO_CERTIFIED"}}],"timeOfLastStatusChange":"2020-01-01",
        "rogueListURL":"https://example.org","rogueListHash":"{hash}"}}]}}"#
    );
    let blob = testing::read_unsigned(payload.as_bytes(), &SIGNER).unwrap();
    let list = blob.entries().next().unwrap().rogue_list().unwrap().read(data);
    core::hint::black_box(list.map(|list| list.has(&[0; 32], testing::NOW))).ok();
}

/// What is accepted is an object whose entries are all accounted for.
fn accounted(blob: &Blob, payload: &[u8]) {
    let value: serde_json::Value = match serde_json::from_slice(payload) {
        Ok(value) => value,
        // What nobody asks for is passed over without a bound on its depth, and without the value of its numbers.
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
            // Nobody is accepted who was ever revoked, or compromised without a version that mends it.
            let reports = entry.reports_in_effect(testing::NOW);
            if reports.iter().any(|report| report.status == Status::Revoked || report.status.is_compromise())
            {
                assert!(MetadataPolicy::fido().judge(blob, &Model::new(*key), testing::NOW).is_err());
            }
        }
        let _ = (entry.statement(), entry.current_report(testing::NOW), entry.roots());
    }
}
