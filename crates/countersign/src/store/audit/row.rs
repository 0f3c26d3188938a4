//! Rows of the audit log, and their hashes
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use core::fmt;
use core::str::FromStr;

use countersign_cose::hash::sha256;
use countersign_types::hex::{self, Hex};
use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::store::audit::entry::{AuditActor, AuditEntry, AuditKind, AuditSource};

/// The beginning of an encoded row. It has the version of the encoding.
const DOMAIN: &[u8] = b"countersign audit row 1\0";

/// The beginning of what is hashed for a credential ID.
const CREDENTIAL_DOMAIN: &[u8] = b"countersign audit credential\0";

/// The most rows that one [`Operation::PruneAudit`](crate::store::Operation::PruneAudit) removes: a fraction of a second,
/// for which a sign-in may have to wait.
pub const AUDIT_PRUNED_MAX: usize = 10_000;

/// Seconds that an [`Operation::AnchorAudit`](crate::store::Operation::AnchorAudit) looks back: chains without a newer row
/// were listed by earlier anchors. A day, and an hour for an anchor that is late.
pub const AUDIT_ANCHOR_SECONDS: i64 = 25 * 60 * 60;

/// The fewest seconds that rows of the audit log are kept: longer than anchors look back, and than a writer uses its chain
/// without writing.
pub const AUDIT_KEPT_SECONDS_MIN: i64 = 7 * 24 * 60 * 60;

macro_rules! random_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Stored bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        /// Prints hexadecimal digits.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Hex(&self.0).fmt(f)
            }
        }
    };
}

random_bytes! {
    /// The name of a chain of the audit log: 16 random bytes.
    ChainId
}

random_bytes! {
    /// What the audit log has in place of a user handle: 16 random bytes, which are removed with the account.
    Pseudonym
}

impl Pseudonym {
    /// The hash that the audit log has in place of a credential ID.
    pub fn credential_hash(&self, id: &CredentialId) -> [u8; 32] {
        sha256(&[CREDENTIAL_DOMAIN, &self.0, id.as_bytes()])
    }

    /// What [`credential_hash`](Self::credential_hash) hashes before the pseudonym: for stores that compute it in the
    /// database.
    pub const fn credential_domain() -> &'static [u8] {
        CREDENTIAL_DOMAIN
    }
}

/// One row of a chain, by its hash. As text: the chain and the hash in hexadecimal digits and the number in between, with
/// colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "stores and verifiers build it")]
pub struct ChainHead {
    /// The chain.
    pub chain: ChainId,
    /// The number of the row in the chain, from 1 on.
    pub number: u64,
    /// The hash of the row.
    pub hash: [u8; 32],
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.chain, self.number, Hex(&self.hash))
    }
}

/// A text is not a [`ChainHead`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("not a row of a chain: expected CHAIN:NUMBER:HASH, with 32 and 64 hexadecimal digits")]
pub struct ChainHeadError;

impl FromStr for ChainHead {
    type Err = ChainHeadError;

    fn from_str(text: &str) -> Result<Self, ChainHeadError> {
        let parse = || {
            let (chain, rest) = text.split_once(':')?;
            let (number, hash) = rest.split_once(':')?;
            let chain = ChainId(hex::decode(chain).ok()?.try_into().ok()?);
            let number = number.parse().ok().filter(|number| *number > 0)?;
            Some(Self { chain, number, hash: hex::decode(hash).ok()?.try_into().ok()? })
        };
        parse().ok_or(ChainHeadError)
    }
}

impl ChainHead {
    /// The bytes of a listed row.
    pub const BYTES: usize = 56;

    /// The bytes of listed rows, which are hashed and stored.
    pub fn encode_all(rows: &[Self]) -> Vec<u8> {
        let encode = |row: &Self| [&row.chain.0[..], &row.number.to_be_bytes(), &row.hash].concat();
        rows.iter().flat_map(encode).collect()
    }

    /// Reads listed rows. `None` if the bytes are not whole rows.
    pub fn decode_all(bytes: &[u8]) -> Option<Vec<Self>> {
        let (rows, []) = bytes.as_chunks::<{ Self::BYTES }>() else { return None };
        let decode = |row: &[u8; Self::BYTES]| {
            let (chain, rest) = row.split_first_chunk()?;
            let (number, hash) = rest.split_first_chunk()?;
            let number = u64::from_be_bytes(*number);
            Some(Self { chain: ChainId(*chain), number, hash: hash.try_into().ok()? })
        };
        rows.iter().map(decode).collect()
    }
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct AuditRow {
    /// The chain.
    pub chain: ChainId,
    /// The number in the chain, from 1 on.
    pub number: u64,
    /// The time of the transaction.
    pub at: Timestamp,
    /// What was done: the text of an [`AuditKind`], perhaps of a newer version.
    pub kind: String,
    /// Who did it: the text of an [`AuditActor`], perhaps of a newer version.
    pub actor: String,
    /// The account's pseudonym.
    pub account: Option<Pseudonym>,
    /// The hash of the credential ID: see [`Pseudonym::credential_hash`].
    pub credential: Option<[u8; 32]>,
    /// The public ID of the session.
    pub session: Option<[u8; 32]>,
    /// Where the request came from.
    pub source: AuditSource,
    /// The rows that an `anchor` or a `pruned` row lists.
    pub listed: Vec<ChainHead>,
    /// The hash of the row before; zeros for number 1.
    pub previous: [u8; 32],
    /// The hash of the row.
    pub hash: [u8; 32],
}

impl AuditRow {
    /// The row of an entry, after a row of this chain. `pseudonym` is that of the entry's account.
    pub fn of_entry(
        after: &ChainEnd,
        entry: &AuditEntry,
        pseudonym: Option<Pseudonym>,
        at: Timestamp,
    ) -> Self {
        let hashed = pseudonym.zip(entry.credential.as_ref());
        Self {
            actor: entry.actor.as_str().to_owned(),
            account: pseudonym,
            credential: hashed.map(|(pseudonym, id)| pseudonym.credential_hash(id)),
            session: entry.session,
            source: entry.source,
            ..Self::listing(after, entry.kind, Vec::new(), at)
        }
        .hashed()
    }

    /// A row of the application itself that lists rows, after a row of this chain.
    pub fn listing(after: &ChainEnd, kind: AuditKind, listed: Vec<ChainHead>, at: Timestamp) -> Self {
        Self {
            chain: after.chain,
            number: after.number.saturating_add(1),
            at,
            kind: kind.as_str().to_owned(),
            actor: AuditActor::Application.as_str().to_owned(),
            account: None,
            credential: None,
            session: None,
            source: AuditSource::default(),
            listed,
            previous: after.hash,
            hash: [0; 32],
        }
        .hashed()
    }

    fn hashed(self) -> Self {
        Self { hash: self.computed_hash(), ..self }
    }

    /// The hash by the row's content.
    pub fn computed_hash(&self) -> [u8; 32] {
        let account = field(self.account.as_ref().map(|it| it.0.as_slice()));
        let credential = field(self.credential.as_ref().map(<[u8; 32]>::as_slice));
        let (rows, count) = (ChainHead::encode_all(&self.listed), self.listed.len());
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let (before, after) = (self.encoded_before_account(), self.encoded_after_credential());
        sha256(&[&before, &account, &credential, &after, &count.to_be_bytes(), &rows, &self.previous])
    }

    /// The encoded bytes before the account: for stores that compute hashes in the database.
    pub fn encoded_before_account(&self) -> Vec<u8> {
        let mut bytes = DOMAIN.to_vec();
        bytes.extend_from_slice(&self.chain.0);
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.at.unix_seconds().to_be_bytes());
        bytes.extend(field(Some(self.kind.as_bytes())));
        bytes.extend(field(Some(self.actor.as_bytes())));
        bytes
    }

    /// The encoded bytes between the credential and the number of listed rows.
    pub fn encoded_after_credential(&self) -> Vec<u8> {
        let mut bytes = field(self.session.as_ref().map(<[u8; 32]>::as_slice));
        let address = self.source.address_bytes();
        bytes.extend(field(address.as_deref()));
        bytes.extend(field(self.source.trace_id.as_ref().map(<[u8; 16]>::as_slice)));
        bytes
    }

    /// The row as one that others list.
    pub const fn head(&self) -> ChainHead {
        ChainHead { chain: self.chain, number: self.number, hash: self.hash }
    }

    /// The row as the end of its chain.
    pub const fn end(&self) -> ChainEnd {
        ChainEnd { chain: self.chain, number: self.number, hash: self.hash }
    }
}

/// The end of a chain, which the next row follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChainEnd {
    /// The chain.
    pub chain: ChainId,
    /// The number of its last row; 0 if it has none.
    pub number: u64,
    /// The hash of its last row; zeros if it has none.
    pub hash: [u8; 32],
}

impl ChainEnd {
    /// The end of a chain without rows.
    pub const fn new(chain: ChainId) -> Self {
        Self { chain, number: 0, hash: [0; 32] }
    }
}

/// A length of one byte, and the bytes. Texts and values are far shorter than 256 bytes.
fn field(bytes: Option<&[u8]>) -> Vec<u8> {
    let bytes = bytes.unwrap_or_default();
    let bytes = bytes.get(..255).unwrap_or(bytes);
    let mut field = vec![u8::try_from(bytes.len()).unwrap_or(u8::MAX)];
    field.extend_from_slice(bytes);
    field
}

/// Which rows of the audit log are read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditQuery {
    /// By chain and number, those after this row; for exports and verification.
    Chains {
        /// The last row that was read.
        after: Option<(ChainId, u64)>,
    },
    /// The newest first.
    Newest,
    /// The newest first, of one account.
    NewestOf(UserHandle),
    /// The oldest first.
    Oldest,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> AuditRow {
        let entry = AuditEntry::new(AuditKind::SignedIn, AuditActor::User)
            .with_account(UserHandle::new([9; 16]).unwrap())
            .with_credential(CredentialId::new([8; 16]).unwrap())
            .with_session([7; 32])
            .with_source(AuditSource {
                address: Some("192.0.2.1".parse().unwrap()),
                trace_id: Some([6; 16]),
            });
        let end = ChainEnd { chain: ChainId([1; 16]), number: 4, hash: [5; 32] };
        AuditRow::of_entry(&end, &entry, Some(Pseudonym([3; 16])), Timestamp::from_unix_seconds(0x0102_0304))
    }

    /// The bytes of the documentation, written out.
    #[test]
    fn the_hash_is_over_the_documented_bytes() {
        let row = row();
        let credential = sha256(&[b"countersign audit credential\0", &[3; 16], &[8; 16]]);
        let mut bytes = b"countersign audit row 1\0".to_vec();
        bytes.extend([1; 16]);
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 5]);
        bytes.extend([0, 0, 0, 0, 1, 2, 3, 4]);
        bytes.extend(b"\x09signed-in\x04user");
        bytes.push(16);
        bytes.extend([3; 16]);
        bytes.push(32);
        bytes.extend(credential);
        bytes.push(32);
        bytes.extend([7; 32]);
        bytes.extend([4, 192, 0, 2, 1]);
        bytes.push(16);
        bytes.extend([6; 16]);
        bytes.extend([0, 0, 0, 0]);
        bytes.extend([5; 32]);
        assert_eq!(row.hash, sha256(&[&bytes]));
        assert_eq!((row.number, row.credential), (5, Some(credential)));
    }

    #[test]
    fn listed_rows_are_part_of_the_hash() {
        let head = ChainHead { chain: ChainId([2; 16]), number: 258, hash: [4; 32] };
        let row = AuditRow::listing(
            &ChainEnd::new(ChainId([1; 16])),
            AuditKind::Anchor,
            vec![head],
            Timestamp::from_unix_seconds(-1),
        );
        let mut bytes = b"countersign audit row 1\0".to_vec();
        bytes.extend([1; 16]);
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 1]);
        bytes.extend([0xff; 8]);
        bytes.extend(b"\x06anchor\x0bapplication");
        bytes.extend([0; 5]);
        bytes.extend([0, 0, 0, 1]);
        bytes.extend([2; 16]);
        bytes.extend([0, 0, 0, 0, 0, 0, 1, 2]);
        bytes.extend([4; 32]);
        bytes.extend([0; 32]);
        assert_eq!(row.hash, sha256(&[&bytes]));
    }

    #[test]
    fn every_member_is_part_of_the_hash() {
        let changes: [fn(&mut AuditRow); 12] = [
            |row| row.chain = ChainId([2; 16]),
            |row| row.number += 1,
            |row| row.at = row.at.plus_seconds(1),
            |row| row.kind.push('x'),
            |row| row.actor = "operator".into(),
            |row| row.account = None,
            |row| row.credential = None,
            |row| row.session = Some([8; 32]),
            |row| row.source.address = None,
            |row| row.source.trace_id = None,
            |row| row.listed.push(row.head()),
            |row| row.previous = [6; 32],
        ];
        for change in changes {
            let mut other = row();
            change(&mut other);
            assert_ne!(other.computed_hash(), other.hash, "{other:?}");
        }
        assert_eq!(row().computed_hash(), row().hash);
    }

    #[test]
    fn a_listed_row_survives_its_text_and_its_bytes() {
        let head = row().head();
        assert_eq!(head.to_string().parse(), Ok(head));
        let bytes = ChainHead::encode_all(&[head]);
        assert_eq!(ChainHead::decode_all(&bytes), Some(vec![head]));
        assert_eq!(ChainHead::decode_all(&bytes[1..]), None);
        let text = head.to_string();
        for wrong in ["", "1:2:3", &text[1..], &text.replace(":5:", ":0:"), &text.replace(":5:", ":-5:")] {
            assert_eq!(wrong.parse::<ChainHead>(), Err(ChainHeadError), "{wrong}");
        }
    }
}
