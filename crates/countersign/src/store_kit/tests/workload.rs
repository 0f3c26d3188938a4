//! Workers in threads on the store in memory, and on stores that double or lose something.

use super::*;
use crate::store::application::ApplicationStore;
use crate::store_kit::workload::{self, Log, Plan};

const WORKERS: u32 = 4;

/// Workers at once, each with this many transactions.
fn logs<S: ApplicationStore>(store: &S, transactions: u32) -> Vec<Log> {
    let harness = InMemory(|| ());
    let work = |worker| {
        let mut left = transactions;
        harness.block_on(workload::work(store, Plan::new(1, worker), || {
            left = left.saturating_sub(1);
            left > 0
        }))
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..WORKERS).map(|worker| scope.spawn(move || work(worker))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn nothing_is_doubled_or_lost_in_memory() {
    let store = MemoryStore::new();
    let logs = logs(&store, 1000);
    let report = InMemory(|| ()).block_on(workload::check(&logs, &store));
    report.assert_passed();
    let acknowledged: usize = logs.iter().map(Log::acknowledged).sum();
    let rejected: usize = logs.iter().map(Log::rejected).sum();
    assert!(acknowledged > 2000 && rejected > 200, "{acknowledged} acknowledged, {rejected} rejected");
}
