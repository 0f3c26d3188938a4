//! `serve --check`: everything that is wrong with a configuration, where, and what to write instead.

use std::path::{Path, PathBuf};
use std::{fs, process::Output};

use tempfile::TempDir;

use crate::program::{Running, program, run};
use crate::users::register;

/// A folder with a configuration file.
struct Place(TempDir);

impl Place {
    fn new(text: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.file(), text).unwrap();
        place
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("countersign.toml")
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("test.sqlite3")
    }

    /// Checks the configuration with more options and variables.
    fn check(&self, options: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = program();
        command.args(["serve", "--check", "--config"]).arg(self.file()).args(options);
        command.env("XDG_DATA_HOME", self.0.path()).envs(variables.iter().copied()).output().unwrap()
    }

    /// The status, and what the check says, with `FILE` for the path.
    fn says(&self, options: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, Vec<String>) {
        let output = self.check(options, variables);
        let errors =
            String::from_utf8(output.stderr).unwrap().replace(&self.file().display().to_string(), "FILE");
        let lines = errors.lines().map(|line| line.strip_prefix("countersign: ").unwrap().to_owned());
        (output.status.code(), lines.collect())
    }
}

#[test]
fn everything_that_is_wrong_is_reported_with_its_place_and_what_to_write() {
    let place = Place::new(
        "rp_id = \"example.org\"\nrp_nam = \"Example\"\norigins = [\n  \"https://login.example.org/\",\n  \
         \"https://example.com\",\n]\nreturn_addresses = [\"https://app.example.org\", \"http://app.example.org\"]\n\
         [policy]\nsign_count = \"ignore\"\ntimeout_seconds = 0\n",
    );
    let (status, lines) = place.says(
        &["--cookie-domain", "org", "--metrics-listen", "9090"],
        &[("COUNTERSIGN_CLIENTS", "wiki=/nonexistent/secret")],
    );
    assert_eq!(status, Some(2));
    assert_eq!(
        lines,
        [
            "FILE:2:1: there is no setting rp_nam; the nearest is rp_name",
            "FILE:4:3: origins: \"https://login.example.org/\" is not a web origin as browsers write it: remove the \
             path, /; write https://login.example.org",
            "FILE:5:3: origins: the origin \"https://example.com\" can't use the rp id \"example.org\": its host is neither \
             that nor below it",
            "FILE:7:48: return_addresses: \"http://app.example.org\" is not an address to return users to: it must begin \
             with https://, or with http:// on this machine; such as https://app.example.org",
            "FILE:9:14: policy.sign_count: \"ignore\" is not one of \"reject\", \"report\", \"accept\"",
            "FILE:10:19: policy.timeout_seconds: \"0\" is not a number from 1 to 4294967 (seconds)",
            "COUNTERSIGN_CLIENTS: clients: can't read the secret of a client in /nonexistent/secret: No such file or \
             directory (os error 2)",
            "--cookie-domain: cookie_domain: the cookie of the session can't be for the domain \"org\": anyone can \
             register a name below it",
            "--metrics-listen: metrics.listen: \"9090\" is not an address to listen on, such as localhost:8080, \
             127.0.0.1:8080 or [::1]:8080",
        ]
    );
    assert!(!place.database().exists());
}

#[test]
fn an_origin_that_can_not_work_is_reported_with_the_one_to_write() {
    for (origin, advice) in [
        ("http://login.example.org", "write https://login.example.org"),
        ("https://login.example.org/", "write https://login.example.org"),
        ("https://login.example.org/page", "write https://login.example.org"),
        ("https://Login.example.org", "write https://login.example.org"),
        ("https://login.example.org:443", "write https://login.example.org"),
        ("https://192.0.2.1", "ip addresses can't be rp ids"),
        ("login.example.org", "write https://login.example.org"),
    ] {
        let place = Place::new(&format!("rp_id = \"example.org\"\norigins = [\"{origin}\"]\n"));
        let (status, lines) = place.says(&[], &[]);
        assert_eq!((status, lines.len()), (Some(1), 1), "{lines:?}");
        assert!(lines[0].starts_with("FILE:2:12: origins: ") && lines[0].contains(advice), "{}", lines[0]);
    }
}

#[test]
fn a_policy_that_no_user_could_sign_in_with_is_reported() {
    let place = Place::new("[policy]\nuser_verification = \"preferred\"\nresident_key = \"preferred\"\n");
    let (status, lines) = place.says(&[], &[]);
    let verified = "FILE:2:21: policy.user_verification: users sign in without a name, so that they must be verified: \
                    write \"required\", or set policy.unverified_discoverable to \"dangerous-accept\"";
    let warning = "warning: FILE:3:16: policy.resident_key: users sign in without a name, which works only with passkeys \
                   that are discoverable: write \"required\"";
    assert!(lines.contains(&verified.to_owned()) && lines.contains(&warning.to_owned()), "{lines:?}");
    assert_eq!(status, Some(1));
    let accepted = &[("COUNTERSIGN_POLICY_UNVERIFIED_DISCOVERABLE", "dangerous-accept")];
    let (status, lines) = place.says(&[], accepted);
    assert_eq!(status, Some(0), "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with("warning: ")), "{lines:?}");
}

#[test]
fn contradictions_of_a_policy_are_reported_at_the_setting() {
    for (policy, key) in [
        ("stored_algorithms = [\"ES256\"]", "FILE:2:21: policy.stored_algorithms: "),
        (
            "[policy.extensions]\nrequired = [\"remoteClientDataJSON\"]",
            "FILE:3:12: policy.extensions.required: ",
        ),
        (
            "cross_origin = \"listed\"\ntop_origins = [\"https://example.com/\"]",
            "FILE:3:15: policy.top_origins: ",
        ),
    ] {
        let place = Place::new(&format!("[policy]\n{policy}\n"));
        let (status, lines) = place.says(&[], &[]);
        assert_eq!((status, lines.len()), (Some(1), 1), "{lines:?}");
        assert!(lines[0].starts_with(key), "{}", lines[0]);
    }
}

#[test]
fn what_is_probably_unintended_is_a_warning() {
    let place = Place::new(&format!("rp_name = \"{}\"\n[policy]\ntimeout_seconds = 60\n", "n".repeat(65)));
    let (status, lines) = place.says(&[], &[("COUNTERSIGN_RPNAME", "x")]);
    assert_eq!(status, Some(0));
    assert_eq!(
        lines,
        [
            "warning: FILE:1:11: rp_name: rp.name has 65 bytes, of which authenticators may store 64",
            "warning: FILE:3:19: policy.timeout_seconds: a timeout of 60 seconds; 300 to 600 are recommended",
            "warning: COUNTERSIGN_RPNAME: there is no such setting; it is ignored",
        ]
    );
}

#[test]
fn some_passkeys_of_another_rp_id_are_a_warning() {
    let place = Place::new("");
    let database = place.database();
    let running = Running::start(&database);
    for (seed, name) in [(1, "Ada"), (2, "Eve")] {
        register(&running.url, name, seed).unwrap();
    }
    drop(running);
    rename_rp_id(&database);
    let (status, lines) = place.says(&["--database", &database.display().to_string()], &[]);
    assert_eq!(
        lines,
        [
            "warning: rp_id: 1 of the 2 passkeys in the database can't be used with the RP ID \"localhost\": they were \
          registered with \"elsewhere\""
        ]
    );
    assert_eq!(status, Some(0));
}

/// Changes the RP ID in the record of one credential.
fn rename_rp_id(database: &Path) {
    let database = rusqlite::Connection::open(database).unwrap();
    let statement = "UPDATE credentials SET static = replace(static, '\"localhost\"', '\"elsewhere\"') \
                     WHERE number = (SELECT min(number) FROM credentials)";
    assert_eq!(database.execute(statement, ()).unwrap(), 1);
}

#[test]
fn the_file_is_named_by_the_option_or_by_the_variable() {
    let place = Place::new("rp_nam = \"x\"");
    let mut command = program();
    command.args(["serve", "--check"]).env("COUNTERSIGN_CONFIG", place.file());
    let output = command.env("XDG_DATA_HOME", place.0.path()).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("there is no setting rp_nam"));
    let missing = run(&["serve", "--check", "--config", "/nonexistent/countersign.toml"]);
    let said = String::from_utf8(missing.stderr).unwrap();
    assert!(said.contains("can't read the configuration file /nonexistent/countersign.toml: "), "{said}");
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn the_keys_of_a_database_that_the_file_names_are_rotated() {
    let place = Place::new("");
    fs::write(place.file(), format!("database = {:?}\n", place.database().display().to_string())).unwrap();
    drop(Running::start(&place.database()));
    let mut command = program();
    let output = command.args(["admin", "keys", "rotate", "--config"]).arg(place.file()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
