//! What a removed account leaves: the bytes of the file and of its log are read.

use std::collections::HashSet;
use std::{fs, path::Path};

use countersign::CredentialRecord;
use countersign::cose::sha256;
use countersign::record::AttestationEvidence;
use countersign::store::{
    Account, ApplicationStore as _, Confirmation, ConfirmationKey, Operation, RECOVERY_CODES,
    StoredCredential, TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle, base64url, hex::Hex};
use countersign_store::sqlite::SqliteStore;
use rusqlite::Connection;

use crate::samples::{NOW, accept, account, credential, finish, handle, session};
use crate::sqlite_file::path;

/// Any transaction.
const NOTHING: Operation = Operation::RemoveSealingKey(1);

/// Bytes that are nowhere else, of this length.
fn mark(name: &str, what: &str) -> [u8; 32] {
    sha256(&[name.as_bytes(), what.as_bytes()])
}

fn text(name: &str, what: &str) -> String {
    Hex(&mark(name, what)).to_string()
}

fn token(name: &str, what: &str) -> TokenHash {
    TokenHash::from_bytes(mark(name, what))
}

/// All that an account can have, each value with a mark of its own.
fn everything(name: &str) -> Vec<Operation> {
    let handle = UserHandle::new(mark(name, "handle")).unwrap();
    let id = CredentialId::new(mark(name, "id")).unwrap();
    let evidence = AttestationEvidence::new("packed", "self", vec![7; 6000], text(name, "evidence"));
    let record = CredentialRecord::new(id.clone(), "example.org", handle.clone(), mark(name, "key"))
        .with_evidence(evidence);
    let (label, label_key) = (text(name, "label"), text(name, "label key"));
    let codes: [TokenHash; RECOVERY_CODES] =
        core::array::from_fn(|number| token(name, &format!("code {number}")));
    let key = ConfirmationKey {
        session: token(name, "session"),
        act: text(name, "act"),
        browser: token(name, "browser"),
    };
    let session = countersign::store::Session {
        token: token(name, "session"),
        account: handle.clone(),
        credential: id,
        device: Some(text(name, "device")),
        ..session("x", "x", "x")
    };
    vec![
        Operation::InsertAccount(Account {
            handle: handle.clone(),
            name: text(name, "name"),
            name_key: text(name, "name key"),
            created_at: NOW,
        }),
        Operation::InsertCredential(Box::new(StoredCredential {
            record,
            label,
            label_key,
            ..credential("x", "x")
        })),
        Operation::InsertSession(session),
        Operation::Confirm(Confirmation {
            key,
            account: handle.clone(),
            created_at: NOW,
            expires_at: NOW.plus_seconds(300),
        }),
        Operation::ReplaceRecoveryCodes { account: handle.clone(), codes: Box::new(codes), created_at: NOW },
        Operation::RenameAccount {
            account: handle,
            name: text(name, "new name"),
            name_key: text(name, "new name key"),
        },
    ]
}

/// Each run of this many bytes of the file and its log.
const RUN: usize = 16;

/// What is in the file and its log.
struct Stored(HashSet<[u8; RUN]>);

impl Stored {
    fn at(path: &Path) -> Self {
        let log = path.with_extension("sqlite3-wal");
        let bytes = [fs::read(path).unwrap(), fs::read(log).unwrap_or_default()].concat();
        Self(bytes.windows(RUN).map(|run| run.try_into().unwrap()).collect())
    }

    /// Whether these bytes begin anywhere.
    fn has(&self, bytes: &[u8]) -> bool {
        self.0.contains(&bytes[..RUN])
    }

    /// The values of an account that are stored, as bytes, in base64url or in hexadecimal digits.
    fn traces(&self, name: &str) -> Vec<&'static str> {
        let values = [
            "handle",
            "id",
            "evidence",
            "key",
            "label",
            "label key",
            "session",
            "act",
            "browser",
            "device",
            "name",
            "name key",
            "new name",
            "new name key",
            "code 0",
            "code 9",
        ];
        let is_there = |what: &str| {
            let (bytes, text) = (mark(name, what), text(name, what));
            let forms = [base64url::encode(bytes), base64url::encode(&text), text];
            self.has(&bytes) || forms.iter().any(|form| self.has(form.as_bytes()))
        };
        values.into_iter().filter(|what| is_there(what)).collect()
    }
}

fn traces(path: &Path, name: &str) -> Vec<&'static str> {
    Stored::at(path).traces(name)
}

async fn fill(store: &SqliteStore, count: usize) {
    for number in 0..count {
        let name = format!("other {number}");
        accept(store, everything(&name)).await;
    }
}

async fn remove(store: &SqliteStore, name: &str) {
    accept(store, vec![Operation::RemoveAccount(UserHandle::new(mark(name, "handle")).unwrap())]).await;
    // The log is truncated after the answer, and before the next one.
    accept(store, vec![NOTHING]).await;
}

#[tokio::test]
async fn a_removed_account_leaves_only_the_hash_of_its_handle() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    fill(&store, 40).await;
    accept(&store, everything("ada")).await;
    fill_up(&store).await;
    let there = traces(&path, "ada");
    assert!(there.len() >= 14, "the search finds what is there: {there:?}");
    remove(&store, "ada").await;
    assert_eq!(traces(&path, "ada"), Vec::<&str>::new());
    let hash = sha256(&[&mark("ada", "handle")]);
    assert!(Stored::at(&path).has(&hash), "documented, for a year");
    assert!(!traces(&path, "other 7").is_empty());
    for number in 0..40 {
        remove(&store, &format!("other {number}")).await;
    }
    let stored = Stored::at(&path);
    for number in 0..40 {
        let name = format!("other {number}");
        assert_eq!(stored.traces(&name), Vec::<&str>::new(), "{name}");
    }
    drop(store);
    assert_eq!(traces(&path, "ada"), Vec::<&str>::new());
}

/// Sign-ins of an account that stays, among which the others are.
async fn fill_up(store: &SqliteStore) {
    let stays = vec![
        Operation::InsertAccount(account("stays")),
        Operation::InsertCredential(Box::new(credential("stays", "stays"))),
    ];
    accept(store, stays).await;
    for number in 0..30 {
        let name = format!("session {number}");
        accept(store, vec![Operation::InsertSession(session("stays", "stays", &name))]).await;
    }
}

#[tokio::test]
async fn a_finish_that_has_the_id_of_a_credential_is_erased_with_its_ceremony() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    accept(&store, everything("ada")).await;
    let outcome =
        countersign::store::Finish { outcome: text("ada", "id"), ..finish("added", NOW.plus_seconds(300)) };
    accept(&store, vec![Operation::Remember(outcome)]).await;
    remove(&store, "ada").await;
    assert_eq!(traces(&path, "ada"), ["id"]);
    let later: Timestamp = NOW.plus_seconds(300 + 2 * 61);
    for _ in 0..2 {
        store.transact(vec![NOTHING], later).await.unwrap().unwrap();
    }
    assert_eq!(traces(&path, "ada"), Vec::<&str>::new());
}

#[tokio::test]
async fn a_log_that_is_in_use_is_truncated_later() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    accept(&store, everything("ada")).await;
    let reader = Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM accounts").unwrap();
    let began = std::time::Instant::now();
    remove(&store, "ada").await;
    assert!(began.elapsed().as_secs() < 3, "no sign-in waits for long: {:?}", began.elapsed());
    assert!(!traces(&path, "ada").is_empty(), "a backup may be reading");
    drop(reader);
    for _ in 0..2 {
        store.transact(vec![NOTHING], NOW.plus_seconds(61)).await.unwrap().unwrap();
    }
    assert_eq!(traces(&path, "ada"), Vec::<&str>::new());
    assert!(store.is_or_was_account(&handle("ada"), NOW).await.is_ok());
}
