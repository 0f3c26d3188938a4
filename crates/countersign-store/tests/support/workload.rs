//! Two processes of eight threads each on one database. Each is this test program, started again for one of its tests.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use countersign::store_kit::workload::{self, Log, Plan};
use countersign_store::Database;
use tokio::runtime::Runtime;

const PROCESSES: u32 = 2;
const THREADS: u32 = 8;

/// How long the workers work, in seconds. The weekly checks set it to 60.
const SECONDS: &str = "COUNTERSIGN_WORKLOAD_SECONDS";

/// Set for the processes that work: the number of their first worker, the database, and the file for their logs.
const WORKER: &str = "COUNTERSIGN_WORKLOAD_WORKER";
const DATABASE: &str = "COUNTERSIGN_WORKLOAD_DATABASE";
const LOGS: &str = "COUNTERSIGN_WORKLOAD_LOGS";

fn duration() -> Duration {
    let seconds = env::var(SECONDS).ok().map(|seconds| seconds.parse().unwrap());
    Duration::from_secs(seconds.unwrap_or(3))
}

/// Whether this process is one that works.
pub(crate) fn is_worker() -> bool {
    env::var_os(WORKER).is_some()
}

/// Runs this test, of the module `workload`, in further processes, which work on a new database. Meanwhile does `fault`
/// again and again. Then checks that nothing is lost or doubled.
pub(crate) fn run(test: &str, database: &str, fault: impl Fn()) {
    let folder = tempfile::tempdir().unwrap();
    let logs: Vec<_> = (0..PROCESSES).map(|number| folder.path().join(number.to_string())).collect();
    let start = |(number, logs): (u32, &std::path::PathBuf)| {
        let mut worker = Command::new(env::current_exe().unwrap());
        worker.args(["--exact", &format!("workload::{test}"), "--nocapture"]);
        worker.env(WORKER, (number * THREADS).to_string()).env(DATABASE, database).env(LOGS, logs);
        worker.spawn().unwrap()
    };
    let mut workers: Vec<Child> = (0..).zip(&logs).map(start).collect();
    let began = Instant::now();
    while began.elapsed() < duration() {
        fault();
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
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(Database::open(database)).unwrap();
    runtime.block_on(workload::check(&logs, &store)).assert_passed();
}

fn read(file: &Path) -> Vec<Log> {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// What a process does that works.
pub(crate) fn work() {
    let first: u32 = env::var(WORKER).unwrap().parse().unwrap();
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(Database::open(&env::var(DATABASE).unwrap())).unwrap();
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
