//! Limits on how often clients may ask: token buckets for each address, each signed-in user, each name, and in all.
//!
//! A request takes a token from one bucket of its sender and, if it costs much, from one that all strangers share. A request
//! with a session that was answered a short time ago takes its token from a bucket of that session only: neither
//! strangers nor neighbours at its address can use it up.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;

use self::buckets::{Buckets, SharedBucket};
use self::config::LimitsConfig;
use self::known::KnownSessions;
use self::uptime::Uptime;
use crate::client_address::{ClientAddress, network};
use crate::metrics::limits::LimitMetrics;

mod buckets;
pub(crate) mod config;
mod known;
mod table;
mod uptime;

/// How much a request costs the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Little: reading a file or some rows.
    Read,
    /// The start of a ceremony, which is sealed.
    Start,
    /// The end of a ceremony, with signatures to verify and rows to write.
    Finish,
    /// The start of a new account.
    SignUp,
    /// A question of another application about a session.
    Check,
}

/// Which limit a request is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// That of its address.
    Address,
    /// That of its session.
    Session,
    /// That of the name that it asks for.
    Name,
    /// That of recovery codes for an account.
    Recovery,
    /// That of all strangers.
    All,
    /// That of new connections of an address.
    Connections,
}

impl Scope {
    const EACH: [Self; 6] =
        [Self::Address, Self::Session, Self::Name, Self::Recovery, Self::All, Self::Connections];

    /// The word of the limit.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Session => "session",
            Self::Name => "name",
            Self::Recovery => "recovery",
            Self::All => "all",
            Self::Connections => "connections",
        }
    }
}

/// A request is over a limit, and may be sent again after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OverLimitError {
    pub(crate) scope: Scope,
    pub(crate) wait: Duration,
}

/// The limits of a server, which can be changed while it runs.
#[derive(Debug)]
pub(crate) struct Limits {
    current: RwLock<Arc<AllBuckets>>,
    known: KnownSessions,
    clock: Uptime,
    /// The numbers of requests and connections over each limit so far.
    rejected: [Counter; 6],
}

/// The buckets of all limits.
#[derive(Debug)]
struct AllBuckets {
    config: LimitsConfig,
    connections: Buckets<IpAddr>,
    reads: Buckets<IpAddr>,
    starts: Buckets<IpAddr>,
    finishes: Buckets<IpAddr>,
    sign_ups: Buckets<IpAddr>,
    checks: Buckets<IpAddr>,
    sessions: Buckets<u64>,
    names: Buckets<str>,
    recoveries: Buckets<(String, Option<IpAddr>)>,
    accounts: Buckets<str>,
    all_starts: SharedBucket,
    all_finishes: SharedBucket,
    all_sign_ups: SharedBucket,
}

impl Limits {
    pub(crate) fn new(config: &LimitsConfig, metrics: &LimitMetrics) -> Self {
        let start = Instant::now();
        Self::with_clock(config, metrics, Uptime(Arc::new(move || start.elapsed())))
    }

    fn with_clock(config: &LimitsConfig, metrics: &LimitMetrics, clock: Uptime) -> Self {
        Self {
            current: RwLock::new(Arc::new(AllBuckets::new(config, &clock))),
            known: KnownSessions::new(clock.clone()),
            rejected: Scope::EACH.map(|scope| metrics.of(scope.as_str())),
            clock,
        }
    }

    /// Uses other limits from now on. If they are the same, what clients have used of them stays; otherwise all buckets are
    /// full.
    pub(crate) fn reconfigure(&self, config: &LimitsConfig) {
        if self.current().config != *config {
            let buckets = Arc::new(AllBuckets::new(config, &self.clock));
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = buckets;
        }
    }

    fn current(&self) -> Arc<AllBuckets> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl AllBuckets {
    fn new(config: &LimitsConfig, clock: &Uptime) -> Self {
        Self {
            config: config.clone(),
            connections: Buckets::new(config.connections, clock),
            reads: Buckets::new(config.reads, clock),
            starts: Buckets::new(config.starts, clock),
            finishes: Buckets::new(config.finishes, clock),
            sign_ups: Buckets::new(config.sign_ups, clock),
            checks: Buckets::new(config.checks, clock),
            sessions: Buckets::new(config.sessions, clock),
            names: Buckets::new(config.names, clock),
            recoveries: Buckets::new(config.recoveries, clock),
            accounts: Buckets::new(config.account_recoveries, clock),
            all_starts: SharedBucket::new(config.all_starts, clock),
            all_finishes: SharedBucket::new(config.all_finishes, clock),
            all_sign_ups: SharedBucket::new(config.all_sign_ups, clock),
        }
    }
}

impl Limits {
    /// Takes the tokens of a request, or fails if there is none.
    ///
    /// `session` is the value of the session's cookie. The bucket of the address comes before the one that all share, so
    /// that a client over its own limit does not use up the others'.
    pub(crate) fn take(
        &self,
        cost: Cost,
        from: Option<ClientAddress>,
        session: Option<&[u8]>,
    ) -> Result<(), OverLimitError> {
        let buckets = self.current();
        if let Some(session) = session.and_then(|session| self.known.find(session)) {
            return self.within(Scope::Session, buckets.sessions.take(&session));
        }
        let (by_address, by_all) = match cost {
            Cost::Read => (&buckets.reads, None),
            Cost::Start => (&buckets.starts, Some(&buckets.all_starts)),
            Cost::Finish => (&buckets.finishes, Some(&buckets.all_finishes)),
            Cost::SignUp => (&buckets.sign_ups, Some(&buckets.all_sign_ups)),
            Cost::Check => (&buckets.checks, None),
        };
        // A proxy asks for all users of an application at once.
        let address = from.filter(|from| !(from.is_proxy && cost == Cost::Check));
        if let Some(address) = address {
            self.within(Scope::Address, by_address.take(&network::of_client(address.ip)))?;
        }
        by_all.map_or(Ok(()), |bucket| self.within(Scope::All, bucket.take()))
    }

    /// Takes the token of a sign-in that names an account, by the key of the name.
    pub(crate) fn take_name(&self, key: &str) -> Result<(), OverLimitError> {
        self.within(Scope::Name, self.current().names.take(key))
    }

    /// Takes the tokens of an attempt to use a recovery code of an account, by the key of its name: one for this account and
    /// the address, and one for the account. A stranger uses up the first only at his own address, and the second only for
    /// the time that it takes to get a token, so that neither locks the owner out.
    pub(crate) fn take_recovery(&self, key: &str, from: Option<ClientAddress>) -> Result<(), OverLimitError> {
        let buckets = self.current();
        let address = from.map(|from| network::of_client(from.ip));
        self.within(Scope::Recovery, buckets.recoveries.take(&(key.to_owned(), address)))?;
        self.within(Scope::Recovery, buckets.accounts.take(key))
    }

    /// Takes the token of a new connection.
    pub(crate) fn take_connection(&self, from: IpAddr) -> Result<(), OverLimitError> {
        self.within(Scope::Connections, self.current().connections.take(&network::of_client(from)))
    }

    /// Remembers for some minutes that a session is good: a request that needs one has succeeded with it.
    pub(crate) fn remember(&self, session: &[u8]) {
        self.known.add(session);
    }

    /// The words of the limits, and the numbers of requests and connections over each so far.
    #[cfg(test)]
    fn rejected(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.rejected.iter().map(Counter::get);
        Scope::EACH.map(Scope::as_str).into_iter().zip(counts)
    }

    /// Counts a rejection, and names its limit.
    fn within(&self, scope: Scope, taken: Result<(), Duration>) -> Result<(), OverLimitError> {
        let wait = match taken {
            Ok(()) => return Ok(()),
            Err(wait) => wait,
        };
        let index = Scope::EACH.iter().position(|each| *each == scope);
        if let Some(count) = index.and_then(|index| self.rejected.get(index)) {
            count.inc();
        }
        Err(OverLimitError { scope, wait })
    }
}

#[cfg(test)]
mod tests;
