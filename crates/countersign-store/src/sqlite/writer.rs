//! The one connection that writes, and the thread that owns it.
//!
//! SQLite has one writer at a time, so a second connection would only wait for the first. A commit that must reach the
//! disk costs the same for one transaction of the application and for a hundred, so those that arrive during a commit
//! share the next one. Each has its own savepoint, so that a rejected one affects no other. None is answered before the
//! commit: a rejection may be due to another one of the same commit.

use std::time::{Duration, Instant};
use std::{io, sync::Arc, thread};

use countersign::store::{Operation, Rejection};
use countersign::types::Timestamp;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::sqlite::statements::{BEGIN, COMMIT, RELEASE, ROLLBACK, ROLLBACK_TO, SAVEPOINT};
use crate::sqlite::store_error::{Failure, StoreError};
use crate::sqlite::{
    abort::Abort, audit::Chain, erasure::Erasure, operations, presence::Presence, purge::Purge,
};

/// The most transactions that share a commit: enough that the disk is no longer the bottleneck, few enough that other
/// processes get their turn.
const BATCH_MAX: usize = 128;

/// The most queued transactions. Further ones wait for a place in the queue.
const QUEUE_MAX: usize = 1024;

/// How long the thread waits for further transactions if several shared the last commit, as under load. A commit then has
/// more of them, which write the same pages once and reach the disk together; a request waits for its turn far longer than
/// that anyway. A transaction that comes alone does not wait.
const GATHERING: Duration = Duration::from_millis(2);

/// How long a transaction waits for its turn, and for a place in the queue: as long as a statement on `PostgreSQL`. A commit
/// takes milliseconds, unless another process holds the lock.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// The handle of the writing thread. When dropped, it waits for the queued transactions.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// The outcome of a transaction, or its failure.
type Outcome = Result<Result<(), Rejection>, StoreError>;

/// A transaction, and the task that waits for its outcome.
struct Job {
    operations: Vec<Operation>,
    now: Timestamp,
    since: Instant,
    outcome: Outcome,
    answer: oneshot::Sender<Outcome>,
}

impl Job {
    /// The transaction, unless it is too late for it: its caller no longer waits, or has waited for too long.
    fn in_time(self) -> Option<Self> {
        if self.since.elapsed() > QUEUE_TIMEOUT {
            let _ = self.answer.send(Err(StoreError::Busy));
            return None;
        }
        (!self.answer.is_closed()).then_some(self)
    }
}

impl Writer {
    pub(crate) fn start(connection: Connection, presence: Arc<Presence>) -> io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let thread = thread::Builder::new()
            .name("database-writer".into())
            .spawn(move || work_off(jobs, &connection, &presence))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Carries out a transaction, which is on disk when this returns.
    pub(crate) async fn run(&self, operations: Vec<Operation>, now: Timestamp) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        let job = Job { operations, now, since: Instant::now(), outcome: Err(StoreError::BrokenOff), answer };
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(job).await.map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }

    /// Fails if the thread has ended, which only a panic in it does: nothing is stored then.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let is_running = self.queue.as_ref().is_some_and(|queue| !queue.is_closed());
        if is_running { Ok(()) } else { Err(StoreError::Closed) }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // The thread ends with its queue. After a panic in it, tasks get `Closed`.
            let _ = thread.join();
        }
    }
}

fn work_off(mut queue: mpsc::Receiver<Job>, connection: &Connection, presence: &Presence) {
    let (mut purge, mut erasure, mut chain) = (Purge::default(), Erasure::default(), Chain::default());
    let mut is_loaded = false;
    while let Some(first) = queue.blocking_recv() {
        if is_loaded {
            thread::sleep(GATHERING);
        }
        let mut batch: Vec<_> = first.in_time().into_iter().collect();
        while batch.len() < BATCH_MAX
            && let Ok(next) = queue.try_recv()
        {
            batch.extend(next.in_time());
        }
        is_loaded = batch.len() > 1;
        if batch.is_empty() {
            continue;
        }
        let committed = presence
            .check()
            .and_then(|()| commit(&mut batch, connection, &mut chain))
            // Writes to a file that was removed meanwhile are lost.
            .and_then(|()| presence.check());
        if let Err(error) = &committed {
            // What the file has of the chain is unknown.
            chain = Chain::default();
            tracing::error!(%error, transactions = batch.len(), "a commit failed");
        }
        let mut stored_at = None;
        for job in batch {
            let outcome = match (job.outcome, &committed) {
                // Its own failure is more specific than that of the commit.
                (Err(failure), Err(_)) if failure != StoreError::BrokenOff => Err(failure),
                (_, Err(failure)) => Err(failure.clone()),
                (outcome, Ok(())) => outcome,
            };
            if matches!(outcome, Ok(Ok(()))) {
                stored_at = Some(job.now);
                erasure.note(&job.operations, job.now);
            }
            // The task may no longer wait.
            let _ = job.answer.send(outcome);
        }
        // After the answers, so that no sign-in waits for it.
        if let Some(now) = stored_at {
            let is_purged = purge.run(connection, now);
            erasure.run(connection, is_purged, now);
        }
    }
}

/// Runs a batch in one transaction of the database.
fn commit(batch: &mut [Job], connection: &Connection, chain: &mut Chain) -> Result<(), StoreError> {
    execute(connection, BEGIN)?;
    let outcome = run_all(batch, connection, chain).and_then(|()| execute(connection, COMMIT));
    if outcome.is_err() && !connection.is_autocommit() {
        let _ = execute(connection, ROLLBACK);
    }
    outcome
}

fn run_all(batch: &mut [Job], connection: &Connection, chain: &mut Chain) -> Result<(), StoreError> {
    for job in batch {
        execute(connection, SAVEPOINT)?;
        let before = chain.clone();
        let outcome = operations::carry_out(connection, &job.operations, chain, job.now);
        // A full disk and similar failures roll back the whole transaction; the next writes would run outside of one.
        if connection.is_autocommit() {
            return Err(match outcome {
                Err(Abort::Failed(failure)) => failure.into(),
                _ => StoreError::BrokenOff,
            });
        }
        if outcome.is_err() {
            execute(connection, ROLLBACK_TO)?;
            *chain = before;
        }
        execute(connection, RELEASE)?;
        job.outcome = match outcome {
            Ok(()) => Ok(Ok(())),
            Err(Abort::Rejected(rejection)) => Ok(Err(rejection)),
            Err(Abort::Failed(failure)) => Err(failure.into()),
        };
    }
    Ok(())
}

fn execute(connection: &Connection, statement: &str) -> Result<(), StoreError> {
    let execute = || connection.prepare_cached(statement)?.execute(());
    execute().map_err(Failure::Sqlite)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queued_for(waited: Duration) -> (Job, oneshot::Receiver<Outcome>) {
        let (answer, outcome) = oneshot::channel();
        let since = Instant::now().checked_sub(waited).unwrap();
        let now = Timestamp::from_unix_seconds(0);
        (Job { operations: Vec::new(), now, since, outcome: Err(StoreError::BrokenOff), answer }, outcome)
    }

    #[test]
    fn a_transaction_that_waited_for_too_long_fails() {
        let (job, outcome) = queued_for(QUEUE_TIMEOUT / 2);
        assert!(job.in_time().is_some());
        drop(outcome);
        let (job, mut outcome) = queued_for(QUEUE_TIMEOUT * 2);
        assert!(job.in_time().is_none());
        assert_eq!(outcome.try_recv(), Ok(Err(StoreError::Busy)));
    }

    #[test]
    fn a_writer_whose_thread_has_ended_is_found() {
        let (queue, jobs) = mpsc::channel(1);
        let writer = Writer { queue: Some(queue), thread: None };
        writer.check().unwrap();
        drop(jobs);
        assert_eq!(writer.check(), Err(StoreError::Closed));
    }
}
