//! The database file: which files are rejected and left as they are.

use std::{fs, path::Path, thread};

use countersign_store::sqlite::{OpenError, SqliteStore};
use rusqlite::Connection;

use crate::sqlite_file::sql;

fn open_error(path: &Path) -> OpenError {
    SqliteStore::open(path).map(drop).unwrap_err()
}

/// Creates a file with SQLite, and returns its bytes.
fn made(path: &Path, statements: &str) -> Vec<u8> {
    sql(path, statements);
    fs::read(path).unwrap()
}

/// Opens and closes the store.
fn open(path: &Path) {
    drop(SqliteStore::open(path).unwrap());
}

#[test]
fn a_file_is_created_with_its_folder_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/test.sqlite3");
    SqliteStore::check(&path).unwrap();
    assert!(!folder.path().join("a").exists());
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(made(&path, "").get(..15).unwrap(), b"SQLite format 3");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder.path().join("a/b/test.sqlite3-wal")), 0o600);
        assert_eq!(mode(&folder.path().join("a/b")), 0o700);
    }
    drop(store);
    open(&path);
}

#[test]
fn the_log_is_merged_when_the_store_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    open(&path);
    let files = fs::read_dir(folder.path()).unwrap();
    assert_eq!(files.map(|file| file.unwrap().file_name()).collect::<Vec<_>>(), ["test.sqlite3"]);
}

#[test]
fn a_newer_database_is_rejected_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    open(&path);
    let before = made(&path, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 1000");
    let error = open_error(&path);
    let OpenError::TooNew { found: 1000, known, .. } = error else { panic!("{error}") };
    assert_eq!(
        error.to_string(),
        format!(
            "the database {} was written by a newer version of countersign: its schema is 1000, and this version \
             supports schemas up to {known}",
            path.display()
        )
    );
    assert_eq!(SqliteStore::check(&path).unwrap_err().to_string(), error.to_string());
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_database_of_another_application_is_rejected_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for (name, statements) in [
        ("tables", "CREATE TABLE recipes (title TEXT)"),
        ("application", "PRAGMA application_id = 7"),
        ("version", "PRAGMA user_version = 1"),
        ("no-version", "PRAGMA application_id = 0x4374536e"),
    ] {
        let path = folder.path().join(name);
        let before = made(&path, statements);
        assert!(matches!(open_error(&path), OpenError::NotCountersign(_)), "{name}");
        assert!(matches!(SqliteStore::check(&path), Err(OpenError::NotCountersign(_))), "{name}");
        assert_eq!(fs::read(&path).unwrap(), before, "{name}");
    }
}

#[test]
fn a_file_that_is_no_database_is_rejected_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "Not a database at all.\n".repeat(100);
    fs::write(&path, &text).unwrap();
    assert!(matches!(open_error(&path), OpenError::NotCountersign(_)));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(
        open_error(folder.path()).to_string(),
        format!("the database {} can't be used: it is a folder", folder.path().display())
    );
    let below_a_file = path.join("data/test.sqlite3");
    assert!(matches!(open_error(&below_a_file), OpenError::Folder(..)));
}

#[test]
fn a_damaged_database_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    open(&path);
    let mut bytes = fs::read(&path).unwrap();
    // The page of the schema, after the file's header.
    bytes[100..200].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let error = open_error(&path);
    assert!(matches!(error, OpenError::Unusable(..)), "{error:?}");
    assert!(error.to_string().ends_with("can't be used: database disk image is malformed"), "{error}");
}

#[test]
fn a_database_that_another_program_has_locked_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    open(&path);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let error = open_error(&path);
    assert!(matches!(error, OpenError::Locked(_)), "{error}");
    drop(other);
    open(&path);
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    fs::write(&path, "").unwrap();
    SqliteStore::check(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"");
    open(&path);
}

#[test]
fn a_database_whose_creation_was_killed_is_created_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    let dying = Connection::open(&path).unwrap();
    dying.execute_batch("BEGIN IMMEDIATE; CREATE TABLE accounts (half INTEGER)").unwrap();
    drop(dying);
    open(&path);
}

#[test]
fn stores_that_are_opened_at_once_create_one_database() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.sqlite3");
        thread::scope(|scope| {
            let opening: Vec<_> = (0..4).map(|_| scope.spawn(|| open(&path))).collect();
            for opening in opening {
                opening.join().unwrap();
            }
        });
    }
}

#[test]
fn a_file_that_can_not_be_created_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n".repeat(300));
    assert!(matches!(open_error(&path), OpenError::File(..)));
}
