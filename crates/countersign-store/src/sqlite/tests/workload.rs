//! Two processes of eight threads each on one file, and processes that are killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use countersign::store::ApplicationStore as _;
use countersign::store_kit::workload::{self, Log, Plan};
use tokio::runtime::Runtime;

use super::samples::{NOW, handle, number, sign_up, store};
use crate::sqlite::SqliteStore;

const PROCESSES: u32 = 2;
const THREADS: u32 = 8;

/// How long the workers work, in seconds. The release checks set it to 60.
const SECONDS: &str = "COUNTERSIGN_WORKLOAD_SECONDS";

/// Set for the processes that work: the number of their first worker, the database, and the file for their logs.
const WORKER: &str = "COUNTERSIGN_SQLITE_WORKER";
const DATABASE: &str = "COUNTERSIGN_SQLITE_DATABASE";
const LOGS: &str = "COUNTERSIGN_SQLITE_LOGS";

fn duration() -> Duration {
    let seconds = env::var(SECONDS).ok().map(|seconds| seconds.parse().unwrap());
    Duration::from_secs(seconds.unwrap_or(3))
}

/// This program, to run one of the tests below as a process of its own.
fn worker(test: &str, path: &Path, number: u32) -> Command {
    let mut worker = Command::new(env::current_exe().unwrap());
    worker.args(["--exact", &format!("sqlite::tests::workload::{test}"), "--nocapture"]);
    worker.env(WORKER, number.to_string()).env(DATABASE, path);
    worker
}

#[test]
fn two_processes_of_eight_threads_lose_and_double_nothing() {
    if env::var_os(WORKER).is_some() {
        return work();
    }
    let (folder, path, store) = store();
    let logs: Vec<_> = (0..PROCESSES).map(|number| folder.path().join(number.to_string())).collect();
    let mut workers: Vec<_> = (0..)
        .zip(&logs)
        .map(|(number, logs)| {
            let test = "two_processes_of_eight_threads_lose_and_double_nothing";
            worker(test, &path, number * THREADS).env(LOGS, logs).spawn().unwrap()
        })
        .collect();
    for worker in &mut workers {
        assert!(worker.wait().unwrap().success());
    }
    let logs: Vec<Log> = logs.iter().flat_map(|file| read(file)).collect();
    assert_eq!(logs.len(), usize::try_from(PROCESSES * THREADS).unwrap());
    let acknowledged: usize = logs.iter().map(Log::acknowledged).sum();
    assert!(acknowledged > 100, "{acknowledged}");
    Runtime::new().unwrap().block_on(workload::check(&logs, &store)).assert_passed();
}

fn read(file: &Path) -> Vec<Log> {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

fn work() {
    let first: u32 = env::var(WORKER).unwrap().parse().unwrap();
    let runtime = Runtime::new().unwrap();
    let store = SqliteStore::open(env::var_os(DATABASE).unwrap()).unwrap();
    let until = Instant::now() + duration();
    let logs: Vec<Log> = thread::scope(|scope| {
        let work = |worker| {
            let (runtime, store) = (runtime.handle(), &store);
            scope.spawn(move || {
                runtime.block_on(workload::work(store, Plan::new(1, worker), || Instant::now() < until))
            })
        };
        let workers: Vec<_> = (first..first + THREADS).map(work).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    fs::write(env::var_os(LOGS).unwrap(), serde_json::to_vec(&logs).unwrap()).unwrap();
}

/// The prefix of the lines that acknowledge an account: the test runner writes other lines too.
const ACKNOWLEDGED: &str = "acknowledged ";

#[test]
fn what_a_killed_process_acknowledged_is_stored() {
    if env::var_os(WORKER).is_some() {
        return sign_up_until_killed();
    }
    let (_folder, path, store) = store();
    let runtime = Runtime::new().unwrap();
    for round in 0..3 {
        let test = "what_a_killed_process_acknowledged_is_stored";
        let mut process = worker(test, &path, round).stdout(Stdio::piped()).spawn().unwrap();
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
    let round = env::var(WORKER).unwrap();
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
