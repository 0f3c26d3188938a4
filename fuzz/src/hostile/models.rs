//! Models of the metadata that have their roots in common: which those are is sought over all of its entries.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_authenticator::{Algorithm, CertificateAuthority, Generator, PrivateKey};

use super::parts::{Input, input, text};

pub(super) fn inputs(target: &str, size: usize) -> Vec<Input> {
    if target != "metadata_blob" {
        return Vec::new();
    }
    let last = CHAIN.len() - 1;
    vec![
        input("models with one root", models(size, |_| &CHAIN[0])),
        input("roots that issued the next", models(size, |it| &CHAIN[it])),
        input("roots that issued the one before", models(size, |it| &CHAIN[last - it])),
    ]
}

/// Entries with an AAGUID and a root each.
fn models(size: usize, root: impl Fn(usize) -> &'static str) -> Vec<u8> {
    let entry = |it: usize| {
        let aaguid = format!("00000000-0000-0000-0000-{it:012x}");
        format!(
            r#"{{"aaguid":"{aaguid}","statusReports":[{{"status":"REVOKED"}}],"timeOfLastStatusChange":"2020-01-01","metadataStatement":
            {{"aaguid":"{aaguid}","description":"a","authenticatorVersion":1,"protocolFamily":"fido2",
            "authenticationAlgorithms":["secp256r1_ecdsa_sha256_raw"],"attestationTypes":["basic_full"],
            "attestationRootCertificates":["{}"]}}}}"#,
            root(it)
        )
    };
    text(size, r#"?{"no":1,"nextUpdate":"9999-12-31","entries":["#, entry, ",", "]}")
}

/// Certificates of authorities in base64, each issued by the one before: more than there is room for. One key is all of
/// theirs, for it is by their names that they are found.
static CHAIN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let key = PrivateKey::generate(Algorithm::Es256, &mut Generator::new("hostile", "chain")).unwrap();
    let authority = |number: usize| {
        CertificateAuthority::new(key.clone(), [1; 16], &format!("Authority {number}"), "Countersign", "AA")
    };
    let below = |number: usize| {
        let (_, mut draft) = authority(number - 1).subordinate(key.clone(), &number.to_be_bytes());
        draft.subject = authority(number).attestation_certificate(&key.spki(), &[1]).issuer;
        draft.sign(&key)
    };
    let all = [authority(0).certificate()].into_iter().chain((1..400).map(below));
    all.map(|der| STANDARD.encode(der)).collect()
});
