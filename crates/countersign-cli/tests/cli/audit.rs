//! `countersign audit`: exports, and what a verification finds.

use std::fs;
use std::path::Path;

use crate::program::{Running, assert_fails, program, run};
use crate::users::register;

/// The standard output of a command that succeeds.
fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A database with acts of the operator.
fn database(folder: &Path, invitations: usize) -> String {
    let database = folder.join("test.sqlite3").display().to_string();
    drop(Running::start(Path::new(&database)));
    for _ in 0..invitations {
        said(&["admin", "invitations", "new", "--database", &database]);
    }
    database
}

#[test]
fn an_export_is_verified_and_each_wrong_row_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path(), 3);
    said(&["admin", "keys", "rotate", "--database", &database]);
    let verified = said(&["audit", "verify", "--database", &database]);
    assert!(verified.contains(" rows in ") && verified.ends_with("are as they were written\n"), "{verified}");
    let export = said(&["audit", "export", "--database", &database]);
    let lines: Vec<_> = export.lines().collect();
    assert_eq!(lines[0], r#"{"audit":1,"since":null,"until":null}"#);
    let kinds =
        |kind: &str| lines.iter().filter(|line| line.contains(&format!("\"kind\":\"{kind}\""))).count();
    assert_eq!((kinds("invitation-made"), kinds("keys-rotated")), (3, 1));
    let file = folder.path().join("export").display().to_string();
    let verify = |text: &str| {
        fs::write(&file, text).unwrap();
        run(&["audit", "verify", &file])
    };
    assert_eq!(String::from_utf8(verify(&export).stdout).unwrap(), verified);
    let row = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        (value["chain"].as_str().unwrap().to_owned(), value["number"].as_u64().unwrap())
    };
    let wrong = |output: &std::process::Output, (chain, number): &(String, u64), what: &str| {
        let sentence =
            format!("the audit log is not whole: row {number} of chain {chain}: {what} (audit-not-whole)");
        assert_fails(output, 1, &sentence);
    };
    let changed = export.replacen("invitation-made", "invitation-used", 1);
    let index = lines.iter().position(|line| line.contains("invitation-made")).unwrap();
    wrong(&verify(&changed), &row(lines[index]), "changed: its content does not have its hash");
    let mut twice = lines.clone();
    twice.insert(index, lines[index]);
    wrong(&verify(&(twice.join("\n") + "\n")), &row(lines[index]), "reordered: it is not at its place");
    // What was kept elsewhere is missed, and so is what never was.
    let hash = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        value["hash"].as_str().unwrap().to_owned()
    };
    let (chain, number) = row(lines[index]);
    let anchor = format!("{chain}:{number}:{}", hash(lines[index]));
    let cut: Vec<_> = lines.iter().filter(|line| !line.contains(&chain)).copied().collect();
    fs::write(&file, cut.join("\n") + "\n").unwrap();
    let output = run(&["audit", "verify", &file, "--anchor", &anchor]);
    let what = "cut off: an anchor lists it, and it and all later rows of the chain are gone";
    wrong(&output, &(chain, 1), what);
    said(&["audit", "verify", "--database", &database, "--anchor", &anchor]);
}

#[test]
fn an_export_of_some_days_says_so_and_is_verified_as_a_part() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path(), 1);
    let export = said(&[
        "audit",
        "export",
        "--database",
        &database,
        "--since",
        "2026-01-01",
        "--until",
        "2026-01-02T00:00:01Z",
    ]);
    assert_eq!(export, "{\"audit\":1,\"since\":1767225600,\"until\":1767312001}\n");
    let file = folder.path().join("export").display().to_string();
    fs::write(&file, &export).unwrap();
    assert_eq!(said(&["audit", "verify", &file]), "0 rows in 0 chains are as they were written\n");
}

#[test]
fn what_can_not_be_verified_is_another_status() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").display().to_string();
    let sentence = format!("there is no database {missing} (database-missing)");
    assert_fails(&run(&["audit", "verify", "--database", &missing]), 2, &sentence);
    assert_fails(&run(&["audit", "export", "--database", &missing]), 1, &sentence);
    for (text, line) in [("", 1), ("{}\n", 1), ("{\"audit\":2,\"since\":null,\"until\":null}\n", 1)]
        .into_iter()
        .chain(["{\"audit\":1,\"since\":null,\"until\":null}\nx\n"].map(|text| (text, 2)))
    {
        fs::write(&missing, text).unwrap();
        let sentence =
            format!("{missing}, line {line}: not a line of an export of the audit log (audit-malformed)");
        assert_fails(&run(&["audit", "verify", &missing]), 2, &sentence);
    }
    let output = program().args(["audit", "verify", "x", "--anchor", "1:2:3"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_file_that_can_not_be_read_and_a_database_that_is_none_have_codes() {
    let folder = tempfile::tempdir().unwrap();
    let failed = |arguments: &[&str], status: i32, code: &str| {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.trim_end().ends_with(&format!(" ({code})")), "{said}");
    };
    let missing = folder.path().join("missing").display().to_string();
    failed(&["audit", "verify", &missing], 2, "file-not-read");
    let junk = folder.path().join("junk").display().to_string();
    fs::write(&junk, "this is no database, but long enough to be taken for the first page of one").unwrap();
    failed(&["audit", "verify", "--database", &junk], 2, "database-unusable");
    failed(&["audit", "export", "--database", &junk], 1, "database-unusable");
}

#[test]
fn exports_imports_and_restores_are_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let running = Running::start(Path::new(&path("test.sqlite3")));
    register(&running.url, "ada", 1).unwrap();
    drop(running);
    let kinds = |database: &str| -> Vec<String> {
        let export = said(&["audit", "export", "--database", &path(database)]);
        let rows =
            export.lines().skip(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let of_operator = rows.filter(|row| row["actor"] == "operator");
        let kinds = of_operator.map(|row| row["kind"].as_str().unwrap().to_owned());
        kinds.filter(|kind| kind != "invitation-made").collect()
    };
    said(&["backup", "--to", &path("backup.sqlite3"), "--database", &path("test.sqlite3")]);
    said(&["export", "--to", &path("accounts.jsonl"), "--database", &path("test.sqlite3")]);
    assert_eq!(kinds("test.sqlite3"), ["accounts-exported"]);
    let import = || said(&["import", "--from", &path("accounts.jsonl"), "--database", &path("new.sqlite3")]);
    import();
    assert_eq!(kinds("new.sqlite3"), ["account-imported"]);
    // An account that is there already is not imported.
    import();
    assert_eq!(kinds("new.sqlite3"), ["account-imported"]);
    let restore =
        ["restore", "--replace", "--from", &path("backup.sqlite3"), "--database", &path("test.sqlite3")];
    said(&restore);
    assert_eq!(kinds("test.sqlite3"), ["database-restored"]);
    said(&["audit", "verify", "--database", &path("test.sqlite3")]);
}
