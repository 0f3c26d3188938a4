//! Users of a running server.

use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::program::{Running, post};

/// The body of a finish.
pub(crate) fn finish(started: &Value, response: &Value) -> Value {
    json!({ "ceremony": started["ceremony"], "response": response })
}

/// Creates an account, and returns its passkey if the server acknowledged it.
pub(crate) fn register(url: &str, name: &str, seed: u8) -> Option<Passkey> {
    let (status, started) = post(url, "/api/accounts/start", &json!({ "name": name })).ok()?;
    if status != 200 {
        return None;
    }
    let mut passkey = Passkey::new(&started["options"], url, seed);
    passkey.id = name.as_bytes().to_vec();
    let body = finish(&started, &passkey.registration(&started["options"]));
    let (status, _) = post(url, "/api/accounts/finish", &body).ok()?;
    (status == 201).then_some(passkey)
}

/// Whether the passkey signs in.
pub(crate) fn signs_in(running: &Running, passkey: &Passkey) -> bool {
    let (status, started) = running.post("/api/sessions/start", &json!({})).unwrap();
    assert_eq!(status, 200);
    let mut passkey = passkey.clone();
    passkey.origin.clone_from(&running.url);
    let body = finish(&started, &passkey.authentication(&started["options"]));
    running.post("/api/sessions/finish", &body).unwrap().0 == 200
}
