//! The one connection that writes, and the thread that owns it.
//!
//! SQLite has one writer at a time, so a second connection would only wait for the first; and a commit that must
//! reach the disk costs the same whether it holds one change or a hundred. So the writes that have come in while
//! the last commit was on its way share the next transaction. Each runs in a savepoint of its own: one that
//! fails takes nothing with it. None is answered before the commit.

use std::{io, mem, sync::Arc, thread};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{error::StoreError, presence::Presence};

/// The most writes that share a transaction: enough that the disk no longer sets the pace, few enough that other
/// processes get their turn.
const BATCH_MAX: usize = 128;

/// The most writes that wait; the tasks of any more wait for a place in the queue.
const QUEUE_MAX: usize = 1024;

/// The writing thread's handle. Dropped, it waits for what was queued.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// A write and whoever waits for its outcome.
trait Job: Send {
    /// Does the work, in a savepoint.
    fn run(&mut self, connection: &Connection);
    /// Answers, once it is known whether the transaction was committed.
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
            // It ends by itself; a panic in it has been answered with `Closed`.
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
            // What was written to a file that went away meanwhile is lost.
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
        // A full disk and the like roll the whole transaction back, and what came next would not be in one.
        if connection.is_autocommit() {
            return Err(StoreError::BrokenOff);
        }
    }
    connection.execute_batch("COMMIT").map_err(|error| {
        // Nothing is left to undo where SQLite did that itself.
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
            // An error is the answer in any case: it says more than that the transaction is lost.
            Step::Done(outcome) if committed || outcome.is_err() => outcome,
            _ => Err(StoreError::BrokenOff.into()),
        };
        // Whoever no longer waits doesn't need the answer.
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
