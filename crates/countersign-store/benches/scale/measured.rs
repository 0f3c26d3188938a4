//! What is measured: the reads of a sign-in, and whole sign-ins.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::ceremony::{AuthenticationRequest, Challenge};
use countersign::store::{
    ApplicationStore as _, Evidence, Finish, Operation, Session, SessionTimes, TokenHash,
};
use countersign::types::Timestamp;
use countersign::{CredentialUpdate, RelyingParty};
use countersign_store::Database;
use tokio::task::JoinSet;

use crate::rows::{LATER, NOW, Result, credential_id, token, user_handle};

/// The operations of a turn.
const OPERATIONS: u64 = 512;

/// The clients that sign in at the same time.
const CLIENTS: usize = 32;

pub(crate) const MEASUREMENTS: [&str; 5] =
    ["credential", "session", "write of a sign-in", "sign-in", "one of 32 at once"];

/// A database, and the times of its turns.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) size: u64,
    store: Database,
    party: Arc<RelyingParty>,
    next: u64,
    times: [Vec<Duration>; MEASUREMENTS.len()],
}

/// What a sign-in needs: the number of its row, and the hash of the new token.
type SignIn = (u64, TokenHash);

impl Measured {
    pub(crate) async fn open(name: &'static str, setting: &str, size: u64) -> Result<Self> {
        let store = Database::open(setting).await?;
        let began = Instant::now();
        store.credentials_of_other_rp_ids("example.org").await?;
        println!("{name:<10}  {size:>9} checked at a start in {:.1?}", began.elapsed());
        let party = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
        Ok(Self { name, size, store, party: Arc::new(party), next: 0, times: Default::default() })
    }

    /// The median of each measurement, for one operation.
    pub(crate) fn medians(&mut self) -> [Duration; MEASUREMENTS.len()] {
        let operations = u32::try_from(OPERATIONS).unwrap_or(1);
        self.times.each_mut().map(|times| {
            times.sort_unstable();
            times.get(times.len() / 2).copied().unwrap_or_default() / operations
        })
    }

    /// One turn of each measurement.
    pub(crate) async fn turn(&mut self) -> Result<()> {
        let mut sign_ins = Vec::new();
        for _ in 0..OPERATIONS {
            self.next += 1;
            // A multiplicative sequence, which jumps through all rows.
            let number = (self.next * 7_919 + 13) * 104_729 % self.size;
            let token =
                |which| TokenHash::of(format!("{which} {} {:?}", self.next, Instant::now()).as_bytes());
            sign_ins.push((number, [token("write"), token("one"), token("at once")]));
        }
        let of = |which: usize| sign_ins.iter().map(move |(number, tokens)| (*number, tokens[which]));
        let began = Instant::now();
        for (number, _) in &sign_ins {
            let found = self.store.credential(&credential_id(*number, self.size)?, Evidence::Omit).await?;
            black_box(found.ok_or("no credential")?);
        }
        let credential = began.elapsed();
        let began = Instant::now();
        for (number, _) in &sign_ins {
            black_box(self.store.session(&token(*number, self.size)).await?.ok_or("no session")?);
        }
        let session = began.elapsed();
        let mut writes = Vec::new();
        for sign_in in of(0) {
            writes.push(self.operations(sign_in).await?);
        }
        let began = Instant::now();
        for operations in writes {
            self.store.transact(operations, NOW).await??;
        }
        let write = began.elapsed();
        let began = Instant::now();
        for one in of(1) {
            self.sign_in(one).await?;
        }
        let sign_in = began.elapsed();
        let at_once = self.at_once(&of(2).collect::<Vec<_>>()).await?;
        for (all, time) in self.times.iter_mut().zip([credential, session, write, sign_in, at_once]) {
            all.push(time);
        }
        Ok(())
    }

    /// How long sign-ins take that are shared by several clients.
    async fn at_once(&self, sign_ins: &[SignIn]) -> Result<Duration> {
        let mut clients = JoinSet::new();
        let began = Instant::now();
        for share in sign_ins.chunks(sign_ins.len().div_ceil(CLIENTS).max(1)) {
            let client = Self {
                store: self.store.clone(),
                party: self.party.clone(),
                times: Default::default(),
                ..*self
            };
            let share = share.to_vec();
            clients.spawn(async move {
                for one in share {
                    client.sign_in(one).await.map_err(|error| error.to_string())?;
                }
                Ok::<_, String>(())
            });
        }
        clients.join_all().await.into_iter().collect::<std::result::Result<(), _>>()?;
        Ok(began.elapsed())
    }

    /// The reads and the transaction of the routes of `countersign-axum`, without the check of the response.
    async fn sign_in(&self, sign_in: SignIn) -> Result<()> {
        let operations = self.operations(sign_in).await?;
        let (number, token) = sign_in;
        let owner = user_handle(number, self.size)?;
        self.store.transact(operations, NOW).await??;
        black_box(self.store.session(&token).await?.ok_or("no session")?);
        let acts = ["add".to_owned()];
        black_box(self.store.credential_ids_unless_confirmed(&owner, &acts, None, NOW).await?);
        Ok(())
    }

    /// Reads the credential, and returns what a sign-in stores.
    async fn operations(&self, (number, token): SignIn) -> Result<Vec<Operation>> {
        let (id, owner) = (credential_id(number, self.size)?, user_handle(number, self.size)?);
        let record = self.store.credential(&id, Evidence::Omit).await?.ok_or("no credential")?.record;
        let previous = record.dynamic_part().clone();
        let challenge = Challenge::new(*token.as_bytes())?;
        let request = AuthenticationRequest::discoverable().with_challenge(challenge);
        let finish = Finish {
            ceremony: self.party.expect_authentication(request, NOW)?.ceremony(),
            response: *token.as_bytes(),
            outcome: "x".repeat(200),
            finished_at: NOW,
            until: NOW.plus_seconds(300),
        };
        // An authenticator without a counter, as most are.
        let update = Box::new(CredentialUpdate::new(id.clone(), previous.clone(), previous));
        let session = Session {
            token,
            account: owner.clone(),
            name: String::new(),
            credential: id,
            label: String::new(),
            device: None,
            times: times(),
        };
        Ok(vec![
            Operation::Remember(finish),
            Operation::UpdateCredential { owner, update, used_at: Some(NOW) },
            Operation::InsertSession(session),
        ])
    }
}

/// The times of a new session. It is a second younger than those that were made, so that a later run can remove it.
fn times() -> SessionTimes {
    let (created_at, ends): (Timestamp, Timestamp) = (NOW.plus_seconds(1), NOW.plus_seconds(LATER));
    SessionTimes { created_at, seen_at: created_at, verified_at: created_at, idle_at: ends, expires_at: ends }
}
