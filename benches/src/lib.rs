//! The shared parts of the measurements: a counting allocator, and a comparison of two functions that other work of the
//! machine disturbs equally; keys and ceremonies to measure.

pub mod blob;
pub mod fixtures;
pub mod keys;
pub mod ours;
pub mod peers;
pub mod rows;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The system's allocator, with counts. Make it the `#[global_allocator]` of a benchmark.
///
/// C's heap is not counted: AWS-LC has its own.
pub struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
/// Modulo 2^64, because memory may be freed that was allocated before a measurement.
static HELD: AtomicU64 = AtomicU64::new(0);

// SAFETY: it passes everything on.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        HELD.fetch_add(layout.size() as u64, Ordering::Relaxed);
        // SAFETY: the caller's promise is ours.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as u64, Ordering::Relaxed);
        // SAFETY: the caller's promise is ours.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        HELD.fetch_add((size as u64).wrapping_sub(layout.size() as u64), Ordering::Relaxed);
        // SAFETY: the caller's promise is ours.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// The number of allocations in `work`, which must run on this thread only.
pub fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    black_box(work());
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

/// The result of `work`, and how many bytes of the heap it holds.
pub fn held<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = HELD.load(Ordering::Relaxed);
    let made = work();
    (made, HELD.load(Ordering::Relaxed).wrapping_sub(before))
}

/// Two functions measured by turns.
pub struct Comparison {
    /// The median time of one call of the first.
    pub ours: Duration,
    /// The median time of one call of the second.
    pub raw: Duration,
    /// The median of the differences within a turn, in microseconds.
    pub difference: f64,
}

/// The processor time of this thread, without the machine's other work.
fn now() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists, and the place is ours.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(outcome, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Calls both by turns, so that other work of the machine disturbs both, and takes medians over the turns.
pub fn compare(mut ours: impl FnMut(), raw: impl FnMut()) -> Comparison {
    compare_prepared(|| (), |()| ours(), raw)
}

/// [`compare`] with a value that `prepare` makes before the clock runs, for a call that consumes it.
pub fn compare_prepared<T>(
    mut prepare: impl FnMut() -> T,
    mut ours: impl FnMut(T),
    mut raw: impl FnMut(),
) -> Comparison {
    const TURNS: usize = 201;
    const TURN: Duration = Duration::from_millis(2);

    let first = prepare();
    let once = now();
    ours(first);
    let calls = (TURN.as_nanos() / (now() - once).as_nanos().max(1)).clamp(1, 10_000) as u32;
    let mut time_ours = || {
        let mut prepared: Vec<_> = (0..calls).map(|_| prepare()).collect();
        let start = now();
        for prepared in prepared.drain(..) {
            ours(prepared);
        }
        // The vector itself is given back later: the allocator may use that to tidy up, which is none of our work.
        (now() - start) / calls
    };
    let mut time_raw = || {
        let start = now();
        for _ in 0..calls {
            raw();
        }
        (now() - start) / calls
    };
    let (mut of_ours, mut of_raw, mut differences) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..TURNS {
        // Which goes first alternates too.
        let (a, b) = if turn % 2 == 0 {
            let a = time_ours();
            (a, time_raw())
        } else {
            let b = time_raw();
            (time_ours(), b)
        };
        of_ours.push(a);
        of_raw.push(b);
        differences.push((a.as_secs_f64() - b.as_secs_f64()) * 1e6);
    }
    of_ours.sort_unstable();
    of_raw.sort_unstable();
    differences.sort_unstable_by(f64::total_cmp);
    Comparison { ours: of_ours[TURNS / 2], raw: of_raw[TURNS / 2], difference: differences[TURNS / 2] }
}
