//! A store that fails, or does not answer.

use std::future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use countersign::Timestamp;
use countersign::store::{
    Account, ApplicationStore, AuditQuery, AuditRow, CeremonyId, Confirmation, ConfirmationKey, Evidence,
    Finish, Invitation, MemoryStore, Operation, Operator, OperatorLink, Pseudonym, RecoveryStatus, Rejection,
    Session, StoredCredential, StoredSealingKey, TokenHash,
};
use countersign::types::{CredentialId, UserHandle};
use serde_json::json;

use crate::site::{Site, finish, sign};

/// What a store does with calls.
const GOOD: u8 = 0;
/// Changes fail.
const READ_ONLY: u8 = 1;
/// Everything fails.
const AWAY: u8 = 2;
/// No reading of sealing keys ever ends.
const SILENT: u8 = 3;

#[derive(Debug, thiserror::Error)]
#[error("the store is away")]
struct Away;

/// A store in memory that has outages.
#[derive(Clone)]
struct Wavering {
    store: MemoryStore,
    state: Arc<AtomicU8>,
    /// The number of readings of sealing keys.
    readings: Arc<AtomicUsize>,
}

impl Wavering {
    fn new() -> Self {
        let (state, readings) = (Arc::default(), Arc::default());
        Self { store: MemoryStore::new(), state, readings }
    }

    fn set(&self, state: u8) {
        self.state.store(state, Ordering::Relaxed);
    }

    fn state(&self) -> u8 {
        self.state.load(Ordering::Relaxed)
    }
}

macro_rules! reads {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)+) => {
        $(async fn $name(&self, $($argument: $kind),*) -> Result<$answer, Away> {
            if self.state() == AWAY {
                return Err(Away);
            }
            let Ok(answer) = self.store.$name($($argument),*).await;
            Ok(answer)
        })+
    };
}

impl ApplicationStore for Wavering {
    type Error = Away;

    async fn transact(
        &self,
        operations: Vec<Operation>,
        now: Timestamp,
    ) -> Result<Result<(), Rejection>, Away> {
        if matches!(self.state(), READ_ONLY | AWAY) {
            return Err(Away);
        }
        let Ok(answer) = self.store.transact(operations, now).await;
        Ok(answer)
    }

    async fn sealing_keys(&self) -> Result<Vec<StoredSealingKey>, Away> {
        self.readings.fetch_add(1, Ordering::Relaxed);
        match self.state() {
            AWAY => return Err(Away),
            SILENT => future::pending().await,
            _ => {}
        }
        let Ok(keys) = self.store.sealing_keys().await;
        Ok(keys)
    }

    reads! {
        fn account(handle: &UserHandle) -> Option<Account>;
        fn account_by_name(name_key: &str) -> Option<Account>;
        fn is_or_was_account(handle: &UserHandle, now: Timestamp) -> bool;
        fn credential(id: &CredentialId, evidence: Evidence) -> Option<StoredCredential>;
        fn credentials(owner: &UserHandle, evidence: Evidence) -> Vec<StoredCredential>;
        fn finish(ceremony: &CeremonyId) -> Option<Finish>;
        fn session(token: &TokenHash) -> Option<Session>;
        fn sessions(account: &UserHandle, now: Timestamp) -> Vec<Session>;
        fn confirmation(key: &ConfirmationKey, now: Timestamp) -> Option<Confirmation>;
        fn credential_ids_unless_confirmed(
            account: &UserHandle, acts: &[String], browser: Option<&TokenHash>, now: Timestamp
        ) -> Option<Vec<CredentialId>>;
        fn recovery_status(account: &UserHandle) -> Option<RecoveryStatus>;
        fn has_recovery_code(account: &UserHandle, code: &TokenHash) -> bool;
        fn invitation(code: &TokenHash, now: Timestamp) -> Option<Invitation>;
        fn operators() -> Vec<Operator>;
        fn operator_link(token: &TokenHash, now: Timestamp) -> Option<OperatorLink>;
        fn audit_rows(query: &AuditQuery, limit: usize) -> Vec<AuditRow>;
        fn pseudonym(account: &UserHandle) -> Option<Pseudonym>;
    }
}

#[tokio::test]
async fn a_finish_during_an_outage_succeeds_when_it_is_sent_again_afterwards() {
    let store = Wavering::new();
    let site = Site::on(store.clone());
    let (_, mut passkey) = site.account("Ada").await;
    let mut browser = site.browser();
    let started = browser.post("sessions/start", &json!({})).await.expect(200);
    let body = finish(&started, &sign(&started, &mut passkey));
    for state in [AWAY, READ_ONLY] {
        store.set(state);
        browser.post("sessions/finish", &body).await.expect_error(503, "storage-failed");
        assert_eq!(browser.cookie("session"), None);
    }
    store.set(GOOD);
    browser.post("sessions/finish", &body).await.expect(200);
    assert_eq!(browser.name().await.as_deref(), Some("Ada"));
}

#[tokio::test]
async fn a_session_goes_on_while_its_use_can_not_be_recorded() {
    let store = Wavering::new();
    let site = Site::on(store.clone());
    let (mut browser, _) = site.account("Ada").await;
    site.wait(600);
    store.set(READ_ONLY);
    assert_eq!(browser.page("/").await.body, "Ada");
    store.set(AWAY);
    browser.page("/").await.expect_error(503, "storage-failed");
    // What is not recorded does not keep it alive.
    store.set(READ_ONLY);
    site.wait(7 * 24 * 60 * 60 - 600);
    browser.page("/").await.expect_error(401, "not-signed-in");
}

#[tokio::test]
async fn a_session_that_is_over_for_good_is_not_spared_while_the_store_is_read_only() {
    let store = Wavering::new();
    let site = Site::on(store.clone());
    let (mut browser, _) = site.account("Ada").await;
    site.wait(-3600);
    store.set(READ_ONLY);
    browser.page("/").await.expect_error(503, "storage-failed");
    store.set(GOOD);
    browser.page("/").await.expect_error(401, "not-signed-in");
}

#[tokio::test]
async fn requests_do_not_queue_for_sealing_keys_that_a_store_does_not_return() {
    let store = Wavering::new();
    let site = Site::on(store.clone());
    site.browser().post("sessions/start", &json!({})).await.expect(200);
    site.wait(60);
    store.set(SILENT);
    let mut waiting = site.browser();
    let waiting = tokio::spawn(async move { waiting.post("sessions/start", &json!({})).await });
    let before = store.readings.load(Ordering::Relaxed);
    while store.readings.load(Ordering::Relaxed) == before {
        tokio::task::yield_now().await;
    }
    // One request waits for the store. The others use the keys that are known.
    for _ in 0..10 {
        site.browser().post("sessions/start", &json!({})).await.expect(200);
    }
    assert!(!waiting.is_finished());
    waiting.abort();
}
