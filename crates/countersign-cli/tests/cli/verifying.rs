//! `countersign verify`, with ceremonies of the software authenticator.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use countersign::types::base64url;
use countersign_authenticator::{Ceremony, Change, Exchange, Fault, Format, Scenario, SignIn, Verification};
use countersign_conformance::report::StepOutcome;
use countersign_conformance::{format::Suite, library::Library, runner::Runner};
use serde_json::{Value, json};

use crate::program::{assert_fails, program};

/// The time of the scenarios.
const NOW: &str = "--now=2026-01-01T00:00:00Z";

const REGISTRATION: Scenario = Scenario::REGISTRATION;
const AUTHENTICATION: Scenario = Scenario::AUTHENTICATION.with_sign_in(SignIn::Discoverable);

/// A folder with the files of a ceremony.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A file of the registration of an exchange.
    fn registration(&self, scenario: Scenario, exchange: &Exchange) -> String {
        let step = exchange.registration.as_ref().unwrap();
        let options = scenario.creation_options(&step.challenge);
        self.write("registration.json", ceremony(&json!(options), &step.response))
    }

    /// A file of the authentication of an exchange.
    fn authentication(&self, scenario: Scenario, exchange: &Exchange) -> String {
        let step = exchange.authentication.as_ref().unwrap();
        let mut options = json!({"challenge": base64url::encode(&step.challenge), "rpId": "example.org"});
        if scenario.user_verification == Verification::Required {
            options["userVerification"] = json!("required");
        }
        if scenario.sign_in == Some(SignIn::Identified) {
            let id = base64url::encode(exchange.credential_id.as_ref().unwrap());
            options["allowCredentials"] = json!([{"type": "public-key", "id": id}]);
        }
        self.write("authentication.json", ceremony(&options, &step.response))
    }
}

fn ceremony(options: &Value, response: &str) -> String {
    let quoted = serde_json::from_str::<Value>(response).is_err();
    let response = if quoted { json!(response).to_string() } else { response.to_owned() };
    format!(r#"{{"options":{options},"response":{response}}}"#)
}

fn verify(arguments: &[&str]) -> Output {
    program().arg("verify").args(arguments).output().unwrap()
}

/// The object of a judgement, with its status.
#[track_caller]
fn judged(arguments: &[&str]) -> (i32, Value) {
    let output = verify(&[arguments, &["--json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')), "{text}");
    let value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), value)
}

#[track_caller]
fn text(arguments: &[&str]) -> String {
    String::from_utf8(verify(arguments).stdout).unwrap()
}

#[test]
fn a_registration_gives_the_record_that_a_sign_in_needs() {
    let (files, exchange) = (Files::new(), AUTHENTICATION.run(&[], &[]).unwrap());
    let (status, registered) = judged(&[&files.registration(AUTHENTICATION, &exchange), NOW]);
    assert_eq!(
        (status, &registered["verdict"], &registered["ceremony"]),
        (0, &json!("accepted"), &json!("registration"))
    );
    assert_eq!(registered["report"]["steps"].as_array().unwrap().len(), 29);
    assert_eq!((&registered["code"], &registered["step"]), (&Value::Null, &Value::Null));
    assert_eq!(registered["outcome"]["algorithm"], -7);
    let sign_in = files.authentication(AUTHENTICATION, &exchange);
    let (status, unknown) = judged(&[&sign_in, NOW]);
    assert_eq!((status, &unknown["code"]), (1, &json!("credential-unknown")));
    let record = files.write("record.json", registered.to_string());
    let (status, signed_in) = judged(&[&sign_in, "--record", &record, NOW]);
    assert_eq!((status, &signed_in["verdict"]), (0, &json!("accepted")));
    assert_eq!(signed_in["record"]["dynamic"]["sign_count"], 2);
    // The record that is stored then has seen this response.
    let record = files.write("record.json", signed_in["record"].to_string());
    let (status, again) = judged(&[&sign_in, "--record", &record, NOW]);
    assert_eq!((status, &again["code"]), (1, &json!("sign-count-not-increased")));
}

#[test]
fn the_record_may_be_that_of_another_library() {
    let (files, exchange) = (Files::new(), AUTHENTICATION.run(&[], &[]).unwrap());
    let (_, registered) = judged(&[&files.registration(AUTHENTICATION, &exchange), NOW]);
    let sign_in = files.authentication(AUTHENTICATION, &exchange);
    let (id, key) = (&registered["outcome"]["credential_id"], &registered["outcome"]["public_key"]);
    let device =
        if registered["outcome"]["backup_eligible"] == true { "multiDevice" } else { "singleDevice" };
    let backed_up = &registered["outcome"]["backup_state"];
    let row = json!({
        "id": id, "publicKey": key, "counter": 1, "deviceType": device, "backedUp": backed_up, "nickname": "Phone",
    });
    let record = files.write("row.json", row.to_string());
    let (status, judgement) = judged(&[&sign_in, "--record", &record, NOW]);
    assert_eq!((status, &judgement["code"]), (0, &Value::Null));
    let notes = judgement["notes"].to_string();
    for part in ["in the form of SimpleWebAuthn", "does not say the user handle", "ever verified"] {
        assert!(notes.contains(part), "{notes}");
    }
    let ahead = files.write("row.json", row.to_string().replace("\"counter\":1", "\"counter\":9"));
    let (status, judgement) = judged(&[&sign_in, "--record", &ahead, NOW]);
    assert_eq!((status, &judgement["code"]), (1, &json!("sign-count-not-increased")));
    let broken = files.write("row.json", json!({"id": id, "publicKey": "AQ", "counter": 1}).to_string());
    let output = verify(&[&sign_in, "--record", &broken, NOW]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.ends_with("(record-malformed)\n"), "{said}");
}

/// An HTTP archive of these bodies: of the answer, and of the request.
fn archive(bodies: &[(Option<&Value>, Option<&str>)]) -> String {
    let entry = |(answer, request): &(Option<&Value>, Option<&str>)| {
        let mut entry = json!({
            "request": { "method": "POST", "url": "https://example.org/api" },
            "response": { "status": 200, "content": { "text": "{}" } },
        });
        if let Some(options) = answer {
            entry["response"]["content"]["text"] =
                json!({ "ceremony": "x", "options": options }).to_string().into();
        }
        if let Some(response) = request {
            let response: Value = serde_json::from_str(response).unwrap();
            entry["request"]["postData"] = json!({ "text": json!({ "response": response }).to_string() });
        }
        entry
    };
    json!({ "log": { "entries": bodies.iter().map(entry).collect::<Vec<_>>() } }).to_string()
}

/// The lines of a judgement of an archive, with its status.
fn lines(arguments: &[&str]) -> (i32, Vec<Value>) {
    let output = verify(&[arguments, &["--json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code().unwrap(), lines)
}

#[test]
fn each_ceremony_of_an_archive_has_its_verdict() {
    let (files, exchange) = (Files::new(), AUTHENTICATION.run(&[], &[]).unwrap());
    let [registration, sign_in] =
        [&exchange.registration, &exchange.authentication].map(|it| it.as_ref().unwrap());
    let create = json!(AUTHENTICATION.creation_options(&registration.challenge));
    let get = json!({"challenge": base64url::encode(&sign_in.challenge), "rpId": "example.org"});
    let unfinished = json!({"challenge": "AAAAAAAAAAAAAAAAAAAAAA", "rpId": "example.org"});
    let (first, second) = (registration.response.as_str(), sign_in.response.as_str());

    // The record of the sign-in is that of the registration before it.
    let all = [
        (Some(&create), None),
        (None, Some(first)),
        (Some(&unfinished), None),
        (Some(&get), None),
        (None, Some(second)),
    ];
    let har = files.write("session.har", archive(&all));
    let (status, judged) = lines(&[&har, NOW]);
    assert_eq!(status, 0);
    let of = |name: &str| judged.iter().map(|line| line[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("verdict"), ["accepted", "accepted"]);
    assert_eq!(of("ceremony"), ["registration", "authentication"]);
    assert!(judged[1]["place"]["response"].as_str().unwrap().contains("entry 4"), "{}", judged[1]["place"]);
    let printed = text(&[&har, NOW]);
    assert!(
        printed.contains("ceremony 3\n") && printed.contains("response: not in the archive\n"),
        "{printed}"
    );
    assert_eq!(printed.matches("\naccepted: ").count(), 2, "{printed}");

    // The worst one decides on the status.
    let (status, judged) = lines(&[&har, NOW, "--origin", "https://login.example.org"]);
    assert_eq!((status, &judged[0]["code"]), (1, &json!("origin-mismatch")));
    let late = files.write("late.har", archive(&all[3..]));
    let (status, judged) = lines(&[&late, NOW]);
    assert_eq!((status, &judged[0]["code"]), (1, &json!("credential-unknown")));
    let lost = files.write("lost.har", archive(&[all[0], all[1], all[4]]));
    let (status, judged) = lines(&[&lost, NOW]);
    assert_eq!((status, &judged[0]["verdict"]), (2, &json!("accepted")));
    assert!(judged[1]["message"].as_str().unwrap().ends_with("(options-missing)"), "{}", judged[1]);
    assert!(text(&[&lost, NOW]).contains("no verdict: the archive has no options"));
    let empty = files.write("empty.har", archive(&[]));
    let output = verify(&[&empty, NOW]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "the archive has no ceremony\n");
}

#[test]
fn the_verdict_is_printed_with_every_step() {
    let (files, exchange) = (Files::new(), REGISTRATION.run(&[], &[]).unwrap());
    let file = files.registration(REGISTRATION, &exchange);
    let accepted = text(&[&file, NOW]);
    assert!(accepted.starts_with("accepted: registration at example.org\n"), "{accepted}");
    assert!(accepted.contains("9     look up the origin"), "{accepted}");
    assert!(accepted.contains("note: no --origin is given"), "{accepted}");
    let rejected = text(&[&file, NOW, "--origin", "https://login.example.org"]);
    assert!(rejected.starts_with("rejected: registration at example.org\n"), "{rejected}");
    for part in [
        "code           origin-mismatch\n",
        "the origin \"https://example.org\" is not accepted, but https://login.example.org",
        "7.1 step 9, look up the origin",
        "failed: origin-mismatch",
        "not-reached",
        "countersign explain origin-mismatch",
    ] {
        assert!(rejected.contains(part), "{part}: {rejected}");
    }
}

#[test]
fn a_dozen_faults_have_their_codes() {
    let is_plain = |fault: &&Fault| {
        let scenario = fault.scenario();
        match scenario.sign_in {
            None => scenario == REGISTRATION,
            Some(sign_in) => scenario == REGISTRATION.with_sign_in(sign_in) && sign_in != SignIn::AppId,
        }
    };
    let faults: Vec<_> = Fault::all().filter(is_plain).collect();
    let mut count = 0;
    for fault in faults.iter().step_by(faults.len() / 14) {
        let (files, exchange) = (Files::new(), fault.exchange().unwrap());
        let (status, judgement) = if fault.ceremony() == Ceremony::Registration {
            judged(&[&files.registration(fault.scenario(), &exchange), NOW])
        } else {
            let (_, registered) = judged(&[&files.registration(fault.scenario(), &exchange), NOW]);
            let record = files.write("record.json", registered.to_string());
            judged(&[&files.authentication(fault.scenario(), &exchange), "--record", &record, NOW])
        };
        let code = fault.codes()[0].as_str();
        assert_eq!((status, &judgement["verdict"]), (1, &json!("rejected")), "{}", fault.name());
        assert_eq!(judgement["code"], code, "{}: {}", fault.name(), judgement["message"]);
        count += 1;
    }
    assert!(count >= 12, "{count}");
}

#[test]
fn options_and_response_may_be_files_of_their_own_or_standard_input() {
    let (files, exchange) = (Files::new(), REGISTRATION.run(&[], &[]).unwrap());
    let step = exchange.registration.as_ref().unwrap();
    let options = json!({"publicKey": REGISTRATION.creation_options(&step.challenge)});
    let (options, response) = (files.write("o", options.to_string()), files.write("r", &step.response));
    assert_eq!(judged(&["--options", &options, "--response", &response, NOW]).0, 0);
    let mut command = program();
    command.args(["verify", "--options", &options, "--response", "-", NOW, "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(step.response.as_bytes()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn attestations_lead_to_the_given_roots() {
    let scenario = Scenario::of(Format::Packed);
    let (files, exchange) = (Files::new(), scenario.run(&[], &[]).unwrap());
    let file = files.registration(scenario, &exchange);
    let root = files.write("root.pem", pem(&exchange.anchor));
    let (status, trusted) = judged(&[&file, "--roots", &root, NOW]);
    assert_eq!((status, &trusted["outcome"]["trusted"]), (0, &json!(true)));
    let other = Scenario::of(Format::AndroidKeyChain).run(&[], &[]).unwrap().anchor;
    let other = files.write("other.pem", pem(&other));
    let (status, untrusted) = judged(&[&file, "--roots", &other, NOW, "--lenient"]);
    assert_eq!((status, &untrusted["code"]), (1, &json!("attestation-untrusted")));
    assert_eq!(untrusted["relaxations"][0]["setting"], "policy.preset");
    let both = files.write("both.pem", pem(&exchange.anchor) + "\n" + &pem_of(&other));
    assert_eq!(judged(&[&file, "--roots", &both, NOW]).0, 0);
}

fn pem(der: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

fn pem_of(path: &str) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_policy_of_a_server_judges() {
    let (files, exchange) = (Files::new(), REGISTRATION.run(&[], &[]).unwrap());
    let file = files.registration(REGISTRATION, &exchange);
    let policy = files.write("policy.toml", "[policy]\nbackup = \"required\"\n");
    let (status, judgement) = judged(&[&file, "--policy", &policy, NOW, "--lenient"]);
    assert_eq!((status, &judgement["code"]), (1, &json!("backup-not-accepted")));
    let expected = json!([{
        "setting": "policy.backup",
        "value": "\"accept\"",
        "gives_up": "the requirement on backups: keys may be on several devices, or be lost with one",
    }]);
    assert_eq!(judgement["relaxations"], expected);
    let config = |rp_id: &str| format!("rp_id = \"{rp_id}\"\ndatabase = \"x\"\n");
    let config_file = files.write("config.toml", config("example.org"));
    assert_eq!(judged(&[&file, "--config", &config_file, NOW]).0, 0);
    let config_file = files.write("config.toml", config("example.com"));
    let (status, judgement) = judged(&[&file, "--config", &config_file, NOW]);
    assert_eq!((status, &judgement["code"]), (1, &json!("origin-mismatch")));
    assert!(judgement["notes"].to_string().contains("the options are for another RP ID, example.org"));
}

#[test]
fn a_relaxation_says_what_it_gives_up_and_what_protects_has_none() {
    let relaxed = |scenario: Scenario, change: Change, arguments: &[&str]| {
        let (files, exchange) = (Files::new(), scenario.run(&[change], &[]).unwrap());
        let file = files.registration(scenario, &exchange);
        let arguments = [&[file.as_str(), NOW, "--lenient"], arguments].concat();
        let (status, judgement) = judged(&arguments);
        assert_eq!(status, 1);
        let settings = judgement["relaxations"].as_array().unwrap().iter();
        let settings: Vec<_> = settings.map(|it| it["setting"].as_str().unwrap().to_owned()).collect();
        (judgement["code"].as_str().unwrap().to_owned(), settings.join("; "), text(&arguments))
    };
    let required = REGISTRATION.with_required_verification();
    let no_uv = Change::AuthenticatorData(|data| data.flags &= !0x04);
    let (code, settings, printed) = relaxed(required, no_uv, &[]);
    assert_eq!(code, "user-not-verified");
    assert_eq!(settings, "policy.user_verification, and userVerification of the options");
    assert!(printed.contains("a thief of the authenticator needs neither PIN nor fingerprint"), "{printed}");

    let framed = Change::ClientData(|members| {
        members.set("crossOrigin", true);
    });
    let (code, settings, _) = relaxed(REGISTRATION, framed, &[]);
    assert_eq!((code.as_str(), settings.as_str()), ("cross-origin-not-allowed", "policy.cross_origin"));

    let below = Change::ClientData(|members| members.set("origin", "https://login.example.org"));
    let (code, settings, _) = relaxed(REGISTRATION, below, &[]);
    assert_eq!((code.as_str(), settings.as_str()), ("origin-mismatch", "origins"));

    for (change, expected, reason) in [
        (
            Change::ClientData(|members| members.set("origin", "https://example.com")),
            "origin-mismatch",
            "as in phishing",
        ),
        (
            Change::ClientData(|members| members.set("challenge", "AAAAAAAAAAAAAAAAAAAAAA")),
            "challenge-mismatch",
            "an old response",
        ),
        (
            Change::AuthenticatorData(|data| data.rp_id_hash = [0; 32]),
            "rp-id-hash-mismatch",
            "the passkeys of one site from another",
        ),
        (
            Change::AuthenticatorData(|data| data.flags &= !0x01),
            "user-not-present",
            "no single change accepts",
        ),
    ] {
        let (code, settings, printed) = relaxed(REGISTRATION, change, &[]);
        assert_eq!((code.as_str(), settings.as_str()), (expected, ""));
        assert!(printed.contains("no single change accepts this response"), "{printed}");
        assert!(printed.contains(reason), "{printed}");
    }
}

#[test]
fn the_case_that_is_written_reproduces_the_verdict_without_the_user() {
    let exchange = AUTHENTICATION.run(&[], &[]).unwrap();
    let files = Files::new();
    let (_, registered) = judged(&[&files.registration(AUTHENTICATION, &exchange), NOW]);
    let record = files.write("record.json", registered.to_string());
    let file = files.authentication(AUTHENTICATION, &exchange);
    let case = files.folder.path().join("case.json");
    let case = case.to_str().unwrap();
    let run = |more: &[&str]| {
        let arguments = [&[file.as_str(), "--record", &record, NOW, "--case", case], more].concat();
        let output = verify(&arguments);
        assert_eq!(output.status.code(), Some(0));
        let text = fs::read_to_string(case).unwrap();
        let suite = Suite::from_json(&text).unwrap();
        let report = Runner::new(&mut Library::default()).strict().run(&[suite]);
        assert_eq!((report.counts().passed, report.lines(StepOutcome::Failed)), (1, String::new()));
        (text, String::from_utf8(output.stderr).unwrap())
    };
    let id = base64url::encode(exchange.credential_id.as_ref().unwrap());
    let handle = base64url::encode(&exchange.user_handle);
    let (text, said) = run(&[]);
    assert!(text.contains(&id) && text.contains(&handle));
    assert_eq!(said, "");
    let (text, said) = run(&["--anonymous"]);
    assert!(!text.contains(&id) && !text.contains(&handle), "{text}");
    assert!(said.starts_with("countersign: kept, because the signature covers it: "), "{said}");
    // What a case can't say is said.
    let (files, exchange) = (Files::new(), REGISTRATION.run(&[], &[]).unwrap());
    let file = files.registration(REGISTRATION, &exchange);
    let policy = files.write("policy.toml", "[policy]\nbackup = \"required\"\n");
    let output = verify(&[&file, "--policy", &policy, NOW, "--case", case]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the case gives the verdict accept and not backup-not-accepted"), "{said}");
}

#[test]
fn what_can_not_be_judged_is_a_sentence_with_a_code() {
    let (files, exchange) = (Files::new(), REGISTRATION.run(&[], &[]).unwrap());
    let file = files.registration(REGISTRATION, &exchange);
    let attested = files.write("attested.toml", "[policy]\npreset = \"attested\"\n");
    let plain = files.write("plain.toml", "[policy]\n");
    let root = files.write("root.pem", pem(&exchange.anchor));
    let empty = files.write("empty", "");
    let without_rp = files.write("without", ceremony(&json!({"challenge": "AAAAAAAAAAAAAAAAAAAAAA"}), "{}"));
    let short = files.write("short", ceremony(&json!({"challenge": "", "rpId": "example.org"}), "{}"));
    let folder = files.folder.path().to_str().unwrap();
    let archive = files.write("archive.har", archive(&[]));
    for (arguments, code) in [
        (&["/nonexistent/ceremony.json"][..], "file-not-read"),
        (&["--options", "-", "--response", "-"], "input-ambiguous"),
        (&[&empty], "ceremony-malformed"),
        (&["--options", &empty, "--response", &empty], "options-malformed"),
        (&[&short], "options-unusable"),
        (&[&without_rp], "rp-id-missing"),
        (&[&file, "--record", &plain], "record-malformed"),
        (&[&file, "--record", &file], "record-malformed"),
        (&[&file, "--rp-id", "https://example.org"], "configuration-unusable"),
        (&[&file, "--policy", &attested], "anchors-missing"),
        (&[&file, "--policy", &plain, "--roots", &root], "anchors-unused"),
        (&[&file, "--roots", &plain], "root-malformed"),
        (&[&file, "--case", folder], "file-not-written"),
        (&[&archive, "--case", folder], "case-ambiguous"),
    ] {
        let output = verify(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.starts_with("countersign: ") && said.ends_with(&format!("({code})\n")),
            "{code}: {said}"
        );
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{code}: {said}");
        let explained = program().args(["explain", code]).output().unwrap();
        assert_eq!(explained.status.code(), Some(0), "{code}");
    }
    let missing = Path::new("/nonexistent/policy.toml");
    let output = verify(&[&file, "--policy", missing.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_fails(&verify(&[]), 2, "the following required arguments were not provided: <FILE>; see --help");
}
