//! A mix of transactions by several workers, in threads and processes, and what must hold when they have ended
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).
//!
//! Each worker logs what the store acknowledged. The logs are JSON, so that a test can start itself as further processes,
//! collect their logs from files, and [`check`] all of them with the store:
//!
//! ```
//! use countersign::store::MemoryStore;
//! use countersign::store_kit::{InMemory, StoreHarness as _, workload::{self, Log, Plan}};
//!
//! let mut harness = InMemory(MemoryStore::new);
//! let store = harness.empty();
//! let mut left = 200;
//! let log = harness.block_on(workload::work(&store, Plan::new(7, 0), || {
//!     left -= 1;
//!     left > 0
//! }));
//! let stored: Log = serde_json::from_str(&serde_json::to_string(&log)?)?;
//! assert!(stored.acknowledged() > 50);
//! harness.block_on(workload::check(&[stored], &store)).assert_passed();
//! # Ok::<(), serde_json::Error>(())
//! ```

pub(crate) mod log;
pub(crate) mod made;
pub(crate) mod verification;

use core::error::Error;

use crate::store::application::{ApplicationStore, Evidence};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{Account, Finish, Session, StoredCredential};
use crate::store_kit::samples::{NOW, update};
use crate::store_kit::workload::log::{Act, Answer, Ceremony, Entry};
use crate::store_kit::workload::made::Made;

pub use log::Log;
pub use verification::check;

/// What one worker does: the same number and seed always lead to the same choices, though the store's answers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The number of the worker, which no other worker on the store has.
    pub worker: u32,
    /// What the choices are derived from.
    pub seed: u64,
    /// How many names the workers share. Fewer names make more conflicts.
    pub names: u32,
}

impl Plan {
    /// A plan for six shared names.
    pub const fn new(seed: u64, worker: u32) -> Self {
        Self { worker, seed, names: 6 }
    }
}

/// Works until `goes_on` returns `false`. The store must be one on which only workers have written.
pub async fn work<S: ApplicationStore>(
    store: &S,
    plan: Plan,
    mut goes_on: impl FnMut() -> bool + Send,
) -> Log {
    let mut worker = Worker {
        store,
        plan,
        random: Random(plan.seed ^ u64::from(plan.worker).rotate_left(32)),
        shared: 0,
        keys: 0,
        log: Log { worker: plan.worker, entries: Vec::new(), failed_reads: 0 },
    };
    while goes_on() {
        // A read that failed says nothing about what is stored.
        if worker.step().await.is_err() {
            worker.log.failed_reads = worker.log.failed_reads.saturating_add(1);
        }
    }
    worker.log
}

struct Worker<'s, S> {
    store: &'s S,
    plan: Plan,
    random: Random,
    /// How many ceremonies that all workers finish this one has tried to finish.
    shared: u32,
    /// How many sealing keys, whose numbers all workers share.
    keys: u32,
    log: Log,
}

impl<S: ApplicationStore> Worker<'_, S> {
    /// What the next transaction makes has this name.
    fn next(&self) -> Made {
        Made(self.plan.worker, u32::try_from(self.log.entries.len()).unwrap_or(u32::MAX))
    }

    async fn step(&mut self) -> Result<(), S::Error> {
        let name = self.random.below(u64::from(self.plan.names));
        let Some(account) = self.store.account_by_name(&name_of(name)).await? else {
            self.sign_up(name).await;
            return Ok(());
        };
        let credentials = self.store.credentials(&account.handle, Evidence::Omit).await?;
        let sessions = self.store.sessions(&account.handle, NOW).await?;
        let (Some(credential), Some(owner)) =
            (self.random.one_of(&credentials), Made::of(account.handle.as_bytes()))
        else {
            return Ok(());
        };
        let session = self.random.one_of(&sessions);
        match (self.random.below(100), session) {
            (0..3, _) => self.remove_account(owner).await,
            (3..6, _) => self.add_key().await,
            (6..18, _) => self.shared_sign_in(credential).await,
            (18..30, Some(session)) => self.add(owner, session).await,
            (30..40, Some(session)) => self.rename(owner, credential, session).await,
            (40..52, Some(session)) => self.remove(owner, credential, session).await,
            (52..58, Some(session)) => self.end(session).await,
            (58..61, Some(session)) if name.is_multiple_of(2) => self.end_others(owner, session).await,
            (61..69, Some(session)) => self.confirm(session).await,
            (69..77, Some(session)) => self.take(session).await,
            _ => self.sign_in(credential, Ceremony::Own).await,
        }
        Ok(())
    }

    /// Carries out and logs a transaction. It remembers the finish of a ceremony, by which it is known in the end whether
    /// it happened, also if the answer was lost.
    async fn transact(&mut self, ceremony: Ceremony, act: Act, operations: Vec<Operation>) {
        let made = self.next();
        let finish = Finish {
            ceremony: ceremony.id(made),
            response: made.bytes(),
            outcome: made.outcome(),
            finished_at: NOW,
            until: NOW.plus_seconds(86_400),
        };
        let operations = [vec![Operation::Remember(finish)], operations].concat();
        let answer = match self.store.transact(operations, NOW).await {
            Ok(Ok(())) => Answer::Done,
            Ok(Err(Rejection::Finished(earlier))) => Answer::FinishedBefore(earlier.outcome),
            Ok(Err(rejection)) => Answer::Rejected(rejection.to_string()),
            Err(error) => Answer::Unknown(causes(&error)),
        };
        self.log.entries.push(Entry { ceremony, act, answer });
    }

    async fn sign_up(&mut self, name: u64) {
        let made = self.next();
        let account =
            Account { handle: made.handle(), name: name_of(name), name_key: name_of(name), created_at: NOW };
        let operations = vec![
            Operation::InsertAccount(account),
            Operation::InsertCredential(Box::new(made.credential(made))),
            Operation::InsertSession(made.session(made, made)),
        ];
        self.transact(Ceremony::Own, Act::SignUp { name: name_of(name) }, operations).await;
    }

    async fn sign_in(&mut self, credential: &StoredCredential, ceremony: Ceremony) {
        let made = self.next();
        let record = &credential.record;
        let (Some(owner), Some(id)) =
            (Made::of(record.user_handle().as_bytes()), Made::of(record.id().as_bytes()))
        else {
            return;
        };
        let next = record.clone().with_sign_count(record.dynamic_part().sign_count().saturating_add(1));
        let operations = vec![
            Operation::UpdateCredential {
                owner: owner.handle(),
                update: Box::new(update(record, &next)),
                used_at: Some(NOW),
            },
            Operation::InsertSession(made.session(owner, id)),
        ];
        self.transact(ceremony, Act::SignIn { account: owner, credential: id }, operations).await;
    }

    async fn shared_sign_in(&mut self, credential: &StoredCredential) {
        let ceremony = Ceremony::Shared(self.shared);
        self.shared = self.shared.saturating_add(1);
        self.sign_in(credential, ceremony).await;
    }

    async fn add(&mut self, account: Made, session: &Session) {
        let new = Operation::InsertCredential(Box::new(self.next().credential(account)));
        self.transact(Ceremony::Own, Act::Add { account }, vec![required(session), new]).await;
    }

    async fn rename(&mut self, account: Made, credential: &StoredCredential, session: &Session) {
        let id = credential.record.id().clone();
        let label = format!("label {}", self.random.below(4));
        let Some(credential) = Made::of(id.as_bytes()) else { return };
        let (owner, label_key) = (account.handle(), label.clone());
        let act = Act::Rename { credential, label: label.clone() };
        let rename = Operation::RenameCredential { owner, id, label, label_key };
        self.transact(Ceremony::Own, act, vec![required(session), rename]).await;
    }

    async fn remove(&mut self, account: Made, credential: &StoredCredential, session: &Session) {
        let id = credential.record.id().clone();
        let Some(credential) = Made::of(id.as_bytes()) else { return };
        let remove = Operation::RemoveCredential { owner: account.handle(), id };
        self.transact(Ceremony::Own, Act::Remove { credential }, vec![required(session), remove]).await;
    }

    async fn remove_account(&mut self, account: Made) {
        let remove = Operation::RemoveAccount(account.handle());
        self.transact(Ceremony::Own, Act::RemoveAccount { account }, vec![remove]).await;
    }

    async fn end(&mut self, session: &Session) {
        let Some(ended) = Made::of(session.token.as_bytes()) else { return };
        let operations = vec![required(session), Operation::EndSession(session.token)];
        self.transact(Ceremony::Own, Act::End { session: ended }, operations).await;
    }

    async fn end_others(&mut self, account: Made, session: &Session) {
        let end = Operation::EndOtherSessions { account: account.handle(), remaining: Some(session.token) };
        self.transact(Ceremony::Own, Act::EndOthers { account }, vec![required(session), end]).await;
    }

    async fn confirm(&mut self, session: &Session) {
        let Some(made) = Made::of(session.token.as_bytes()) else { return };
        let confirm = Operation::Confirm(made.confirmation(session.account.clone()));
        self.transact(Ceremony::Own, Act::Confirm { session: made }, vec![required(session), confirm]).await;
    }

    async fn take(&mut self, session: &Session) {
        let Some(made) = Made::of(session.token.as_bytes()) else { return };
        let take = Operation::TakeConfirmation(made.confirmation(session.account.clone()).key);
        self.transact(Ceremony::Own, Act::Take { session: made }, vec![take]).await;
    }

    async fn add_key(&mut self) {
        let number = self.keys;
        self.keys = self.keys.saturating_add(1);
        let add = Operation::AddSealingKey(self.next().sealing_key(number));
        self.transact(Ceremony::Own, Act::AddKey { number }, vec![add]).await;
    }
}

fn required(session: &Session) -> Operation {
    Operation::RequireSession { token: session.token, account: session.account.clone() }
}

fn name_of(number: u64) -> String {
    format!("name {number}")
}

/// An error with its causes.
fn causes(error: &dyn Error) -> String {
    let causes = core::iter::successors(error.source(), |cause: &&dyn Error| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Pseudorandom numbers by [SplitMix64](https://prng.di.unimi.it/splitmix64.c).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or_default()
    }

    fn one_of<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        let number = self.below(u64::try_from(items.len()).ok()?);
        items.get(usize::try_from(number).ok()?)
    }
}
