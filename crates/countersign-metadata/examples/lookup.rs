//! Verifies a metadata BLOB, and looks a model up in it:
//!
//! ```text
//! BLOB 7 says that the model is FIDO_CERTIFIED_L1
//! ```
#![allow(clippy::print_stdout, reason = "an example prints what it did")]

use countersign_authenticator::{BlobSigner, METADATA_HOST};
use countersign_metadata::{Aaguid, BlobPolicy, Certificate, Seen, Timestamp, TrustAnchor, Verifiers};

const PAYLOAD: &str = r#"{"no": 7, "nextUpdate": "2026-02-01", "entries": [{
    "aaguid": "00112233-4455-6677-8899-aabbccddeeff", "timeOfLastStatusChange": "2025-02-01",
    "statusReports": [{"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2025-02-01"}]}]}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let signer = BlobSigner::new(); // in place of the FIDO Alliance, whose roots are in `BlobPolicy::fido()`
    let root = TrustAnchor::from_certificate(Certificate::from_der(&signer.root)?);
    let policy = BlobPolicy::new([root]).with_host_name(METADATA_HOST);

    let file = signer.sign(PAYLOAD.as_bytes());
    let now = Timestamp::from_unix_seconds(1_767_225_600);
    let blob = policy.verify(&file, Seen::NewerThan(6), now, &Verifiers::default())?;
    let aaguid: Aaguid = "00112233-4455-6677-8899-aabbccddeeff".parse()?;
    let report = blob.entry(aaguid).and_then(|entry| entry.current_report(now)).ok_or("unknown")?;
    println!("BLOB {} says that the model is {}", blob.number(), report.status);
    assert!(blob.entry(Aaguid::ZERO).is_none());
    Ok(())
}
