//! Connections that are cut, answers that are lost, and a database that is away.

use std::time::{Duration, Instant};

use countersign::store::{ApplicationStore as _, Evidence, Operation, Rejection};
use countersign::types::UserHandle;
use countersign_store::postgres::{PostgresError, PostgresOptions, PostgresStore};
use tokio_postgres::NoTls;

use crate::proxy::{Fault, Proxy};
use crate::samples::{self, NOW, ceremony, handle, id, sign_up};
use crate::store_at;
use crate::support::{cluster::Cluster, schema, sql, with_parameter};

fn remember(name: &str) -> Operation {
    Operation::Remember(samples::finish(name, NOW.plus_seconds(300)))
}

/// A sign-up whose finish is remembered.
fn finish(name: &str) -> Vec<Operation> {
    [remember(name)].into_iter().chain(sign_up(name)).collect()
}

fn rename(owner: &str, label: &str) -> Vec<Operation> {
    let (owner, id, label) = (handle(owner), id(owner), label.to_owned());
    vec![Operation::RenameCredential { owner, id, label_key: label.to_uppercase(), label }]
}

/// Ends the connections of an application that this condition holds for, and returns how many there were.
fn terminate(url: &str, application: &str, condition: &str) -> usize {
    let ended = sql(
        url,
        &format!(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
             WHERE application_name = '{application}' AND {condition}"
        ),
    );
    ended.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_cut_while_idle_is_replaced() {
    let url = schema();
    let store = store_at(&with_parameter(&url, "application_name=cut_idle")).await;
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    for round in 0..10 {
        assert!(terminate(&url, "cut_idle", "true") > 0);
        match round % 3 {
            0 => store.transact(rename("ada", &format!("label {round}")), NOW).await.unwrap().unwrap(),
            // A single statement, which is not repeated once it was sent.
            1 => store.transact(vec![remember(&round.to_string())], NOW).await.unwrap().unwrap(),
            _ => assert!(store.account(&handle("ada")).await.unwrap().is_some()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_cut_in_the_middle_is_carried_out_once() {
    let url = schema();
    let store = store_at(&with_parameter(&url, "application_name=cut_busy")).await;
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    let (blocker, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    for round in 0..5 {
        blocker.batch_execute("BEGIN; SELECT 1 FROM countersign_credentials FOR UPDATE").await.unwrap();
        let operations = [remember(&round.to_string())].into_iter();
        let operations: Vec<_> = operations.chain(rename("ada", &format!("label {round}"))).collect();
        let running = tokio::spawn({
            let store = store.clone();
            async move { store.transact(operations, NOW).await }
        });
        let began = Instant::now();
        while terminate(&url, "cut_busy", "wait_event_type = 'Lock'") == 0 {
            assert!(began.elapsed() < Duration::from_secs(5), "the transaction does not wait for the lock");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        blocker.batch_execute("ROLLBACK").await.unwrap();
        running.await.unwrap().unwrap().unwrap();
    }
    assert_eq!(sql(&url, "SELECT count(*) FROM countersign_finishes"), "5");
    assert_eq!(sql(&url, "SELECT label FROM countersign_credentials"), "label 4");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_reported_and_not_repeated() {
    let cluster = Cluster::start().unwrap();
    let proxy = Proxy::in_front_of(cluster.socket().join(".s.PGSQL.5432")).await;
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", proxy.port());
    let store = store_at(&url).await;
    for (fault, name, happened) in [(Fault::AnswerLost, "ada", true), (Fault::CommitLost, "eve", false)] {
        proxy.arm(fault);
        let lost = store.transact(finish(name), NOW).await;
        assert!(matches!(lost, Err(PostgresError::Unknown(_))), "{fault:?}: {lost:?}");
        // The database may still be at it.
        let began = Instant::now();
        while happened && store.account(&handle(name)).await.unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(5), "{fault:?}: the transaction did not happen");
        }
        let repeated = store.transact(finish(name), NOW).await.unwrap();
        if happened {
            assert!(matches!(repeated, Err(Rejection::Finished(_))), "{repeated:?}");
        } else {
            assert_eq!(repeated, Ok(()));
        }
        assert_eq!(store.credentials(&handle(name), Evidence::Omit).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_says_nothing_is_given_up_in_time() {
    let cluster = Cluster::start().unwrap();
    let proxy = Proxy::in_front_of(cluster.socket().join(".s.PGSQL.5432")).await;
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", proxy.port());
    let options = PostgresOptions::new(&url).unwrap().with_statement_timeout(Duration::from_millis(300));
    let store = PostgresStore::open(&options).await.unwrap();
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    proxy.arm(Fault::Silence);
    let began = Instant::now();
    let read = store.account(&handle("ada")).await;
    assert!(matches!(read, Err(PostgresError::TimedOut(_))), "{read:?}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    proxy.arm(Fault::None);
    store.transact(rename("ada", "label"), NOW).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_says_nothing_to_a_new_connection_is_given_up_in_time() {
    let cluster = Cluster::start().unwrap();
    let proxy = Proxy::in_front_of(cluster.socket().join(".s.PGSQL.5432")).await;
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", proxy.port());
    let options = PostgresOptions::new(&url).unwrap().with_connect_timeout(Duration::from_millis(300));
    let options = options.with_statement_timeout(Duration::from_millis(300));
    for fault in [Fault::SilenceAfterStart, Fault::Silence] {
        proxy.arm(fault);
        let began = Instant::now();
        let opened = PostgresStore::open(&options).await;
        assert!(matches!(opened, Err(PostgresError::Unavailable(_))), "{fault:?}: {opened:?}");
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    }
    proxy.arm(Fault::None);
    // The connection is good, and its first statement gets no answer.
    let store = PostgresStore::open(&options).await.unwrap();
    proxy.arm(Fault::Silence);
    let began = Instant::now();
    let health = store.check_health().await;
    assert!(matches!(health, Err(PostgresError::TimedOut(_))), "{health:?}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_gets_no_answer_is_given_up_in_time() {
    let cluster = Cluster::start().unwrap();
    let proxy = Proxy::in_front_of(cluster.socket().join(".s.PGSQL.5432")).await;
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", proxy.port());
    let options = PostgresOptions::new(&url).unwrap().with_statement_timeout(Duration::from_millis(300));
    proxy.arm(Fault::SilenceAtMigration);
    let began = Instant::now();
    let opened = PostgresStore::open(&options).await;
    assert!(matches!(opened, Err(PostgresError::TimedOut(_))), "{opened:?}");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_statement_that_was_cancelled_did_not_happen() {
    let url = schema();
    let options = PostgresOptions::new(&url).unwrap().with_statement_timeout(Duration::from_millis(300));
    let store = PostgresStore::open(&options).await.unwrap();
    let (blocker, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    blocker.batch_execute("BEGIN; LOCK TABLE countersign_finishes").await.unwrap();
    let cancelled = store.transact(vec![remember("one")], NOW).await;
    assert!(matches!(cancelled, Err(PostgresError::Statement(_))), "{cancelled:?}");
    blocker.batch_execute("ROLLBACK").await.unwrap();
    store.transact(vec![remember("one")], NOW).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_accepts_no_writes_is_unhealthy() {
    let url = schema();
    store_at(&url).await.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    let read_only = with_parameter(&url, "application_name=read_only");
    let read_only = read_only.replace("options=", "options=-c%20default_transaction_read_only%3Don%20");
    let store = store_at(&read_only).await;
    assert!(store.account(&handle("ada")).await.unwrap().is_some());
    let health = store.check_health().await;
    assert!(matches!(health, Err(PostgresError::Unavailable(_))), "{health:?}");
    for operations in [vec![remember("one")], rename("ada", "label")] {
        let rejected = store.transact(operations, NOW).await;
        assert!(matches!(rejected, Err(PostgresError::Statement(_))), "{rejected:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_does_not_wait_for_a_slow_look_at_rp_ids() {
    let url = schema();
    let store = store_at(&url).await;
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    assert_eq!(store.credentials_of_other_rp_ids("example.com").await.unwrap().unwrap().total, 1);
    let (blocker, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    blocker.batch_execute("BEGIN; LOCK TABLE countersign_credentials").await.unwrap();
    let began = Instant::now();
    assert_eq!(store.credentials_of_other_rp_ids("example.com").await.unwrap(), None);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    blocker.batch_execute("ROLLBACK").await.unwrap();
    let more = "INSERT INTO countersign_credentials (id, user_handle, position, fixed, dynamic, label, label_key, created_at)
                SELECT sha256(n::text::bytea), user_handle, n, fixed, dynamic, label, n::text::bytea, created_at
                FROM countersign_credentials, generate_series(1, 20000) n";
    sql(&url, more);
    assert_eq!(store.credentials_of_other_rp_ids("example.com").await.unwrap().unwrap().total, 10_000);
    assert_eq!(store.credentials_of_other_rp_ids("example.org").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_free_connection_a_call_fails_in_time() {
    let url = schema();
    let options = PostgresOptions::new(&url).unwrap();
    let options = options.with_pool_size(1).with_pool_wait(Duration::from_millis(100));
    let options = options.with_statement_timeout(Duration::from_millis(500));
    let store = PostgresStore::open(&options).await.unwrap();
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    let (blocker, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    blocker.batch_execute("BEGIN; SELECT 1 FROM countersign_accounts FOR UPDATE").await.unwrap();
    let running = tokio::spawn({
        let store = store.clone();
        async move { store.transact(rename("ada", "label"), NOW).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let busy = store.account(&handle("ada")).await;
    assert!(matches!(busy, Err(PostgresError::Busy(_))), "{busy:?}");
    // The statement is cancelled by the database.
    let cancelled = running.await.unwrap();
    assert!(matches!(cancelled, Err(PostgresError::Statement(_))), "{cancelled:?}");
    blocker.batch_execute("ROLLBACK").await.unwrap();
    store.transact(rename("ada", "label"), NOW).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_abandoned_leaves_nothing_behind() {
    let url = schema();
    let options = PostgresOptions::new(&url).unwrap().with_pool_size(1);
    let store = PostgresStore::open(&options).await.unwrap();
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    let (blocker, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    blocker.batch_execute("BEGIN; SELECT 1 FROM countersign_credentials FOR UPDATE").await.unwrap();
    let operations = vec![remember("one")].into_iter().chain(rename("ada", "label"));
    let abandoned = store.transact(operations.collect(), NOW);
    assert!(tokio::time::timeout(Duration::from_millis(200), abandoned).await.is_err());
    blocker.batch_execute("ROLLBACK").await.unwrap();
    store.transact(rename("ada", "other"), NOW).await.unwrap().unwrap();
    assert_eq!(store.finish(&ceremony("one")).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_away_is_used_again_without_a_restart() {
    let mut cluster = Cluster::start().unwrap();
    let store = store_at(&cluster.url()).await;
    let mut acknowledged: Vec<UserHandle> = Vec::new();
    for round in 0..4 {
        for number in 0..5 {
            let name = format!("user {round} {number}");
            store.transact(finish(&name), NOW).await.unwrap().unwrap();
            acknowledged.push(handle(&name));
        }
        if round % 2 == 0 {
            cluster.crash().unwrap();
        } else {
            cluster.halt().unwrap();
        }
        let began = Instant::now();
        let failures = [
            store.transact(finish("lost"), NOW).await.map(|_| ()),
            store.account(&handle("ada")).await.map(|_| ()),
            store.check_health().await,
        ];
        for failure in failures {
            assert!(failure.as_ref().is_err_and(PostgresError::is_outage), "{failure:?}");
        }
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        cluster.resume().unwrap();
        store.check_health().await.unwrap();
        for handle in &acknowledged {
            assert!(store.account(handle).await.unwrap().is_some(), "{handle:?} is lost");
        }
    }
    assert_eq!(store.account(&handle("lost")).await.unwrap(), None);
}
