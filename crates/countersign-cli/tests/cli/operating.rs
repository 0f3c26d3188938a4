//! The messages about a wrong configuration.

use std::fs::{self, File};
use std::{path::Path, process::Output};

use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::blob::write_metadata;
use crate::program::{Running, assert_fails, exchange, post, program};
use crate::users::register;

fn check(database: &Path, options: &[&str]) -> Output {
    program().args(["serve", "--check", "--database"]).arg(database).args(options).output().unwrap()
}

/// Starts a server with this database, and returns a function that reads its log.
fn logging(folder: &Path, options: &[&str]) -> (Running, impl Fn() -> String + use<>) {
    let (database, log) = (folder.join("test.sqlite3"), folder.join("log"));
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(database).args(options);
    let running = Running::spawn_with_log(command, File::create(&log).unwrap());
    (running, move || fs::read_to_string(&log).unwrap())
}

#[test]
fn another_rp_id_than_that_of_the_stored_passkeys_logs_a_warning_and_fails_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    let running = Running::start(&database);
    for (seed, name) in [(1, "Ada"), (2, "Eve")] {
        register(&running.url, name, seed).unwrap();
    }
    drop(running);
    let good = check(&database, &[]);
    let said = "the configuration, its metadata and the passkeys in the database are good\nnot checked: whether the \
                addresses are free, whether the database can be written to, and what --metadata-url has\n";
    assert_eq!(String::from_utf8(good.stdout).unwrap(), said);
    assert_eq!((good.status.code(), good.stderr.len()), (Some(0), 0));
    let sentence = "2 of the 2 passkeys in the database can't be used with the RP ID \"example.org\": they were \
                    registered with \"localhost\"";
    let sentence = &format!("--rp-id: rp_id: {sentence}");
    assert_fails(&check(&database, &["--rp-id", "example.org"]), 2, sentence);

    let (running, log) = logging(folder.path(), &["--rp-id", "example.org"]);
    let log = log();
    let line = log.lines().find(|line| line.contains("passkeys in the database can't be used")).unwrap();
    for part in ["WARN", "unusable=2", "total=2", "found=\"localhost\"", "configured=\"example.org\""] {
        assert!(line.contains(part), "{line}");
    }
    drop(running);
    let (running, log) = logging(folder.path(), &[]);
    assert!(!log().contains("WARN"), "{}", log());
    drop(running);
}

#[test]
fn warnings_about_the_configuration_are_logged_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let name = "n".repeat(65);
    let (running, log) = logging(folder.path(), &["--rp-name", &name]);
    let log = log();
    let line = log.lines().find(|line| line.contains("rp.name has 65 bytes")).unwrap();
    assert!(line.contains("WARN"), "{line}");
    drop(running);
}

#[test]
fn a_check_creates_no_database_and_finds_what_the_start_would() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("new/test.sqlite3");
    assert_eq!(check(&database, &[]).status.code(), Some(0));
    assert!(!folder.path().join("new").exists());
    let output = check(&database, &["--rp-id", "https://example.org"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let text = folder.path().join("letter.txt");
    fs::write(&text, "Dear Ada,\n".repeat(100)).unwrap();
    let sentence = format!("--database: database: the file {} is not a countersign database", text.display());
    assert_fails(&check(&text, &[]), 2, &sentence);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_check_finds_metadata_that_a_server_could_not_start_with() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    let [blob, root] = write_metadata(folder.path(), "2054-01-01");
    let files = || fs::read_dir(folder.path()).unwrap().count();
    let check = |options: &[&str]| check(&database, options);
    for more in [&[][..], &["--attested"]] {
        let all = [&["--metadata", &blob, "--metadata-root", &root][..], more].concat();
        assert_eq!(check(&all).status.code(), Some(0));
    }
    assert_eq!(files(), 2, "nothing is kept");
    let missing = folder.path().join("missing").display().to_string();
    let reason = "No such file or directory (os error 2)";
    assert_fails(
        &check(&["--attested", "--metadata", &missing]),
        2,
        &format!("--metadata: metadata.file: can't use the metadata file {missing}: {reason}"),
    );
    assert_fails(
        &check(&["--metadata", &blob, "--metadata-root", &missing]),
        2,
        &format!("--metadata-root: metadata.roots: can't use the metadata file {missing}: {reason}"),
    );
    let sentence = format!("--metadata-root: metadata.roots: {blob} is not a certificate in PEM");
    assert_fails(&check(&["--metadata", &blob, "--metadata-root", &blob]), 2, &sentence);
    fs::write(&blob, "a.b").unwrap();
    let sentence = format!(
        "--metadata: metadata.file: can't use {blob}: the metadata blob is malformed: not a compact jws: not three parts"
    );
    assert_fails(&check(&["--metadata", &blob, "--metadata-root", &root]), 2, &sentence);
    write_metadata(folder.path(), "2026-02-01");
    let output = check(&["--metadata", &blob, "--metadata-root", &root]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2)
            && said.starts_with(&format!("countersign: --metadata: metadata.file: can't use {blob}: ")),
        "{said}"
    );
    // A server starts with its stored metadata.
    write_metadata(folder.path(), "2054-01-01");
    fs::copy(&blob, folder.path().join("test.metadata")).unwrap();
    fs::remove_file(&blob).unwrap();
    assert_eq!(check(&["--metadata", &blob, "--metadata-root", &root]).status.code(), Some(0));
}

#[cfg(feature = "fetch")]
#[test]
fn a_check_finds_a_malformed_authority() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    let text = folder.path().join("letter.txt");
    fs::write(&text, "Dear Ada,\n").unwrap();
    let text = text.to_str().unwrap();
    let output = check(&database, &["--metadata-url", "https://localhost/", "--metadata-ca", text]);
    let sentence = format!("--metadata-ca: metadata.authorities: {text} is not a certificate in PEM");
    assert_fails(&output, 2, &sentence);
    let output = check(&database, &["--metadata-url", "http://localhost/"]);
    let sentence = "--metadata-url: metadata.url: \"http://localhost/\" is not an address to fetch metadata from, such as \
                    https://mds3.fidoalliance.org/";
    assert_fails(&output, 2, sentence);
}

#[test]
fn a_check_finds_an_unusable_address_and_does_not_disturb_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    // 192.0.2.0/24 is for documentation, so no machine has it.
    for (option, key) in [("--listen", "listen"), ("--metrics-listen", "metrics.listen")] {
        let sentence =
            format!("{option}: {key}: can't listen on 192.0.2.1:8080: it is not an address of this machine");
        assert_fails(&check(&database, &[option, "192.0.2.1:8080"]), 2, &sentence);
    }
    let running = Running::start(&database);
    let address = running.url.strip_prefix("http://localhost:").unwrap();
    let address = format!("127.0.0.1:{address}");
    assert_eq!(check(&database, &["--listen", &address]).status.code(), Some(0));
}

#[test]
fn one_address_for_the_page_and_for_the_metrics_is_reported_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    let both = ["--listen", "127.0.0.1:8079", "--metrics-listen", "127.0.0.1:8079"];
    let sentence = "127.0.0.1:8079 is given for the page and for /metrics: without a separate address, /metrics is at \
                    the address of the page";
    assert_fails(&check(&database, &both), 2, &format!("--metrics-listen: metrics.listen: {sentence}"));
    let output = program().args(["serve", "--database"]).arg(&database).args(both).output().unwrap();
    assert_fails(&output, 1, sentence);
}

#[test]
fn a_database_of_another_kind_is_rejected_by_its_scheme_and_no_password_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["serve", "--check"]] {
        let mut command = program();
        command.current_dir(folder.path()).args(arguments);
        let output = command.args(["--database", "mysql://user:word@host/db"]).output().unwrap();
        let sentence = "the database is the path of an SQLite file or an address that begins with postgres://, not with \
                        mysql://";
        if arguments.contains(&"--check") {
            assert_fails(&output, 2, &format!("--database: database: {sentence}"));
        } else {
            assert_fails(&output, 1, sentence);
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is made");
}

#[test]
fn an_origin_that_is_not_accepted_is_logged_with_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    let (running, log) = logging(folder.path(), &["--origin", "http://localhost:8999"]);
    // The page is opened at the address of the server, which is not its origin.
    let port = running.line.split(':').nth(1).unwrap();
    let url = format!("http://127.0.0.1:{port}");
    let (status, answer) = post(&url, "/api/sessions/start", &json!({})).unwrap();
    assert_eq!((status, &answer["error"]["code"]), (403, &json!("origin-not-allowed")));
    let log = log();
    let line = log.lines().find(|line| line.contains("origin-not-allowed")).unwrap();
    for part in ["INFO", &format!("origin=http://127.0.0.1:{port}"), "accepted=\"http://localhost:8999\""] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
}

#[test]
fn a_malformed_request_is_logged_with_the_member_that_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (running, log) = logging(folder.path(), &[]);
    let (status, answer) = running.post("/api/accounts/start", &json!({ "nom": "Ada" })).unwrap();
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("request-malformed")));
    assert!(answer["error"]["message"].as_str().unwrap().contains("missing field `name`"), "{answer}");
    let log = log();
    let line = log.lines().find(|line| line.contains("request-malformed")).unwrap();
    assert!(line.contains("INFO") && line.contains("missing field `name`"), "{line}");
    assert!(!line.contains("Ada"), "{line}");
}

#[test]
fn a_rejected_ceremony_is_one_line_of_json_with_code_step_and_trace() {
    let folder = tempfile::tempdir().unwrap();
    let (database, log) = (folder.path().join("test.sqlite3"), folder.path().join("log"));
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(&database);
    command.env("COUNTERSIGN_LOG_FORMAT", "json");
    let running = Running::spawn_with_log(command, File::create(&log).unwrap());
    let started = running.post("/api/accounts/start", &json!({ "name": "Ada" })).unwrap().1;
    // Commands of a terminal and a line break, in a place that the client chooses.
    let passkey = Passkey::new(&started["options"], "https://evil.example/\u{1b}[2J\n\u{202e}{}", 1);
    let response = passkey.registration(&started["options"]);
    let body = json!({ "ceremony": started["ceremony"], "response": response });
    let (status, answer) = running.post("/api/accounts/finish", &body).unwrap();
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("origin-mismatch")));
    let log = fs::read_to_string(&log).unwrap();
    let mut lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    let line = lines.find(|line| line["code"] == "origin-mismatch").unwrap();
    assert_eq!((&line["level"], &line["step"]), (&json!("INFO"), &json!("registration 9")), "{line}");
    assert_eq!(line["answered"], Value::Null, "{line}");
    let request = &line["spans"][0];
    assert_eq!(request["route"], "/api/accounts/finish", "{line}");
    assert_eq!(request["trace_id"].as_str().map(str::len), Some(32), "{line}");
    assert!(log.is_ascii() && !log.contains('\u{1b}') && !log.contains(&passkey.id()), "{log}");
}

#[test]
fn what_is_pasted_to_be_explained_is_in_no_log_and_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (database, log) = (folder.path().join("test.sqlite3"), folder.path().join("log"));
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(&database);
    command.env("COUNTERSIGN_LOG", "trace");
    let running = Running::spawn_with_log(command, File::create(&log).unwrap());
    let url = &running.url;
    let browser = format!("countersign-browser-{}={}", url.rsplit(':').next().unwrap(), "A".repeat(43));
    let started = post(url, "/api/accounts/start", &json!({ "name": "Ada" })).unwrap().1;
    let passkey = Passkey::new(&started["options"], url, 1);
    let response = passkey.registration(&started["options"]);
    let body = json!({ "ceremony": started["ceremony"], "response": response });
    let (status, head, _) = exchange(url, "/api/accounts/finish", &browser, &body).unwrap();
    assert_eq!(status, 201);
    let session =
        head.lines().find_map(|line| line.strip_prefix("set-cookie: countersign-session-")).unwrap();
    let session = format!("countersign-session-{}", session.split(';').next().unwrap());

    // In what is explained, in what is no question, and in a kind that there is not.
    let marker = "zwieback-4711";
    let text =
        json!({ "type": "webauthn.get", "challenge": "AQ", "origin": format!("https://{marker}.example") });
    let ask = |body: Value| exchange(url, "/api/inspect", &session, &body).unwrap();
    let (status, _, answer) = ask(json!({ "text": text.to_string() }));
    assert_eq!((status, &answer["kind"]), (200, &json!("client-data")));
    assert!(answer.to_string().contains(marker), "{answer}");
    assert_eq!(ask(json!({ "text": [marker] })).0, 400);
    assert_eq!(ask(json!({ "text": "a", "kind": marker })).0, 400);
    drop(running);
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.contains(&database) && files.contains(&log), "{files:?}");
    for path in files {
        let content = fs::read(&path).unwrap();
        let has = |text: &str| content.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!has(marker), "{}", path.display());
        // What is to be found there is found.
        assert!(path != log || has("/api/inspect"), "the log has the route");
    }
}

#[test]
fn a_form_of_the_log_that_there_is_not_is_reported_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(folder.path().join("x"));
    let output = command.env("COUNTERSIGN_LOG_FORMAT", "xml").output().unwrap();
    assert_fails(&output, 1, "COUNTERSIGN_LOG_FORMAT is text or json, and not \"xml\"");
}

#[test]
fn a_flood_of_rejected_requests_is_no_flood_of_lines() {
    let folder = tempfile::tempdir().unwrap();
    let (running, log) = logging(folder.path(), &[]);
    for _ in 0..50 {
        running.post("/api/accounts/start", &json!({})).unwrap();
    }
    let lines = log().lines().filter(|line| line.contains("request-malformed")).count();
    assert!((10..=20).contains(&lines), "{lines} lines in a minute, or in two");
}
