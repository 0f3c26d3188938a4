//! The store on `PostgreSQL`, and on databases that speak its protocol.
//!
//! ```no_run
//! # async fn open() -> Result<(), countersign_store::postgres::PostgresError> {
//! use countersign_store::postgres::{PostgresOptions, PostgresStore};
//!
//! let options = PostgresOptions::new("postgres://app:secret@db.example/app?sslmode=verify-full")?;
//! let store = PostgresStore::open(&options).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The tables are in the first schema of the connection's `search_path`, and their names begin with `countersign_`, so that
//! an application may keep its own tables in the same database. [`PostgresStore::open`] creates them, and migrates older
//! ones; any number of programs may do so at once.
//!
//! Constraints and locks of rows decide what concurrent transactions may do, at the isolation level READ COMMITTED. There
//! are no advisory locks, sequences or triggers. A transaction that the database rolls back because of another one
//! (40001, 40P01), or that was cut before its COMMIT was sent, is repeated a few times. After a COMMIT without an answer,
//! the store returns [`PostgresError::Unknown`] and repeats nothing.

mod audit;
mod audit_statements;
pub(crate) mod error;
mod failure;
mod listing;
pub(crate) mod options;
mod other_rp_ids;
mod pool;
mod purge;
mod reads;
mod reasons;
mod retries;
mod rows;
mod schema;
mod statements;
mod step;
mod steps;
mod tls;
mod transaction;

use std::sync::Arc;

use countersign::store::{
    Account, ApplicationStore, AuditQuery, AuditRow, CeremonyId, Confirmation, ConfirmationKey, Evidence,
    Finish, Invitation, Operation, Operator, OperatorLink, Pseudonym, RecoveryStatus, Rejection, Session,
    StoredCredential, StoredSealingKey, TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use deadpool_postgres::Pool;

use crate::listing::{AccountSummary, CredentialRow, Totals, WholeAccount};
use crate::other_rp_ids::OtherRpIds;
pub use error::PostgresError;
pub use options::PostgresOptions;
use pool::{Connection, within};
use retries::Retries;

/// A store on `PostgreSQL`. Clones share its connections.
#[derive(Debug, Clone)]
pub struct PostgresStore(Arc<Inner>);

/// The connections of a pool, and the calls that wait for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connections {
    /// Open connections.
    pub open: usize,
    /// Those of them that are not in use.
    pub idle: usize,
    /// Calls that wait for a connection.
    pub waiting: usize,
    /// The most connections that the pool opens.
    pub max: usize,
}

#[derive(Debug)]
struct Inner {
    pool: Pool,
    options: PostgresOptions,
    purges: purge::Schedule,
    chains: audit::Chains,
}

impl PostgresStore {
    /// Connects, and creates the tables or migrates older ones.
    pub async fn open(options: &PostgresOptions) -> Result<Self, PostgresError> {
        let store = Self::unconnected(options)?;
        let mut retries = Retries::within(options.answer_timeout());
        loop {
            let connection = Connection::of(&store.0.pool, options).await?;
            let client = connection.client().map_err(|failure| failure.error)?;
            match schema::migrate(client, options.answer_timeout()).await {
                Ok(()) => {
                    connection.give_back();
                    return Ok(store);
                }
                Err(failure) => {
                    if !failure.again || !retries.pause().await {
                        return Err(failure.error);
                    }
                }
            }
        }
    }

    fn unconnected(options: &PostgresOptions) -> Result<Self, PostgresError> {
        let inner = Inner {
            pool: pool::pool(options)?,
            options: options.clone(),
            purges: purge::Schedule::new(),
            chains: audit::Chains::default(),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Connects, and checks that there are no tables or tables of a supported version. Changes nothing.
    pub async fn check(options: &PostgresOptions) -> Result<(), PostgresError> {
        Self::unconnected(options)?.state().await.map(|_| ())
    }

    /// The connections of the pool now.
    pub fn connections(&self) -> Connections {
        let status = self.0.pool.status();
        Connections {
            open: status.size,
            idle: status.available,
            waiting: status.waiting,
            max: status.max_size,
        }
    }

    /// Checks that the database answers, accepts writes, and has the tables.
    pub async fn check_health(&self) -> Result<(), PostgresError> {
        let (version, accepts_writes) = self.state().await?;
        match (version, accepts_writes) {
            (Some(schema::VERSION), true) => Ok(()),
            (Some(schema::VERSION), false) => {
                Err(PostgresError::Unavailable("the database accepts no writes".into()))
            }
            _ => Err(PostgresError::Statement("the tables are missing or not migrated".into())),
        }
    }

    /// The credentials in the database of these options that belong to another RP ID, if there are any. Looks at
    /// no more than 10 000, and changes nothing.
    pub async fn credentials_of_other_rp_ids_at(
        options: &PostgresOptions,
        rp_id: &str,
    ) -> Result<Option<OtherRpIds>, PostgresError> {
        let store = Self::unconnected(options)?;
        match store.state().await?.0 {
            Some(1..) => store.credentials_of_other_rp_ids(rp_id).await,
            _ => Ok(None),
        }
    }

    /// The credentials that belong to another RP ID, if there are any. Looks at no more than 10 000: call this at start-up.
    ///
    /// If the database needs more than two seconds for that, a warning is logged, and none are returned.
    pub async fn credentials_of_other_rp_ids(
        &self,
        rp_id: &str,
    ) -> Result<Option<OtherRpIds>, PostgresError> {
        other_rp_ids::find(&self.0.pool, &self.0.options, rp_id).await
    }

    /// The version of the tables, if there are any and it is supported; and whether the database accepts writes.
    async fn state(&self) -> Result<(Option<i64>, bool), PostgresError> {
        let Inner { pool, options, .. } = &*self.0;
        let connection = Connection::of(pool, options).await?;
        let state = within(options.answer_timeout(), async {
            let client = connection.client()?;
            Ok((schema::version(client).await?, schema::accepts_writes(client).await?))
        });
        let (version, accepts_writes) = state.await.map_err(|failure| failure.error)?;
        connection.give_back();
        match version {
            Some(found) if found > schema::VERSION => {
                Err(PostgresError::TooNew { found, supported: schema::VERSION })
            }
            _ => Ok((version, accepts_writes)),
        }
    }
}

impl ApplicationStore for PostgresStore {
    type Error = PostgresError;

    async fn transact(
        &self,
        operations: Vec<Operation>,
        now: Timestamp,
    ) -> Result<Result<(), Rejection>, PostgresError> {
        let Inner { pool, options, purges, chains } = &*self.0;
        let outcome = transaction::transact(pool, options, chains, &operations, now).await?;
        if outcome.is_ok() && purges.is_due(now) {
            let store = self.clone();
            tokio::spawn(async move { purge::purge(&store.0.pool, &store.0.options, now).await });
        }
        Ok(outcome)
    }

    async fn account(&self, handle: &UserHandle) -> Result<Option<Account>, PostgresError> {
        self.reader().account(handle).await
    }

    async fn account_by_name(&self, name_key: &str) -> Result<Option<Account>, PostgresError> {
        self.reader().account_by_name(name_key).await
    }

    async fn is_or_was_account(&self, handle: &UserHandle, now: Timestamp) -> Result<bool, PostgresError> {
        self.reader().is_or_was_account(handle, now).await
    }

    async fn credential(
        &self,
        id: &CredentialId,
        evidence: Evidence,
    ) -> Result<Option<StoredCredential>, PostgresError> {
        self.reader().credential(id, evidence).await
    }

    async fn credentials(
        &self,
        owner: &UserHandle,
        evidence: Evidence,
    ) -> Result<Vec<StoredCredential>, PostgresError> {
        self.reader().credentials(owner, evidence).await
    }

    async fn finish(&self, ceremony: &CeremonyId) -> Result<Option<Finish>, PostgresError> {
        self.reader().finish(ceremony).await
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, PostgresError> {
        self.reader().session(token).await
    }

    async fn sessions(&self, account: &UserHandle, now: Timestamp) -> Result<Vec<Session>, PostgresError> {
        self.reader().sessions(account, now).await
    }

    async fn confirmation(
        &self,
        key: &ConfirmationKey,
        now: Timestamp,
    ) -> Result<Option<Confirmation>, PostgresError> {
        self.reader().confirmation(key, now).await
    }

    async fn credential_ids_unless_confirmed(
        &self,
        account: &UserHandle,
        acts: &[String],
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<Option<Vec<CredentialId>>, PostgresError> {
        self.reader().credential_ids_unless_confirmed(account, acts, browser, now).await
    }

    async fn recovery_status(&self, account: &UserHandle) -> Result<Option<RecoveryStatus>, PostgresError> {
        self.reader().recovery_status(account).await
    }

    async fn has_recovery_code(&self, account: &UserHandle, code: &TokenHash) -> Result<bool, PostgresError> {
        self.reader().has_recovery_code(account, code).await
    }

    async fn invitation(
        &self,
        code: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Invitation>, PostgresError> {
        self.reader().invitation(code, now).await
    }

    async fn operators(&self) -> Result<Vec<Operator>, PostgresError> {
        self.reader().operators().await
    }

    async fn operator_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<OperatorLink>, PostgresError> {
        self.reader().operator_link(token, now).await
    }

    async fn sealing_keys(&self) -> Result<Vec<StoredSealingKey>, PostgresError> {
        self.reader().sealing_keys().await
    }

    async fn audit_rows(&self, query: &AuditQuery, limit: usize) -> Result<Vec<AuditRow>, PostgresError> {
        self.reader().audit_rows(query, limit).await
    }

    async fn pseudonym(&self, account: &UserHandle) -> Result<Option<Pseudonym>, PostgresError> {
        self.reader().pseudonym(account).await
    }
}

/// Pages of rows for the operator: see the methods of [`Database`](crate::Database).
impl PostgresStore {
    /// Returns accounts whose names have keys with this prefix, in the order of the keys, after this key.
    pub async fn accounts(
        &self,
        prefix: &str,
        after: Option<&str>,
        number: usize,
    ) -> Result<Vec<AccountSummary>, PostgresError> {
        self.reader().accounts(prefix, after, number).await
    }

    /// Returns the credentials of all accounts, in the order of their IDs, after this ID.
    pub async fn all_credentials(
        &self,
        after: Option<&CredentialId>,
        evidence: Evidence,
        number: usize,
    ) -> Result<Vec<CredentialRow>, PostgresError> {
        self.reader().all_credentials(after, evidence, number).await
    }

    /// Returns invitations that have not expired, the first to end first, after this one.
    pub async fn invitations(
        &self,
        after: Option<&Invitation>,
        now: Timestamp,
        number: usize,
    ) -> Result<Vec<Invitation>, PostgresError> {
        self.reader().invitations(after, now, number).await
    }

    /// Returns accounts with all that belongs to them but sessions and confirmations, in the order of their handles, after
    /// this handle.
    pub async fn whole_accounts(
        &self,
        after: Option<&UserHandle>,
        number: usize,
    ) -> Result<Vec<WholeAccount>, PostgresError> {
        self.reader().whole_accounts(after, number).await
    }

    /// Counts accounts and credentials.
    pub async fn totals(&self) -> Result<Totals, PostgresError> {
        self.reader().totals().await
    }
}

impl PostgresStore {
    fn reader(&self) -> reads::Reader<'_> {
        reads::Reader { pool: &self.0.pool, options: &self.0.options }
    }
}
