//! Metadata that is fetched over https, on a thread of its own: a request that hangs holds up nobody's stopping.

use std::{
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

use countersign::Timestamp;
use tokio::sync::oneshot;

use super::{Knowledge, kept::Keeping, watched::code};
use crate::{
    StartError,
    fetch::{Answer, Attempt, Client, FetchConfig, Remembered, RetryAfter, Schedule},
};

/// The shortest wait, whatever a schedule says.
const WAIT_MIN: Duration = Duration::from_millis(10);

/// An address, and when to ask it.
#[derive(Debug)]
pub(super) struct Fetched {
    client: Client,
    schedule: Schedule,
}

/// An attempt that failed, and when the server wants to be asked again.
#[derive(Debug, Default)]
struct Failed(Option<RetryAfter>);

impl Fetched {
    pub(super) fn new(config: &FetchConfig) -> Result<Self, StartError> {
        Ok(Self { client: Client::new(config)?, schedule: config.schedule })
    }

    /// Fetches for ever, each time after the schedule's wait.
    pub(super) async fn watch(self: &Arc<Self>, knowledge: &Arc<Knowledge>) {
        let mut wait = self.first_wait(knowledge, SystemTime::now().into());
        let mut attempt = Attempt::default();
        loop {
            tokio::time::sleep(wait.max(WAIT_MIN)).await;
            let outcome = self.fetch_on_a_thread(knowledge).await;
            let now = Timestamp::from(SystemTime::now());
            attempt = match outcome {
                Ok(()) => Attempt::default(),
                Err(Failed(retry_after)) => Attempt {
                    failures: attempt.failures.saturating_add(1),
                    retry_after: retry_after.map(|it| it.wait_from(now)),
                    ..Attempt::default()
                },
            };
            attempt.next_update = next_update(knowledge);
            wait = self.schedule.wait(&attempt, entropy(), now);
            tracing::debug!(?wait, failures = attempt.failures, "metadata is fetched again after");
        }
    }

    /// How long to wait at the start: a restart is no reason to ask.
    fn first_wait(&self, knowledge: &Knowledge, now: Timestamp) -> Duration {
        let Some(known) = self.known(knowledge) else { return Duration::ZERO };
        // A time that is yet to come is a clock that was wrong.
        let Ok(passed) = u64::try_from(now.unix_seconds().saturating_sub(known.checked_at.unix_seconds()))
        else {
            return Duration::ZERO;
        };
        let attempt = Attempt { next_update: next_update(knowledge), ..Attempt::default() };
        let wait = self.schedule.wait(&attempt, entropy(), known.checked_at);
        wait.saturating_sub(Duration::from_secs(passed))
    }

    async fn fetch_on_a_thread(self: &Arc<Self>, knowledge: &Arc<Knowledge>) -> Result<(), Failed> {
        let (fetched, knowledge) = (Arc::clone(self), Arc::clone(knowledge));
        let (done, outcome) = oneshot::channel();
        let spawned = thread::Builder::new().name("metadata".into()).spawn(move || {
            // Nobody waits for it once the server was told to stop.
            let _ = done.send(fetched.fetch(&knowledge));
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread to fetch metadata on");
        }
        // A panic was told.
        outcome.await.unwrap_or_else(|_| Err(Failed::default()))
    }

    /// Asks once.
    fn fetch(&self, knowledge: &Knowledge) -> Result<(), Failed> {
        let known = self.known(knowledge);
        let answer = self.client.get(known.as_ref().map(|known| &known.validators), &mut |_, _| {});
        let answer = answer.map_err(|error| {
            knowledge.failed("metadata-unreachable", &error);
            Failed(error.retry_after())
        })?;
        let now = SystemTime::now().into();
        let (number, validators) = match (answer, known) {
            (Answer::Content { bytes, validators }, _) => {
                let (number, keeping) = knowledge.take(&bytes, now).map_err(|error| {
                    knowledge.failed(error.code(), &error);
                    Failed::default()
                })?;
                if keeping == Keeping::Superseded {
                    // What the server calls its BLOB is not the kept one's.
                    knowledge.succeeded(now);
                    return Ok(());
                }
                (number, validators)
            }
            (Answer::NotModified, Some(known)) => (known.number, known.validators),
            // The client has nothing to be the same as, and takes no such answer.
            (Answer::NotModified, None) => return Err(Failed::default()),
        };
        knowledge.succeeded(now);
        let remembered =
            Remembered { url: self.client.url().to_owned(), number, checked_at: now, validators };
        knowledge.kept.remember(&remembered).map_err(|error| {
            knowledge.failed(code(&error), &error);
            Failed::default()
        })
    }

    /// What is remembered of the BLOB in use, if it was fetched at this address.
    fn known(&self, knowledge: &Knowledge) -> Option<Remembered> {
        let number = knowledge.blob()?.number();
        let known = knowledge.kept.remembered()?;
        (known.url == self.client.url() && known.number == number).then_some(known)
    }
}

/// Puts in use what was kept. Nobody is asked yet, so that a server starts whatever the network is like.
pub(super) fn start(knowledge: &Knowledge, now: Timestamp) {
    if !knowledge.kept.blob().exists() {
        tracing::info!("there is no metadata yet");
    } else if let Err(error) = knowledge.read(knowledge.kept.blob(), now) {
        knowledge.failed(code(&error), &error);
    } else if let Some(known) = knowledge.kept.remembered() {
        // The server was asked before the restart, and not by it.
        knowledge.succeeded(known.checked_at);
    }
}

fn next_update(knowledge: &Knowledge) -> Option<Timestamp> {
    knowledge.blob().map(|blob| blob.next_update().start())
}

/// Spreads those who ask; where the system has no random bytes, this one is not spread.
fn entropy() -> u64 {
    getrandom::u64().unwrap_or_default()
}
