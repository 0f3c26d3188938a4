//! Measures a version of webauthn-rs-core on the ceremonies in a file: `PROGRAM FIXTURES TURNS`.
//!
//! The library chooses its challenges. So each ceremony is begun as usual, and in the serialised state the challenge is
//! replaced by the file's. The control is AWS-LC's verification with a parsed key, as in every Rust program here, so that
//! figures of different programs can be compared by their ratios to it.

use std::{env, fs, hint::black_box, time::Duration};

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use countersign_figure::{
    Figure, compare,
    heap::{Counting, heap},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use webauthn_attestation_ca::AttestationCaList;
use webauthn_rs_core::{
    WebauthnCore,
    proto::{
        AttestationConveyancePreference, COSEAlgorithm, Credential, PublicKeyCredential,
        RegisterPublicKeyCredential, UserVerificationPolicy,
    },
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The package is named after the library and its version.
const SUBJECT: &str = env!("CARGO_PKG_DESCRIPTION");

fn main() {
    let file = env::args().nth(1).expect("a file of ceremonies");
    let fixtures: Value = serde_json::from_slice(&fs::read(file).expect("a file to read")).expect("JSON");
    let core = WebauthnCore::new_unsafe_experts_only(
        "Example",
        text(&fixtures["rp_id"]),
        vec![text(&fixtures["origin"]).parse().expect("a URL")],
        Duration::from_secs(60),
        None,
        None,
    );
    let challenge = text(&fixtures["challenge"]);
    for case in list(&fixtures["authentications"]) {
        authentication(&core, challenge, case);
    }
    for case in list(&fixtures["registrations"]) {
        registration(&core, challenge, case);
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// The state with another challenge.
fn replaced<T: Serialize + DeserializeOwned>(state: &T, challenge: &str) -> T {
    fn replace(value: &mut Value, challenge: &str) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if name == "challenge" {
                        *value = challenge.into();
                    } else {
                        replace(value, challenge);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| replace(item, challenge)),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(state).expect("a state");
    replace(&mut value, challenge);
    serde_json::from_value(value).expect("a state")
}

/// The result of a registration, and the work that verifies it. `Err` has the library's reason.
fn register<'a>(
    core: &'a WebauthnCore,
    challenge: &str,
    response: &'a str,
    anchor: Option<&str>,
) -> Result<impl Fn() -> Result<Credential, String> + use<'a>, String> {
    let builder =
        core.new_challenge_register_builder(&[7; 16], "jo", "Jo").map_err(|error| format!("{error:?}"))?;
    let builder = builder
        .attestation(AttestationConveyancePreference::Direct)
        .user_verification_policy(UserVerificationPolicy::Preferred)
        .credential_algorithms(COSEAlgorithm::all_possible_algs());
    let (_, state) = core.generate_challenge_register(builder).map_err(|error| format!("{error:?}"))?;
    let state = replaced(&state, challenge);
    let anchors = match anchor {
        Some(pem) => Some(AttestationCaList::try_from(pem.as_bytes()).map_err(|error| format!("{error:?}"))?),
        None => None,
    };
    Ok(move || {
        let response: RegisterPublicKeyCredential =
            serde_json::from_str(response).map_err(|error| error.to_string())?;
        core.register_credential(&response, &state, anchors.as_ref()).map_err(|error| format!("{error:?}"))
    })
}

fn registration(core: &WebauthnCore, challenge: &str, case: &Value) {
    let operation = format!("registration {}", text(&case["operation"]));
    let response = text(&case["response"]);
    let outcome = register(core, challenge, response, case["anchor"].as_str()).and_then(|verify| {
        verify()?;
        Ok(verify)
    });
    match outcome {
        Ok(verify) => measure(&operation, case, || drop(black_box(verify()))),
        Err(reason) => missing(&operation, &reason),
    }
}

fn authentication(core: &WebauthnCore, challenge: &str, case: &Value) {
    let operation = format!("authentication {}", text(&case["operation"]));
    let response = text(&case["response"]);
    let verify = || {
        let credential = register(core, challenge, text(&case["registration"]), None)?()?;
        let builder = core
            .new_challenge_authenticate_builder(vec![credential], Some(UserVerificationPolicy::Preferred))
            .map_err(|error| format!("{error:?}"))?;
        let (_, state) =
            core.generate_challenge_authenticate(builder).map_err(|error| format!("{error:?}"))?;
        let state = replaced(&state, challenge);
        let verify = move || {
            let response: PublicKeyCredential =
                serde_json::from_str(response).map_err(|error| error.to_string())?;
            core.authenticate_credential(&response, &state).map_err(|error| format!("{error:?}"))
        };
        verify()?;
        Ok::<_, String>(verify)
    };
    match verify() {
        Ok(verify) => measure(&operation, case, || drop(black_box(verify()))),
        Err(reason) => missing(&operation, &reason),
    }
}

fn missing(operation: &str, reason: &str) {
    let line = serde_json::json!({"operation": operation, "subject": SUBJECT, "missing": reason});
    println!("{line}");
}

/// Compares with the raw verification of the case's signature.
fn measure(operation: &str, case: &Value, work: impl Fn()) {
    let bytes = |name: &str| decode(text(&case[name]));
    let (public, message, signature) = (bytes("public"), bytes("message"), bytes("signature"));
    let parameters: &'static dyn VerificationAlgorithm = match text(&case["algorithm"]) {
        "ES256" => &signature::ECDSA_P256_SHA256_ASN1,
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        _ => &signature::ED25519,
    };
    let key = ParsedPublicKey::new(parameters, public).expect("a key");
    let verify = || key.verify_sig(&message, &signature).expect("a signature");
    let heaps = [heap(&work), heap(verify)];
    let turns = compare(&work, verify);
    Figure { part: "library", operation, subject: SUBJECT, control: "aws-lc-rs" }.print(&turns, heaps);
}

/// Hexadecimal digits.
fn decode(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("a byte");
    (0..text.len()).step_by(2).map(digit).collect()
}
