//! Two processes of eight threads each on one file: nothing is lost or doubled. What a killed process acknowledged is stored.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::{env, thread};

use countersign::store::ApplicationStore as _;
use countersign_store::sqlite::SqliteStore;
use tokio::runtime::Runtime;

use crate::samples::{NOW, handle, sign_up};
use crate::sqlite_file::{number, path};
use crate::workers;

#[test]
fn two_processes_of_eight_threads_lose_and_double_nothing() {
    if workers::is_worker() {
        return workers::work();
    }
    let (_folder, path) = path();
    let file = path.display().to_string();
    workers::run("two_processes_of_eight_threads_lose_and_double_nothing", &file, || ());
    assert_eq!(number(&path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

/// The prefix of the lines that acknowledge an account: the test runner writes other lines too.
const ACKNOWLEDGED: &str = "acknowledged ";

/// Set for the process that is killed: the number of the round, and the database.
const ROUND: &str = "COUNTERSIGN_SQLITE_ROUND";
const DATABASE: &str = "COUNTERSIGN_SQLITE_DATABASE";

#[test]
fn what_a_killed_process_acknowledged_is_stored() {
    if env::var_os(ROUND).is_some() {
        return sign_up_until_killed();
    }
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    let runtime = Runtime::new().unwrap();
    for round in 0..3 {
        let mut process = Command::new(env::current_exe().unwrap());
        process.args(["--exact", "workload::what_a_killed_process_acknowledged_is_stored", "--nocapture"]);
        process.env(ROUND, round.to_string()).env(DATABASE, &path);
        let mut process = process.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut acknowledged = Vec::new();
        for name in lines.filter_map(|line| line.strip_prefix(ACKNOWLEDGED).map(ToOwned::to_owned)) {
            acknowledged.push(name);
            // Killed in the midst of its work; what it wrote before is still in the pipe.
            if acknowledged.len() == 50 {
                process.kill().unwrap();
            }
        }
        process.wait().unwrap();
        assert!(acknowledged.len() >= 50);
        for name in acknowledged {
            assert!(runtime.block_on(store.account(&handle(&name))).unwrap().is_some(), "{name}");
        }
        let incomplete = "SELECT count(*) FROM accounts WHERE credential_count <>
            (SELECT count(*) FROM credentials WHERE credentials.user_handle = accounts.user_handle)";
        assert_eq!(number(&path, incomplete), 0);
        assert_eq!(number(&path, "SELECT count(*) FROM accounts WHERE credential_count <> 1"), 0);
    }
}

fn sign_up_until_killed() {
    let round = env::var(ROUND).unwrap();
    let store = SqliteStore::open(env::var_os(DATABASE).unwrap()).unwrap();
    let runtime = Runtime::new().unwrap();
    thread::scope(|scope| {
        for thread in 0..4 {
            let (runtime, store, round) = (runtime.handle(), &store, &round);
            scope.spawn(move || {
                for number in 0.. {
                    let name = format!("{round} {thread} {number}");
                    runtime.block_on(store.transact(sign_up(&name), NOW)).unwrap().unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "\n{ACKNOWLEDGED}{name}").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}
