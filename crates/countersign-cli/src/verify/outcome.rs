//! What an accepted ceremony showed, in the words of the conformance suites (`docs/CONFORMANCE.md`).

use countersign::types::base64url;
use countersign::{Authenticated, CredentialRecord, Registered};
use serde_json::{Map, Value, json};

/// What a registration showed.
pub(super) fn of_registration(registered: &Registered) -> Map<String, Value> {
    let record = registered.credential();
    let mut outcome = of_record(record);
    let attestation = registered.attestation();
    for (name, value) in [
        ("sign_count", json!(record.sign_count())),
        ("user_verified", json!(registered.user_verified())),
        ("backup_eligible", json!(record.backup_eligible())),
        ("backup_state", json!(record.backup_state())),
        ("format", json!(attestation.format())),
        ("attestation_type", json!(attestation.attestation_type().as_str())),
        ("trusted", json!(registered.trusted_path().is_some())),
    ] {
        outcome.insert(name.to_owned(), value);
    }
    outcome
}

/// What an authentication with the credential of this record showed.
pub(super) fn of_authentication(
    authenticated: &Authenticated,
    record: Option<&CredentialRecord>,
) -> Map<String, Value> {
    let mut outcome = record.map(of_record).unwrap_or_default();
    for (name, value) in [
        ("sign_count", json!(authenticated.update().next.sign_count())),
        ("user_verified", json!(authenticated.user_verified())),
        ("backup_eligible", json!(authenticated.backup_eligible())),
        ("backup_state", json!(authenticated.backup_state())),
        ("sign_count_increased", json!(authenticated.sign_count_increased())),
    ] {
        outcome.insert(name.to_owned(), value);
    }
    outcome
}

fn of_record(record: &CredentialRecord) -> Map<String, Value> {
    let members = [
        ("credential_id", json!(base64url::encode(record.id()))),
        ("public_key", json!(base64url::encode(record.public_key()))),
        ("algorithm", json!(record.algorithm())),
        ("aaguid", json!(record.aaguid().to_string())),
    ];
    members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}
