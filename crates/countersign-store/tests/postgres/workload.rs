//! Two processes of eight threads each on one database: nothing is lost or doubled, also if connections are cut meanwhile.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use countersign::store_kit::workload::{self, Log, Plan};
use tokio::runtime::Runtime;

use crate::samples::store_at;
use crate::support::{schema, sql, with_parameter};

const PROCESSES: u32 = 2;
const THREADS: u32 = 8;

/// How long the workers work, in seconds. The release checks set it to 60.
const SECONDS: &str = "COUNTERSIGN_WORKLOAD_SECONDS";

/// Set for the processes that work: the number of their first worker, the address, and the file for their logs.
const WORKER: &str = "COUNTERSIGN_WORKLOAD_WORKER";
const ADDRESS: &str = "COUNTERSIGN_WORKLOAD_ADDRESS";
const LOGS: &str = "COUNTERSIGN_WORKLOAD_LOGS";

fn duration() -> Duration {
    let seconds = env::var(SECONDS).ok().map(|seconds| seconds.parse().unwrap());
    Duration::from_secs(seconds.unwrap_or(3))
}

#[test]
fn two_processes_of_eight_threads_lose_and_double_nothing() {
    run("two_processes_of_eight_threads_lose_and_double_nothing", |_| ());
}

#[test]
fn connections_that_are_cut_meanwhile_lose_and_double_nothing() {
    run("connections_that_are_cut_meanwhile_lose_and_double_nothing", |url| {
        let two = "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
                   WHERE application_name = 'workload' AND state <> 'idle' ORDER BY random() LIMIT 2) AS busy";
        sql(url, two);
        thread::sleep(Duration::from_millis(20));
    });
}

/// Runs this test in further processes, which work. Meanwhile does `fault` again and again.
fn run(test: &str, fault: impl Fn(&str)) {
    if env::var_os(WORKER).is_some() {
        return work();
    }
    let runtime = Runtime::new().unwrap();
    let url = schema();
    let store = runtime.block_on(store_at(&url));
    let folder = tempfile::tempdir().unwrap();
    let logs: Vec<_> = (0..PROCESSES).map(|number| folder.path().join(number.to_string())).collect();
    let start = |(number, logs): (u32, &std::path::PathBuf)| {
        let mut worker = Command::new(env::current_exe().unwrap());
        worker.args(["--exact", &format!("workload::{test}"), "--nocapture"]);
        worker.env(WORKER, (number * THREADS).to_string()).env(LOGS, logs);
        worker.env(ADDRESS, with_parameter(&url, "application_name=workload"));
        worker.spawn().unwrap()
    };
    let mut workers: Vec<Child> = (0..).zip(&logs).map(start).collect();
    let began = Instant::now();
    while began.elapsed() < duration() {
        fault(&url);
        thread::sleep(Duration::from_millis(10));
    }
    for worker in &mut workers {
        assert!(worker.wait().unwrap().success());
    }
    let logs: Vec<Log> = logs.iter().flat_map(|file| read(file)).collect();
    assert_eq!(logs.len(), usize::try_from(PROCESSES * THREADS).unwrap());
    let acknowledged: usize = logs.iter().map(Log::acknowledged).sum();
    eprintln!("{test}: {acknowledged} acknowledged in {:?}", duration());
    assert!(acknowledged > 20, "{acknowledged}");
    runtime.block_on(workload::check(&logs, &store)).assert_passed();
}

fn read(file: &Path) -> Vec<Log> {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

fn work() {
    let first: u32 = env::var(WORKER).unwrap().parse().unwrap();
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(store_at(&env::var(ADDRESS).unwrap()));
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
