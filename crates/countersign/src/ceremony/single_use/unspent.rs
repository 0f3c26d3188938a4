//! States that wait to be spent, and the store that remembers which were
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use core::fmt;

use countersign_types::{Code, Timestamp};

use crate::ceremony::{single_use::ceremony_id::CeremonyId, state::kind::CeremonyState};

/// Remembers which ceremonies were finished, or tried to be.
///
/// The states of ceremonies that a server keeps itself don't need one: it removes them when it reads them. Sealed tokens
/// do, and challenges that were issued elsewhere ([`RelyingParty::expect_registration`](crate::RelyingParty::expect_registration)).
pub trait SingleUse {
    /// Why the store could not answer.
    type Error: core::error::Error + 'static;

    /// Remembers `ceremony` until `until` has passed, and says whether it was remembered already: one atomic step, so
    /// that of two calls at once, on whatever machines, exactly one is the first.
    ///
    /// A store that can't remember must fail rather than answer [`Consumption::First`].
    fn consume(
        &self,
        ceremony: &CeremonyId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Consumption, Self::Error>;
}

/// What a store says of a ceremony that is about to be finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Consumption {
    /// It was not used before, and can't be again.
    First,
    /// It was used before.
    Repeated,
}

/// The state of a ceremony of which it is not known yet whether it was used: it can't be finished before that is asked.
///
/// It is used up by being tried, whatever comes of the ceremony: a response that failed gets no second try.
#[derive(Debug)]
#[must_use = "the ceremony can be finished once its state is spent"]
pub struct Unspent<S>(S);

impl<S: CeremonyState> Unspent<S> {
    /// A state whose challenge was issued elsewhere, or that comes from a store that does not remove it when it is read.
    pub fn new(state: S) -> Self {
        Self(state)
    }

    /// What to remember the ceremony by.
    pub fn ceremony(&self) -> CeremonyId {
        self.0.ceremony()
    }

    /// How long to remember it.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at()
    }

    /// The state, where `store` has not met the ceremony before. From now on it has.
    pub fn spend<U: SingleUse + ?Sized>(self, store: &U, now: Timestamp) -> Result<S, SpendError<U::Error>> {
        let consumption = store.consume(&self.ceremony(), self.expires_at(), now);
        self.spent(consumption.map_err(SpendError::Store)?).map_err(|AlreadyUsed| SpendError::AlreadyUsed)
    }

    /// The state, by what a store said that is asked in another way than through [`SingleUse`], such as an asynchronous
    /// one. It must have remembered the ceremony in the same atomic step: see [`SingleUse::consume`].
    pub fn spent(self, consumption: Consumption) -> Result<S, AlreadyUsed> {
        match consumption {
            Consumption::First => Ok(self.0),
            Consumption::Repeated => Err(AlreadyUsed),
        }
    }
}

/// The ceremony was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it says one thing")]
pub struct AlreadyUsed;

impl AlreadyUsed {
    /// `challenge-expired`.
    pub const fn code(&self) -> Code {
        Code::ChallengeExpired
    }
}

impl fmt::Display for AlreadyUsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ceremony was used already")
    }
}

impl core::error::Error for AlreadyUsed {}

/// Why a state can't be spent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpendError<E> {
    /// The ceremony was used before.
    AlreadyUsed,
    /// The store can't say. The ceremony must not go on.
    Store(E),
}

impl<E> SpendError<E> {
    /// `challenge-expired` where the ceremony was used before; `None` where the store failed, which is not the
    /// response's fault.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::AlreadyUsed => Some(AlreadyUsed.code()),
            Self::Store(_) => None,
        }
    }
}

impl<E: fmt::Display> fmt::Display for SpendError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyUsed => AlreadyUsed.fmt(f),
            Self::Store(cause) => write!(f, "the store of used ceremonies failed: {cause}"),
        }
    }
}

impl<E: core::error::Error + 'static> core::error::Error for SpendError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::AlreadyUsed => None,
            Self::Store(cause) => Some(cause),
        }
    }
}

#[cfg(test)]
mod tests;
