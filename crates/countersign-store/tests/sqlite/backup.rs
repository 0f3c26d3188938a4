//! Copies of a database that is in use, and what is not accepted as one.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use countersign::store::ApplicationStore as _;
use countersign_store::sqlite::{OpenError, SqliteStore};

use crate::samples::{NOW, account, handle, sign_up};
use crate::sqlite_file::{number, path, sql};

/// A database with an account.
async fn database(path: &Path) -> SqliteStore {
    let store = SqliteStore::open(path).unwrap();
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    store
}

#[tokio::test]
async fn a_copy_has_what_is_still_in_the_log_and_opens_as_a_database() {
    let (folder, path) = path();
    let store = database(&path).await;
    assert!(folder.path().join("test.sqlite3-wal").exists());
    let copy = folder.path().join("copy");
    SqliteStore::copy(&path, &copy).unwrap();
    store.transact(sign_up("eve"), NOW).await.unwrap().unwrap();
    let copied = SqliteStore::open(&copy).unwrap();
    assert_eq!(copied.account(&handle("ada")).await.unwrap(), Some(account("ada")));
    assert_eq!(copied.account(&handle("eve")).await.unwrap(), None);
    assert_eq!(
        number(&copy, "SELECT user_version FROM pragma_user_version"),
        number(&path, "SELECT user_version FROM pragma_user_version")
    );
    // A second copy does not go over the first one.
    assert!(matches!(SqliteStore::copy(&path, &copy), Err(OpenError::Copy(..))));
}

#[cfg(unix)]
#[tokio::test]
async fn a_copy_whose_path_is_not_utf_8_is_written_nowhere() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let (folder, path) = path();
    drop(database(&path).await);
    let files = || fs::read_dir(folder.path()).unwrap().count();
    let before = files();
    let copy = folder.path().join(OsStr::from_bytes(b"copy \xff"));
    assert_eq!(
        SqliteStore::copy(&path, &copy).unwrap_err().to_string(),
        format!("the copy {} can't be written: its path is not UTF-8", copy.display())
    );
    assert_eq!(files(), before);
}

#[tokio::test]
async fn a_copy_under_writes_is_one_state() {
    let (folder, path) = path();
    let store = database(&path).await;
    let is_over = AtomicBool::new(false);
    let written = thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let mut written = 0;
            while !is_over.load(Ordering::Relaxed) {
                let operations = sign_up(&format!("user {written}"));
                runtime.block_on(store.transact(operations, NOW)).unwrap().unwrap();
                written += 1;
            }
            written
        });
        for round in 0..8 {
            let copy = folder.path().join(format!("copy {round}"));
            SqliteStore::copy(&path, &copy).unwrap();
            let half =
                "SELECT count(*) FROM accounts WHERE user_handle NOT IN (SELECT user_handle FROM sessions)";
            assert_eq!(number(&copy, half), 0);
        }
        is_over.store(true, Ordering::Relaxed);
        writing.join().unwrap()
    });
    assert!(written > 0);
}

#[tokio::test]
async fn what_is_no_whole_database_is_not_verified() {
    let (folder, path) = path();
    drop(database(&path).await);
    SqliteStore::verify(&path).unwrap();
    let good = fs::read(&path).unwrap();
    let file = folder.path().join("file");
    let verify = |content: &[u8]| {
        fs::write(&file, content).unwrap();
        let outcome = SqliteStore::verify(&file);
        assert_eq!(fs::read(&file).unwrap(), content, "it is changed");
        outcome
    };
    verify(&good).unwrap();
    assert!(matches!(verify(b""), Err(OpenError::NotCountersign(_))));
    assert!(matches!(verify(&b"Dear Ada,\n".repeat(1000)), Err(OpenError::NotCountersign(_))));
    for length in [good.len() - 4096, good.len() / 2, 4096] {
        let error = verify(&good[..length]).unwrap_err();
        assert!(matches!(error, OpenError::Damaged(..)), "{length}: {error}");
    }
    // A page in the middle that a disk lost.
    let mut lost = good.clone();
    lost[4096..8192].fill(0);
    assert!(matches!(verify(&lost), Err(OpenError::Damaged(..))));
    assert!(matches!(SqliteStore::verify(&folder.path().join("none")), Err(OpenError::Unusable(..))));
}

#[test]
fn a_row_without_the_row_that_it_belongs_to_is_a_fault() {
    let (_folder, path) = path();
    drop(SqliteStore::open(&path).unwrap());
    sql(&path, "PRAGMA foreign_keys = OFF; INSERT INTO recovery_codes VALUES (x'00', x'01')");
    let error = SqliteStore::verify(&path).unwrap_err().to_string();
    assert!(
        error.ends_with("is damaged: a row of recovery_codes belongs to a row that is missing"),
        "{error}"
    );
}

#[test]
fn a_database_of_another_application_or_a_newer_version_is_not_copied() {
    let (folder, path) = path();
    drop(SqliteStore::open(&path).unwrap());
    sql(&path, "PRAGMA user_version = 1000");
    let copy = folder.path().join("copy");
    assert!(matches!(SqliteStore::copy(&path, &copy), Err(OpenError::TooNew { found: 1000, .. })));
    assert!(matches!(SqliteStore::verify(&path), Err(OpenError::TooNew { found: 1000, .. })));
    sql(&path, "PRAGMA application_id = 7");
    assert!(matches!(SqliteStore::copy(&path, &copy), Err(OpenError::NotCountersign(_))));
    assert!(!copy.exists());
}

#[tokio::test]
async fn a_database_is_taken_only_while_no_store_has_it_open() {
    let (folder, path) = path();
    let store = database(&path).await;
    assert!(matches!(SqliteStore::while_closed(&path, || ()), Err(OpenError::Locked(_))));
    store.transact(sign_up("eve"), NOW).await.unwrap().unwrap();
    drop(store);
    let is_locked = SqliteStore::while_closed(&path, || {
        assert!(!folder.path().join("test.sqlite3-wal").exists());
        SqliteStore::open(&path).err()
    });
    assert!(matches!(is_locked, Ok(Some(OpenError::Locked(_)))));
    assert_eq!(
        SqliteStore::open(&path).unwrap().account(&handle("eve")).await.unwrap(),
        Some(account("eve"))
    );
}
