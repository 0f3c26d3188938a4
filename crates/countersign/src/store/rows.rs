//! What an [`ApplicationStore`](crate::store::ApplicationStore) stores.

use core::fmt;
use std::collections::BTreeSet;

use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::record::credential_record::CredentialRecord;

/// Seconds by which a row may seem to be from the future: the clocks of servers over one database differ by that much.
/// A row further ahead was written while a clock was ahead. It would be valid for that much longer, or again once its
/// time has come, so it is over.
pub const AHEAD_SECONDS: i64 = 60;

/// The most credentials of an account: far more than the devices of any user, and few enough that `excludeCredentials`
/// and pages stay short.
pub const CREDENTIALS_PER_ACCOUNT_MAX: usize = 64;

/// The most sessions of an account; the least recently used one ends for another.
pub const SESSIONS_PER_ACCOUNT_MAX: usize = 64;

/// Seconds for which a removed account is known: a year, after which its passkeys are hardly used.
pub const FORMER_ACCOUNT_SECONDS: i64 = 365 * 24 * 60 * 60;

/// The most bytes of a name, a label, the key of one, or an act: an index of `PostgreSQL` has entries of up to 2704 bytes.
pub const TEXT_BYTES_MAX: usize = 2048;

/// How many recovery codes an account has when they are new: as many as fit on a printed card, and enough that a used one
/// is no reason to make others at once.
pub const RECOVERY_CODES: usize = 10;

/// SHA-256 of a random token, such as that of a session: a stolen database reveals no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a token of at least 16 random bytes. With less entropy it could be guessed from the hash.
    pub fn of(token: &[u8]) -> Self {
        Self(countersign_cose::hash::sha256(&[token]))
    }

    /// A stored hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The public ID of the session with this token, for lists and the audit log. It reveals nothing about the token, nor
    /// about its hash.
    pub fn public_id(&self) -> [u8; 32] {
        countersign_cose::hash::sha256(&[b"countersign session id\0", &self.0])
    }

    /// The 32 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// An account: a user handle, and a name that is unique by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct Account {
    /// The user handle, of 1 to 64 bytes.
    pub handle: UserHandle,
    /// The name, as the user wrote it.
    pub name: String,
    /// What makes the name unique: equal for two names that look the same, such as those that differ only by case.
    /// The application computes it; a store compares it byte by byte.
    pub name_key: String,
    /// The time of the registration.
    pub created_at: Timestamp,
}

/// A credential of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct StoredCredential {
    /// The relying party's record, with its evidence if that was read.
    pub record: CredentialRecord,
    /// The format and the type of the attestation, if there is evidence. Stores return it even if they did not read the
    /// evidence, and ignore it when they insert.
    pub attestation: Option<(String, String)>,
    /// The owner's label, unique in the account by its key.
    pub label: String,
    /// What makes the label unique: see [`Account::name_key`].
    pub label_key: String,
    /// The time of the registration.
    pub created_at: Timestamp,
    /// The time of the last authentication.
    pub last_used_at: Option<Timestamp>,
}

/// A session: the hash of its token, its account, and the credential that it was created with.
///
/// It ends with its account and with its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct Session {
    /// The hash of its token.
    pub token: TokenHash,
    /// The user handle of its account.
    pub account: UserHandle,
    /// The name of its account. Ignored when a session is inserted.
    pub name: String,
    /// The credential that it was created with.
    pub credential: CredentialId,
    /// The label of that credential. Ignored when a session is inserted.
    pub label: String,
    /// The browser and the system that it was created with, as words for its owner, such as "Firefox on Linux"; `None` if
    /// they are unknown. Text without U+0000.
    pub device: Option<String>,
    /// Its times.
    pub times: SessionTimes,
}

/// The times of a [`Session`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct SessionTimes {
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The time of its last recorded use.
    pub seen_at: Timestamp,
    /// The time when its user was last verified: at its creation, or by a later confirmation.
    pub verified_at: Timestamp,
    /// The time at which it is over if it is not used. Each recorded use moves it.
    pub idle_at: Timestamp,
    /// The time at which it is over, used or not.
    pub expires_at: Timestamp,
}

impl SessionTimes {
    /// Whether the session is over: it has expired, was not used for too long, or was created in the future by more
    /// than [`AHEAD_SECONDS`].
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at <= now || self.idle_at <= now || self.created_at > now.plus_seconds(AHEAD_SECONDS)
    }

    /// Whether the last use or the last verification lies in the future by more than [`AHEAD_SECONDS`]: a clock was put
    /// back since.
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        self.seen_at.max(self.verified_at) > now.plus_seconds(AHEAD_SECONDS)
    }

    /// Whether the user was verified in the last `seconds`. A verification in the future counts if it is ahead by at most
    /// [`AHEAD_SECONDS`].
    pub fn is_verified_within(&self, seconds: u32, now: Timestamp) -> bool {
        self.verified_at <= now.plus_seconds(AHEAD_SECONDS)
            && now <= self.verified_at.plus_seconds(i64::from(seconds))
    }
}

/// The finish of a ceremony, by which it is remembered until the ceremony has expired: so no other response is accepted
/// for its challenge, and the same request gets the same answer again if that was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct Finish {
    /// The ceremony. At most one finish is stored for each.
    pub ceremony: CeremonyId,
    /// SHA-256 of the response.
    pub response: [u8; 32],
    /// What the response led to, in the application's own form: what it needs to give its answer again. Text without
    /// U+0000.
    pub outcome: String,
    /// The time of the finish.
    pub finished_at: Timestamp,
    /// The last second in which the ceremony could be finished.
    pub until: Timestamp,
}

/// What identifies a [`Confirmation`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct ConfirmationKey {
    /// The hash of the token of the session that confirmed.
    pub session: TokenHash,
    /// The act, in the application's own form. Equal acts have equal texts.
    pub act: String,
    /// The hash of the token of the browser that confirmed: the thief of a session could wait for its owner to confirm
    /// something.
    pub browser: TokenHash,
}

/// The confirmation of an act with a passkey. It is valid for one act, once, and for a short time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct Confirmation {
    /// Who confirmed what. At most one confirmation is stored for each session and act.
    pub key: ConfirmationKey,
    /// The account of the session.
    pub account: UserHandle,
    /// The time of the confirmation.
    pub created_at: Timestamp,
    /// The time at which it is over.
    pub expires_at: Timestamp,
}

impl Confirmation {
    /// Whether the confirmation counts: it has not expired, and is not from the future by more than [`AHEAD_SECONDS`].
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at > now && self.created_at <= now.plus_seconds(AHEAD_SECONDS)
    }
}

/// What is stored about the recovery codes of an account, apart from their hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct RecoveryStatus {
    /// How many codes are unused.
    pub unused: usize,
    /// The time at which the codes were made; `None` if the account never had any.
    pub created_at: Option<Timestamp>,
    /// The time at which a code was last used, one of earlier codes included.
    pub used_at: Option<Timestamp>,
}

/// All that is stored about the recovery codes of an account: hashes and times.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct Recovery {
    /// The hashes of the unused codes: at most [`RECOVERY_CODES`].
    pub codes: BTreeSet<TokenHash>,
    /// The time at which the codes were made; `None` if the account never had any.
    pub created_at: Option<Timestamp>,
    /// The time at which a code was last used, one of earlier codes included.
    pub used_at: Option<Timestamp>,
}

impl Recovery {
    /// What is stored apart from the hashes.
    pub fn status(&self) -> RecoveryStatus {
        RecoveryStatus { unused: self.codes.len(), created_at: self.created_at, used_at: self.used_at }
    }
}

/// An invitation to create one account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct Invitation {
    /// The hash of its code.
    pub code: TokenHash,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The time at which it is over if it is not used.
    pub expires_at: Timestamp,
}

impl Invitation {
    /// Whether the invitation can be used: it has not expired, and is not from the future by more than [`AHEAD_SECONDS`].
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at > now && self.created_at <= now.plus_seconds(AHEAD_SECONDS)
    }
}

/// An operator: an account that may manage the others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct Operator {
    /// The user handle of its account.
    pub account: UserHandle,
    /// The name of its account.
    pub name: String,
    /// The time at which the account became an operator.
    pub since: Timestamp,
}

/// A link that makes one account an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct OperatorLink {
    /// The hash of its token.
    pub token: TokenHash,
    /// For which operators it is.
    pub kind: OperatorLinkKind,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The time at which it is over if it is not used.
    pub expires_at: Timestamp,
}

/// For which operators a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a store must implement each of them")]
pub enum OperatorLinkKind {
    /// For the first operator: the link is void while there is an operator.
    First,
    /// For an operator, whether or not there are others.
    Any,
}

impl OperatorLink {
    /// Whether the link has not expired, and is not from the future by more than [`AHEAD_SECONDS`]. One for the first
    /// operator is void all the same while there is an operator.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at > now && self.created_at <= now.plus_seconds(AHEAD_SECONDS)
    }
}

/// A secret key that ceremonies are sealed with, shared by all instances of an application.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores and applications build it")]
pub struct StoredSealingKey {
    /// The key's number, which its tokens name.
    pub id: u32,
    /// 32 random bytes.
    pub secret: [u8; 32],
    /// The time from which instances may seal with it: later than its creation, so that all of them can open its tokens
    /// by then.
    pub seals_from: Timestamp,
}

/// Prints no secret.
impl fmt::Debug for StoredSealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSealingKey")
            .field("id", &self.id)
            .field("seals_from", &self.seals_from)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verification_counts_to_its_last_second_and_a_minute_ahead() {
        let at = |seconds: i64| Timestamp::from_unix_seconds(1_000_000 + seconds);
        let times = SessionTimes {
            created_at: at(-500),
            seen_at: at(200),
            verified_at: at(0),
            idle_at: at(9_000),
            expires_at: at(9_000),
        };
        for (seconds, now, expected) in [
            (300, 0, true),
            (300, 300, true),
            (300, 301, false),
            (0, 0, true),
            (0, 1, false),
            (300, -60, true),
            (300, -61, false),
            (u32::MAX, -61, false),
        ] {
            assert_eq!(times.is_verified_within(seconds, at(now)), expected, "{seconds} {now}");
        }
    }
}
