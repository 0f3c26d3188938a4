//! Times `FidoMds::from_str` of the crate fido-mds: `peer-fido-mds BLOB ROOT SECONDS ROUNDS`, of which it has no use for
//! the root.
//!
//! The library takes the time from the system and the root of FIDO's service from itself, so that it can read a BLOB of
//! that service alone, and the clock has to be set to when it was current.

use std::{
    ffi::c_long,
    fs,
    hint::black_box,
    str::FromStr as _,
    sync::atomic::{AtomicI64, Ordering},
};

use fido_mds::FidoMds;

static NOW: AtomicI64 = AtomicI64::new(0);

/// In the place of C's `time`, by which OpenSSL judges certificates.
///
/// # Safety
/// `out` is null or points to where the time goes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(out: *mut c_long) -> c_long {
    let now = NOW.load(Ordering::Relaxed);
    if !out.is_null() {
        // SAFETY: the caller's promise.
        unsafe { *out = now };
    }
    now
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
        let metadata = FidoMds::from_str(&blob).unwrap_or_else(|error| panic!("refused: {error:?}"));
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
