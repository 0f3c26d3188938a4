//! When a connection last had a request or an answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The activity of a connection. In HTTP/2 bytes are no sign of it: a client may send, and be answered, without a request.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<Mutex<Instant>>);

impl Activity {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// Notes that a request arrived, or that it was answered.
    pub(super) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Completes when there was no activity for a time.
    pub(super) async fn pause(&self, length: Duration) {
        loop {
            let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let end = last.checked_add(length).unwrap_or(last);
            if Instant::now() >= end {
                return;
            }
            sleep_until(end).await;
        }
    }
}
