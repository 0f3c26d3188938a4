//! Our own suites: every attestation format with every algorithm, every named fault, and the behaviour of real devices.

use countersign::{cose::Algorithm, types::base64url};
use countersign_authenticator::{
    APP_ID, Creation, Demand, Exchange, ExchangeStep, Fault, Format, Framing, Profile, Scenario, SignIn,
    TOP_ORIGIN, Trust, Verdict, Verification,
};
use serde_json::{Value, json};

use super::error::VectorError;

const ANCHOR: &str = "authority";
/// The authority of the formats that have another one.
const ANCHOR_P384: &str = "authority-p-384";

/// The longest response that is written into a suite.
const RESPONSE_MAX: usize = 100_000;

/// Every format with every algorithm that it can have, and an authentication after it.
pub(super) fn formats() -> Result<Value, VectorError> {
    let mut cases = Vec::new();
    for (id, format, algorithm, scenario) in valid() {
        let title = format!("{} with a credential of {algorithm}", format.name());
        let exchange = scenario.run(&[], &[])?;
        let registration = accepted(format, algorithm);
        cases.push(case(&id, &title, scenario, &exchange, &registration, &json!("accept"))?);
    }
    suite("authenticator-formats", "every attestation format with every algorithm that it can have", &cases)
}

/// Every format with every algorithm that it can have: an ID, and a scenario with an authentication.
pub fn valid() -> impl Iterator<Item = (String, Format, Algorithm, Scenario)> {
    let of_format = |format: Format| Algorithm::ALL.iter().map(move |algorithm| (format, *algorithm));
    Format::ALL.iter().copied().flat_map(of_format).filter_map(|(format, algorithm)| {
        let scenario = Scenario::of(format).with_algorithm(algorithm).with_sign_in(SignIn::Discoverable);
        // An app's user is not present in the sense of authenticator data.
        let is_app = format == Format::AppleAppAttest;
        let scenario = if is_app { scenario.with_conditional_creation() } else { scenario };
        let id = format!("{}-{}", format.name(), algorithm.name().to_lowercase());
        (algorithm != Algorithm::Rs1 && scenario.is_possible()).then_some((id, format, algorithm, scenario))
    })
}

/// Whether a case can express the scenario: the format has no member for requested extensions, nor for a policy beyond
/// the defaults.
pub fn is_expressible(scenario: Scenario) -> bool {
    scenario.creation_extensions == "{}" && scenario.demand == Demand::Nothing
}

/// Every fault.
pub(super) fn faults() -> Result<Value, VectorError> {
    let mut cases = Vec::new();
    for fault in Fault::all() {
        let exchange = fault.exchange()?;
        // The faults of length have hundreds of kilobytes; the authenticator's own tests cover them.
        if exchange.registration.as_ref().is_some_and(|step| step.response.len() > RESPONSE_MAX) {
            continue;
        }
        if !is_expressible(fault.scenario()) {
            continue;
        }
        let codes: Vec<_> = fault.codes().iter().map(|code| code.as_str()).collect();
        let rejected = json!({"reject": codes});
        let signs_in = fault.scenario().sign_in.is_some();
        let (registration, authentication) =
            if signs_in { (json!("accept"), rejected) } else { (rejected, Value::Null) };
        let rules: Vec<_> = fault.rules().iter().map(u16::to_string).collect();
        let title = format!("breaks rule {}", rules.join(", "));
        let case = case(fault.name(), &title, fault.scenario(), &exchange, &registration, &authentication)?;
        cases.push(case);
    }
    suite("authenticator-faults", "named faults of the software authenticator, one a case", &cases)
}

/// A list of all faults and profiles, those included that no case can express: a line of name, `fault` or `profile`, the
/// rules that it breaks, and its codes.
pub(super) fn list() -> String {
    let rules = |rules: &[u16]| rules.iter().map(u16::to_string).collect::<Vec<_>>().join(" ");
    let fault = |fault: &Fault| {
        let codes: Vec<_> = fault.codes().iter().map(|code| code.as_str()).collect();
        format!("{}\tfault\t{}\t{}\n", fault.name(), rules(fault.rules()), codes.join(" "))
    };
    let profile = |profile: &Profile| {
        let verdict = match profile.verdict() {
            Verdict::Refused(code) => code.as_str(),
            _ => "accept",
        };
        format!("{}\tprofile\t{}\t{verdict}\n", profile.name(), rules(profile.rules()))
    };
    Fault::all().map(fault).chain(Profile::all().map(profile)).collect()
}

/// Every quirk of devices and browsers.
pub(super) fn profiles() -> Result<Value, VectorError> {
    let mut cases = Vec::new();
    for profile in Profile::all() {
        let verdict = match profile.verdict() {
            Verdict::Refused(code) => json!({"reject": [code.as_str()]}),
            _ => json!("accept"),
        };
        let signs_in = profile.scenario().sign_in.is_some();
        let (registration, authentication) =
            if signs_in { (json!("accept"), verdict) } else { (verdict, Value::Null) };
        let (id, about, scenario) = (profile.name(), profile.about(), profile.scenario());
        cases.push(case(id, about, scenario, &profile.exchange()?, &registration, &authentication)?);
    }
    suite("authenticator-profiles", "what real devices and browsers do", &cases)
}

/// A suite of the authenticator's cases, with its authorities as anchors.
pub fn suite(name: &str, what: &str, cases: &[Value]) -> Result<Value, VectorError> {
    let anchor = |format| -> Result<_, VectorError> {
        Ok(base64url::encode(Scenario::of(format).run(&[], &[])?.anchor))
    };
    Ok(json!({
        "schema": 1,
        "suite": name,
        "source": format!("{what}: made by `cargo xtask vectors`"),
        "anchors": {ANCHOR: anchor(Format::Packed)?, ANCHOR_P384: anchor(Format::AndroidKeyChain)?},
        "cases": cases,
    }))
}

fn accepted(format: Format, algorithm: Algorithm) -> Value {
    let format_name = match format {
        Format::SelfPacked | Format::PackedChain => "packed",
        Format::TpmRs1 => "tpm",
        Format::AndroidKeyChain | Format::AndroidKeyFactory => "android-key",
        other => other.name(),
    };
    json!({"accept": {
        "algorithm": algorithm.identifier().0,
        "format": format_name,
        "trusted": format.has_certificates(),
        "user_verified": format != Format::AppleAppAttest,
    }})
}

/// Adds a response: as JSON if possible, so that the case can be read.
fn response(step: &mut Value, text: &str) {
    match serde_json::from_str::<Value>(text) {
        // If JSON would be written differently again, its text is the point of the case.
        Ok(json) if !text.contains("\"type\":\"public-key\",") && !has_twice(text) => {
            step["response"] = json;
        }
        _ => step["response_text"] = text.into(),
    }
}

/// Whether the envelope has a member twice.
fn has_twice(text: &str) -> bool {
    text.matches("\"clientDataJSON\":").count() > 1
}

fn step(step: &ExchangeStep, exchange: &Exchange, expect: &Value) -> Value {
    let mut json = json!({
        "challenge": base64url::encode(&step.challenge),
        "user_handle": base64url::encode(&exchange.user_handle),
        "expect": expect,
    });
    response(&mut json, &step.response);
    json
}

/// A case of these ceremonies, with the verdict expected of each.
pub fn case(
    id: &str,
    title: &str,
    scenario: Scenario,
    exchange: &Exchange,
    registration: &Value,
    authentication: &Value,
) -> Result<Value, VectorError> {
    let mut case = json!({"id": id, "title": title, "relying_party": relying_party(scenario)});
    match (&exchange.registration, &exchange.credential_id, &exchange.public_key) {
        (Some(registered), ..) => case["registration"] = step(registered, exchange, registration),
        (None, Some(id), Some(key)) => {
            case["credential"] = json!({
                "id": base64url::encode(id),
                "public_key": base64url::encode(key),
                "user_handle": base64url::encode(&exchange.user_handle),
            });
        }
        _ => return Err("an exchange has a registration or a credential".into()),
    }
    if let (Some(asserted), Some(sign_in)) = (&exchange.authentication, scenario.sign_in) {
        let mut asserted = step(asserted, exchange, authentication);
        let id = exchange.credential_id.as_ref().ok_or("a credential's id")?;
        if sign_in == SignIn::Discoverable {
            asserted["discoverable"] = json!(true);
            asserted.as_object_mut().map(|step| step.remove("user_handle"));
        } else {
            asserted["allow"] = json!([base64url::encode(id)]);
        }
        if sign_in == SignIn::AppId {
            asserted["appid"] = json!(APP_ID);
        }
        case["authentications"] = json!([asserted]);
    }
    Ok(case)
}

fn relying_party(scenario: Scenario) -> Value {
    let mut settings = json!({});
    if scenario.trust == Trust::Required {
        let anchor = if scenario.format == Format::AndroidKeyChain { ANCHOR_P384 } else { ANCHOR };
        settings["attestation"] = json!({"trust": "required", "anchors": [anchor]});
    }
    if scenario.user_verification == Verification::Required {
        settings["user_verification"] = json!("required");
    }
    if scenario.creation == Creation::Conditional {
        settings["conditional_create"] = json!(true);
    }
    if scenario.frame == Framing::Named {
        (settings["cross_origin"], settings["top_origins"]) = (json!(true), json!([TOP_ORIGIN]));
    }
    let algorithms = scenario.algorithms().map(|algorithm| algorithm.identifier().0);
    settings["algorithms"] = json!(algorithms.collect::<Vec<_>>());
    settings
}
