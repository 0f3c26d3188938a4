//! Workers in threads on the store in memory, and on stores that double or lose something.

use super::*;
use crate::store::application::ApplicationStore;
use crate::store::operation::{Operation, Rejection};
use crate::store_kit::tests::application::broken::{Broken, Fault};
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

/// Leaves these operations out.
macro_rules! without {
    ($operation:pat) => {
        Fault::Rewrites(|operation| if matches!(operation, $operation) { vec![] } else { vec![operation] })
    };
}

/// Leaves operations out that should be rejected, and answers that all were carried out.
macro_rules! accepts {
    ($rejection:pat) => {
        Fault::Accepts(|_, rejection| matches!(rejection, $rejection))
    };
}

#[test]
fn each_check_of_a_workload_fails_on_a_store_that_doubles_or_loses() {
    for (check, fault) in [
        ("a transaction is remembered if and only if it was carried out", Fault::IsNotAtomic),
        ("a transaction is remembered if and only if it was carried out", without!(Operation::Remember(_))),
        ("each ceremony is finished once", accepts!(Rejection::Finished(_))),
        ("the accounts are those that were added and not removed", without!(Operation::RemoveAccount(_))),
        (
            "the credentials are those that were added and not removed",
            without!(Operation::RemoveCredential { .. }),
        ),
        ("the credentials are those that were added and not removed", accepts!(Rejection::LastCredential)),
        (
            "each account has a credential",
            without!(Operation::InsertCredential(_) | Operation::InsertSession(_)),
        ),
        ("each counter counts the acknowledged sign-ins", without!(Operation::UpdateCredential { .. })),
        (
            "each label was given, and is the only one in its account",
            without!(Operation::RenameCredential { .. }),
        ),
        ("the sessions are those that were added and not ended", without!(Operation::EndSession(_))),
        ("the sessions are those that were added and not ended", without!(Operation::InsertSession(_))),
        ("each confirmation is taken once", accepts!(Rejection::Unconfirmed)),
        ("each sealing key is added once", accepts!(Rejection::KeyTaken)),
    ] {
        assert!(failed(fault).contains(&check), "{check:?} is not among {:?}", failed(fault));
    }
}

#[test]
fn a_store_whose_updates_overwrite_each_other_loses_acknowledged_transactions() {
    let failed = failed(Fault::Races);
    for check in [
        "a transaction is remembered if and only if it was carried out",
        "each counter counts the acknowledged sign-ins",
        "the sessions are those that were added and not ended",
    ] {
        assert!(failed.contains(&check), "{check:?} is not among {failed:?}");
    }
}

fn failed(fault: Fault) -> Vec<&'static str> {
    let store = Broken::new(fault);
    let logs = logs(&store, 150);
    let report = InMemory(|| ()).block_on(workload::check(&logs, &store));
    report.failures().map(|outcome| outcome.check).collect()
}

#[test]
fn a_log_is_the_same_after_a_file() {
    let log = logs(&MemoryStore::new(), 20).remove(0);
    let text = serde_json::to_string(&log).unwrap();
    assert_eq!(serde_json::from_str::<Log>(&text).unwrap(), log);
}

#[test]
fn a_transaction_whose_answer_was_lost_is_judged_by_what_is_stored() {
    let store = Broken::new(Fault::Deadlocks);
    let logs = logs(&store, 100);
    assert!(logs.iter().map(Log::failed).sum::<u64>() > 0);
    InMemory(|| ()).block_on(workload::check(&logs, &store)).assert_passed();
}
