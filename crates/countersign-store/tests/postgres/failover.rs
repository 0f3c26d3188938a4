//! A standby that is promoted when the primary is lost.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use countersign::store::ApplicationStore as _;
use countersign::types::UserHandle;
use countersign_store::postgres::{PostgresError, PostgresOptions, PostgresStore};

use crate::samples::{NOW, handle, sign_up};
use crate::support::cluster::{Cluster, binary};

/// A standby that replicates this cluster.
fn standby_of(primary: &Cluster) -> Cluster {
    let mut standby = Cluster::folder().unwrap();
    let mut copy = Command::new(binary("pg_basebackup").unwrap());
    copy.args(["--username=postgres", "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]);
    copy.arg("--host").arg(primary.socket()).arg("--pgdata").arg(standby.data());
    Cluster::run(&mut copy).unwrap();
    standby.resume().unwrap();
    standby
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Signs users up until `stop` is set, and returns those that the store acknowledged.
async fn sign_up_until(
    stop: &AtomicBool,
    store: &PostgresStore,
    worker: u32,
    count: &AtomicUsize,
    failures: &AtomicUsize,
) -> Vec<UserHandle> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let name = format!("user {worker} {number}");
        let began = Instant::now();
        match store.transact(sign_up(&name), NOW).await {
            Ok(outcome) => {
                outcome.unwrap();
                acknowledged.push(handle(&name));
                count.fetch_add(1, Ordering::SeqCst);
            }
            Err(error) => {
                assert!(error.is_outage(), "{error:?}");
                failures.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_promoted_standby_has_every_acknowledged_transaction() {
    let mut primary = Cluster::start().unwrap();
    let standby = standby_of(&primary);
    primary.psql("ALTER SYSTEM SET synchronous_standby_names = '*'").unwrap();
    primary.psql("SELECT pg_reload_conf()").unwrap();
    wait_until("the standby does not replicate", || {
        primary.psql("SELECT sync_state FROM pg_stat_replication").is_ok_and(|state| state == "sync")
    });
    let [one, two] = [&primary, &standby].map(|it| it.socket().display().to_string().replace('/', "%2F"));
    let options =
        PostgresOptions::new(&format!("postgres://postgres@{one}:5432,{two}:5432/postgres")).unwrap();
    let store = PostgresStore::open(&options).await.unwrap();

    let (stop, failures) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..4)
        .map(|worker| {
            let (store, stop, failures) = (store.clone(), Arc::clone(&stop), Arc::clone(&failures));
            let count = Arc::clone(&acknowledged);
            tokio::spawn(async move { sign_up_until(&stop, &store, worker, &count, &failures).await })
        })
        .collect();
    let more = |least: usize| {
        let before = acknowledged.load(Ordering::SeqCst);
        wait_until("no sign-up succeeds", || acknowledged.load(Ordering::SeqCst) >= before + least);
    };
    tokio::task::block_in_place(|| more(100));
    primary.crash().unwrap();
    // Until the standby is promoted, it accepts no writes.
    tokio::task::block_in_place(|| {
        wait_until("the outage is not noticed", || failures.load(Ordering::SeqCst) >= 8);
        standby.psql("SELECT pg_promote()").unwrap();
        // It has no standby of its own.
        standby.psql("ALTER SYSTEM SET synchronous_standby_names = ''").unwrap();
        standby.psql("SELECT pg_reload_conf()").unwrap();
        more(100);
    });
    stop.store(true, Ordering::SeqCst);
    let mut checked = 0;
    for worker in workers {
        for handle in worker.await.unwrap() {
            assert!(store.account(&handle).await.unwrap().is_some(), "{handle:?} is lost");
            checked += 1;
        }
    }
    assert!(checked >= 200, "{checked}");
    store.check_health().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_the_standby_did_not_confirm_is_not_acknowledged() {
    let primary = Cluster::start().unwrap();
    let options = PostgresOptions::new(&primary.url()).unwrap();
    let store =
        PostgresStore::open(&options.with_statement_timeout(Duration::from_millis(500))).await.unwrap();
    // There is no standby, so that no commit is confirmed. The time-out of statements must not end the wait.
    primary.psql("ALTER SYSTEM SET synchronous_standby_names = '*'").unwrap();
    primary.psql("SELECT pg_reload_conf()").unwrap();
    wait_until("the setting is not read", || {
        primary.psql("SHOW synchronous_standby_names").is_ok_and(|names| names == "*")
    });
    let unconfirmed = store.transact(sign_up("ada"), NOW).await;
    assert!(matches!(unconfirmed, Err(PostgresError::Unknown(_))), "{unconfirmed:?}");
}
