//! Times `FidoMds::from_str` of the crate fido-mds: `peer-fido-mds BLOB ROOT SECONDS ROUNDS`, of which it has no use for
//! the root.
//!
//! The library reads the system's clock and has the root of FIDO's service built in. So it reads only BLOBs of that service,
//! and the clock has to be set to a time at which the BLOB was current.

use std::{
    ffi::c_int,
    fs,
    hint::black_box,
    process::exit,
    str::FromStr as _,
    sync::atomic::{AtomicI64, Ordering},
};

use fido_mds::FidoMds;

static NOW: AtomicI64 = AtomicI64::new(0);

/// Replaces C's `clock_gettime`, which is Rust's source of the time for certificates.
///
/// # Safety
/// `out` points to memory for the time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: libc::clockid_t, out: *mut libc::timespec) -> c_int {
    if clock == libc::CLOCK_REALTIME {
        // SAFETY: the caller's promise.
        unsafe { *out = libc::timespec { tv_sec: NOW.load(Ordering::Relaxed), tv_nsec: 0 } };
        return 0;
    }
    // SAFETY: the caller's promise. It returns 0, or -1 with the error in `errno`.
    let outcome = unsafe { libc::syscall(libc::SYS_clock_gettime, clock, out) };
    if outcome == 0 { 0 } else { -1 }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, _root, seconds, rounds] = &arguments[..] else { panic!("BLOB ROOT SECONDS ROUNDS") };
    NOW.store(seconds.parse().expect("a time"), Ordering::Relaxed);
    let blob = fs::read_to_string(file).expect("a file to read");
    let before = kibibytes("VmRSS:");
    for _ in 0..rounds.parse().expect("a number") {
        let start = processor_time();
        // Debug, for its errors are not printed otherwise in every version.
        let metadata = FidoMds::from_str(&blob).unwrap_or_else(|error| {
            eprintln!("refused: {error:?}");
            exit(1)
        });
        drop(black_box(metadata));
        println!("{}", (processor_time() - start) * 1e3);
    }
    println!("memory {}", kibibytes("VmHWM:").saturating_sub(before));
}

/// The processor time of this process, in seconds.
fn processor_time() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists, and the place is ours.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(outcome, 0);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// A figure of this process's memory.
fn kibibytes(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of that name");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
