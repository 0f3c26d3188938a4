//! `countersign backup` and `countersign restore`, with servers that run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::program::{Running, assert_fails, program};
use crate::users::{register, signs_in};

fn backup(database: &Path, to: &Path) -> Output {
    program().args(["backup", "--to"]).arg(to).arg("--database").arg(database).output().unwrap()
}

fn restore(database: &Path, from: &Path, more: &[&str]) -> Output {
    let mut command = program();
    command.args(["restore", "--from"]).arg(from).args(more).arg("--database").arg(database);
    command.output().unwrap()
}

#[track_caller]
fn assert_succeeds(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_under_load_is_restored_and_signs_in_the_same_users() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    let copies = folder.path().join("copies");
    fs::create_dir(&copies).unwrap();
    let copy = copies.join("copy.sqlite3");
    let running = Running::start(&database);
    let ada = register(&running.url, "ada", 1).unwrap();
    let is_over = AtomicBool::new(false);
    let url = &running.url;
    let after = thread::scope(|scope| {
        let is_over = &is_over;
        let load = scope.spawn(move || {
            let mut number = 0;
            while !is_over.load(Ordering::Relaxed) {
                register(url, &format!("user {number}"), 2).unwrap();
                number += 1;
            }
        });
        let said = assert_succeeds(&backup(&database, &copy));
        assert_eq!(said, format!("the backup {} is complete and was checked\n", copy.display()));
        is_over.store(true, Ordering::Relaxed);
        load.join().unwrap();
        register(&running.url, "eve", 3).unwrap()
    });
    assert_eq!(names(&copies), ["copy.sqlite3"]);
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&copy).unwrap();
    let sentence = format!("{} exists: a backup is never written over a file (file-exists)", copy.display());
    assert_fails(&backup(&database, &copy), 1, &sentence);
    assert_eq!(fs::read(&copy).unwrap(), before);

    // The server runs.
    let sentence = format!(
        "a program has the database {} open: stop the server first (database-in-use)",
        database.display()
    );
    assert_fails(&restore(&database, &copy, &["--replace"]), 1, &sentence);
    assert!(signs_in(&running, &after));
    drop(running);
    let sentence = format!(
        "{} exists: it is replaced, and set aside, only if you ask for that with --replace (database-exists)",
        database.display()
    );
    assert_fails(&restore(&database, &copy, &[]), 1, &sentence);
    let said = assert_succeeds(&restore(&database, &copy, &["--replace"]));
    assert!(said.contains("unknown_signals = \"withheld\""), "{said}");
    let old = said.lines().next().unwrap().rsplit_once("the old one is ").unwrap().1;
    let running = Running::start(&database);
    assert!(signs_in(&running, &ada));
    assert!(!signs_in(&running, &after), "it was registered after the backup");
    drop(running);
    // The old database has all.
    let running = Running::start(Path::new(old));
    assert!(signs_in(&running, &after));
    drop(running);
    // A place without a database needs no option.
    let other = folder.path().join("other/test.sqlite3");
    assert_succeeds(&restore(&other, &copy, &[]));
    assert_eq!(fs::metadata(&other).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(signs_in(&Running::start(&other), &ada));
}

/// A database with an account, without a server, and the account's passkey.
fn stopped(folder: &Path) -> PathBuf {
    let database = folder.join("test.sqlite3");
    let mut running = Running::start(&database);
    register(&running.url, "ada", 1).unwrap();
    let sent = Command::new("kill").arg(running.child.id().to_string()).status().unwrap();
    assert!(sent.success());
    running.child.wait().unwrap();
    database
}

#[test]
fn a_file_that_is_no_whole_backup_is_not_restored_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = stopped(folder.path());
    let copy = folder.path().join("copy");
    assert_succeeds(&backup(&database, &copy));
    let (good, stored) = (fs::read(&copy).unwrap(), fs::read(&database).unwrap());
    let files = names(folder.path());
    for (content, code) in [
        (&good[..good.len() / 2], "database-damaged"),
        (&good[..4096], "database-damaged"),
        (b"", "database-unusable"),
        (b"Dear Ada,\n", "database-unusable"),
    ] {
        fs::write(&copy, content).unwrap();
        let output = restore(&database, &copy, &["--replace"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.ends_with(&format!(" ({code})\n")), "{said}");
        assert_eq!(fs::read(&database).unwrap(), stored);
        assert_eq!(names(folder.path()), files);
    }
    let none = folder.path().join("none");
    assert_fails(
        &restore(&database, &none, &["--replace"]),
        1,
        &format!("there is no database {} (database-missing)", none.display()),
    );
    assert_fails(
        &backup(&none, &folder.path().join("new")),
        1,
        &format!("there is no database {} (database-missing)", none.display()),
    );
    assert!(!none.exists());
}

#[test]
fn the_log_of_a_database_that_is_missing_is_not_restored_over() {
    let folder = tempfile::tempdir().unwrap();
    let database = stopped(folder.path());
    let copy = folder.path().join("copy");
    assert_succeeds(&backup(&database, &copy));
    fs::remove_file(&database).unwrap();
    let log = folder.path().join("test.sqlite3-wal");
    fs::write(&log, "changes").unwrap();
    let sentence = format!(
        "there is {} without its database: move it away first, for it may have the last changes (database-exists)",
        log.display()
    );
    assert_fails(&restore(&database, &copy, &[]), 1, &sentence);
    assert_eq!(fs::read(&log).unwrap(), b"changes");
}

#[test]
fn a_full_disk_leaves_no_backup_and_the_old_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = stopped(folder.path());
    let copies = folder.path().join("copies");
    fs::create_dir(&copies).unwrap();
    let copy = copies.join("copy");
    // A limit for the size of files simulates a full disk: writing beyond it fails in the same way.
    let limited = |arguments: &[&str]| {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\""]).arg(program().get_program());
        command.args(arguments).arg("--database").arg(&database).stdin(Stdio::null()).output().unwrap()
    };
    let output = limited(&["backup", "--to", copy.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.ends_with(" (file-not-written)\n"), "{said}");
    assert_eq!(names(&copies).len(), 0);
    assert_succeeds(&backup(&database, &copy));
    let (stored, files) = (fs::read(&database).unwrap(), names(folder.path()));
    let output = limited(&["restore", "--replace", "--from", copy.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.ends_with(" (file-not-written)\n"), "{said}");
    assert_eq!((fs::read(&database).unwrap(), names(folder.path())), (stored, files));
}

#[test]
fn a_restore_that_is_killed_leaves_a_whole_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = stopped(folder.path());
    let copy = folder.path().join("copy");
    assert_succeeds(&backup(&database, &copy));
    for round in 0..12 {
        let mut command = program();
        command.args(["restore", "--replace", "--from"]).arg(&copy).arg("--database").arg(&database);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(std::time::Duration::from_millis(3 * round));
        let _ = child.kill();
        child.wait().unwrap();
        let listed = program()
            .args(["admin", "accounts", "list", "--json", "--database"])
            .arg(&database)
            .output()
            .unwrap();
        assert!(assert_succeeds(&listed).contains("\"name\":\"ada\""), "{round}");
    }
}

#[test]
fn a_database_on_postgresql_has_its_own_tools() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let sentence = "the database postgres://host/db is on PostgreSQL: back it up with pg_dump and restore it with pg_restore, or \
                    use countersign export and import (database-not-a-file)";
    let address = Path::new("postgres://user:word@host/db");
    assert_fails(&backup(address, &copy), 1, sentence);
    fs::write(&copy, "").unwrap();
    assert_fails(&restore(address, &copy, &[]), 1, sentence);
}
