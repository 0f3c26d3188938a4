//! The ceremonies on top of the database: what is remembered between start and finish, and what a success stores.
//!
//! A finish first binds the ceremony to its response, in a transaction of its own, so that no other response is judged
//! against that challenge. What it leads to, and that it led there, is stored in a second transaction, all of it or
//! nothing. A finish that is repeated with the same response gets what the first one got, for browsers and proxies send
//! a request again whose answer was lost: while the first is under way both are judged, and the database decides which
//! one counts; later the outcome is there. What an outcome comes to is always read from the database, so that a repeat
//! can't bring back what is gone.

use std::sync::Arc;

use countersign::{
    Code, RegistrationState, RelyingParty, StartError, Timestamp, User,
    ceremony::{CREDENTIAL_LIST_MAX, EntropyUnavailable, new_user_handle},
    cose::sha256,
    types::{CreationOptions, CredentialId, RequestOptions, options::CredentialDescriptor},
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{
    UnknownSignals,
    metadata::Knowledge,
    store::{
        Store, StoreError, accounts,
        ceremonies::{self, Kind, Memory, NewCeremony, Presented},
        confirmations,
        credentials::{self, Evidence, StoredCredential},
        sessions::Caller,
    },
    token::{self, Token, TokenHash},
};

mod act;
mod judge;
mod outcome;
mod reason;
mod step_up;

pub(crate) use act::Act;
pub(crate) use outcome::{Made, Refusal, SignedIn};
use outcome::{Outcome, recall};
pub(crate) use reason::Reason;
pub(crate) use step_up::confirmed;

/// How often an authentication is judged again because another one with the same credential came first. Two at once
/// happen (two windows); a third is somebody's script.
const ATTEMPTS: usize = 3;

/// Seconds that a confirmation must be good for when it is to lead to a new credential: who has less could hardly make
/// one, and confirms anew.
const ADDING_SECONDS: i64 = 60;

/// Seconds between the end of the browser's prompt and the end of the confirmation: for the answer to arrive, or the
/// authenticator has made a credential that is refused.
const ANSWER_SECONDS: i64 = 30;

/// The relying party and its memory.
pub(crate) struct Ceremonies {
    pub(crate) relying_party: RelyingParty,
    /// For confirmations: users are verified, whatever the other one demands.
    pub(crate) step_up: RelyingParty,
    pub(crate) store: Store,
    /// What names new passkeys.
    pub(crate) knowledge: Option<Arc<Knowledge>>,
    /// Whether refusals have the signal that a passkey is unknown.
    pub(crate) unknown_signals: UnknownSignals,
}

/// A ceremony that was started.
pub(crate) struct Started<O> {
    /// What the client names it by when it finishes.
    pub(crate) ceremony: Token,
    /// What the browser is asked.
    pub(crate) options: O,
}

/// What a client sends to finish a ceremony.
#[derive(Clone)]
pub(crate) struct Finish {
    /// The ceremony's name.
    name: Token,
    presented: Presented,
    response: Arc<str>,
}

impl Finish {
    /// `browser` is the browser's cookie, if it sent one. A name that can't be one is refused as one that is unknown.
    pub(crate) fn new(name: &str, response: &str, browser: Option<&Token>) -> Result<Self, Failure> {
        let name = Token::parse(name.as_bytes()).ok_or(StoreError::CeremonyUnknown)?;
        let presented = Presented {
            id: name.hash(),
            browser: browser.map(Token::hash),
            response: sha256(&[response.as_bytes()]),
        };
        Ok(Self { name, presented, response: response.into() })
    }
}

/// What is finished, and by whom.
pub(crate) enum Ceremony {
    /// The registration of a new account's first credential; the client's session so far ends.
    Account(Option<TokenHash>),
    /// The registration of one more credential.
    Credential(Caller),
    /// An authentication that signs in; the client's session so far ends.
    Session(Option<TokenHash>),
    /// An authentication that confirms an act.
    StepUp(Caller),
}

impl Ceremony {
    const fn kind(&self) -> Kind {
        match self {
            Self::Account(_) => Kind::Account,
            Self::Credential(_) => Kind::Credential,
            Self::Session(_) => Kind::Session,
            Self::StepUp(_) => Kind::StepUp,
        }
    }

    const fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Account(_) | Self::Session(_) => None,
            Self::Credential(caller) | Self::StepUp(caller) => Some(caller),
        }
    }
}

/// What a transaction does.
type Work = Box<dyn FnOnce(&Connection) -> Result<(), StoreError> + Send>;

/// What follows if a response is good.
struct Change {
    outcome: Outcome,
    /// The credential that was made for this, and is of no use if the database refuses it.
    made: Option<CredentialId>,
    work: Work,
}

/// Why a ceremony came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The response was refused, and would be again.
    Refused(Refusal),
    /// The database said no, or failed.
    Store(StoreError),
    /// The ceremony can't start: most likely the operating system gave no random bytes.
    Start(StartError),
}

impl<T: Into<Refusal>> From<T> for Failure {
    fn from(refused: T) -> Self {
        Self::Refused(refused.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let reason = match error {
            StoreError::CredentialRegistered => Reason::Code(Code::CredentialAlreadyRegistered),
            StoreError::NameTaken => Reason::NameTaken,
            StoreError::TooManyCredentials => Reason::TooManyCredentials,
            other => return Self::Store(other),
        };
        Self::Refused(Refusal::new(reason, error.to_string()))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<EntropyUnavailable> for Failure {
    fn from(error: EntropyUnavailable) -> Self {
        Self::Start(error.into())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

/// What is remembered of a new account's registration: the name is nobody's until it is finished.
#[derive(Serialize, Deserialize)]
struct NewAccount {
    name: String,
    registration: RegistrationState,
}

impl Ceremonies {
    /// Starts the registration of a new account's first credential.
    pub(crate) async fn start_account(
        &self,
        name: &str,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<Started<CreationOptions>, Failure> {
        let wanted = name.to_owned();
        if self.store.read(move |db| accounts::is_taken(db, &wanted)).await? {
            return Err(StoreError::NameTaken.into());
        }
        let user = User::new(new_user_handle(&mut token::fill)?, name, name);
        let (options, registration) =
            self.relying_party.start_registration(&user, &[], &mut token::fill, now)?;
        let expires_at = registration.expires_at();
        let state = serde_json::to_string(&NewAccount { name: name.to_owned(), registration })?;
        self.open(Kind::Account, None, browser, (state, expires_at), options, now).await
    }

    /// Starts the registration of one more credential, which the session has confirmed in this browser. The finish takes the confirmation,
    /// so that a creation that was cancelled can be started again; the ceremony lives no longer than the confirmation,
    /// and the browser's prompt shorter, or the authenticator would make a credential that is refused.
    pub(crate) async fn start_credential(
        &self,
        caller: &Caller,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<Started<CreationOptions>, Failure> {
        let who = caller.clone();
        let act = Act::AddCredential {}.text()?;
        let (session, existing, until) = self
            .store
            .read(move |db| {
                let session = who.session(db, now)?;
                credentials::room_for_one_more(db, &session.user)?;
                let until = confirmations::until(db, &session.token_hash, Some(&browser), &act, now)?;
                if until < now.plus_seconds(ADDING_SECONDS) {
                    return Err(StoreError::Unconfirmed);
                }
                let existing = credentials::list(db, &session.user, Evidence::Left)?;
                Ok((session, existing, until))
            })
            .await?;
        let user = User::new(session.user, &session.name, &session.name);
        let existing = descriptors(&existing);
        let (mut options, state) =
            self.relying_party.start_registration(&user, &existing, &mut token::fill, now)?;
        let seconds = until.plus_seconds(-ANSWER_SECONDS).unix_seconds().saturating_sub(now.unix_seconds());
        let left = seconds.saturating_mul(1000);
        options.timeout = options.timeout.map(|timeout| timeout.min(u32::try_from(left).unwrap_or(timeout)));
        let expires_at = state.expires_at().min(until);
        let state = (serde_json::to_string(&state)?, expires_at);
        self.open(Kind::Credential, Some(caller), browser, state, options, now).await
    }

    /// Starts a sign-in; the response says which account it is.
    pub(crate) async fn start_session(
        &self,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<Started<RequestOptions>, Failure> {
        let accounts = countersign::ceremony::Accounts::Discoverable;
        let (options, state) = self.relying_party.start_authentication(accounts, &mut token::fill, now)?;
        let state = (serde_json::to_string(&state)?, state.expires_at());
        self.open(Kind::Session, None, browser, state, options, now).await
    }

    async fn open<O>(
        &self,
        kind: Kind,
        caller: Option<&Caller>,
        browser_hash: TokenHash,
        (state, expires_at): (String, Timestamp),
        options: O,
        now: Timestamp,
    ) -> Result<Started<O>, Failure> {
        let ceremony = Token::new()?;
        let caller = caller.cloned();
        let account = caller.as_ref().map(|caller| caller.account.clone());
        let new = NewCeremony { kind, account, id_hash: ceremony.hash(), browser_hash, state, expires_at };
        let opened = self.store.write(move |db| {
            if let Some(caller) = caller {
                caller.session(db, now)?;
            }
            ceremonies::open(db, &new, now)
        });
        opened.await?;
        Ok(Started { ceremony, options })
    }

    /// Finishes a ceremony, or returns what came of it where it was finished with this response before.
    pub(crate) async fn finish(
        &self,
        ceremony: &Ceremony,
        finish: &Finish,
        now: Timestamp,
    ) -> Result<Made, Failure> {
        let finished = match self.bind(ceremony, finish, now).await? {
            Entered::Ended(made) => return Ok(made?),
            Entered::OfAnotherKind => {
                Err(Refusal::of_code(Code::StateInvalid, "another kind of ceremony").into())
            }
            Entered::Open(state) => self.judge_and_store(ceremony, finish, &state, now).await,
        };
        match finished {
            Err(Failure::Refused(refusal)) => self.refuse(ceremony, finish, refusal, now).await,
            finished => finished,
        }
    }

    /// Binds a ceremony to the response. Before the response is read: junk costs as little as can be.
    async fn bind(
        &self,
        ceremony: &Ceremony,
        finish: &Finish,
        now: Timestamp,
    ) -> Result<Entered, StoreError> {
        let (kind, caller, finish) = (ceremony.kind(), ceremony.caller().cloned(), finish.clone());
        let entered = self.store.write(move |db| {
            if let Some(caller) = &caller {
                caller.session(db, now)?;
            }
            let bound = ceremonies::bind(db, &finish.presented, now)?;
            Ok(match bound.memory {
                _ if !bound.is(kind) => Entered::OfAnotherKind,
                Memory::State(state) => Entered::Open(state),
                Memory::Outcome(outcome) => {
                    let outcome = serde_json::from_str(&outcome)?;
                    Entered::Ended(recall(db, outcome, &finish, caller.as_ref(), now)?)
                }
            })
        });
        entered.await
    }

    async fn judge_and_store(
        &self,
        ceremony: &Ceremony,
        finish: &Finish,
        state: &str,
        now: Timestamp,
    ) -> Result<Made, Failure> {
        for _ in 1..ATTEMPTS {
            let change = self.judge(ceremony, finish, state, now).await?;
            match self.end(ceremony, finish, change, now).await {
                Err(Failure::Store(StoreError::RecordChanged)) => {}
                ended => return ended,
            }
        }
        let change = self.judge(ceremony, finish, state, now).await?;
        match self.end(ceremony, finish, change, now).await {
            Err(Failure::Store(error @ StoreError::RecordChanged)) => {
                Err(Refusal::of_code(Code::RecordChanged, error.to_string()).into())
            }
            ended => ended,
        }
    }

    /// Stores what follows from a response, unless the same response led to something already.
    async fn end(
        &self,
        ceremony: &Ceremony,
        finish: &Finish,
        change: Change,
        now: Timestamp,
    ) -> Result<Made, Failure> {
        let (caller, finish) = (ceremony.caller().cloned(), finish.clone());
        let text = serde_json::to_string(&change.outcome)?;
        let made = change.made.clone();
        let ended = self.store.write(move |db| {
            let outcome = if let Some(earlier) = ceremonies::end(db, &finish.presented, &text, now)? {
                serde_json::from_str(&earlier)?
            } else {
                (change.work)(db)?;
                change.outcome
            };
            recall(db, outcome, &finish, caller.as_ref(), now)
        });
        match ended.await.map_err(Failure::from) {
            Err(Failure::Refused(refusal)) => Err(self.unregistered(refusal, made).into()),
            ended => Ok(ended??),
        }
    }

    /// Remembers a refusal, unless the same response led to something already.
    async fn refuse(
        &self,
        ceremony: &Ceremony,
        finish: &Finish,
        refusal: Refusal,
        now: Timestamp,
    ) -> Result<Made, Failure> {
        let (caller, finish) = (ceremony.caller().cloned(), finish.clone());
        let outcome = refusal.outcome();
        let text = serde_json::to_string(&outcome)?;
        let ended = self.store.write(move |db| {
            let earlier = ceremonies::end(db, &finish.presented, &text, now)?;
            let is_first = earlier.is_none();
            let outcome = earlier.map_or(Ok(outcome), |earlier| serde_json::from_str(&earlier))?;
            let ended = recall(db, outcome, &finish, caller.as_ref(), now)?;
            Ok(ended
                .map_err(|again| if is_first { Refusal { detail: refusal.detail, ..again } } else { again }))
        });
        Ok(ended.await??)
    }
}

/// What a finish finds.
enum Entered {
    /// The ceremony's state: its response is to be judged.
    Open(String),
    /// What the same finish came to.
    Ended(Result<Made, Refusal>),
    /// It was started at another endpoint.
    OfAnotherKind,
}

/// What options say of an account's credentials. Clients take no longer list than this.
fn descriptors(credentials: &[StoredCredential]) -> Vec<CredentialDescriptor> {
    credentials.iter().take(CREDENTIAL_LIST_MAX).map(|credential| credential.record.descriptor()).collect()
}
