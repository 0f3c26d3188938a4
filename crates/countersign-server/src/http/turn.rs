//! Work that is done one piece at a time.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a piece of work waits until those before it are done.
const PATIENCE: Duration = Duration::from_secs(5);

/// The turn to do a piece of work, of which there is one.
#[derive(Debug, Clone)]
pub(super) struct Turn(Arc<Semaphore>);

impl Turn {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }

    /// Waits for the turn, which ends when the permit is dropped. Returns `None` if others take too long.
    pub(super) async fn wait(&self) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(PATIENCE, self.0.clone().acquire_owned()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_piece_of_work_is_done_at_a_time_and_others_wait_for_some_seconds() {
        let turn = Turn::new();
        let first = turn.wait().await.unwrap();
        assert!(turn.wait().await.is_none());
        drop(first);
        assert!(turn.wait().await.is_some());
    }
}
