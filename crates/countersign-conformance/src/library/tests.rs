use countersign::cose::{Curve, Hash, KeyError, PreparedKey, PublicKey, Scheme, SignatureVerifier};

use super::*;
use crate::{
    format::Suite,
    report::{StepOutcome, StepResult},
    runner::Runner,
};

/// A passing case of the project's own suite, as JSON that a test changes in one thing.
fn case(id: &str) -> Value {
    let text = include_str!("../../tests/specification.json");
    let mut suite: Value = serde_json::from_str(text).unwrap();
    let case = suite["cases"].as_array().unwrap().iter().find(|case| case["id"] == id).unwrap().clone();
    suite["cases"] = json!([case]);
    suite
}

fn steps(suite: &Value) -> Vec<StepResult> {
    let suite = Suite::from_json(&suite.to_string()).unwrap();
    let mut report = Runner::new(&mut Library::default()).strict().run(&[suite]);
    report.cases.remove(0).steps
}

fn got(suite: &Value) -> Vec<(String, bool)> {
    steps(suite).into_iter().map(|step| (step.got, step.outcome == StepOutcome::Passed)).collect()
}

fn step(got: &str, passed: bool) -> (String, bool) {
    (got.to_owned(), passed)
}

#[test]
fn a_registration_and_the_authentication_after_it_are_accepted() {
    let results = steps(&case("none-es256"));
    let names: Vec<_> = results.iter().map(|result| result.step.as_str()).collect();
    assert_eq!(names, ["registration", "authentication 1"]);
    assert!(results.iter().all(|result| result.outcome == StepOutcome::Passed
        && result.got == "accept"
        && result.detail.is_none()));
}

#[test]
fn each_member_of_an_outcome_is_compared() {
    let members = json!({
        "credential_id": "AQ", "algorithm": -8, "public_key": "AQ", "aaguid": "00000000-0000-0000-0000-000000000000",
        "sign_count": 7, "user_verified": true, "backup_eligible": false, "backup_state": false, "format": "packed",
        "attestation_type": "self", "trusted": true, "sign_count_increased": true
    });
    for (name, value) in members.as_object().unwrap() {
        let mut suite = case("none-es256");
        suite["cases"][0]["registration"]["expect"] = json!({"accept": {name: value}});
        let result = &steps(&suite)[0];
        assert_eq!((result.got.as_str(), result.outcome == StepOutcome::Passed), ("accept", false), "{name}");
        assert!(result.complaint().contains(&format!("{name} is ")), "{}", result.complaint());
    }
}

#[test]
fn an_acceptance_where_a_rejection_is_expected_fails() {
    for expect in [json!("reject"), json!({"reject": ["challenge-mismatch"]})] {
        let mut suite = case("none-es256");
        suite["cases"][0]["registration"]["expect"] = expect;
        assert_eq!(got(&suite), [step("accept", false), step("accept", true)]);
    }
}

#[test]
fn a_rejection_has_one_of_the_codes() {
    let expectations = [
        (json!("reject"), true),
        (json!({"reject": ["origin-mismatch", "challenge-mismatch"]}), true),
        (json!({"reject": ["origin-mismatch"]}), false),
        (json!({"reject": []}), false),
        (json!("accept"), false),
    ];
    for (expect, passed) in expectations {
        let mut suite = case("none-es256--reg-challenge");
        suite["cases"][0]["registration"]["expect"] = expect;
        assert_eq!(got(&suite), [step("challenge-mismatch", passed)]);
    }
}

#[test]
fn after_a_rejected_registration_there_is_no_record() {
    let mut suite = case("none-es256");
    suite["cases"][0]["registration"]["challenge"] = json!("AQ");
    assert_eq!(got(&suite), [step("challenge-mismatch", false), step("credential-unknown", false)]);
}

#[test]
fn each_success_updates_the_record_that_the_next_step_sees() {
    let mut suite = case("none-es256--auth-sign-count-reported");
    let first = suite["cases"][0]["authentications"][0].clone();
    suite["cases"][0]["credential"]["sign_count"] = json!(0);
    suite["cases"][0]["authentications"] = json!([first, first]);
    let same: Vec<_> = steps(&suite).into_iter().map(|step| step.outcome == StepOutcome::Passed).collect();
    assert_eq!(same, [true, true], "an authenticator without a counter");
}

#[test]
fn a_challenge_of_one_byte_is_expected() {
    let mut suite = case("none-es256--reg-challenge");
    suite["cases"][0]["registration"]["challenge"] = json!("AQ");
    assert_eq!(got(&suite), [step("challenge-mismatch", true)]);
}

#[test]
fn what_no_relying_party_can_be_is_neither_accepted_nor_rejected() {
    for (member, value) in
        [("id", json!("https://example.org")), ("origins", json!([])), ("algorithms", json!([1]))]
    {
        let mut suite = case("none-es256--reg-challenge");
        suite["cases"][0]["registration"]["expect"] = json!("reject");
        suite["cases"][0]["relying_party"] = json!({ member: value });
        assert_eq!(got(&suite), [step("unsupported", false)], "{member}");
    }
}

#[test]
fn a_record_that_cannot_be_is_neither_accepted_nor_rejected() {
    let mut suite = case("none-es256--auth-challenge");
    suite["cases"][0]["authentications"][0]["expect"] = json!("reject");
    suite["cases"][0]["credential"]["user_handle"] = json!(base64url::encode([1; 65]));
    assert_eq!(got(&suite), [step("unsupported", false)]);
}

#[test]
fn without_a_word_on_users_no_user_handle_is_compared() {
    let mut suite = case("none-es256--auth-discovered");
    suite["cases"][0]["authentications"][0]["discoverable"] = json!(false);
    suite["cases"][0]["credential"]["user_handle"] = json!(base64url::encode("somebody else"));
    assert_eq!(got(&suite), [step("accept", true)]);
}

#[test]
fn a_discoverable_step_compares_the_user_handle_with_the_records() {
    let mut suite = case("none-es256--auth-discovered");
    assert_eq!(got(&suite), [step("accept", true)]);
    suite["cases"][0]["credential"]["user_handle"] = json!(base64url::encode("somebody else"));
    assert!(steps(&suite)[0].outcome == StepOutcome::Failed);
}

/// A backend with a defect.
#[derive(Debug)]
struct Panicking;

impl SignatureVerifier for Panicking {
    fn scheme(&self) -> Scheme {
        Scheme::Ecdsa { curve: Curve::P256, hash: Hash::Sha256 }
    }

    fn prepare(&self, _: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        panic!("a defect")
    }
}

#[test]
fn a_panic_fails_its_case_and_the_next_case_runs() {
    let mut suite = case("none-es256");
    let next = case("none-es256--reg-challenge")["cases"][0].clone();
    suite["cases"].as_array_mut().unwrap().push(next);
    let suite = Suite::from_json(&suite.to_string()).unwrap();
    let verifiers = Verifiers::none().with_verifier(Arc::new(Panicking));
    let report = Runner::new(&mut Library::new(verifiers)).strict().run(&[suite]);
    let first: Vec<_> = report.cases.iter().map(|case| &case.steps[0]).collect();
    assert_eq!((first[0].got.as_str(), first[0].outcome), ("error", StepOutcome::Failed));
    assert_eq!((first[1].got.as_str(), first[1].outcome), ("challenge-mismatch", StepOutcome::Passed));
}
