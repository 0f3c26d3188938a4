//! Makes `SQLite` databases of several sizes, and measures by turns what reads and a sign-in cost in each.
//!
//! ```sh
//! cargo bench -p countersign-store --features sqlite --bench scale -- FOLDER 1000 1000000
//! ```
//!
//! A database is made by SQL; one that is in the folder already is used again.

#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use countersign::ceremony::{AuthenticationRequest, Challenge};
use countersign::store::{
    ApplicationStore as _, Evidence, Finish, Operation, Session, SessionTimes, TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use countersign::{CredentialRecord, CredentialUpdate, RelyingParty};
use countersign_store::sqlite::SqliteStore;
use rusqlite::Connection;
use tokio::{runtime::Runtime, task::JoinSet};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
const LATER: i64 = 30 * 24 * 60 * 60;

/// How often the databases take turns.
const ROUNDS: usize = 9;

/// The operations of a turn.
const OPERATIONS: u64 = 1000;

/// The clients that sign in at the same time.
const CLIENTS: u64 = 32;

fn main() -> Result<()> {
    // Cargo adds an argument of its own.
    let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    let folder = arguments.next().ok_or("usage: scale FOLDER SIZE…")?;
    fs::create_dir_all(&folder)?;
    let mut databases = Vec::new();
    for size in arguments {
        let path = Path::new(&folder).join(format!("{size}.sqlite3"));
        let size = size.parse()?;
        if !path.exists() {
            let began = Instant::now();
            fill(&path, size)?;
            println!("{size} credentials made in {:.1?}", began.elapsed());
        }
        databases.push(Measured {
            store: SqliteStore::open(&path)?,
            size,
            next: 0,
            times: Default::default(),
        });
    }
    let runtime = Runtime::new()?;
    for _ in 0..ROUNDS {
        for database in &mut databases {
            runtime.block_on(database.turn())?;
        }
    }
    println!(
        "{:>9}  {:>12}  {:>12}  {:>12}  {:>12}",
        "", "credential", "session", "sign-in", "of 32 at once"
    );
    for database in &mut databases {
        let medians = database.times.each_mut().map(|times| {
            times.sort_unstable();
            times.get(times.len() / 2).copied().unwrap_or_default() / u32::try_from(OPERATIONS).unwrap_or(1)
        });
        let [credential, session, sign_in, at_once] = medians.map(|median| format!("{median:.1?}"));
        println!("{:>9}  {credential:>12}  {session:>12}  {sign_in:>12}  {at_once:>12}", database.size);
    }
    Ok(())
}

/// The bytes of a key: spread evenly over all keys, and in the order of the numbers.
fn key(number: u64, size: u64, length: usize) -> Vec<u8> {
    let mut bytes = (u64::MAX / size * number).to_be_bytes().to_vec();
    bytes.resize(length, 0xa5);
    bytes
}

fn user_handle(number: u64, size: u64) -> Result<UserHandle> {
    Ok(UserHandle::new(key(number, size, 32)).ok_or("a user handle")?)
}

fn credential_id(number: u64, size: u64) -> Result<CredentialId> {
    Ok(CredentialId::new(key(number, size, 32)).ok_or("a credential ID")?)
}

/// The row of a session, which is of another account than its neighbours.
fn token(number: u64, size: u64) -> Result<TokenHash> {
    Ok(TokenHash::from_bytes(key(number, size, 32).try_into().map_err(|_| "the hash of a token")?))
}

/// Fills a new database with accounts that each have a credential and a session.
fn fill(path: &Path, size: u64) -> Result<()> {
    drop(SqliteStore::open(path)?);
    let mut db = Connection::open(path)?;
    db.execute_batch("PRAGMA cache_size = -400000; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY")?;
    let transaction = db.transaction()?;
    {
        let mut account = transaction.prepare("INSERT INTO accounts VALUES (?, ?, ?, ?, 1)")?;
        let mut credential = transaction.prepare(
            "INSERT INTO credentials (number, id, user_handle, static, dynamic, label, label_key, created_at)
             VALUES (?, ?, ?, ?, ?, 'Passkey', 'PASSKEY', ?)",
        )?;
        let mut session = transaction.prepare("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
        let created = NOW.unix_seconds();
        for number in 0..size {
            let (id, handle) = (credential_id(number, size)?, user_handle(number, size)?);
            let row = i64::try_from(number)?;
            let record = CredentialRecord::new(id.clone(), "example.org", handle.clone(), [0xa5; 77])
                .with_backup_eligible(true);
            let name = format!("user {number:09}");
            account.execute((handle.as_bytes(), &name, name.to_uppercase(), created))?;
            credential.execute((
                row,
                id.as_bytes(),
                handle.as_bytes(),
                serde_json::to_string(record.static_part())?,
                serde_json::to_string(record.dynamic_part())?,
                created,
            ))?;
            let token = token(number, size)?;
            let times = (created, created, created, created + LATER, created + LATER);
            session.execute((
                token.as_bytes(),
                handle.as_bytes(),
                row,
                times.0,
                times.1,
                times.2,
                times.3,
                times.4,
            ))?;
        }
    }
    transaction.commit()?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    Ok(())
}

struct Measured {
    store: SqliteStore,
    size: u64,
    next: u64,
    /// The times of turns: `credential`, `session`, sign-in, sign-in of several clients at once.
    times: [Vec<Duration>; 4],
}

impl Measured {
    /// One turn of each measurement.
    async fn turn(&mut self) -> Result<()> {
        let size = self.size;
        let mut numbers = Vec::new();
        for _ in 0..OPERATIONS {
            self.next += 1;
            // A multiplicative sequence, which jumps through all rows.
            numbers.push((self.next * 7_919 + 13) * 104_729 % size);
        }
        let began = Instant::now();
        for number in &numbers {
            let found = self.store.credential(&credential_id(*number, size)?, Evidence::Omit).await?;
            black_box(found.ok_or("no credential")?);
        }
        let credential = began.elapsed();
        let began = Instant::now();
        for number in &numbers {
            black_box(self.store.session(&token(*number, size)?).await?.ok_or("no session")?);
        }
        let session = began.elapsed();

        let party = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
        let mut sign_ins = Vec::new();
        for number in &numbers {
            sign_ins.push([
                self.sign_in(&party, *number, "one").await?,
                self.sign_in(&party, *number, "other").await?,
            ]);
        }
        let mut at_once = Vec::new();
        let began = Instant::now();
        for [one, other] in sign_ins {
            self.store.transact(one, NOW).await??;
            at_once.push(other);
        }
        let sign_in = began.elapsed();
        let mut clients = JoinSet::new();
        let share = usize::try_from(OPERATIONS / CLIENTS)?.max(1);
        let began = Instant::now();
        for operations in at_once.chunks(share).map(<[Vec<Operation>]>::to_vec) {
            let store = self.store.clone();
            clients.spawn(async move {
                for operations in operations {
                    store.transact(operations, NOW).await.is_ok_and(|stored| stored.is_ok()).then_some(())?;
                }
                Some(())
            });
        }
        clients.join_all().await.into_iter().collect::<Option<Vec<_>>>().ok_or("a sign-in failed")?;
        let times = [credential, session, sign_in, began.elapsed()];
        for (all, time) in self.times.iter_mut().zip(times) {
            all.push(time);
        }
        Ok(())
    }

    /// What a sign-in stores.
    async fn sign_in(&self, party: &RelyingParty, number: u64, which: &str) -> Result<Vec<Operation>> {
        let (id, owner) = (credential_id(number, self.size)?, user_handle(number, self.size)?);
        let record = self.store.credential(&id, Evidence::Omit).await?.ok_or("no credential")?.record;
        let previous = record.dynamic_part().clone();
        let name = format!("{which} {} {number} {:?}", self.next, Instant::now());
        let token = TokenHash::of(name.as_bytes());
        let challenge = Challenge::new(*token.as_bytes())?;
        let request = AuthenticationRequest::discoverable().with_challenge(challenge);
        let finish = Finish {
            ceremony: party.expect_authentication(request, NOW)?.ceremony(),
            response: *token.as_bytes(),
            outcome: "x".repeat(200),
            finished_at: NOW,
            until: NOW.plus_seconds(300),
        };
        let (created_at, expires_at) = (NOW, NOW.plus_seconds(LATER));
        let session = Session {
            token,
            account: owner.clone(),
            name: String::new(),
            credential: id.clone(),
            label: String::new(),
            device: None,
            times: SessionTimes {
                created_at,
                seen_at: created_at,
                verified_at: created_at,
                idle_at: expires_at,
                expires_at,
            },
        };
        // An authenticator without a counter, as most are.
        let update = Box::new(CredentialUpdate::new(id, previous.clone(), previous));
        Ok(vec![
            Operation::Remember(finish),
            Operation::UpdateCredential { owner, update, used_at: Some(NOW) },
            Operation::InsertSession(session),
        ])
    }
}
