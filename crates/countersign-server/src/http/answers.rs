//! The answers that a server gave.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

/// The number of answers since the start, by the first digit of their status.
#[derive(Debug, Default)]
pub(super) struct Answers([AtomicU64; 6]);

impl Answers {
    pub(super) fn count(&self, status: StatusCode) {
        if let Some(count) = self.0.get(usize::from(status.as_u16() / 100)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The class of each status, and the number of answers with it.
    pub(super) fn by_class(&self) -> impl Iterator<Item = (usize, u64)> {
        self.0.iter().enumerate().skip(1).map(|(class, count)| (class, count.load(Ordering::Relaxed)))
    }
}
