//! A running server, and its data after it was stopped, killed, or out of disk.

use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{path::Path, thread};

use rusqlite::Connection;
use serde_json::json;

use crate::authenticator::Passkey;
use crate::program::{Running, program};
use crate::users::{finish, register, signs_in};

fn count(database: &Path, query: &str) -> i64 {
    Connection::open(database).unwrap().query_row(query, (), |row| row.get(0)).unwrap()
}

#[test]
fn one_line_shows_the_address_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&folder.path().join("test.sqlite3"));
    let port = running.url.strip_prefix("http://localhost:").unwrap();
    assert_eq!(
        running.line,
        format!("countersign listens on 127.0.0.1:{port}: open http://localhost:{port}\n")
    );
    let passkey = register(&running.url, "Ada", 1).unwrap();
    assert!(signs_in(&running, &passkey));
}

#[test]
fn a_signal_stops_the_server_cleanly() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("test.sqlite3");
        let mut running = Running::start(&database);
        register(&running.url, "Ada", 1).unwrap();
        let sent = Command::new("kill").args([signal, &running.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(running.child.wait().unwrap().code(), Some(0));
        assert!(!folder.path().join("test.sqlite3-wal").exists(), "the log is in the database");
        assert_eq!(count(&database, "SELECT count(*) FROM accounts"), 1);
    }
}

#[test]
fn a_killed_server_loses_nothing_acknowledged_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    let kept: Mutex<Vec<Passkey>> = Mutex::default();
    for round in 0..6_u8 {
        let mut running = Running::start(&database);
        let url = running.url.clone();
        let made = || kept.lock().unwrap_or_else(PoisonError::into_inner).len();
        let (before, began) = (made(), Instant::now());
        thread::scope(|scope| {
            for worker in 0..3_u8 {
                let (url, kept) = (&url, &kept);
                scope.spawn(move || {
                    // Until the server is killed.
                    for number in 0.. {
                        let name = format!("{round} {worker} {number}");
                        let Some(passkey) = register(url, &name, worker) else { break };
                        kept.lock().unwrap_or_else(PoisonError::into_inner).push(passkey);
                    }
                });
            }
            // However slow the machine is, it is killed while accounts are made.
            while made() < before + 2 && began.elapsed() < Duration::from_secs(60) {
                thread::sleep(Duration::from_millis(5));
            }
            thread::sleep(Duration::from_millis(37 * u64::from(round)));
            running.child.kill().unwrap();
        });
    }
    let kept = kept.into_inner().unwrap();
    assert!(kept.len() > 6, "only {} accounts were made", kept.len());
    let running = Running::start(&database);
    for passkey in kept.iter().step_by(kept.len().div_ceil(40)) {
        assert!(signs_in(&running, passkey), "{}", String::from_utf8_lossy(&passkey.id));
    }
    drop(running);
    let check: String = Connection::open(&database)
        .unwrap()
        .query_row("PRAGMA integrity_check", (), |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    for passkey in &kept {
        let id = String::from_utf8(passkey.id.clone()).unwrap();
        assert_eq!(count(&database, &format!("SELECT count(*) FROM accounts WHERE name = '{id}'")), 1);
    }
    let half = "SELECT count(*) FROM accounts WHERE user_handle NOT IN (SELECT user_handle FROM credentials)";
    assert_eq!(count(&database, half), 0);
    let without =
        "SELECT count(*) FROM credentials WHERE user_handle NOT IN (SELECT user_handle FROM accounts)";
    assert_eq!(count(&database, without), 0);
    let miscounted = "SELECT count(*) FROM accounts WHERE credential_count <>
        (SELECT count(*) FROM credentials WHERE credentials.user_handle = accounts.user_handle)";
    assert_eq!(count(&database, miscounted), 0);
}

#[test]
fn a_full_disk_is_reported_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    let before = Running::start(&database);
    let passkey = register(&before.url, "Ada", 1).unwrap();
    drop(before);

    // A limit for the size of files simulates a full disk: writing beyond it fails in the same way.
    let mut command = Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 400; exec \"$0\" serve --listen 127.0.0.1:0 --database \"$1\"";
    command.args(["-c", script]).arg(program().get_program()).arg(&database).stdin(Stdio::null());
    let full = Running::spawn(command);
    let began = Instant::now();
    let refused = (0_u32..).find_map(|number| {
        assert!(began.elapsed() < Duration::from_secs(60), "the limit was not reached");
        // A start stores nothing.
        let name = json!({ "name": number.to_string() });
        let (status, started) = full.post("/api/accounts/start", &name).unwrap();
        assert_eq!(status, 200);
        let mut passkey = Passkey::new(&started["options"], &full.url, 2);
        passkey.id = number.to_be_bytes().to_vec();
        let body = finish(&started, &passkey.registration(&started["options"]));
        let (status, answer) = full.post("/api/accounts/finish", &body).unwrap();
        (status != 201).then(|| (status, answer["error"]["code"].clone()))
    });
    assert_eq!(refused, Some((503, json!("storage-failed"))));
    drop(full);

    let after = Running::start(&database);
    assert!(signs_in(&after, &passkey));
}
