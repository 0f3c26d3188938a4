//! Unspent states, and the store that remembers spent ones
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use countersign_types::{Code, Timestamp};

use crate::ceremony::{single_use::ceremony_id::CeremonyId, state::kind::CeremonyState};

/// Remembers ceremonies for which a finish was attempted, so that none is accepted twice.
///
/// A server that stores states does not need one: it removes a state when it reads it. Sealed tokens need one, and so
/// do challenges that were issued elsewhere
/// ([`RelyingParty::expect_registration`](crate::RelyingParty::expect_registration)).
pub trait SingleUse {
    /// The error of the store.
    type Error: core::error::Error + Send + 'static;

    /// Remembers `ceremony` until `until` has passed, and returns whether it was remembered already: one atomic step,
    /// so that of two calls at once, even on different machines, exactly one is the first.
    ///
    /// A store that can't remember must fail rather than answer [`Consumption::First`].
    fn consume(
        &self,
        ceremony: &CeremonyId,
        until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<Consumption, Self::Error>> + Send;
}

/// The answer of a store on a ceremony that is about to be finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Consumption {
    /// The ceremony was not used before, and can't be used again.
    First,
    /// The ceremony was used before.
    Repeated,
}

/// A ceremony state not yet checked for reuse. Only after [`spend`](Self::spend) can the ceremony be finished.
///
/// An attempt uses the state up, whatever the result: a rejected response gets no second attempt.
#[derive(Debug)]
#[must_use = "the ceremony can be finished once its state is spent"]
pub struct Unspent<S>(S);

impl<S: CeremonyState> Unspent<S> {
    /// Wraps a state whose challenge was issued elsewhere, or that comes from a store that does not remove it when it
    /// is read.
    pub fn new(state: S) -> Self {
        Self(state)
    }

    /// The identifier by which to remember the ceremony.
    pub fn ceremony(&self) -> CeremonyId {
        self.0.ceremony()
    }

    /// The time until which to remember the ceremony.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at()
    }

    /// Returns the state if `store` does not remember the ceremony yet, and lets it remember the ceremony.
    pub async fn spend<U: SingleUse + ?Sized>(
        self,
        store: &U,
        now: Timestamp,
    ) -> Result<S, SpendError<U::Error>> {
        let consumption = store.consume(&self.ceremony(), self.expires_at(), now).await;
        self.spent(consumption.map_err(SpendError::Store)?)
            .map_err(|AlreadyUsedError| SpendError::AlreadyUsed)
    }

    /// Returns the state by the answer of a store that does not implement [`SingleUse`], such as a synchronous one.
    /// The store must have remembered the ceremony in the same atomic step: see [`SingleUse::consume`].
    pub fn spent(self, consumption: Consumption) -> Result<S, AlreadyUsedError> {
        match consumption {
            Consumption::First => Ok(self.0),
            Consumption::Repeated => Err(AlreadyUsedError),
        }
    }
}

/// The ceremony was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_structs, reason = "it says one thing")]
#[error("the ceremony was used already")]
pub struct AlreadyUsedError;

impl AlreadyUsedError {
    /// The code: `challenge-expired`.
    pub const fn code(&self) -> Code {
        Code::ChallengeExpired
    }
}

/// A state can't be spent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpendError<E> {
    /// The ceremony was used before.
    #[error("{}", AlreadyUsedError)]
    AlreadyUsed,
    /// The store failed. The ceremony must not continue.
    #[error("the store of used ceremonies failed: {0}")]
    Store(#[source] E),
}

impl<E> SpendError<E> {
    /// The code: `challenge-expired` if the ceremony was used before; `None` if the store failed, which is not the
    /// response's fault.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::AlreadyUsed => Some(AlreadyUsedError.code()),
            Self::Store(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
