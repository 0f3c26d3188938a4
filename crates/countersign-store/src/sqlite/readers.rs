//! The connections that read, each with a thread of its own, so that the store needs no runtime.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::sqlite::store_error::{Failure, StoreError};
use crate::sqlite::{connect, open_error::OpenError};

/// The number of parallel reads. Each is an index look-up of microseconds, so a few connections suffice for many cores;
/// each costs a page cache of 2 MB.
const CONNECTIONS: usize = 4;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The handle of the reading threads. When dropped, it waits for the queued reads.
pub(crate) struct Readers {
    queue: Option<mpsc::Sender<Job>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Readers {
    pub(crate) fn start(path: &Path) -> Result<Self, OpenError> {
        let (queue, jobs) = mpsc::channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let mut readers = Self { queue: Some(queue), threads: Vec::new() };
        for _ in 0..CONNECTIONS {
            let connection = connect::reader(path).map_err(|error| error.into_open_error(path))?;
            let jobs = jobs.clone();
            let thread = thread::Builder::new()
                .name("database-reader".into())
                .spawn(move || work_off(&jobs, &connection))
                .map_err(|error| OpenError::Unusable(path.to_path_buf(), error.to_string()))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Runs `work` on one of the connections.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // The task may no longer wait.
            if !answer.is_closed() {
                let _ = answer.send(work(connection));
            }
        });
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(job).map_err(|_| StoreError::Closed)?;
        Ok(outcome.await.map_err(|_| StoreError::Closed)??)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.queue.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn work_off(jobs: &Mutex<mpsc::Receiver<Job>>, connection: &Connection) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A read that panics must not cost a connection; its task gets `Closed`. A read leaves nothing half done.
        let _ = catch_unwind(AssertUnwindSafe(|| job(connection)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sqlite::SqliteStore;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_read_whose_caller_left_before_its_turn_is_not_carried_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.sqlite3");
        drop(SqliteStore::open(&path).unwrap());
        let readers = Arc::new(Readers::start(&path).unwrap());
        let (started, is_started) = mpsc::channel();
        let (release, is_released) = mpsc::channel::<()>();
        let is_released = Arc::new(Mutex::new(is_released));
        let mut busy = Vec::new();
        for _ in 0..CONNECTIONS {
            let (readers, started, is_released) = (readers.clone(), started.clone(), is_released.clone());
            let wait = move |_: &Connection| {
                started.send(()).unwrap();
                let _ = is_released.lock().unwrap_or_else(PoisonError::into_inner).recv();
                Ok(())
            };
            busy.push(tokio::spawn(async move { readers.run(wait).await }));
        }
        for _ in 0..CONNECTIONS {
            is_started.recv().unwrap();
        }
        let (carry_out, is_carried_out) = mpsc::channel();
        let abandoned = readers.run(move |_| Ok(carry_out.send(())));
        assert!(tokio::time::timeout(Duration::from_millis(1), abandoned).await.is_err());
        drop(release);
        for read in busy {
            read.await.unwrap().unwrap();
        }
        drop(readers);
        assert!(is_carried_out.recv().is_err());
    }
}
