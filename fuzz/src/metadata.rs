//! The metadata BLOB: nothing is taken from one that is not signed, and every entry of one that is signed is found or
//! told to be left out.

use std::sync::LazyLock;

use countersign_cose::Verifiers;
use countersign_metadata::{
    BlobPolicy, Seen,
    testing::{self, TestChain},
};

static CHAIN: LazyLock<TestChain> = LazyLock::new(TestChain::new);
static VERIFIERS: LazyLock<Verifiers> = LazyLock::new(Verifiers::rust_crypto);

/// The input is a BLOB, or, behind an `!`, the payload of one that is signed.
pub fn metadata_blob(data: &[u8]) {
    let policy = BlobPolicy::new([CHAIN.root.clone()]).host_name(testing::HOST);
    let Some(payload) = data.strip_prefix(b"!") else {
        assert!(policy.verify(data, Seen::Nothing, testing::NOW, &VERIFIERS).is_err());
        return;
    };
    let Ok(blob) = policy.verify(&CHAIN.sign(payload), Seen::Nothing, testing::NOW, &VERIFIERS) else {
        return;
    };
    // What is accepted is an object whose entries are all accounted for.
    let value: serde_json::Value = serde_json::from_slice(payload).unwrap();
    let entries = value["entries"].as_array().unwrap();
    assert_eq!(blob.entries().len() + blob.skipped().len(), entries.len());
    for entry in blob.entries() {
        assert!(!entry.keys().is_empty());
        for key in entry.keys() {
            assert!(blob.models(*key).entries().any(|found| found.keys() == entry.keys()));
        }
        let _ = (entry.statement(), entry.current_report(testing::NOW), entry.anchors());
    }
}
