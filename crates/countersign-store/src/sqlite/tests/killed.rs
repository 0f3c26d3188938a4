//! Processes that are killed while they migrate a file: the next start finishes the migration, and no row is lost.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{collections::BTreeSet, env, fs, sync::mpsc, thread};

use countersign::CredentialRecord;
use countersign::record::AttestationEvidence;
use countersign::store::{ApplicationStore as _, Evidence, TokenHash};
use countersign::types::{CredentialId, UserHandle};
use rusqlite::Connection;
use tokio::runtime::Runtime;

use super::migration::create;
use super::sqlite_file::number;
use crate::sqlite::{SqliteStore, schema};

/// The accounts of a file, each with a credential and a session: long enough a migration to be killed in its midst.
const ACCOUNTS: u32 = 120;

/// How often the migration of each schema is killed.
const KILLS: u32 = 9;

/// Set for the process that is killed.
const DATABASE: &str = "COUNTERSIGN_MIGRATION_DATABASE";

/// The lines of the process that is killed: it begins, and it has migrated.
const BEGINS: &str = "begins";
const ENDS: &str = "ends";

fn key(number: u32) -> [u8; 16] {
    let mut key = [0x5a; 16];
    key.iter_mut().zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
    key
}

fn record(number: u32) -> CredentialRecord {
    let (id, owner) = (CredentialId::new(key(number)).unwrap(), UserHandle::new(key(number)).unwrap());
    CredentialRecord::new(id, "example.org", owner, [0xa0; 77])
        .with_sign_count(number)
        .with_evidence(AttestationEvidence::new("packed", "self", [1; 700], [2; 200]))
}

/// A file of a schema with these rows.
fn fill(path: &Path, version: usize) {
    let mut db = create(path, version);
    let rows = db.transaction().unwrap();
    for number in 0..ACCOUNTS {
        let (key, name) = (key(number), format!("user {number}"));
        rows.execute("INSERT INTO accounts VALUES (?, ?, ?, 1)", (key, &name, name.to_uppercase())).unwrap();
        let record = record(number);
        let (text, evidence) = (serde_json::to_string(&record).unwrap(), record.evidence().unwrap());
        let credential =
            "INSERT INTO credentials (id, user_handle, record, sign_count, backup_state, label, created_at)
                          VALUES (?1, ?1, ?2, ?3, 0, 'Key', 2)";
        rows.execute(credential, (key, text, number)).unwrap();
        if version == 3 {
            let evidence = serde_json::to_string(evidence).unwrap();
            let text = serde_json::to_string(&record.with_evidence(None)).unwrap();
            let divided = "UPDATE credentials SET record = ?, evidence = ?, attestation_format = 'packed',
                               attestation_type = 'self' WHERE id = ?";
            rows.execute(divided, (text, evidence, key)).unwrap();
        }
        let token = TokenHash::of(&key);
        let session = "INSERT INTO sessions VALUES (?1, ?2, ?2, 3, 4, 100)";
        rows.execute(session, (token.as_bytes(), key)).unwrap();
    }
    rows.commit().unwrap();
}

/// All that users had is there.
async fn assert_whole(path: &Path) {
    let store = SqliteStore::open(path).unwrap();
    // The others are counted.
    for number in (0..ACCOUNTS).step_by(7) {
        let record = record(number);
        let account = store.account(record.user_handle()).await.unwrap().unwrap();
        assert_eq!((account.name, account.created_at.unix_seconds()), (format!("user {number}"), 1));
        let found = store.credential(record.id(), Evidence::Read).await.unwrap().unwrap();
        assert_eq!((&found.record, found.label.as_str()), (&record, "Key"), "{number}");
        let session = store.session(&TokenHash::of(&key(number))).await.unwrap().unwrap();
        assert_eq!((session.credential, session.times.seen_at.unix_seconds()), (record.id().clone(), 4));
    }
    drop(store);
    for table in ["accounts", "credentials", "evidence", "sessions"] {
        assert_eq!(number(path, &format!("SELECT count(*) FROM {table}")), i64::from(ACCOUNTS), "{table}");
    }
    assert_eq!(number(path, "PRAGMA user_version"), schema::VERSION);
    assert_eq!(number(path, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'old%'"), 0);
    assert_eq!(number(path, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    let is_damaged = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
    assert_eq!(number(path, is_damaged), 0);
}

/// Starts a process that migrates a file, and kills it after this time. Returns how long it took if it was faster.
fn kill_after(path: &Path, time: Duration) -> Option<Duration> {
    let mut process = Command::new(env::current_exe().unwrap());
    let test = "sqlite::tests::killed::a_migration_that_is_killed_loses_no_row";
    process.args(["--exact", test, "--nocapture"]).env(DATABASE, path);
    let mut process = process.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut wait_for = |line: &str| lines.any(|found| found.unwrap() == line);
    assert!(wait_for(BEGINS));
    let began = Instant::now();
    let (migrated, is_migrated) = mpsc::channel();
    let killer = thread::spawn(move || {
        if is_migrated.recv_timeout(time).is_err() {
            // SIGKILL. It may have ended by then.
            let _ = process.kill();
        }
        process.wait().unwrap();
    });
    let ended = wait_for(ENDS).then(|| began.elapsed());
    if ended.is_some() {
        let _ = migrated.send(());
    }
    killer.join().unwrap();
    ended
}

#[test]
fn a_migration_that_is_killed_loses_no_row() {
    if let Some(path) = env::var_os(DATABASE) {
        let say = |line: &str| writeln!(io::stdout(), "\n{line}").unwrap();
        say(BEGINS);
        let store = SqliteStore::open(path).unwrap();
        say(ENDS);
        return drop(store);
    }
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for version in 1..=3 {
        let of = |name: &str| folder.path().join(format!("{version} {name}"));
        let original = of("original");
        fill(&original, version);
        let migrated = of("migrated");
        fs::copy(&original, &migrated).unwrap();
        let time = kill_after(&migrated, Duration::from_secs(60)).unwrap();
        runtime.block_on(assert_whole(&migrated));
        let mut reached = BTreeSet::new();
        let mut in_between = 0;
        for kill in 0..KILLS {
            let path = of(&format!("killed {kill}"));
            fs::copy(&original, &path).unwrap();
            let ended = kill_after(&path, time.mul_f64(f64::from(kill) / f64::from(KILLS)));
            in_between += u32::from(ended.is_none());
            // On a copy: a look at the file changes it.
            reached.insert(version_of_copy(&path, &of("look")));
            runtime.block_on(assert_whole(&path));
        }
        eprintln!("schema {version}: {time:?}, killed {in_between} times, at the schemas {reached:?}");
        assert!(in_between >= KILLS / 3, "{in_between}");
    }
}

/// The schema of a file as a killed process left it.
fn version_of_copy(path: &Path, copy: &Path) -> i64 {
    for suffix in ["", "-wal"] {
        let [from, to] = [path, copy].map(|path| format!("{}{suffix}", path.display()));
        let _ = fs::remove_file(&to);
        let _ = fs::copy(from, to);
    }
    let _ = fs::remove_file(format!("{}-shm", copy.display()));
    Connection::open(copy).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}
