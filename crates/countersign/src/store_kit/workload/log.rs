//! What a worker did, and what the store answered
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use serde::{Deserialize, Serialize};

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::store_kit::workload::made::Made;

/// What one worker did, and what the store answered, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    pub(super) worker: u32,
    pub(super) entries: Vec<Entry>,
    pub(super) failed_reads: u64,
}

impl Log {
    /// How many transactions the store acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.entries.iter().filter(|entry| entry.answer == Answer::Done).count()
    }

    /// How many transactions the store rejected.
    pub fn rejected(&self) -> usize {
        let rejected =
            |entry: &&Entry| matches!(entry.answer, Answer::Rejected(_) | Answer::FinishedBefore(_));
        self.entries.iter().filter(rejected).count()
    }

    /// How many operations of the store failed, transactions and reads.
    pub fn failed(&self) -> u64 {
        let unknown = self.entries.iter().filter(|entry| matches!(entry.answer, Answer::Unknown(_))).count();
        self.failed_reads.saturating_add(u64::try_from(unknown).unwrap_or(u64::MAX))
    }

    /// The entries with the transactions' names.
    pub(super) fn transactions(&self) -> impl Iterator<Item = (Made, &Entry)> {
        (0..).zip(&self.entries).map(|(number, entry)| (Made(self.worker, number), entry))
    }
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(super) ceremony: Ceremony,
    pub(super) act: Act,
    pub(super) answer: Answer,
}

/// The ceremony that a transaction finishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Ceremony {
    /// One that no other transaction finishes.
    Own,
    /// One that each worker finishes.
    Shared(u32),
}

impl Ceremony {
    pub(super) fn id(self, made: Made) -> CeremonyId {
        match self {
            Self::Own => CeremonyId::of_challenge(&[&b"own"[..], &made.bytes()].concat()),
            Self::Shared(number) => {
                CeremonyId::of_challenge(&[&b"shared"[..], &number.to_be_bytes()].concat())
            }
        }
    }
}

/// What a transaction does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    SignUp { name: String },
    SignIn { account: Made, credential: Made },
    Add { account: Made },
    Rename { credential: Made, label: String },
    Remove { credential: Made },
    RemoveAccount { account: Made },
    End { session: Made },
    EndOthers { account: Made },
    Confirm { session: Made },
    Take { session: Made },
    AddKey { number: u32 },
}

/// What the store answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    Done,
    Rejected(String),
    /// The outcome that is remembered.
    FinishedBefore(String),
    /// The store failed.
    Unknown(String),
}
