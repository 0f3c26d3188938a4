use countersign_types::{AlgorithmIdentifier, CredentialId, base64url, enumerations::Transport};
use serde_json::json;

use super::*;
use crate::lifecycle::{Encoded, ImportError};
use crate::record::credential_record::CredentialRecord;
use crate::relying_party::party::RelyingParty;

/// The passkey of the examples `migrate_…`: a point on P-256.
const COSE: &str = "a50102032620012158201e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e225820a46c311c4e2ff40dd96a3653e6e45445d32dfe486eced75c7a90c6a18881c0a3";
const ID: &str = "Y3JlZGVudGlhbCBvZiBqbyAwMDAx";

fn party() -> RelyingParty {
    RelyingParty::builder("example.org", "Example").origin("https://example.org").build().unwrap()
}

fn read(row: &Value) -> ImportedRow {
    ImportedRow::from_json(row.to_string().as_bytes()).unwrap_or_else(|error| panic!("{row}: {error}"))
}

fn record(row: &Value) -> CredentialRecord {
    read(row)
        .import(Encoded::Bytes(b"jo"))
        .into_record(&party())
        .unwrap_or_else(|error| panic!("{row}: {error}"))
}

fn cose() -> Vec<u8> {
    countersign_types::hex::decode(COSE).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    let bare = base64url::encode(bytes).replace('-', "+").replace('_', "/");
    format!("{bare}{}", "=".repeat((4 - bare.len() % 4) % 4))
}

/// A row of each library about one passkey, whose user was verified if the library stores that.
#[expect(clippy::too_many_lines, reason = "a table of rows")]
fn rows() -> Vec<(Library, Value, Option<bool>)> {
    let (url, hex, padded) = (base64url::encode(cose()), format!("\\x{COSE}"), base64(&cose()));
    let jwk = json!({
        "curve": "SECP256R1",
        "x": "HhhTL9R1TALzBB2cdc6zO4P_2BrHzk_ogsyxyYvFiW4",
        "y": "pGwxHE4v9A3ZajZT5uRURdMt_khuztdcepDGoYiBwKM",
    });
    let credential = json!({
        "cred_id": ID, "cred": { "type_": "ES256", "key": { "EC_EC2": jwk } }, "counter": 7,
        "transports": ["Internal", "Hybrid"], "user_verified": true, "backup_eligible": true, "backup_state": true,
        "registration_policy": "required", "extensions": {}, "attestation": {}, "attestation_format": "none",
    });
    vec![
        (
            Library::SimpleWebAuthn,
            json!({
                "id": ID, "publicKey": url, "counter": 7, "transports": ["internal", "hybrid"],
                "deviceType": "multiDevice", "backedUp": true, "webauthnUserID": "am8",
            }),
            None,
        ),
        (
            Library::SimpleWebAuthn,
            json!({
                "cred_id": ID, "cred_public_key": hex, "internal_user_id": 3, "webauthn_user_id": "am8", "counter": "7",
                "backup_eligible": true, "backup_status": true, "transports": "internal,hybrid",
            }),
            None,
        ),
        (
            Library::SimpleWebAuthn,
            json!({
                "id": 12, "credentialID": ID, "credentialPublicKey": { "type": "Buffer", "data": cose() }, "counter": 7,
                "credentialDeviceType": "multiDevice", "credentialBackedUp": true, "userVerified": false,
                "transports": ["internal", "hybrid"],
            }),
            Some(false),
        ),
        (
            Library::PyWebauthn,
            json!({
                "credential_id": ID, "credential_public_key": hex, "sign_count": 7, "user_verified": true,
                "credential_device_type": "multi_device", "credential_backed_up": true,
                "transports": "internal,hybrid", "aaguid": "00000000-0000-0000-0000-000000000000",
            }),
            Some(true),
        ),
        (
            Library::GoWebauthn,
            json!({
                "id": ID, "publicKey": padded, "attestationType": "none", "transport": ["internal", "hybrid"],
                "flags": { "userPresent": true, "userVerified": true, "backupEligible": true, "backupState": true },
                "authenticator": {
                    "AAGUID": "AAAAAAAAAAAAAAAAAAAAAA==", "signCount": 7, "cloneWarning": false, "attachment": "",
                },
                "attestation": { "clientDataJSON": null, "object": "" },
            }),
            None,
        ),
        (
            Library::JavaWebauthnServer,
            json!({
                "credentialId": ID, "userHandle": "am8", "publicKeyCose": url, "signatureCount": 7,
                "backupEligible": true, "backupState": true, "transports": ["internal", "hybrid"],
            }),
            None,
        ),
        (Library::WebauthnRs, json!({ "cred": credential.clone() }), Some(true)),
        (Library::WebauthnRs, credential, Some(true)),
        (
            Library::Plain,
            json!({
                "id": ID, "public_key": url, "sign_count": 7, "backup_eligible": true, "backup_state": true,
                "uv_initialized": true, "transports": ["internal", "hybrid"],
            }),
            Some(true),
        ),
    ]
}

#[test]
fn a_row_of_each_library_becomes_the_same_record() {
    for (library, row, uv_initialized) in rows() {
        let read = read(&row);
        assert_eq!((read.library(), read.uv_initialized()), (library, uv_initialized), "{row}");
        let record = record(&row);
        assert_eq!(record.id(), &CredentialId::new(base64url::decode(ID).unwrap()).unwrap(), "{row}");
        assert_eq!(record.public_key(), cose(), "{row}");
        assert_eq!(
            (record.sign_count(), record.backup_eligible(), record.backup_state()),
            (7, Some(true), true)
        );
        let transports: Vec<_> = record.transports().iter().map(Transport::as_str).collect();
        assert_eq!(transports, ["internal", "hybrid"], "{row}");
        assert_eq!(record.uv_initialized(), uv_initialized == Some(true), "{row}");
        assert!(read.attestation().is_none());
        let handle = matches!(library, Library::JavaWebauthnServer) || row.to_string().contains("am8");
        assert_eq!(read.user_handle(), handle.then_some(&b"jo"[..]), "{row}");
    }
}

#[test]
fn what_a_row_does_not_say_is_unknown() {
    let url = base64url::encode(cose());
    for row in [
        json!({ "id": ID, "publicKey": url, "counter": 0 }),
        json!({ "id": ID, "publicKey": url, "counter": 0, "deviceType": null, "transports": null }),
        json!({ "credentialId": ID, "publicKeyCose": url, "backupEligible": null }),
        json!({ "ID": ID, "PublicKey": url, "Authenticator": { "SignCount": 0 } }),
    ] {
        let record = record(&row);
        assert_eq!((record.backup_eligible(), record.uv_initialized()), (None, false), "{row}");
        assert!(record.transports().is_empty() && record.aaguid().is_zero());
    }
}

#[test]
fn bytes_are_read_in_each_form_that_columns_have() {
    let numbers = cose();
    let by_position: serde_json::Map<_, _> =
        (0..).zip(&numbers).map(|(position, byte): (u32, _)| (position.to_string(), json!(byte))).collect();
    for key in [
        json!(base64url::encode(&numbers)),
        json!(base64(&numbers)),
        json!(format!("\\x{COSE}")),
        json!(format!("\\x{}", COSE.to_uppercase())),
        json!(numbers),
        json!({ "type": "Buffer", "data": numbers }),
        json!(by_position),
    ] {
        let row = json!({ "id": ID, "publicKey": key, "counter": 0 });
        assert_eq!(record(&row).public_key(), numbers, "{row}");
    }
    for key in
        [json!(COSE), json!("pQ-+"), json!("\\x0"), json!([256]), json!([-1]), json!({ "1": 165 }), json!(7)]
    {
        let row = json!({ "id": ID, "publicKey": key, "counter": 0 });
        let outcome = ImportedRow::from_json(row.to_string().as_bytes());
        // Hexadecimal digits without `\x` are base64url of other bytes, which are no key.
        let is_rejected = outcome.as_ref().map_or(true, |row| {
            matches!(row.import(Encoded::Bytes(b"jo")).into_record(&party()), Err(ImportError::PublicKey(_)))
        });
        assert!(is_rejected, "{row}");
    }
}

#[test]
fn keys_of_webauthn_rs_are_read_in_each_type() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let okp = json!({ "type_": "EDDSA", "key": { "EC_OKP": { "curve": "ED25519", "x": x } } });
    let n = base64url::encode([[0xff; 255].as_slice(), &[0xfd]].concat());
    let rsa = json!({ "type_": "RS256", "key": { "RSA": { "n": n, "e": [1, 0, 1] } } });
    for (key, algorithm) in [(okp, -8), (rsa, -257)] {
        let row = json!({ "cred": { "cred_id": ID, "cred": key, "counter": 0, "verified": true } });
        let record = record(&row);
        assert_eq!(
            (record.algorithm(), record.uv_initialized()),
            (Some(AlgorithmIdentifier(algorithm)), true)
        );
        // Version 0.3 did not store it.
        assert_eq!(record.backup_eligible(), None);
    }
}

#[test]
fn a_key_in_pem_is_read() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    let row = json!({ "ID": ID, "PublicKey": base64(pem.as_bytes()), "Authenticator": { "SignCount": 3 } });
    let record = record(&row);
    assert_eq!((record.algorithm(), record.sign_count()), (Some(AlgorithmIdentifier(-8)), 3));
}

#[test]
fn what_is_no_row_is_an_error_that_names_the_member() {
    let good = json!({ "id": ID, "publicKey": base64url::encode(cose()), "counter": 7 });
    read(&good);
    let with = |name: &str, value: Value| {
        let mut row = good.clone();
        row[name] = value;
        row
    };
    let go = json!({ "id": ID, "publicKey": base64url::encode(cose()), "authenticator": {} });
    let mut flags = go.clone();
    flags["flags"] = json!(true);
    for (row, expected) in [
        (json!([good.clone()]), RowError::NotAnObject),
        (json!({ "id": ID, "counter": 7 }), RowError::UnknownForm),
        (with("id", Value::Null), RowError::Missing("credentialID")),
        (with("counter", json!("7x")), RowError::Member { member: "counter", expected: "an integer" }),
        (with("counter", json!(1.5)), RowError::Member { member: "counter", expected: "an integer" }),
        (with("backedUp", json!("t")), RowError::Member { member: "backedUp", expected: "true or false" }),
        (
            with("deviceType", json!("x")),
            RowError::Member { member: "deviceType", expected: "one of its two words" },
        ),
        (
            with("transports", json!([1])),
            RowError::Member { member: "transports", expected: "a list of transports" },
        ),
        (with("aaguid", json!("x")), RowError::Member { member: "aaguid", expected: "an AAGUID" }),
        (flags, RowError::Member { member: "flags", expected: "an object" }),
        (
            json!({ "cred": { "cred_id": ID, "cred": { "type_": "ES256", "key": {} }, "counter": 7 } }),
            RowError::Member { member: "cred", expected: "a key of webauthn-rs" },
        ),
    ] {
        assert_eq!(ImportedRow::from_json(row.to_string().as_bytes()), Err(expected), "{row}");
    }
    let long = " ".repeat(ROW_MAX + 1);
    assert_eq!(ImportedRow::from_json(long.as_bytes()), Err(RowError::TooLong { length: ROW_MAX + 1 }));
    assert_eq!(ImportedRow::from_json(b"{"), Err(RowError::NotAnObject));
}
