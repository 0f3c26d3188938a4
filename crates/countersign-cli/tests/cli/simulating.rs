//! `countersign simulate`, at the library and at a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign_authenticator::{Fault, Profile};
use serde_json::{Value, json};

use crate::program::{Running, assert_fails, program};

/// A folder with options and keys.
struct Client {
    folder: tempfile::TempDir,
}

impl Client {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn simulate(&self, command: &str, options: &Value, more: &[&str]) -> Output {
        let file = self.path("options.json");
        fs::write(&file, options.to_string()).unwrap();
        let mut program = program();
        program.args(["simulate", command, "--options"]).arg(&file).arg("--keys").arg(self.path("keys.json"));
        program.args(more).output().unwrap()
    }

    /// The response of a ceremony.
    #[track_caller]
    fn response(&self, command: &str, options: &Value, more: &[&str]) -> String {
        let output = self.simulate(command, options, more);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The verdict of `countersign verify`, with what it printed.
    fn verify(&self, options: &Value, response: &str, more: &[&str]) -> (i32, Value) {
        let [options_file, response_file] = ["options.json", "response.json"].map(|name| self.path(name));
        fs::write(&options_file, options.to_string()).unwrap();
        fs::write(&response_file, response).unwrap();
        let mut program = program();
        program.args(["verify", "--json", "--options"]).arg(options_file);
        program.arg("--response").arg(response_file).args(more);
        let output = program.output().unwrap();
        (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or_default())
    }
}

fn creation() -> Value {
    json!({
        "rp": {"id": "example.org", "name": "Example"},
        "user": {"id": "AQIDBA", "name": "jo@example.org", "displayName": "Jo"},
        "challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "attestation": "direct",
    })
}

fn request() -> Value {
    json!({"challenge": "Dw4NDAsKCQgHBgUEAwIBAA", "rpId": "example.org", "userVerification": "required"})
}

#[test]
fn a_passkey_is_created_and_signs_in_later() {
    let client = Client::new();
    let created = client.response("register", &creation(), &[]);
    let (status, registered) = client.verify(&creation(), &created, &[]);
    assert_eq!(status, 0, "{registered}");
    fs::write(client.path("record.json"), registered.to_string()).unwrap();
    let asserted = client.response("authenticate", &json!({"publicKey": request()}), &[]);
    let record = client.path("record.json");
    let (status, judgement) = client.verify(&request(), &asserted, &["--record", record.to_str().unwrap()]);
    assert_eq!(status, 0, "{judgement}");
    // Another server's passkeys are not found.
    let mut other = request();
    other["rpId"] = json!("example.com");
    let output = client.simulate("authenticate", &other, &[]);
    let sentence = "the client ends the ceremony (NotAllowedError): no such credential (client-ended)";
    assert_fails(&output, 1, sentence);
}

#[test]
fn the_keys_are_said_to_be_for_tests_and_only_their_owner_can_read_them() {
    let client = Client::new();
    let output = client.simulate("register", &creation(), &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("are software keys for tests: anyone who reads them can sign in"), "{said}");
    let help = program().args(["simulate", "--help"]).output().unwrap().stdout;
    assert!(String::from_utf8(help).unwrap().contains("the keys are software keys"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(client.path("keys.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn the_same_seed_gives_the_same_responses() {
    let run = |seed: &[&str]| {
        let client = Client::new();
        let created = client.response("register", &creation(), seed);
        let second = client.response("register", &creation(), seed);
        assert_ne!(created, second);
        created + &client.response("authenticate", &request(), seed)
    };
    assert_eq!(run(&["--seed", "a"]), run(&["--seed", "a"]));
    assert_ne!(run(&["--seed", "a"]), run(&["--seed", "b"]));
    assert_ne!(run(&[]), run(&[]));
}

#[test]
fn faults_and_profiles_have_the_codes_that_are_said() {
    for (command, name, expected) in [
        ("--fault", "origin-other-host", "origin-mismatch"),
        ("--fault", "json-truncated", "response-malformed"),
        ("--fault", "challenge-prefix", "challenge-mismatch"),
        ("--fault", "key-x-short", "public-key-malformed"),
        ("--profile", "byte-order-mark", "accept"),
        ("--profile", "windows-hello-rs1", "accept"),
        ("--profile", "level-1-client", "accept"),
    ] {
        let client = Client::new();
        let output = client.simulate("register", &creation(), &[command, name]);
        let said = String::from_utf8(output.stderr).unwrap();
        let sentence = match expected {
            "accept" => format!("{name}: countersign accepts this response by default"),
            code => format!("{name}: a server rejects this response, countersign with {code}"),
        };
        assert!(said.contains(&sentence), "{said}");
        let response = String::from_utf8(output.stdout).unwrap();
        let (status, judgement) = client.verify(&creation(), &response, &[]);
        let code = judgement["code"].as_str().unwrap_or("accept");
        assert_eq!((code, status), (expected, i32::from(expected != "accept")), "{name}: {judgement}");
    }
}

#[test]
fn attestations_lead_to_the_root_that_is_printed() {
    for format in ["packed", "packed-chain", "tpm", "android-key", "android-key-chain", "apple", "fido-u2f"] {
        let client = Client::new();
        let response = client.response("register", &creation(), &["--attestation", format]);
        let root = program().args(["simulate", "root", "--attestation", format]).output().unwrap().stdout;
        fs::write(client.path("root.pem"), root).unwrap();
        let root = client.path("root.pem");
        let roots = ["--roots", root.to_str().unwrap(), "--now", "2026-06-01"];
        let (status, judgement) = client.verify(&creation(), &response, &roots);
        assert_eq!((status, &judgement["outcome"]["trusted"]), (0, &json!(true)), "{format}: {judgement}");
    }
}

#[test]
fn every_fault_and_profile_is_listed_in_a_line() {
    for (command, names) in [
        ("faults", Fault::all().map(Fault::name).collect::<Vec<_>>()),
        ("profiles", Profile::all().map(Profile::name).collect()),
    ] {
        let output = program().args(["simulate", command]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(lines.len(), names.len());
        for (line, name) in lines.iter().zip(names) {
            let mut words = line.split_whitespace();
            assert_eq!(words.next(), Some(name));
            assert!(words.count() >= 3, "{line}");
        }
    }
}

#[test]
fn what_can_not_be_simulated_is_a_sentence_with_a_code() {
    let client = Client::new();
    let said = |output: Output| (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap());
    let mut none = creation();
    none["attestation"] = json!("none");
    for (command, options, more, code) in [
        ("register", request(), &[][..], "options-of-other-ceremony"),
        ("authenticate", creation(), &[], "options-of-other-ceremony"),
        ("register", json!({}), &[], "options-malformed"),
        ("authenticate", request(), &[], "client-ended"),
        ("register", creation(), &["--origin", "https://example.com"], "client-ended"),
        ("register", creation(), &["--fault", "signature-empty"], "fault-of-other-ceremony"),
        ("register", none, &["--fault", "packed-alg-missing"], "fault-without-effect"),
    ] {
        let (status, said) = said(client.simulate(command, &options, more));
        assert!(
            said.starts_with("countersign: ") && said.ends_with(&format!("({code})\n")),
            "{code}: {said}"
        );
        assert_eq!((status, said.lines().count()), (1, 1), "{said}");
        let explained = program().args(["explain", code]).output().unwrap();
        assert_eq!(explained.status.code(), Some(0), "{code}");
    }
    for (text, code) in [("{}", "keys-malformed"), (r#"{"version":9}"#, "keys-version")] {
        fs::write(client.path("keys.json"), text).unwrap();
        let (status, said) = said(client.simulate("register", &creation(), &[]));
        assert!(said.ends_with(&format!("({code})\n")), "{code}: {said}");
        assert_eq!(status, 1);
    }
    let unused = r#"{"version":1,"ceremonies":0,"authenticator":{"used":0,"credentials":[{}]}}"#;
    fs::write(client.path("keys.json"), unused).unwrap();
    assert!(said(client.simulate("register", &creation(), &[])).1.ends_with("(keys-malformed)\n"));
}

#[test]
fn an_unknown_name_has_the_nearest_ones() {
    let client = Client::new();
    let output = client.simulate("register", &creation(), &["--fault", "orign-other-host"]);
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(
        said.starts_with(
            "countersign: invalid value 'orign-other-host' for '--fault <NAME>': there is no such fault; similar \
             ones exist: 'origin-other-host'"
        ),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(2));
    let output = client.simulate("register", &creation(), &["--profile", "zzz"]);
    let sentence = "invalid value 'zzz' for '--profile <NAME>': there is no such profile; `countersign simulate \
                    profiles` lists them; see --help";
    assert_fails(&output, 2, sentence);
}

#[cfg(target_os = "linux")]
#[test]
fn a_second_program_waits_for_the_keys_and_then_gives_up() {
    let client = Client::new();
    let lock = fs::File::create(client.path("keys.json.lock")).unwrap();
    lock.lock().unwrap();
    let output = client.simulate("register", &creation(), &[]);
    let sentence = format!("another program has locked {} (keys-in-use)", client.path("keys.json").display());
    assert_fails(&output, 1, &sentence);
}

#[test]
fn the_example_tries_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&folder.path().join("test.sqlite3"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/try-a-server.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(&running.url)
        .env("COUNTERSIGN", env!("CARGO_BIN_EXE_countersign"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{text}");
    // As docs/SIMULATE.md shows it.
    let expected = [
        "registered: status 201",
        "signed in: status 200",
        "replayed: status 401",
        "phished: status 401",
        "broken signature: status 401",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn without_a_folder_for_the_keys_a_file_must_be_named() {
    let mut command = program();
    for name in ["HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA"] {
        command.env_remove(name);
    }
    let folder = tempfile::tempdir().unwrap();
    let options = folder.path().join("options.json");
    fs::write(&options, r#"{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","rpId":"example.org"}"#).unwrap();
    let output = command.args(["simulate", "authenticate", "--options"]).arg(&options).output().unwrap();
    let sentence = "there is no home folder to keep the keys in: name a file with --keys (keys-missing)";
    assert_fails(&output, 1, sentence);
}
