//! Threads that do the same at once, for checks of what is atomic
//! ([section 7.1, step 26](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-cred-id-unregistered), and others).

use std::{sync::Barrier, thread};

use crate::store_kit::harness::StoreHarness;

/// Threads that do the same at once: enough to get in each other's way on a small machine.
pub(super) const THREADS: u8 = 6;

/// How often they do: a window of a few instructions is met within this many rounds, as a rule.
pub(super) const ROUNDS: u8 = 12;

/// Runs `work` in every thread at once, and returns what each came to.
pub(super) fn at_once<H: StoreHarness, T: Send>(
    harness: &H,
    work: impl AsyncFn(u8) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    let start = Barrier::new(usize::from(THREADS));
    let (start, work) = (&start, &work);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                scope.spawn(move || {
                    start.wait();
                    harness.block_on(work(number))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a panic".to_owned())))
            .collect()
    })
}

/// The one thread that came to `won`.
pub(super) fn winner<T>(outcomes: &[T], won: impl Fn(&T) -> bool) -> Result<u8, String> {
    let mut winners = (0..).zip(outcomes).filter(|(_, outcome)| won(outcome)).map(|(number, _)| number);
    match (winners.next(), winners.count()) {
        (Some(winner), 0) => Ok(winner),
        (None, _) => Err("none of them succeeded".to_owned()),
        (Some(_), more) => Err(format!("{} of them succeeded", more.saturating_add(1))),
    }
}
