//! Runs the library's conformance kit for stores on this store.

use std::path::PathBuf;

use countersign::record::store::{CeremonyStore, CredentialStore, Inserted, Removed, Updated};
use countersign::store_kit::{self, StoreHarness};
use countersign::types::{CredentialId, Timestamp, UserHandle, base64url};
use countersign::{Code, CredentialRecord, CredentialUpdate, cose::sha256};
use tempfile::TempDir;
use tokio::runtime::{Handle, Runtime};

use super::ceremonies::{self, Content, Kind, NewCeremony, Presented};
use super::credentials::{self, Evidence, StoredCredential};
use super::{Store, accounts};
use crate::operation_error::{OperationError, Rejection};
use crate::response_rejection::Reason;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

/// The server's store behind the library's traits: only its operations, with nothing that makes them more atomic.
struct Sqlite {
    store: Store,
    runtime: Handle,
    path: PathBuf,
}

impl Sqlite {
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<T, OperationError> + Send + 'static,
    ) -> Result<T, OperationError> {
        self.runtime.block_on(self.store.write(work))
    }
}

impl CredentialStore for Sqlite {
    type Error = OperationError;

    fn insert(&self, record: &CredentialRecord) -> Result<Inserted, OperationError> {
        let mut credential = StoredCredential::new(record.clone(), "Key".into(), NOW);
        let inserted = self.write(move |db| {
            let owner = credential.record.user_handle();
            // A credential belongs to an account, which the kit does not create.
            match accounts::insert(db, owner, &base64url::encode(owner.as_bytes()).replace('_', "."), NOW) {
                Ok(()) | Err(OperationError::ResponseRejected(_)) => credentials::insert(db, &mut credential),
                Err(other) => Err(other),
            }
        });
        match inserted {
            Ok(()) => Ok(Inserted::Stored),
            Err(OperationError::ResponseRejected(rejection))
                if rejection.reason == Reason::Code(Code::CredentialAlreadyRegistered) =>
            {
                Ok(Inserted::IdTaken)
            }
            Err(other) => Err(other),
        }
    }

    fn find(&self, id: &CredentialId) -> Result<Option<CredentialRecord>, OperationError> {
        let id = id.clone();
        let found = self.runtime.block_on(self.store.read(move |db| credentials::find(db, &id)))?;
        Ok(found.map(|stored| stored.record))
    }

    fn list(&self, user: &UserHandle) -> Result<Vec<CredentialRecord>, OperationError> {
        let user = user.clone();
        let listed =
            self.runtime.block_on(self.store.read(move |db| credentials::list(db, &user, Evidence::Read)))?;
        Ok(listed.into_iter().map(|stored| stored.record).collect())
    }

    fn update(&self, update: &CredentialUpdate) -> Result<Updated, OperationError> {
        let update = update.clone();
        self.write(move |db| {
            let Some(found) = credentials::find(db, &update.credential_id)? else {
                return Ok(Updated::Missing);
            };
            match credentials::record_use(db, found.record.user_handle(), &update, NOW) {
                Ok(()) => Ok(Updated::Stored),
                Err(OperationError::RecordChanged) => Ok(Updated::Changed),
                Err(other) => Err(other),
            }
        })
    }

    fn remove(&self, user: &UserHandle, id: &CredentialId) -> Result<Removed, OperationError> {
        let (user, id) = (user.clone(), id.clone());
        match self.write(move |db| credentials::remove(db, &user, &id)) {
            Ok(()) => Ok(Removed::Gone),
            Err(OperationError::Rejected(Rejection::NotFound)) => Ok(Removed::Missing),
            Err(other) => Err(other),
        }
    }
}

impl CeremonyStore for Sqlite {
    type Error = OperationError;

    fn put(&self, id: &[u8], state: &[u8], expires_at: Timestamp) -> Result<(), OperationError> {
        let state = String::from_utf8(state.to_vec()).expect("the kit's states are text");
        let new = NewCeremony {
            kind: Kind::Session,
            id_hash: sha256(&[id]),
            account: None,
            browser_hash: sha256(&[b"browser"]),
            state,
            expires_at,
        };
        // The names of a server are random and never repeat, but those of the kit do.
        self.write(move |db| {
            db.execute("DELETE FROM outcomes WHERE id_hash = ?", (new.id_hash,))?;
            ceremonies::insert(db, &new, NOW)
        })
    }

    fn take(&self, id: &[u8], now: Timestamp) -> Result<Option<Vec<u8>>, OperationError> {
        let presented = Presented {
            id: sha256(&[id]),
            browser: Some(sha256(&[b"browser"])),
            response: sha256(&[b"response"]),
        };
        // Like a finish, but in one transaction: a ceremony that another finish ended is not accepted again.
        self.write(move |db| {
            let bound = match ceremonies::bind(db, &presented, now) {
                Err(OperationError::Rejected(Rejection::CeremonyUnknown)) => return Ok(None),
                bound => bound?,
            };
            let Content::State(state) = bound.content else { return Ok(None) };
            let earlier = ceremonies::end(db, &presented, "{}", now)?;
            Ok(earlier.is_none().then(|| state.into_bytes()))
        })
    }
}

struct Harness {
    folder: TempDir,
    files: u32,
    runtime: Runtime,
}

impl Harness {
    fn open(&self, path: PathBuf) -> Sqlite {
        Sqlite { store: Store::open(&path).unwrap(), runtime: self.runtime.handle().clone(), path }
    }
}

impl StoreHarness for Harness {
    type Store = Sqlite;

    fn empty(&mut self) -> Sqlite {
        self.files += 1;
        self.open(self.folder.path().join(format!("{}.sqlite3", self.files)))
    }

    /// Copies the files as a killed process leaves them, with the log not yet merged into the database.
    fn crash(&mut self, store: Sqlite) -> Sqlite {
        self.files += 1;
        let copy = self.folder.path().join(format!("{}.sqlite3", self.files));
        for suffix in ["", "-wal"] {
            let of = |path: &PathBuf| PathBuf::from(format!("{}{suffix}", path.display()));
            std::fs::copy(of(&store.path), of(&copy)).unwrap();
        }
        self.open(copy)
    }
}

#[test]
fn the_store_on_sqlite_passes_the_conformance_kit() {
    let runtime = Runtime::new().unwrap();
    let mut harness = Harness { folder: tempfile::tempdir().unwrap(), files: 0, runtime };
    store_kit::run(&mut harness).assert_passed();
}
