//! `slow TARGET…`: times each target, or all, with inputs that take long, and fails if one takes too long.

use std::{env, process::ExitCode, time::Duration};

use countersign_fuzz::{TARGETS, hostile, seeds, target};

/// The most that an input of 64 KiB may take.
const LIMIT: Duration = Duration::from_millis(50);

/// Runs of what took too long: the fastest counts.
const ATTEMPTS: usize = 3;

fn main() -> ExitCode {
    let chosen: Vec<String> = env::args().skip(1).collect();
    if let Some(unknown) = chosen.iter().find(|name| target(name).is_none()) {
        eprintln!("no target {unknown}");
        return ExitCode::from(2);
    }
    let mut slow = 0;
    for (name, target) in
        TARGETS.iter().filter(|(name, _)| chosen.is_empty() || chosen.iter().any(|it| it == name))
    {
        // What is made once is made before the clock runs.
        seeds::inputs(name).iter().for_each(|(_, data)| target(data));
        let timed = hostile::inputs(name).into_iter().map(|(input, data)| (time(*target, &data), input));
        let mut timed: Vec<_> = timed.collect();
        timed.sort_by_key(|(time, _)| core::cmp::Reverse(*time));
        let (worst, input) = timed.first().cloned().unwrap_or_default();
        println!("{name}: {} inputs, at most {:.1} ms ({input})", timed.len(), millis(worst));
        for (time, input) in timed.iter().filter(|(time, _)| *time > LIMIT) {
            println!("  TOO SLOW {:.1} ms: {input}", millis(*time));
            slow += 1;
        }
    }
    println!("{slow} inputs took over {} ms", LIMIT.as_millis());
    if slow == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn time(target: fn(&[u8]), data: &[u8]) -> Duration {
    let once = || {
        let before = processor_time();
        target(data);
        processor_time().saturating_sub(before)
    };
    let first = once();
    if first <= LIMIT { first } else { (1..ATTEMPTS).map(|_| once()).fold(first, Duration::min) }
}

/// The processor time of this thread: what the machine does for others is not in it.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists, and the place is ours.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(outcome, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
