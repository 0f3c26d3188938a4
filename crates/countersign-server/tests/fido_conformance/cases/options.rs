//! The options of both ceremonies.

use countersign_authenticator::types::base64url;
use serde_json::{Value, json};

use super::accepted;
use crate::case::{Group, Options, Run};

pub(super) const CREATION: Group = Group {
    name: "Server-ServerPublicKeyCredentialCreationOptions-Req-1",
    title: "Creation options",
    cases: &[
        accepted("P-1", "all required members, and the extension that was asked for", Run::Options(creation)),
        accepted("P-2", "attestation `none`, if that was asked for", Run::Options(without_attestation)),
        accepted("P-3", "a new challenge each time", Run::Options(|options| differ(&options.creation))),
    ],
};

pub(super) const REQUEST: Group = Group {
    name: "Server-ServerPublicKeyCredentialGetOptionsResponse-Req-1",
    title: "Request options",
    cases: &[
        accepted("P-1", "all required members, and the registered credential", Run::Options(request)),
        accepted("P-2", "a new challenge each time", Run::Options(|options| differ(&options.request))),
    ],
};

fn check(holds: bool, what: &str, options: &Value) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{what}: {options}")) }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// The length of base64url in bytes; `None` if the value is none.
fn length(value: &Value) -> Option<usize> {
    base64url::decode(value.as_str()?).ok().map(|bytes| bytes.len())
}

/// What options of both kinds have.
fn both(options: &Value) -> Result<(), String> {
    check(options["status"] == "ok" && options["errorMessage"] == "", "status", options)?;
    check(length(&options["challenge"]).is_some_and(|it| (16..=64).contains(&it)), "challenge", options)?;
    check(options["timeout"].as_u64().is_some_and(|timeout| timeout > 0), "timeout", options)?;
    check(options["extensions"]["example.extension"] == "a test", "extensions", options)
}

fn creation(all: &Options) -> Result<(), String> {
    let options = &all.creation[0];
    both(options)?;
    let user = &options["user"];
    check(is_text(&user["name"]) && user["displayName"] == "A User", "user", options)?;
    check(length(&user["id"]).is_some_and(|it| (1..=64).contains(&it)), "user.id", options)?;
    check(is_text(&options["rp"]["name"]) && options["rp"]["id"] == "localhost", "rp", options)?;
    let parameters = options["pubKeyCredParams"].as_array().unwrap();
    let is_parameter = |it: &Value| it["type"] == "public-key" && it["alg"].is_i64();
    check(parameters.iter().all(is_parameter), "pubKeyCredParams", options)?;
    check(parameters.contains(&json!({ "type": "public-key", "alg": -7 })), "ES256", options)?;
    let selection = &options["authenticatorSelection"];
    check(selection["authenticatorAttachment"] == "platform", "attachment", options)?;
    check(selection["userVerification"] == "preferred", "userVerification", options)?;
    check(options["attestation"] == "direct", "attestation", options)?;
    check(options["excludeCredentials"] == json!([]), "excludeCredentials", options)?;
    // The user handle stays the same, and the registered credential is excluded.
    check(all.creation_again["user"]["id"] == user["id"], "the same user", &all.creation_again)?;
    excluded(all)
}

/// The registered credential is excluded from a further registration.
pub(super) fn excluded(all: &Options) -> Result<(), String> {
    let excluded = &all.creation_again["excludeCredentials"];
    let is_it = excluded.as_array().is_some_and(|list| list.len() == 1)
        && excluded[0]["type"] == "public-key"
        && excluded[0]["id"] == *all.id;
    check(is_it, "excludeCredentials", &all.creation_again)
}

fn without_attestation(all: &Options) -> Result<(), String> {
    both(&all.without_attestation)?;
    check(all.without_attestation["attestation"] == "none", "attestation", &all.without_attestation)
}

fn request(all: &Options) -> Result<(), String> {
    let options = &all.request[0];
    both(options)?;
    check(options["rpId"] == "localhost", "rpId", options)?;
    check(options["userVerification"] == "required", "userVerification", options)?;
    let allowed = &options["allowCredentials"];
    let is_it = allowed.as_array().is_some_and(|list| list.len() == 1)
        && allowed[0]["type"] == "public-key"
        && allowed[0]["id"] == *all.id;
    check(is_it, "allowCredentials", options)
}

fn differ(options: &[Value; 2]) -> Result<(), String> {
    let [one, other] = options;
    check(is_text(&one["challenge"]) && one["challenge"] != other["challenge"], "challenge", other)
}
