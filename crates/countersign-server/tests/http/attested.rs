//! Accounts with attested passkeys.

use serde_json::{Value, json};

use crate::site::{Client, ORIGIN, finish};
use crate::vendor::attested_registration;

/// Registers the model with its attestation for a new account, and returns the status and the body.
pub(crate) async fn register(client: &mut Client, name: &str) -> (u16, Value) {
    let started = client.post("/api/accounts/start", &json!({ "name": name })).await.json();
    let response = attested_registration(&started["options"], ORIGIN, name);
    let answer = client.post("/api/accounts/finish", &finish(&started, &response)).await;
    (answer.status.as_u16(), answer.json())
}
