//! An allocator that counts.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
};

use serde::Serialize;

/// The system's allocator, with counts. Make it the `#[global_allocator]` of a benchmark.
///
/// C's heap is not counted: AWS-LC has its own. The counts are those of a program with one thread.
pub struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static HELD: AtomicU64 = AtomicU64::new(0);
/// The most that was held since this was set.
static MOST: AtomicU64 = AtomicU64::new(0);

/// With one thread a load and a store are an addition, in a fraction of the time of an atomic one.
fn set(count: &AtomicU64, value: impl FnOnce(u64) -> u64) -> u64 {
    let value = value(count.load(Ordering::Relaxed));
    count.store(value, Ordering::Relaxed);
    value
}

fn grow(allocated: usize, freed: usize) {
    set(&ALLOCATIONS, |count| count + 1);
    set(&BYTES, |count| count + allocated.saturating_sub(freed) as u64);
    let held = set(&HELD, |count| count + allocated as u64 - freed as u64);
    set(&MOST, |count| count.max(held));
}

// SAFETY: it passes everything on.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size(), 0);
        // SAFETY: the caller's promise is ours.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        set(&HELD, |count| count - layout.size() as u64);
        // SAFETY: the caller's promise is ours.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        grow(size, layout.size());
        // SAFETY: the caller's promise is ours.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// What a call asks of the heap.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Heap {
    /// Allocations, each growth of one included.
    pub allocations: u64,
    /// The bytes of all of them together.
    pub bytes: u64,
    /// The most bytes that it held at once.
    pub peak: u64,
}

/// What `work` asks of the heap, in a program whose allocator is [`Counting`].
pub fn heap<T>(work: impl FnOnce() -> T) -> Heap {
    let counts = || [&ALLOCATIONS, &BYTES, &HELD].map(|count| count.load(Ordering::Relaxed));
    let [allocations, bytes, held] = counts();
    MOST.store(held, Ordering::Relaxed);
    drop(black_box(work()));
    let [all, all_bytes, _] = counts();
    let peak = MOST.load(Ordering::Relaxed) - held;
    Heap { allocations: all - allocations, bytes: all_bytes - bytes, peak }
}

/// The result of `work`, and how many bytes of the heap it holds.
pub fn held<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = HELD.load(Ordering::Relaxed);
    let made = work();
    (made, HELD.load(Ordering::Relaxed) - before)
}
