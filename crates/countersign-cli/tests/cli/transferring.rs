//! `countersign export` and `countersign import`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::place;
use crate::program::{Running, assert_fails, program};
use crate::users::{register, signs_in};

fn run(command: &str, option: &str, file: &Path, database: &Path) -> Output {
    program().args([command, option]).arg(file).arg("--database").arg(database).output().unwrap()
}

#[track_caller]
fn says(output: &Output, status: i32, text: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*said), (Some(status), text));
}

/// A server's database with two accounts, one of them with recovery codes, and the export of it.
fn exported(folder: &Path) -> (std::path::PathBuf, Vec<String>) {
    let (database, file) = (place::database(folder, "test"), folder.join("export"));
    let running = Running::start(&database);
    for (seed, name) in [(1, "ada"), (2, "eve")] {
        register(&running.url, name, seed).unwrap();
    }
    place::give_code(&database, "ada");
    says(&run("export", "--to", &file, &database), 0, "countersign: exported 2 accounts with 2 passkeys\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    (file.clone(), fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect())
}

#[test]
fn an_export_is_imported_with_all_that_it_has_and_again_without_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let (file, lines) = exported(folder.path());
    assert_eq!(lines[0], r#"{"format":"countersign-accounts","version":1,"rp_id":"localhost"}"#);
    assert_eq!(lines[3], r#"{"end":{"accounts":2,"passkeys":2}}"#);
    let account: Value = serde_json::from_str(&lines[1]).unwrap();
    let members: Vec<_> = account.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["account", "passkeys", "recovery"]);
    let other = place::database(folder.path(), "other");
    says(
        &run("import", "--from", &file, &other),
        0,
        "countersign: created 2 accounts; 0 were there already\n",
    );
    says(
        &run("import", "--from", &file, &other),
        0,
        "countersign: created 0 accounts; 2 were there already\n",
    );
    let again = program().args(["export", "--database"]).arg(&other).output().unwrap();
    assert_eq!(String::from_utf8(again.stdout).unwrap().lines().collect::<Vec<_>>(), lines);
    let sentence = format!("can't open {}: File exists (os error 17) (file-exists)", file.display());
    assert_fails(&run("export", "--to", &file, &other), 1, &sentence);
}

#[test]
fn imported_users_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let [database, other] = ["test", "other"].map(|name| place::database(folder.path(), name));
    let running = Running::start(&database);
    let ada = register(&running.url, "ada", 1).unwrap();
    let file = folder.path().join("export");
    assert_eq!(run("export", "--to", &file, &database).status.code(), Some(0));
    drop(running);
    let running = Running::start(&other);
    assert!(!signs_in(&running, &ada));
    assert_eq!(run("import", "--from", &file, &other).status.code(), Some(0));
    assert!(signs_in(&running, &ada));
    // The import leaves what changed since.
    assert_eq!(run("import", "--from", &file, &other).status.code(), Some(0));
    assert!(signs_in(&running, &ada));
}

#[test]
#[expect(clippy::too_many_lines, reason = "two tables of conflicts")]
fn conflicts_are_reported_by_line_and_code_and_the_others_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let (_, lines) = exported(folder.path());
    let account = |change: &dyn Fn(&mut Value)| {
        let ada = lines.iter().find(|line| line.contains("\"name\":\"ada\"")).unwrap();
        let mut line: Value = serde_json::from_str(ada).unwrap();
        change(&mut line);
        line.to_string()
    };
    let other_id = |line: &mut Value| {
        line["account"]["id"] = json!("AAAA");
        line["passkeys"] = json!([]);
    };
    let conflicts = [
        ("import-malformed", "{}".to_owned()),
        ("import-malformed", account(&|line| line["more"] = json!(1))),
        ("import-malformed", account(&|line| line["passkeys"][0]["record"]["version"] = json!(9))),
        ("import-malformed", account(&|line| line["account"]["id"] = json!("AAAA"))),
        ("import-malformed", account(&|line| line["recovery"]["codes"] = json!(["AAAA"]))),
        ("name-invalid", account(&|line| line["account"]["name"] = json!("\u{202e}"))),
        ("label-invalid", account(&|line| line["passkeys"][0]["label"] = json!(" "))),
        (
            "rp-id-mismatch",
            account(&|line| line["passkeys"][0]["record"]["static"]["rp_id"] = json!("example.org")),
        ),
    ];
    let target = place::database(folder.path(), "target");
    for (code, line) in &conflicts {
        let file = folder.path().join("changed");
        let text = [&lines[0], line, &lines[1], &lines[2], r#"{"end":{"accounts":3,"passkeys":2}}"#]
            .map(|line| format!("{line}\n"));
        fs::write(&file, text.concat()).unwrap();
        let output = run("import", "--from", &file, &target);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.starts_with(&format!("countersign: line 2 is not imported ({code}): ")),
            "{code}: {said}"
        );
        assert!(said.ends_with("countersign: 1 lines were not imported\n"), "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
    // What is there already, in another way.
    let taken = [
        ("name-taken", account(&|line| other_id(line))),
        ("account-id-taken", account(&|line| line["account"]["name"] = json!("adam"))),
        (
            "credential-already-registered",
            account(&|line| {
                line["account"] = json!({ "id": "AAAA", "name": "bob", "created_at": 1 });
                line["passkeys"][0]["record"]["static"]["user_handle"] = json!("AAAA");
            }),
        ),
        (
            "label-taken",
            account(&|line| {
                line["account"] = json!({ "id": "AAAA", "name": "bob", "created_at": 1 });
                let passkey = &mut line["passkeys"][0];
                passkey["record"]["static"]["user_handle"] = json!("AAAA");
                passkey["record"]["static"]["id"] = json!("AQ");
                let mut second = passkey.clone();
                second["record"]["static"]["id"] = json!("Ag");
                line["passkeys"].as_array_mut().unwrap().push(second);
            }),
        ),
    ];
    for (code, line) in &taken {
        let file = folder.path().join("changed");
        let text =
            [&lines[0], line, r#"{"end":{"accounts":1,"passkeys":0}}"#].map(|line| format!("{line}\n"));
        fs::write(&file, text.concat()).unwrap();
        let said = String::from_utf8(run("import", "--from", &file, &target).stderr).unwrap();
        assert!(
            said.starts_with(&format!("countersign: line 2 is not imported ({code}): ")),
            "{code}: {said}"
        );
    }
    let listed =
        program().args(["admin", "accounts", "list", "--json", "--database"]).arg(&target).output().unwrap();
    assert_eq!(
        String::from_utf8(listed.stdout).unwrap().lines().count(),
        2,
        "nothing of a rejected line is stored"
    );
}

#[test]
fn a_file_that_is_no_whole_export_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (_, lines) = exported(folder.path());
    let target = place::database(folder.path(), "target");
    let file = folder.path().join("changed");
    let import = |lines: &[&str]| {
        fs::write(&file, lines.iter().map(|line| format!("{line}\n")).collect::<Vec<_>>().concat()).unwrap();
        run("import", "--from", &file, &target)
    };
    let header = |version: u32, rp_id: &str| {
        json!({ "format": "countersign-accounts", "version": version, "rp_id": rp_id }).to_string()
    };
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_fails(&import(&[]), 1, "the first line is not that of an export of accounts (import-malformed)");
    assert_fails(
        &import(&lines[1..]),
        1,
        "the first line is not that of an export of accounts (import-malformed)",
    );
    let sentence = "the export has the version 2, and this program reads version 1 (import-version)";
    assert_fails(&import(&[&header(2, "localhost")]), 1, sentence);
    let sentence = "the export is of the RP ID \"example.org\", and the configuration has \"localhost\" (rp-id-mismatch)";
    assert_fails(&import(&[&header(1, "example.org")]), 1, sentence);
    let sentence = "the export ends after line 2 without its last line: it was cut off (import-cut-off)";
    assert_fails(&import(&lines[..2]), 1, sentence);
    let sentence = "the export has lost lines: it had 2 accounts and now has 1 (import-malformed)";
    assert_fails(&import(&[lines[0], lines[1], lines[3]]), 1, sentence);
    let sentence = "line 5 is after the end of the export (import-malformed)";
    assert_fails(&import(&[&lines[..], &["x"]].concat()), 1, sentence);
    fs::remove_file(&file).unwrap();
    let sentence =
        format!("can't open {}: No such file or directory (os error 2) (file-not-read)", file.display());
    assert_fails(&run("import", "--from", &file, &target), 1, &sentence);
}
