//! The store on `SQLite`: a database in one file, compiled in.
//!
//! One thread owns the connection that writes, and commits transactions that arrive at the same time together. A few
//! other threads read, which write-ahead logging allows during a write. No runtime is needed.
//!
//! Several processes may use the same file: the database decides what happens only once. It must be on a local disk.

use std::path::Path;
use std::sync::Arc;

use countersign::store::{
    Account, ApplicationStore, AuditQuery, AuditRow, CeremonyId, Confirmation, ConfirmationKey, Evidence,
    Finish, Invitation, Operation, Operator, OperatorLink, Pseudonym, RecoveryStatus, Rejection, Session,
    StoredCredential, StoredSealingKey, TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle};

use crate::listing::{AccountSummary, CredentialRow, Totals, WholeAccount};
use crate::other_rp_ids::OtherRpIds;
use crate::sqlite::{connect_error::ConnectError, presence::Presence, readers::Readers, writer::Writer};

pub(crate) mod abort;
pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod confirmations;
pub(crate) mod connect;
pub(crate) mod connect_error;
pub(crate) mod credentials;
pub(crate) mod erasure;
pub(crate) mod finishes;
pub(crate) mod invitations;
pub(crate) mod listing;
pub(crate) mod open_error;
pub(crate) mod operations;
pub(crate) mod operators;
pub(crate) mod other_rp_ids;
pub(crate) mod presence;
pub(crate) mod purge;
pub(crate) mod readers;
pub(crate) mod recovery;
pub(crate) mod schema;
pub(crate) mod sealing_keys;
pub(crate) mod sessions;
pub(crate) mod statements;
pub(crate) mod store_error;
pub(crate) mod values;
pub(crate) mod writer;

pub use open_error::OpenError;
pub use store_error::StoreError;

/// An [`ApplicationStore`] in an `SQLite` file. Clones share it.
///
/// When the last clone is dropped, that waits for the transactions that are under way.
#[derive(Clone)]
pub struct SqliteStore(Arc<Inner>);

/// The readers are dropped first, so that the last connection, which cleans up the write-ahead log, is the writer's.
struct Inner {
    readers: Readers,
    writer: Writer,
    presence: Arc<Presence>,
}

impl SqliteStore {
    /// Opens the database, and creates or migrates it if necessary. This blocks, for milliseconds unless there is much to
    /// migrate.
    ///
    /// The file and its folder are created for their owner only. A file that is not a database of this crate, or of a
    /// newer version, is not changed.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let connection = connect::writer(path)?;
        let readers = Readers::start(path)?;
        let presence = Arc::new(Presence::of(path));
        let writer = Writer::start(connection, presence.clone())
            .map_err(|error| OpenError::Unusable(path.to_path_buf(), error.to_string()))?;
        Ok(Self(Arc::new(Inner { readers, writer, presence })))
    }

    /// Fails if [`open`](Self::open) would reject the file at this path. Creates and changes no file.
    pub fn check(path: impl AsRef<Path>) -> Result<(), OpenError> {
        inspect(path.as_ref(), |_| Ok(())).map(|_| ())
    }

    /// The credentials in the file at this path that belong to another RP ID, if there are any among the newest 10 000.
    /// Creates and changes no file, and reads one of an older schema too.
    pub fn credentials_of_other_rp_ids_at(
        path: impl AsRef<Path>,
        rp_id: &str,
    ) -> Result<Option<OtherRpIds>, OpenError> {
        let found = inspect(path.as_ref(), |connection| Ok(other_rp_ids::find(connection, rp_id)?))?;
        Ok(found.flatten())
    }

    /// The credentials that belong to another RP ID, if there are any among the newest 10 000. Call this at start-up.
    pub async fn credentials_of_other_rp_ids(&self, rp_id: &str) -> Result<Option<OtherRpIds>, StoreError> {
        let rp_id = rp_id.to_owned();
        self.0.readers.run(move |db| Ok(other_rp_ids::find(db, &rp_id)?)).await
    }

    /// Fails if the database file was deleted or replaced since it was opened, or can't be read, or if the thread that writes
    /// has ended: for health checks. Nothing is stored in a file that was deleted or replaced.
    pub async fn check_health(&self) -> Result<(), StoreError> {
        self.0.writer.check()?;
        self.0.presence.check()?;
        self.0.readers.run(sealing_keys::list).await.map(drop)
    }
}

/// Pages of rows for the operator: see the methods of [`Database`](crate::Database).
impl SqliteStore {
    /// Returns accounts whose names have keys with this prefix, in the order of the keys, after this key.
    pub async fn accounts(
        &self,
        prefix: &str,
        after: Option<&str>,
        number: usize,
    ) -> Result<Vec<AccountSummary>, StoreError> {
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        self.0.readers.run(move |db| listing::accounts(db, &prefix, after.as_deref(), number)).await
    }

    /// Returns the credentials of all accounts, in the order of their IDs, after this ID.
    pub async fn all_credentials(
        &self,
        after: Option<&CredentialId>,
        evidence: Evidence,
        number: usize,
    ) -> Result<Vec<CredentialRow>, StoreError> {
        let after = after.cloned();
        self.0.readers.run(move |db| listing::credentials(db, after.as_ref(), evidence, number)).await
    }

    /// Returns invitations that have not expired, the first to end first, after this one.
    pub async fn invitations(
        &self,
        after: Option<&Invitation>,
        now: Timestamp,
        number: usize,
    ) -> Result<Vec<Invitation>, StoreError> {
        let after = after.cloned();
        self.0.readers.run(move |db| listing::invitations(db, after.as_ref(), now, number)).await
    }

    /// Returns accounts with all that belongs to them but sessions and confirmations, in the order of their handles, after
    /// this handle.
    pub async fn whole_accounts(
        &self,
        after: Option<&UserHandle>,
        number: usize,
    ) -> Result<Vec<WholeAccount>, StoreError> {
        let after = after.cloned();
        self.0.readers.run(move |db| listing::whole_accounts(db, after.as_ref(), number)).await
    }

    /// Counts accounts and credentials.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        self.0.readers.run(listing::totals).await
    }
}

/// Runs `read` on the file at this path, if there is one, after its schema was checked.
fn inspect<T>(
    path: &Path,
    read: impl FnOnce(&rusqlite::Connection) -> Result<T, ConnectError>,
) -> Result<Option<T>, OpenError> {
    if !path.exists() {
        return Ok(None);
    }
    let inspect = || {
        let connection = connect::reader(path)?;
        schema::check(&connection)?;
        read(&connection).map(Some)
    };
    inspect().map_err(|error: ConnectError| error.into_open_error(path))
}

impl ApplicationStore for SqliteStore {
    type Error = StoreError;

    async fn transact(
        &self,
        operations: Vec<Operation>,
        now: Timestamp,
    ) -> Result<Result<(), Rejection>, StoreError> {
        self.0.writer.run(operations, now).await
    }

    async fn account(&self, handle: &UserHandle) -> Result<Option<Account>, StoreError> {
        let handle = handle.clone();
        self.0.readers.run(move |db| accounts::find(db, &handle)).await
    }

    async fn account_by_name(&self, name_key: &str) -> Result<Option<Account>, StoreError> {
        let name_key = name_key.to_owned();
        self.0.readers.run(move |db| accounts::find_by_name(db, &name_key)).await
    }

    async fn is_or_was_account(&self, handle: &UserHandle, now: Timestamp) -> Result<bool, StoreError> {
        let handle = handle.clone();
        self.0.readers.run(move |db| accounts::is_or_was(db, &handle, now)).await
    }

    async fn credential(
        &self,
        id: &CredentialId,
        evidence: Evidence,
    ) -> Result<Option<StoredCredential>, StoreError> {
        let id = id.clone();
        self.0.readers.run(move |db| credentials::find(db, &id, evidence)).await
    }

    async fn credentials(
        &self,
        owner: &UserHandle,
        evidence: Evidence,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let owner = owner.clone();
        self.0.readers.run(move |db| credentials::list(db, &owner, evidence)).await
    }

    async fn finish(&self, ceremony: &CeremonyId) -> Result<Option<Finish>, StoreError> {
        let ceremony = *ceremony;
        self.0.readers.run(move |db| finishes::find(db, &ceremony)).await
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        let token = *token;
        self.0.readers.run(move |db| sessions::find(db, &token)).await
    }

    async fn sessions(&self, account: &UserHandle, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let account = account.clone();
        self.0.readers.run(move |db| sessions::list(db, &account, now)).await
    }

    async fn confirmation(
        &self,
        key: &ConfirmationKey,
        now: Timestamp,
    ) -> Result<Option<Confirmation>, StoreError> {
        let key = key.clone();
        self.0.readers.run(move |db| confirmations::find(db, &key, now)).await
    }

    async fn credential_ids_unless_confirmed(
        &self,
        account: &UserHandle,
        acts: &[String],
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<Option<Vec<CredentialId>>, StoreError> {
        let (account, acts, browser) = (account.clone(), acts.to_vec(), browser.copied());
        let find = move |db: &_| {
            // Before the list is read, so that it has a credential whose transaction uses up a confirmation meanwhile.
            if confirmations::is_any_elsewhere(db, &account, &acts, browser.as_ref(), now)? {
                return Ok(None);
            }
            credentials::ids(db, &account).map(Some)
        };
        self.0.readers.run(find).await
    }

    async fn recovery_status(&self, account: &UserHandle) -> Result<Option<RecoveryStatus>, StoreError> {
        let account = account.clone();
        self.0.readers.run(move |db| recovery::status(db, &account)).await
    }

    async fn has_recovery_code(&self, account: &UserHandle, code: &TokenHash) -> Result<bool, StoreError> {
        let (account, code) = (account.clone(), *code);
        self.0.readers.run(move |db| recovery::has(db, &account, &code)).await
    }

    async fn invitation(&self, code: &TokenHash, now: Timestamp) -> Result<Option<Invitation>, StoreError> {
        let code = *code;
        self.0.readers.run(move |db| invitations::find(db, &code, now)).await
    }

    async fn operators(&self) -> Result<Vec<Operator>, StoreError> {
        self.0.readers.run(operators::list).await
    }

    async fn operator_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<OperatorLink>, StoreError> {
        let token = *token;
        self.0.readers.run(move |db| operators::find_link(db, &token, now)).await
    }

    async fn sealing_keys(&self) -> Result<Vec<StoredSealingKey>, StoreError> {
        self.0.readers.run(sealing_keys::list).await
    }

    async fn audit_rows(&self, query: &AuditQuery, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let query = query.clone();
        self.0.readers.run(move |db| audit::rows(db, &query, limit)).await
    }

    async fn pseudonym(&self, account: &UserHandle) -> Result<Option<Pseudonym>, StoreError> {
        let account = account.clone();
        self.0.readers.run(move |db| audit::pseudonym(db, &account)).await
    }
}

#[cfg(test)]
mod tests;
