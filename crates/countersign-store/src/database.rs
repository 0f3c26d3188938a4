//! A store that is chosen when the program runs: a file of `SQLite`, or `PostgreSQL`.

mod listing;

#[cfg(feature = "sqlite")]
use std::path::PathBuf;

use countersign::store::{
    Account, ApplicationStore, AuditQuery, AuditRow, CeremonyId, Confirmation, ConfirmationKey, Evidence,
    Finish, Invitation, Operation, Operator, OperatorLink, Pseudonym, RecoveryStatus, Rejection, Session,
    StoredCredential, StoredSealingKey, TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle};

use crate::other_rp_ids::OtherRpIds;
#[cfg(feature = "postgres")]
use crate::postgres::{PostgresStore, error::PostgresError, options::PostgresOptions};
#[cfg(feature = "sqlite")]
use crate::sqlite::{SqliteStore, open_error::OpenError, store_error::StoreError};

/// Calls a method of the store, whichever it is.
macro_rules! delegate {
    ($database:expr, $method:ident ( $($argument:expr),* )) => {
        Ok(match $database {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.$method($($argument),*).await?,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.$method($($argument),*).await?,
        })
    };
}
pub(crate) use delegate;

/// A store on `SQLite` or on `PostgreSQL`, by a setting of the program. Clones share it.
///
/// ```no_run
/// # async fn open(setting: &str) -> Result<(), countersign_store::OpenDatabaseError> {
/// use countersign_store::Database;
///
/// // `/var/lib/app/app.sqlite3`, or `postgres://app:secret@db.example/app?sslmode=verify-full`.
/// let store = Database::open(setting).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[expect(clippy::exhaustive_enums, reason = "a program may treat each database in its own way")]
pub enum Database {
    /// A database in a file.
    #[cfg(feature = "sqlite")]
    Sqlite(SqliteStore),
    /// A database of a server.
    #[cfg(feature = "postgres")]
    Postgres(PostgresStore),
}

/// Where a database is.
#[allow(clippy::large_enum_variant, reason = "a program has one of them, for a moment")]
enum Place {
    #[cfg(feature = "sqlite")]
    File(PathBuf),
    #[cfg(feature = "postgres")]
    Server(PostgresOptions),
}

impl Place {
    fn of(setting: &str) -> Result<Self, OpenDatabaseError> {
        match setting.split_once("://") {
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => Ok(Self::Server(PostgresOptions::new(setting)?)),
            #[cfg(not(feature = "postgres"))]
            Some(("postgres" | "postgresql", _)) => Err(OpenDatabaseError::NotBuiltIn("PostgreSQL")),
            Some((scheme, _)) => Err(OpenDatabaseError::Scheme(scheme.to_owned())),
            #[cfg(feature = "sqlite")]
            None => Ok(Self::File(setting.into())),
            #[cfg(not(feature = "sqlite"))]
            None => Err(OpenDatabaseError::NotBuiltIn("SQLite")),
        }
    }
}

impl Database {
    /// Opens the database, and creates or migrates its tables if necessary. `setting` is the path of a file, or an address
    /// that begins with `postgres://`.
    ///
    /// A file is opened without a pause for other tasks, in milliseconds unless there is much to migrate.
    pub async fn open(setting: &str) -> Result<Self, OpenDatabaseError> {
        Ok(match Place::of(setting)? {
            #[cfg(feature = "sqlite")]
            Place::File(path) => Self::Sqlite(SqliteStore::open(path)?),
            #[cfg(feature = "postgres")]
            Place::Server(options) => Self::Postgres(PostgresStore::open(&options).await?),
        })
    }

    /// Fails if [`open`](Self::open) would reject the database, or can't reach it. Changes nothing.
    pub async fn check(setting: &str) -> Result<(), OpenDatabaseError> {
        match Place::of(setting)? {
            #[cfg(feature = "sqlite")]
            Place::File(path) => SqliteStore::check(path)?,
            #[cfg(feature = "postgres")]
            Place::Server(options) => PostgresStore::check(&options).await?,
        }
        Ok(())
    }

    /// The credentials in the database that belong to another RP ID, if there are any. Looks at no more than 10 000,
    /// and changes nothing.
    pub async fn credentials_of_other_rp_ids_at(
        setting: &str,
        rp_id: &str,
    ) -> Result<Option<OtherRpIds>, OpenDatabaseError> {
        Ok(match Place::of(setting)? {
            #[cfg(feature = "sqlite")]
            Place::File(path) => SqliteStore::credentials_of_other_rp_ids_at(path, rp_id)?,
            #[cfg(feature = "postgres")]
            Place::Server(options) => PostgresStore::credentials_of_other_rp_ids_at(&options, rp_id).await?,
        })
    }

    /// The credentials that belong to another RP ID, if there are any. Looks at no more than 10 000: call this at start-up.
    pub async fn credentials_of_other_rp_ids(
        &self,
        rp_id: &str,
    ) -> Result<Option<OtherRpIds>, DatabaseError> {
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.credentials_of_other_rp_ids(rp_id).await?,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.credentials_of_other_rp_ids(rp_id).await?,
        })
    }

    /// The words that [`DatabaseError::code`] returns for this database.
    pub const fn error_codes(&self) -> &'static [&'static str] {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => StoreError::CODES,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => PostgresError::CODES,
        }
    }

    /// Fails if the database can't be used now: it can't be read, its file was deleted or replaced, or its server does not
    /// answer or accepts no writes. For health checks.
    pub async fn check_health(&self) -> Result<(), DatabaseError> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => store.check_health().await?,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.check_health().await?,
        }
        Ok(())
    }
}

#[cfg(feature = "sqlite")]
impl From<SqliteStore> for Database {
    fn from(store: SqliteStore) -> Self {
        Self::Sqlite(store)
    }
}

#[cfg(feature = "postgres")]
impl From<PostgresStore> for Database {
    fn from(store: PostgresStore) -> Self {
        Self::Postgres(store)
    }
}

/// Why a [`Database`] can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenDatabaseError {
    /// The file can't be opened.
    #[cfg(feature = "sqlite")]
    #[error(transparent)]
    Sqlite(#[from] OpenError),
    /// The server can't be reached, or its tables can't be used.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// The setting is an address with another scheme.
    #[error(
        "the database is the path of an SQLite file or an address that begins with postgres://, not with {0}://"
    )]
    Scheme(String),
    /// The program was built without support for this database.
    #[error("this program was built without support for {0}")]
    NotBuiltIn(&'static str),
}

/// A failure of a [`Database`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// `SQLite` failed.
    #[cfg(feature = "sqlite")]
    #[error(transparent)]
    Sqlite(#[from] StoreError),
    /// `PostgreSQL` failed.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] PostgresError),
}

impl DatabaseError {
    /// A word for the kind of failure, for metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(error) => error.code(),
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => error.code(),
        }
    }
}

impl ApplicationStore for Database {
    type Error = DatabaseError;

    async fn transact(
        &self,
        operations: Vec<Operation>,
        now: Timestamp,
    ) -> Result<Result<(), Rejection>, DatabaseError> {
        delegate!(self, transact(operations, now))
    }

    async fn account(&self, handle: &UserHandle) -> Result<Option<Account>, DatabaseError> {
        delegate!(self, account(handle))
    }

    async fn account_by_name(&self, name_key: &str) -> Result<Option<Account>, DatabaseError> {
        delegate!(self, account_by_name(name_key))
    }

    async fn is_or_was_account(&self, handle: &UserHandle, now: Timestamp) -> Result<bool, DatabaseError> {
        delegate!(self, is_or_was_account(handle, now))
    }

    async fn credential(
        &self,
        id: &CredentialId,
        evidence: Evidence,
    ) -> Result<Option<StoredCredential>, DatabaseError> {
        delegate!(self, credential(id, evidence))
    }

    async fn credentials(
        &self,
        owner: &UserHandle,
        evidence: Evidence,
    ) -> Result<Vec<StoredCredential>, DatabaseError> {
        delegate!(self, credentials(owner, evidence))
    }

    async fn finish(&self, ceremony: &CeremonyId) -> Result<Option<Finish>, DatabaseError> {
        delegate!(self, finish(ceremony))
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, DatabaseError> {
        delegate!(self, session(token))
    }

    async fn sessions(&self, account: &UserHandle, now: Timestamp) -> Result<Vec<Session>, DatabaseError> {
        delegate!(self, sessions(account, now))
    }

    async fn confirmation(
        &self,
        key: &ConfirmationKey,
        now: Timestamp,
    ) -> Result<Option<Confirmation>, DatabaseError> {
        delegate!(self, confirmation(key, now))
    }

    async fn credential_ids_unless_confirmed(
        &self,
        account: &UserHandle,
        acts: &[String],
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<Option<Vec<CredentialId>>, DatabaseError> {
        delegate!(self, credential_ids_unless_confirmed(account, acts, browser, now))
    }

    async fn recovery_status(&self, account: &UserHandle) -> Result<Option<RecoveryStatus>, DatabaseError> {
        delegate!(self, recovery_status(account))
    }

    async fn has_recovery_code(&self, account: &UserHandle, code: &TokenHash) -> Result<bool, DatabaseError> {
        delegate!(self, has_recovery_code(account, code))
    }

    async fn invitation(
        &self,
        code: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Invitation>, DatabaseError> {
        delegate!(self, invitation(code, now))
    }

    async fn operators(&self) -> Result<Vec<Operator>, DatabaseError> {
        delegate!(self, operators())
    }

    async fn operator_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<OperatorLink>, DatabaseError> {
        delegate!(self, operator_link(token, now))
    }

    async fn sealing_keys(&self) -> Result<Vec<StoredSealingKey>, DatabaseError> {
        delegate!(self, sealing_keys())
    }

    async fn audit_rows(&self, query: &AuditQuery, limit: usize) -> Result<Vec<AuditRow>, DatabaseError> {
        delegate!(self, audit_rows(query, limit))
    }

    async fn pseudonym(&self, account: &UserHandle) -> Result<Option<Pseudonym>, DatabaseError> {
        delegate!(self, pseudonym(account))
    }
}
