//! How the kit accesses a store, and how its checks report what they found.

use core::fmt;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::thread::{self, Thread};

/// Gives the kit access to a store, on any runtime.
///
/// What the store must implement depends on the checks: see [`run`](crate::store_kit::run),
/// [`run_application`](crate::store_kit::run_application) and
/// [`run_single_use`](crate::store_kit::run_single_use).
pub trait StoreHarness: Sync {
    /// The store under test. The checks of what happens at once share it between threads.
    type Store: Sync;

    /// Creates an empty store, separate from earlier ones.
    fn empty(&mut self) -> Self::Store;

    /// Ends this store as a crash would, without an orderly close, and opens it again with what it had written.
    fn crash(&mut self, store: Self::Store) -> Self::Store;

    /// Runs a future to its end. Threads of the kit call this at the same time.
    ///
    /// By default the thread is parked while the future waits. Futures that need a runtime are run by that, such as with
    /// `tokio::runtime::Handle::block_on`.
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        park_on(future)
    }
}

/// A harness for stores in memory: a function that creates an empty one. A crash does nothing to them.
///
/// ```
/// use countersign::{store::MemoryStore, store_kit::{self, InMemory}};
/// store_kit::run(&mut InMemory(MemoryStore::new)).assert_passed();
/// ```
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a name for a function")]
pub struct InMemory<F>(pub F);

impl<S: Sync, F: Fn() -> S + Sync> StoreHarness for InMemory<F> {
    type Store = S;

    fn empty(&mut self) -> S {
        (self.0)()
    }

    fn crash(&mut self, store: S) -> S {
        store
    }
}

/// Wakes a thread that is parked.
struct Parked(Thread);

impl std::task::Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn park_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Parked(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

/// The results of all checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitReport {
    pub(super) outcomes: Vec<KitOutcome>,
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KitOutcome {
    /// What was checked, as a sentence. Stable within a version of this crate.
    pub check: &'static str,
    /// What was wrong, if anything.
    pub result: Result<(), String>,
}

impl KitReport {
    /// Every check's outcome, in the kit's order.
    pub fn outcomes(&self) -> &[KitOutcome] {
        &self.outcomes
    }

    /// The outcomes of failed checks.
    pub fn failures(&self) -> impl Iterator<Item = &KitOutcome> {
        self.outcomes.iter().filter(|outcome| outcome.result.is_err())
    }

    /// Panics if a check failed: the last line of a test.
    ///
    /// # Panics
    ///
    /// If a check failed, with what was wrong.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.failures().next().is_none(), "the store breaks its promises:\n{self}");
    }
}

/// One line for each check that found something wrong, and one for how many there were.
impl fmt::Display for KitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for KitOutcome { check, result } in self.failures() {
            writeln!(f, "{check}: {}", result.as_ref().err().map_or("", String::as_str))?;
        }
        write!(f, "{} of {} checks failed", self.failures().count(), self.outcomes.len())
    }
}

pub(super) struct Check<H> {
    pub(super) name: &'static str,
    pub(super) run: fn(&mut H) -> Outcome,
}

/// The defect that was found, if any.
pub(super) type Outcome = Result<(), String>;

/// A list of checks of stores with this trait: each a sentence, and a function of the harness; after `empty`, of an empty
/// store; after `at once`, of the harness and an empty store.
macro_rules! checks {
    (empty $store:path: $($name:literal => $check:ident,)+) => {
        crate::store_kit::harness::checks! { $store: $($name => (|harness| {
            crate::store_kit::harness::on_empty(harness, $check)
        }),)+ }
    };
    (at once $store:path: $($name:literal => $check:ident,)+) => {
        crate::store_kit::harness::checks! { $store: $($name => (|harness| {
            let store = harness.empty();
            $check(harness, &store)
        }),)+ }
    };
    ($store:path: $($name:literal => $check:tt,)+) => {
        pub(in crate::store_kit) fn checks<H: crate::store_kit::harness::StoreHarness<Store: $store>>()
        -> Vec<crate::store_kit::harness::Check<H>> {
            vec![$(crate::store_kit::harness::Check { name: $name, run: $check },)+]
        }
    };
}
pub(super) use checks;

/// Runs a check on an empty store.
pub(super) fn on_empty<H: StoreHarness>(
    harness: &mut H,
    check: impl AsyncFnOnce(&H::Store) -> Outcome,
) -> Outcome {
    let store = harness.empty();
    harness.block_on(check(&store))
}

/// The answer of an operation; a failing store has a defect.
pub(super) fn answer<T, E: fmt::Display>(operation: &str, answer: Result<T, E>) -> Result<T, String> {
    answer.map_err(|error| format!("{operation} failed: {error}"))
}

pub(super) fn expect<T: PartialEq + fmt::Debug>(what: &str, got: &T, expected: &T) -> Outcome {
    if got == expected {
        return Ok(());
    }
    Err(format!("{what}: {} expected, {} found", Shortened(expected), Shortened(got)))
}

/// The beginning of a value: samples may have 64 KiB.
struct Shortened<'a, T>(&'a T);

impl<T: fmt::Debug> fmt::Display for Shortened<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX: usize = 160;
        let text = format!("{:?}", self.0);
        match text.char_indices().nth(MAX).and_then(|(end, _)| text.get(..end)) {
            Some(start) => write!(f, "{start}…"),
            None => f.write_str(&text),
        }
    }
}
