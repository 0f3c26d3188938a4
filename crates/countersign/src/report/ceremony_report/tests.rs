use countersign_types::base64url;
use serde_json::{Value, json};

use super::*;
use crate::ceremony::{finish_options::FinishOptions, registration::outcome::CredentialIdStatus};
use crate::relying_party::builder::RelyingPartyBuilder;
use crate::report::step::{AuthenticationStep, RegistrationStep};
use crate::test_ceremony::{
    Asking, BE, BS, CHALLENGE, Create, Get, NOW, UP, UV, authentication_state, create, get, handle, record,
    registration_state_of, rp,
};

mod deviations;

fn registered(create: &Create, rp: RelyingPartyBuilder, asking: Asking) -> (Option<Code>, Report) {
    let rp = rp.build().unwrap();
    let state = registration_state_of(&rp, CHALLENGE, handle(7), asking);
    let mut report = Report::default();
    let result = rp.finish_registration(
        state,
        &create.response(),
        CredentialIdStatus::Unregistered,
        FinishOptions::at(NOW).with_report(&mut report),
    );
    (result.err().map(|error| error.code()), report)
}

fn authenticated(get: &Get, rp: RelyingPartyBuilder) -> (Option<Code>, Report) {
    let rp = rp.build().unwrap();
    let state = authentication_state(&rp, Some(handle(7)));
    let mut report = Report::default();
    let result = rp.finish_authentication(
        state,
        &get.response(),
        &record(),
        FinishOptions::at(NOW).with_report(&mut report),
    );
    (result.err().map(|error| error.code()), report)
}

fn words(report: &Report) -> Vec<&'static str> {
    report.steps().iter().map(|step| step.outcome().as_str()).collect()
}

#[test]
fn a_registration_that_passed_reached_every_step() {
    let (code, report) = registered(&create(), rp(), Asking::Modal);
    assert_eq!((code, report.steps().len(), report.failed()), (None, 29, None));
    assert!(!words(&report).contains(&"not-reached"), "{report:?}");
    let numbers: Vec<u8> = report.steps().iter().map(|step| step.step().number()).collect();
    assert_eq!(numbers, (1..=29).collect::<Vec<_>>());
    let trust = report.step(RegistrationStep::Trust).unwrap();
    assert_eq!(*trust.outcome(), Outcome::Skipped(Reason::TrustNotRequired));
}

#[test]
fn an_authentication_that_passed_reached_every_step() {
    let (code, report) = authenticated(&get(), rp());
    assert_eq!((code, report.steps().len(), report.failed()), (None, 25, None));
    assert!(!words(&report).contains(&"not-reached"), "{report:?}");
    assert_eq!(report.step(RegistrationStep::Origin), None);
    let counter = report.step(AuthenticationStep::SignCount).unwrap();
    assert_eq!(counter.evidence(), Some(&Evidence::SignCount { stored: 5, received: 6 }));
}

#[test]
fn a_failed_ceremony_is_reported_up_to_the_step_that_failed() {
    let mut other = get();
    other.client_data["origin"] = json!("https://example.net");
    let (code, report) = authenticated(&other, rp());
    assert_eq!(code, Some(Code::OriginMismatch));
    let failed = report.failed().unwrap();
    assert_eq!(failed.step(), AuthenticationStep::Origin.into());
    let Outcome::Failed(failure) = failed.outcome() else { panic!("{failed:?}") };
    assert_eq!(failure.code(), Code::OriginMismatch);
    let sentence = "the origin \"https://example.net\" is not accepted, but https://example.org";
    assert_eq!(failure.message(), sentence);
    let words = words(&report);
    assert!(!words[..11].contains(&"not-reached"), "{words:?}");
    assert!(words[12..].iter().all(|word| *word == "not-reached"), "{words:?}");
}

#[test]
fn the_report_says_the_same_as_the_error_and_the_plain_call() {
    let mut framed = create();
    framed.client_data["crossOrigin"] = json!(true);
    let plain = framed.finish(rp()).unwrap_err();
    let (code, report) = registered(&framed, rp(), Asking::Modal);
    assert_eq!(code, Some(plain.code()));
    assert_eq!(report.failed().map(StepReport::step), Some(plain.step()));
}

#[test]
fn conditional_create_is_why_presence_is_not_checked() {
    let absent = Create { flags: 0x40, ..create() };
    let (code, report) = registered(&absent, rp(), Asking::Conditional);
    assert_eq!(code, None);
    let present = report.step(RegistrationStep::UserPresent).unwrap();
    assert_eq!(*present.outcome(), Outcome::Skipped(Reason::ConditionalMediation));
    let (code, _) = registered(&absent, rp(), Asking::Modal);
    assert_eq!(code, Some(Code::UserNotPresent));
}

#[test]
fn the_json_has_stable_words() {
    let (_, report) = authenticated(&get(), rp());
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["version"], &json["ceremony"]), (&json!(2), &json!("authentication")));
    assert_eq!(json["deviations"], json!(["cross-origin-missing"]));
    assert_eq!(
        json["steps"][11],
        json!({
            "number": 12, "anchor": "rp-op-verifying-assertion-step-origin", "step": "look up the origin",
            "outcome": "passed", "evidence": {"about": "origin", "origin": "https://example.org"},
        })
    );
    assert_eq!(json["steps"][13]["reason"], "top-origin-absent");
    assert_eq!(
        json["steps"][15]["evidence"],
        json!({"about": "flags", "up": true, "uv": true, "be": false, "bs": false})
    );
    let (_, report) = authenticated(&Get { flags: UP | UV | BS, ..get() }, rp());
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["steps"][17]["code"], "backup-state-invalid");
    assert_eq!(json["steps"][18]["outcome"], "not-reached");
}

#[test]
fn a_report_that_no_call_filled_names_no_ceremony() {
    let json = |report| serde_json::to_value(report).unwrap();
    let empty = json!({"version": 2, "ceremony": null, "steps": [], "deviations": []});
    assert_eq!(json(Report::default()), empty);
    assert_eq!(json(registered(&create(), rp(), Asking::Modal).1)["ceremony"], "registration");
}

#[test]
fn no_secret_is_in_a_report() {
    let mut create = create();
    create.flags |= BE | BS;
    create.extension_results = json!({"prf": {"results": {"first": "c2VjcmV0LXNlY3JldA"}}});
    let get = Get { extension_results: create.extension_results.clone(), ..get() };
    let reports = [registered(&create, rp(), Asking::Modal).1, authenticated(&get, rp()).1];
    for report in reports {
        let json = serde_json::to_string(&report).unwrap();
        let text = format!("{json} {report:?}");
        assert!(text.contains("prf"));
        for secret in [
            base64url::encode(CHALLENGE),
            base64url::encode(&create.id),
            base64url::encode(handle(7).as_bytes()),
            "c2VjcmV0".to_owned(),
        ] {
            assert!(!text.contains(&secret), "{secret} in {text}");
        }
        let value: Value = serde_json::from_str(&json).unwrap();
        assert!(value.is_object());
    }
}

#[test]
fn every_word_is_there_once() {
    let mut words: Vec<&str> = Deviation::ALL.iter().map(|deviation| deviation.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Deviation::ALL.len());
}
