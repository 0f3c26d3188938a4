//! Moves a table of webauthn-rs's passkeys: its `Passkey` in JSON, and the user's UUID. The program prints:
//!
//! ```text
//! row 3 is not imported, public-key-malformed: malformed public key
//! row 4 is not imported, backup-state-invalid: the backup state is set on a credential that can't be backed up
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
use serde_json::json;

/// What `psql --no-align --tuples-only` prints of `SELECT user_unique_id, passkey FROM passkeys`.
const TABLE: &str = r#"
6a6f2068-6173-2031-3620-627974657321|{"cred":{"cred_id":"Y3JlZGVudGlhbCBvZiBqbyAwMDAx","cred":{"type_":"ES256","key":{"EC_EC2":{"curve":"SECP256R1","x":"HhhTL9R1TALzBB2cdc6zO4P_2BrHzk_ogsyxyYvFiW4","y":"pGwxHE4v9A3ZajZT5uRURdMt_khuztdcepDGoYiBwKM"}}},"counter":0,"transports":["Internal","Hybrid"],"user_verified":true,"backup_eligible":true,"backup_state":true,"registration_policy":"required"}}
61646120-6861-7320-3136-206279746573|{"cred":{"cred_id":"Y3JlZGVudGlhbCBvZiBhZGEgMDAy","cred":{"type_":"ES256","key":{"EC_EC2":{"curve":"SECP256R1","x":"OtqxXWYla_Fc1xYDWz8EFETlEv7R3WTUunVZfSDjZvE","y":"VG0skKg-uroBWVCZ5fP_u9M4THSU3mdZ_dXmXvrpzGc"}}},"counter":42,"transports":null,"user_verified":true,"backup_eligible":false,"backup_state":false,"registration_policy":"required"}}
6b696d20-6861-7320-3136-206279746573|{"cred":{"cred_id":"Y3JlZGVudGlhbCBvZiBraW0gMDAwMw","cred":{"type_":"ES256","key":{"EC_EC2":{"curve":"SECP256R1","x":"cTX6T9k6Cdzpi79oG0v89Q58DWNU5ir7C_8qNClheGU","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}}},"counter":7,"transports":null,"user_verified":true,"backup_eligible":false,"backup_state":false,"registration_policy":"required"}}
6d617820-6861-7320-3136-206279746573|{"cred":{"cred_id":"Y3JlZGVudGlhbCBvZiBtYXggMDAwNA","cred":{"type_":"ES256","key":{"EC_EC2":{"curve":"SECP256R1","x":"OtqxXWYla_Fc1xYDWz8EFETlEv7R3WTUunVZfSDjZvE","y":"VG0skKg-uroBWVCZ5fP_u9M4THSU3mdZ_dXmXvrpzGc"}}},"counter":3,"transports":null,"user_verified":true,"backup_eligible":false,"backup_state":true,"registration_policy":"required"}}
"#;

/// `Passkey`, as serde writes it: bytes are base64url, and the key is in its parts.
#[derive(Deserialize)]
struct Passkey {
    cred: Credential,
}

#[derive(Deserialize)]
struct Credential {
    cred_id: String,
    cred: CoseKey,
    counter: u32,
    transports: Option<Vec<String>>,
    user_verified: bool,
    backup_eligible: bool,
    backup_state: bool,
}

#[derive(Deserialize)]
struct CoseKey {
    #[serde(rename = "type_")]
    algorithm: String,
    key: Key,
}

/// Other keys are of the same form: `EC_OKP` has `curve` and `x`, `RSA` has `n` and `e`.
#[derive(Deserialize)]
enum Key {
    #[serde(rename = "EC_EC2")]
    Ec { curve: String, x: String, y: String },
}

/// The key as a JSON Web Key.
fn jwk(CoseKey { algorithm, key: Key::Ec { curve, x, y } }: &CoseKey) -> Result<String, Box<dyn Error>> {
    let curve = match curve.as_str() {
        "SECP256R1" => "P-256",
        "SECP384R1" => "P-384",
        "SECP521R1" => "P-521",
        other => return Err(format!("the curve {other}").into()),
    };
    Ok(json!({ "kty": "EC", "alg": algorithm, "crv": curve, "x": x, "y": y }).to_string())
}

fn import(rp: &RelyingParty, row: &str) -> Result<CredentialRecord, Box<dyn Error>> {
    let (user, passkey) = row.split_once('|').ok_or("not 2 columns")?;
    // The user handle is the 16 bytes of the UUID.
    let user = user.replace('-', "");
    let Passkey { cred } = serde_json::from_str(passkey)?;
    let key = jwk(&cred.cred)?;
    let key = ImportedKey::Jwk(key.as_bytes(), None);
    // Its words are `Internal`, `Usb` and so on.
    let transports = cred.transports.unwrap_or_default();
    let transports: Vec<_> = transports.iter().map(|word| word.to_lowercase()).collect();
    let import = Import::new(Encoded::Base64Url(&cred.cred_id), Encoded::Hex(&user), key)
        .with_sign_count(cred.counter)
        .with_transports(transports.iter().map(String::as_str))
        .with_backup_eligible(cred.backup_eligible)
        .with_backup_state(cred.backup_state)
        .with_uv_initialized(cred.user_verified);
    Ok(import.into_record(rp)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    migration::run(TABLE, import)
}
