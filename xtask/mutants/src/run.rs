//! The tests, each mutant's own: those that come to its place, the quick ones first.

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{build::Program, list::Mutant, report::Outcome};

/// Programs at a time.
const JOBS: usize = 2;

/// Tests started together: the first few catch most mutants.
const BATCHES: [usize; 3] = [4, 16, usize::MAX];

/// Kilobytes that a test program may take: a mutant may collect without end.
const MEMORY_MAX: &str = "4194304";

/// The time of a batch, in addition to twenty times that without a mutant.
const PATIENCE: Duration = Duration::from_secs(20);

/// A test, and the numbers of the mutants whose place it comes to.
pub(super) struct Test {
    program: usize,
    name: String,
    time: Duration,
    reached: BTreeSet<u32>,
}

/// Runs each test by itself, and notes the mutants that it reaches.
pub(super) fn trace(programs: &[Program], folder: &Path) -> Result<Vec<Test>, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut names = Vec::new();
    for (index, program) in programs.iter().enumerate() {
        let output = Command::new(&program.path).args(["--list", "--format", "terse"]).output()?;
        let text = String::from_utf8(output.stdout)?;
        names.extend(
            text.lines().filter_map(|line| line.strip_suffix(": test")).map(|name| (index, name.to_owned())),
        );
    }
    let failed = Mutex::new(Vec::new());
    let tests = parallel(&names, |index, (program, name)| {
        let of = programs.get(*program)?;
        let path = folder.join(format!("trace-{index}"));
        let _ = fs::remove_file(&path);
        let started = Instant::now();
        let mut command = command(of, &[name.as_str()]);
        command.env("COUNTERSIGN_MUTANT", "trace").env("COUNTERSIGN_MUTANT_TRACE", &path);
        if wait(command, Duration::from_secs(600)) != Some(true) {
            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(name.clone());
        }
        let time = started.elapsed();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(&path);
        let reached = text.lines().filter_map(|line| line.parse().ok()).collect();
        Some(Test { program: *program, name: name.clone(), time, reached })
    });
    let failed = failed.into_inner()?;
    if failed.is_empty() {
        Ok(tests)
    } else {
        Err(format!("without a mutant fail: {}", failed.join(", ")).into())
    }
}

/// Each mutant's outcome, in order.
pub(super) fn run(
    mutants: &[&Mutant],
    programs: &[Program],
    tests: &[Test],
    told: impl Fn(&Mutant, Outcome) + Sync,
) -> Vec<(u32, Outcome)> {
    parallel(mutants, |_, mutant| {
        let outcome = one(mutant, programs, tests);
        told(mutant, outcome);
        Some((mutant.number, outcome))
    })
}

fn one(mutant: &Mutant, programs: &[Program], tests: &[Test]) -> Outcome {
    let mut reaching: Vec<&Test> =
        tests.iter().filter(|test| test.reached.contains(&mutant.number)).collect();
    let is_other = |test: &Test| programs.get(test.program).is_none_or(|of| of.package != mutant.package);
    let module = module(&mutant.file);
    let is_far = |test: &Test| !test.name.starts_with(&module);
    reaching.sort_by_key(|test| (is_other(test), is_far(test), test.program, test.time));
    let mut rest = &*reaching;
    for size in BATCHES {
        let (batch, after) = rest.split_at(size.min(rest.len()));
        rest = after;
        for tests in batch.chunk_by(|a, b| a.program == b.program) {
            let Some(of) = tests.first().and_then(|test| programs.get(test.program)) else { continue };
            let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
            let patience = PATIENCE + tests.iter().map(|test| test.time).sum::<Duration>() * 20;
            let mut command = command(of, &names);
            command.env("COUNTERSIGN_MUTANT", mutant.number.to_string());
            match wait(command, patience) {
                Some(true) => {}
                Some(false) => return Outcome::Caught,
                None => return Outcome::Timeout,
            }
        }
    }
    Outcome::Missed
}

/// The path of the file's module, whose own tests are the likeliest to fail.
fn module(file: &Path) -> String {
    let inside: Vec<_> = file.components().skip_while(|part| part.as_os_str() != "src").skip(1).collect();
    let path = inside.iter().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("::");
    path.trim_end_matches(".rs").trim_end_matches("::mod").to_owned()
}

fn command(program: &Program, tests: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v \"$1\"; shift; exec \"$@\"", "sh", MEMORY_MAX]);
    command.arg(&program.path).args(["--exact", "--test-threads", "1", "--quiet"]).args(tests);
    command.current_dir(&program.folder).env("CARGO_MANIFEST_DIR", &program.folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Whether it succeeded; `None` if it took too long.
fn wait(mut command: Command, patience: Duration) -> Option<bool> {
    let mut child: Child = command.spawn().ok()?;
    let started = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if started.elapsed() < patience => {
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

fn parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(usize, &T) -> Option<R> + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    if let Some(result) = work(index, item) {
                        results
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner)
                            .push((index, result));
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
