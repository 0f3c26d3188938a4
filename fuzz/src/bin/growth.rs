//! `growth write FOLDER`: writes each case's inputs, of one and of two sizes, and prints their names and lengths.
//! `growth run FOLDER SHARE SHARES`: runs the parser on the inputs of every SHARES-th case, under callgrind.
//! `growth parsers`: prints the name of every parser, so that a parser without cases is found.
//! `growth memory`: prints the allocations of each case with one and with four times the size.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    env, fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use countersign_fuzz::growth::{self, Case};

/// The system's allocator, with counts.
struct Counting;

static BYTES: AtomicU64 = AtomicU64::new(0);
static CALLS: AtomicU64 = AtomicU64::new(0);

fn count(bytes: usize) {
    BYTES.fetch_add(bytes as u64, Ordering::Relaxed);
    CALLS.fetch_add(1, Ordering::Relaxed);
}

// SAFETY: all is done by the system's allocator, as it was asked for.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.saturating_sub(layout.size()));
        // SAFETY: the caller's.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The one function whose instructions callgrind counts, and after which it writes down how many there were.
#[unsafe(no_mangle)]
#[inline(never)]
pub fn growth_measured(run: fn(&[u8]), input: &[u8]) {
    run(std::hint::black_box(input));
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder] => write(Path::new(folder)),
        ["run", folder, share, shares] => run(Path::new(folder), number(share), number(shares)),
        ["parsers"] => growth::PARSERS.iter().for_each(|parser| println!("{}", parser.name)),
        ["memory"] => memory(),
        _ => panic!("growth write FOLDER | run FOLDER SHARE SHARES | parsers | memory"),
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn write(folder: &Path) {
    for (index, case) in growth::cases(&[1.0, 2.0]).iter().enumerate() {
        for (size, input) in case.inputs.iter().enumerate() {
            fs::write(folder.join(format!("{index}-{size}")), input).unwrap();
        }
        println!("{}\t{}\t{}\t{}", case.parser, case.inputs[0].len(), case.inputs[1].len(), case.name);
    }
}

/// The cases are read from the table that was printed, one a line, for making them takes longer than reading them.
fn run(folder: &Path, share: usize, shares: usize) {
    let table = fs::read_to_string(folder.join("cases")).unwrap();
    for (index, line) in table.lines().enumerate().filter(|(index, _)| index % shares == share) {
        let parser = line.split('\t').next().and_then(growth::parser).expect("a parser");
        let inputs = [0, 1].map(|size| fs::read(folder.join(format!("{index}-{size}"))).unwrap());
        // What is made once is made before anything is counted.
        (parser.run)(&inputs[0][..inputs[0].len().min(64)]);
        if index < shares || line.starts_with("attestation") || line.starts_with("sealed") {
            (parser.run)(&inputs[0]);
        }
        for input in &inputs {
            growth_measured(parser.run, input);
        }
    }
}

fn memory() {
    for case in growth::cases(&[0.5, 2.0]) {
        (case.run)(&case.inputs[0]);
        let [small, large] = [0, 1].map(|size| allocated(&case, size));
        println!("{}\t{}\t{}\t{}\t{}", small.0, large.0, small.1, large.1, case.name);
    }
}

/// Bytes and calls.
fn allocated(case: &Case, size: usize) -> (u64, u64) {
    let before = (BYTES.load(Ordering::Relaxed), CALLS.load(Ordering::Relaxed));
    (case.run)(&case.inputs[size]);
    (BYTES.load(Ordering::Relaxed) - before.0, CALLS.load(Ordering::Relaxed) - before.1)
}
