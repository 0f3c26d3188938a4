//! Moves a table of go-webauthn's credentials: its `Credential` in JSON, and the user's `WebAuthnID`. The program prints:
//!
//! ```text
//! row 3 is not imported, public-key-malformed: malformed public key
//! row 4 is not imported, no code: a user handle of 0 bytes, 1 to 64 expected
//! 2 rows are imported
//! signed in: jo has 16 bytes!
//! ```
//!
//! The guide [migration](https://github.com/countersign/countersign/blob/main/docs/migrating/README.md) says how to switch.

#![allow(clippy::print_stdout, reason = "an example prints what it did")]

mod browser;
mod migration;

use std::error::Error;

use countersign::{
    CredentialRecord, RelyingParty,
    lifecycle::{Encoded, Import, ImportedKey},
};
use serde::Deserialize;

/// What `psql --no-align --tuples-only` prints of `SELECT encode(webauthn_id, 'hex'), credential FROM credentials`.
const TABLE: &str = r#"
6a6f2068617320313620627974657321|{"id":"Y3JlZGVudGlhbCBvZiBqbyAwMDAx","publicKey":"pQECAyYgASFYIB4YUy/UdUwC8wQdnHXOszuD/9gax85P6ILMscmLxYluIlggpGwxHE4v9A3ZajZT5uRURdMt/khuztdcepDGoYiBwKM=","attestationType":"none","transport":["internal","hybrid"],"flags":{"userPresent":true,"userVerified":true,"backupEligible":true,"backupState":true},"authenticator":{"AAGUID":"AAAAAAAAAAAAAAAAAAAAAA==","signCount":0,"cloneWarning":false,"attachment":""}}
61646120686173203136206279746573|{"id":"Y3JlZGVudGlhbCBvZiBhZGEgMDAy","publicKey":"pQECAyYgASFYIDrasV1mJWvxXNcWA1s/BBRE5RL+0d1k1Lp1WX0g42bxIlggVG0skKg+uroBWVCZ5fP/u9M4THSU3mdZ/dXmXvrpzGc=","attestationType":"none","transport":["usb"],"flags":{"userPresent":true,"userVerified":true,"backupEligible":false,"backupState":false},"authenticator":{"AAGUID":"AAAAAAAAAAAAAAAAAAAAAA==","signCount":42,"cloneWarning":false,"attachment":""}}
6b696d20686173203136206279746573|{"id":"Y3JlZGVudGlhbCBvZiBraW0gMDAwMw==","publicKey":"pQECAyYgASFYIHE1+k/ZOgnc6Yu/aBtL/PUOfA1jVOYq+wv/KjQpYXhlIlgg7UwfAt25Aj7lalV+UV1qncZsEfIglg3llDNN9Yh3Zw==","attestationType":"none","transport":null,"flags":{"userPresent":true,"userVerified":true,"backupEligible":false,"backupState":false},"authenticator":{"AAGUID":"AAAAAAAAAAAAAAAAAAAAAA==","signCount":7,"cloneWarning":false,"attachment":""}}
|{"id":"Y3JlZGVudGlhbCBvZiBtYXggMDAwNA==","publicKey":"pQECAyYgASFYIDrasV1mJWvxXNcWA1s/BBRE5RL+0d1k1Lp1WX0g42bxIlggVG0skKg+uroBWVCZ5fP/u9M4THSU3mdZ/dXmXvrpzGc=","attestationType":"none","transport":["usb"],"flags":{"userPresent":true,"userVerified":true,"backupEligible":false,"backupState":false},"authenticator":{"AAGUID":"AAAAAAAAAAAAAAAAAAAAAA==","signCount":3,"cloneWarning":false,"attachment":""}}
"#;

/// `webauthn.Credential`, as `json.Marshal` writes it: bytes are base64 with padding.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    id: String,
    public_key: String,
    transport: Option<Vec<String>>,
    flags: Flags,
    authenticator: Counter,
}

/// Credentials of before version 0.11 have no flags.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flags {
    user_verified: bool,
    backup_eligible: bool,
    backup_state: bool,
}

#[derive(Deserialize)]
struct Counter {
    #[serde(rename = "signCount", alias = "SignCount")]
    sign_count: u32,
}

fn import(rp: &RelyingParty, row: &str) -> Result<CredentialRecord, Box<dyn Error>> {
    let (user, credential) = row.split_once('|').ok_or("not 2 columns")?;
    let credential: Credential = serde_json::from_str(credential)?;
    let key = ImportedKey::CoseText(Encoded::Base64(&credential.public_key));
    let import = Import::new(Encoded::Base64(&credential.id), Encoded::Hex(user), key)
        .with_sign_count(credential.authenticator.sign_count)
        .with_transports(credential.transport.iter().flatten().map(String::as_str))
        .with_backup_eligible(credential.flags.backup_eligible)
        .with_backup_state(credential.flags.backup_state)
        .with_uv_initialized(credential.flags.user_verified);
    Ok(import.into_record(rp)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    migration::run(TABLE, import)
}
