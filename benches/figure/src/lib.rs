//! Figures: a call of a library and its control, timed by turns.
//!
//! The programs of this folder print a figure a line, as JSON. `cargo xtask bench` runs them several times, one after the
//! other, and takes medians and quartiles over the turns of all runs.

pub mod heap;

use std::time::Duration;

use serde::Serialize;

use crate::heap::Heap;

/// What is compared.
#[derive(Debug, Clone, Serialize)]
pub struct Figure<'a> {
    /// The table that the figure belongs to.
    pub part: &'a str,
    /// The work of the call.
    pub operation: &'a str,
    /// The library or the backend whose call it is.
    pub subject: &'a str,
    /// The call that it is compared with.
    pub control: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    figure: &'a Figure<'a>,
    #[serde(flatten)]
    turns: &'a Turns,
    #[serde(flatten)]
    heap: Heap,
    control_allocations: u64,
}

impl Figure<'_> {
    /// Prints the figure, with the heap of one call and of its control.
    pub fn print(&self, turns: &Turns, [heap, control]: [Heap; 2]) {
        let line = Line { figure: self, turns, heap, control_allocations: control.allocations };
        println!("{}", serde_json::to_string(&line).expect("JSON"));
    }
}

/// The processor time of one call in each turn, in microseconds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Turns {
    /// Of the call.
    pub times: Vec<f64>,
    /// Of its control in the same turn.
    pub controls: Vec<f64>,
}

/// How long a turn of one side is, about.
const TURN: Duration = Duration::from_millis(2);

/// The turns of a program that is called without a number of them.
const TURNS: usize = 41;

/// The number of turns: the last argument, if that is a number.
pub fn turns() -> usize {
    std::env::args().next_back().and_then(|number| number.parse().ok()).unwrap_or(TURNS)
}

/// The processor time of this thread, without the machine's other work.
pub fn now() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists, and the place is ours.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(outcome, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Calls both by turns, so that other work of the machine disturbs both.
pub fn compare(mut call: impl FnMut(), control: impl FnMut()) -> Turns {
    compare_prepared(|| (), |()| call(), control)
}

/// [`compare`] with a value that `prepare` makes before the clock runs, for a call that consumes it.
pub fn compare_prepared<T>(
    mut prepare: impl FnMut() -> T,
    mut call: impl FnMut(T),
    mut control: impl FnMut(),
) -> Turns {
    // The first call of each fills caches.
    call(prepare());
    control();
    let calls_of_control = calls(time(&mut control));
    let first = prepare();
    let calls = calls(time(|| call(first)));
    let mut time_call = || {
        let mut prepared: Vec<_> = (0..calls).map(|_| prepare()).collect();
        // The vector itself is given back after the clock: the allocator may use that to tidy up, which is not our work.
        time(|| prepared.drain(..).for_each(&mut call)) / f64::from(calls)
    };
    let mut time_control =
        || time(|| (0..calls_of_control).for_each(|_| control())) / f64::from(calls_of_control);
    let mut turns = Turns::default();
    for turn in 0..self::turns() {
        // Which goes first alternates too.
        let (of_call, of_control) = if turn % 2 == 0 {
            let of_call = time_call();
            (of_call, time_control())
        } else {
            let of_control = time_control();
            (time_call(), of_control)
        };
        turns.times.push(of_call);
        turns.controls.push(of_control);
    }
    turns
}

/// The processor time of this thread, in microseconds.
pub fn time(work: impl FnOnce()) -> f64 {
    let start = now();
    work();
    (now() - start).as_secs_f64() * 1e6
}

/// The calls of a turn, from the time of one in microseconds.
fn calls(one: f64) -> u32 {
    (TURN.as_secs_f64() * 1e6 / one.max(0.01)).clamp(1.0, 10_000.0) as u32
}
