//! Faults of extension outputs ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)).

use countersign_types::Code;
use serde_json::{Value, json};

use super::Fault;
use crate::{Change, Envelope, Scenario};

const CREATE: Scenario = Scenario::REGISTRATION;
const GET: Scenario = Scenario::AUTHENTICATION;
const INVALID: &[Code] = &[Code::ExtensionInvalid];

const fn client(
    name: &'static str,
    rules: &'static [u16],
    scenario: Scenario,
    change: fn(&mut Envelope),
) -> Fault {
    Fault::new(name, rules, INVALID, scenario, Change::Envelope(change))
}

fn set(envelope: &mut Envelope, results: Value) {
    envelope.members.set("clientExtensionResults", results);
}

pub(super) const FAULTS: &[Fault] = &[
    client("cred-props-array", &[316], CREATE, |envelope| set(envelope, json!({"credProps": []}))),
    client("cred-props-rk-text", &[316], CREATE, |envelope| {
        set(envelope, json!({"credProps": {"rk": "true"}}));
    }),
    client("appid-text", &[316], GET, |envelope| set(envelope, json!({"appid": "true"}))),
];
