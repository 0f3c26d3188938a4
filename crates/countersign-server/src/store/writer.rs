//! The one connection that writes, and the thread that owns it.
//!
//! SQLite has one writer at a time, so a second connection would only wait for the first. A commit that must reach the
//! disk costs the same for one change and for a hundred, so the writes that arrive during a commit share the next
//! transaction. Each runs in its own savepoint, so that a failed write affects no other. No write is acknowledged
//! before its commit.

use std::{io, mem, sync::Arc, thread};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::presence::Presence;
use crate::store_error::StoreError;

/// The most writes that share a transaction: enough that the disk is no longer the bottleneck, few enough that other
/// processes get their turn.
const BATCH_MAX: usize = 128;

/// The most queued writes. Further writes wait for a place in the queue.
const QUEUE_MAX: usize = 1024;

/// The handle of the writing thread. When dropped, it waits for the queued writes.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// A write, and the task that waits for its outcome.
trait Job: Send {
    /// Runs the work in a savepoint.
    fn run(&mut self, connection: &Connection);
    /// Sends the outcome, once it is known whether the transaction was committed.
    fn finish(self: Box<Self>, committed: bool);
}

impl Writer {
    pub(super) fn start(connection: Connection, presence: Arc<Presence>) -> io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let thread = thread::Builder::new()
            .name("database".into())
            .spawn(move || work_off(jobs, &connection, &presence))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let job = Write { step: Step::Waiting(work), answer };
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(Box::new(job)).await.map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
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

fn work_off(mut queue: mpsc::Receiver<Box<dyn Job>>, connection: &Connection, presence: &Presence) {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(next) = queue.try_recv()
        {
            batch.push(next);
        }
        let committed = presence
            .check()
            .and_then(|()| commit(&mut batch, connection))
            // Writes to a file that was removed meanwhile are lost.
            .and_then(|()| presence.check());
        if let Err(error) = &committed {
            tracing::error!(%error, writes = batch.len(), "a transaction failed");
        }
        for job in batch {
            job.finish(committed.is_ok());
        }
    }
}

/// Runs a batch in one transaction.
fn commit(batch: &mut [Box<dyn Job>], connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for job in batch {
        job.run(connection);
        // A full disk and similar failures roll back the whole transaction; the next writes would run outside of one.
        if connection.is_autocommit() {
            return Err(StoreError::BrokenOff);
        }
    }
    connection.execute_batch("COMMIT").map_err(|error| {
        // Fails if SQLite has rolled back already.
        let _ = connection.execute_batch("ROLLBACK");
        error.into()
    })
}

struct Write<T, E, F> {
    step: Step<T, E, F>,
    answer: oneshot::Sender<Result<T, E>>,
}

enum Step<T, E, F> {
    Waiting(F),
    Done(Result<T, E>),
    Lost,
}

impl<T, E, F> Job for Write<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&Connection) -> Result<T, E> + Send,
{
    fn run(&mut self, connection: &Connection) {
        if let Step::Waiting(work) = mem::replace(&mut self.step, Step::Lost) {
            self.step = Step::Done(in_savepoint(connection, work));
        }
    }

    fn finish(self: Box<Self>, committed: bool) {
        let outcome = match self.step {
            // The job's own error is more specific than the lost transaction.
            Step::Done(outcome) if committed || outcome.is_err() => outcome,
            _ => Err(StoreError::BrokenOff.into()),
        };
        // The task may no longer wait.
        let _ = self.answer.send(outcome);
    }
}

fn in_savepoint<T, E: From<StoreError>>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let execute =
        |statement| -> Result<_, StoreError> { Ok(connection.prepare_cached(statement)?.execute(())?) };
    execute("SAVEPOINT one")?;
    let outcome = work(connection);
    if outcome.is_err() && !connection.is_autocommit() {
        execute("ROLLBACK TO one")?;
    }
    if !connection.is_autocommit() {
        execute("RELEASE one")?;
    }
    outcome
}
