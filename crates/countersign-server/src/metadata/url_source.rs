//! Metadata that is fetched over https, on its own thread, so that a hanging request cannot delay shutdown.

use std::{path::Path, sync::Arc, thread, time::Duration};

use countersign::Timestamp;

use super::{cache::CacheUpdate, current::CurrentMetadata, update_error::UpdateError};
use crate::fetch::client::{Answer, Client};
use crate::fetch::schedule::{Attempt, Schedule};
use crate::fetch::{config::FetchConfig, error::RetryAfter, last_fetch::LastFetch};
use crate::{clock, start_error::StartError};

/// The shortest wait, regardless of the schedule.
const WAIT_MIN: Duration = Duration::from_millis(10);

/// An address with metadata, and the schedule of requests to it.
#[derive(Debug)]
pub(super) struct UrlSource {
    client: Client,
    schedule: Schedule,
    current: Arc<CurrentMetadata>,
}

/// A failed attempt, and the time of the next attempt that the server asks for.
#[derive(Debug, Default)]
struct Failed(Option<RetryAfter>);

impl UrlSource {
    pub(super) fn new(config: &FetchConfig, current: Arc<CurrentMetadata>) -> Result<Self, StartError> {
        Ok(Self { client: Client::new(config)?, schedule: config.schedule, current })
    }

    /// Uses the stored BLOB. No request is made yet, so that a server starts without a network.
    pub(super) fn start(&self, now: Timestamp) {
        let current = &self.current;
        if !current.cache.blob().exists() {
            tracing::info!("there is no metadata yet");
        } else if let Err(error) = current.update_from(current.cache.blob(), now) {
            current.failed(&error);
        } else if let Some(last) = current.cache.last_fetch() {
            // The server was asked before the restart.
            current.succeeded(last.checked_at);
        }
    }

    /// Fetches again and again, each time after the schedule's wait. Never returns.
    pub(super) async fn watch(self: &Arc<Self>) {
        let mut wait = self.first_wait(clock::now());
        let mut attempt = Attempt::default();
        loop {
            tokio::time::sleep(wait.max(WAIT_MIN)).await;
            let outcome = self.fetch_on_a_thread().await;
            let now = clock::now();
            attempt = match outcome {
                Ok(()) => Attempt::default(),
                Err(Failed(retry_after)) => Attempt {
                    failures: attempt.failures.saturating_add(1),
                    retry_after: retry_after.map(|it| it.wait_from(now)),
                    ..Attempt::default()
                },
            };
            attempt.next_update = self.next_update();
            wait = self.schedule.wait(&attempt, entropy(), now);
            tracing::debug!(?wait, failures = attempt.failures, "metadata is fetched again after");
        }
    }

    /// The wait at the start: a restart is no reason to ask.
    fn first_wait(&self, now: Timestamp) -> Duration {
        let Some(last) = self.last_fetch() else { return Duration::ZERO };
        // A time in the future comes from a clock that was wrong.
        let Ok(passed) = u64::try_from(now.unix_seconds().saturating_sub(last.checked_at.unix_seconds()))
        else {
            return Duration::ZERO;
        };
        let attempt = Attempt { next_update: self.next_update(), ..Attempt::default() };
        let wait = self.schedule.wait(&attempt, entropy(), last.checked_at);
        wait.saturating_sub(Duration::from_secs(passed))
    }

    async fn fetch_on_a_thread(self: &Arc<Self>) -> Result<(), Failed> {
        let source = Arc::clone(self);
        let (done, outcome) = tokio::sync::oneshot::channel();
        let spawned = thread::Builder::new().name("metadata".into()).spawn(move || {
            // A stopping server no longer waits for it.
            let _ = done.send(source.fetch());
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread to fetch metadata on");
        }
        // Fails only after a panic, which the log has.
        outcome.await.unwrap_or_else(|_| Err(Failed::default()))
    }

    /// Asks once.
    fn fetch(&self) -> Result<(), Failed> {
        let last = self.last_fetch();
        let answer = self.client.get(last.as_ref().map(|last| &last.validators), &mut |_, _| {});
        let answer = answer.map_err(|error| {
            let retry_after = error.retry_after();
            self.current.failed(&UpdateError::Unreachable(error));
            Failed(retry_after)
        })?;
        let now = clock::now();
        let (number, validators) = match (answer, last) {
            (Answer::Content { bytes, validators }, _) => {
                let updated = self.current.update(&bytes, Path::new(self.client.url()), now);
                let (number, update) = updated.map_err(|it| self.fail(&it))?;
                if update == CacheUpdate::Superseded {
                    // The validators don't belong to the stored BLOB.
                    self.current.succeeded(now);
                    return Ok(());
                }
                (number, validators)
            }
            (Answer::NotModified, Some(last)) => (last.number, last.validators),
            // The request was unconditional, and the client rejects such an answer to one.
            (Answer::NotModified, None) => return Err(Failed::default()),
        };
        self.current.succeeded(now);
        let fetch = LastFetch { url: self.client.url().to_owned(), number, checked_at: now, validators };
        self.current.cache.store_last_fetch(&fetch).map_err(|error| self.fail(&error.into()))
    }

    fn fail(&self, error: &UpdateError) -> Failed {
        self.current.failed(error);
        Failed::default()
    }

    /// The last fetch of the BLOB in use, if it came from this address.
    fn last_fetch(&self) -> Option<LastFetch> {
        let number = self.current.blob()?.number();
        let last = self.current.cache.last_fetch()?;
        (last.url == self.client.url() && last.number == number).then_some(last)
    }

    fn next_update(&self) -> Option<Timestamp> {
        self.current.blob().map(|blob| blob.next_update().start())
    }
}

/// Random bits that spread the requests of many servers; 0 if the system has no random bytes.
fn entropy() -> u64 {
    getrandom::u64().unwrap_or_default()
}
