//! The conformance kit on this store.

use std::{fs, path::PathBuf};

use countersign::store::{
    Account, ApplicationStore, AuditQuery, AuditRow, CeremonyId, Confirmation, ConfirmationKey, Evidence,
    Finish, Invitation, Operation, Operator, OperatorLink, Pseudonym, RecoveryStatus, Rejection, Session,
    StoredCredential, StoredSealingKey, TokenHash,
};
use countersign::store_kit::{self, StoreHarness};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use countersign_store::sqlite::{SqliteStore, StoreError};
use tempfile::TempDir;

struct Harness {
    folder: TempDir,
    files: u32,
}

impl Harness {
    fn next(&mut self) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{}.sqlite3", self.files))
    }
}

/// A store that knows its file.
struct Opened {
    path: PathBuf,
    store: SqliteStore,
}

impl Opened {
    fn new(path: PathBuf) -> Self {
        Self { store: SqliteStore::open(&path).unwrap(), path }
    }
}

/// No runtime: the kit parks its threads.
impl StoreHarness for Harness {
    type Store = Opened;

    fn empty(&mut self) -> Opened {
        Opened::new(self.next())
    }

    /// Copies the files as a killed process leaves them, with the log not yet merged into the database.
    fn crash(&mut self, store: Opened) -> Opened {
        let copy = self.next();
        for suffix in ["", "-wal"] {
            let of = |path: &PathBuf| PathBuf::from(format!("{}{suffix}", path.display()));
            fs::copy(of(&store.path), of(&copy)).unwrap();
        }
        Opened::new(copy)
    }
}

/// Passes each method on.
macro_rules! passed_on {
    ($($method:ident($($argument:ident: $type:ty),*) -> $output:ty;)+) => {
        impl ApplicationStore for Opened {
            type Error = StoreError;

            $(async fn $method(&self, $($argument: $type),*) -> Result<$output, StoreError> {
                self.store.$method($($argument),*).await
            })+
        }
    };
}

passed_on! {
    transact(operations: Vec<Operation>, now: Timestamp) -> Result<(), Rejection>;
    account(handle: &UserHandle) -> Option<Account>;
    account_by_name(name_key: &str) -> Option<Account>;
    is_or_was_account(handle: &UserHandle, now: Timestamp) -> bool;
    credential(id: &CredentialId, evidence: Evidence) -> Option<StoredCredential>;
    credentials(owner: &UserHandle, evidence: Evidence) -> Vec<StoredCredential>;
    finish(ceremony: &CeremonyId) -> Option<Finish>;
    session(token: &TokenHash) -> Option<Session>;
    sessions(account: &UserHandle, now: Timestamp) -> Vec<Session>;
    confirmation(key: &ConfirmationKey, now: Timestamp) -> Option<Confirmation>;
    credential_ids_unless_confirmed(
        account: &UserHandle, acts: &[String], browser: Option<&TokenHash>, now: Timestamp
    ) -> Option<Vec<CredentialId>>;
    recovery_status(account: &UserHandle) -> Option<RecoveryStatus>;
    has_recovery_code(account: &UserHandle, code: &TokenHash) -> bool;
    invitation(code: &TokenHash, now: Timestamp) -> Option<Invitation>;
    operators() -> Vec<Operator>;
    operator_link(token: &TokenHash, now: Timestamp) -> Option<OperatorLink>;
    sealing_keys() -> Vec<StoredSealingKey>;
    audit_rows(query: &AuditQuery, limit: usize) -> Vec<AuditRow>;
    pseudonym(account: &UserHandle) -> Option<Pseudonym>;
}

#[test]
fn the_store_on_sqlite_passes_the_conformance_kit() {
    let mut harness = Harness { folder: tempfile::tempdir().unwrap(), files: 0 };
    store_kit::run_application(&mut harness).assert_passed();
}
