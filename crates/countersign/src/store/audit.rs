//! The audit log of an application: rows in chains of hashes
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations), for what the operations store).
//!
//! A row says who did what, when and from where. It is written by [`Operation::Audit`](crate::store::Operation::Audit) in
//! the transaction of the act, so that both are stored or neither. It has no name, no label, no user handle and no secret.
//!
//! # Chains
//!
//! Each writer appends to a chain of its own, so that no row is shared by all transactions. The rows of a chain have
//! consecutive numbers from 1 on, and each has the hash of the row before. A row `anchor` lists the newest rows of all
//! chains, so that rows that are cut off at the end of another chain are missed. A row `pruned` lists the last rows that
//! were removed because of their age, so that the beginning of each chain is known.
//!
//! # Encoding
//!
//! The hash of a row is SHA-256 over these bytes. Numbers are big-endian.
//!
//! | bytes | what |
//! | --- | --- |
//! | 24 | the ASCII text `countersign audit row 1` and a zero byte |
//! | 16 | the chain |
//! | 8 | the number in the chain, unsigned |
//! | 8 | the time in seconds since 1970-01-01T00:00:00Z, signed |
//! | 1 + n | the kind: its length, and its ASCII text |
//! | 1 + n | the actor: its length, and its ASCII text |
//! | 1 + 0 or 16 | the account's pseudonym: its length, and its bytes |
//! | 1 + 0 or 32 | the hash of the credential ID |
//! | 1 + 0 or 32 | the public ID of the session |
//! | 1 + 0, 4 or 16 | the client's address, IPv4 or IPv6 |
//! | 1 + 0 or 16 | the trace ID of the request |
//! | 4 + 56 n | the listed rows: their number n, then for each the chain (16), the number (8) and the hash (32) |
//! | 32 | the hash of the row before; zeros for number 1 |
//!
//! A length of zero means that the row does not have the value. The hash of a credential ID is SHA-256 over the ASCII text
//! `countersign audit credential`, a zero byte, the account's pseudonym and the credential ID.
//!
//! # Removed accounts
//!
//! A pseudonym is 16 random bytes in the row of the account, and goes with it. From then on, nothing that is stored leads
//! from a user handle or a credential ID to rows of the log, or back.

pub(crate) mod entry;
pub(crate) mod row;
pub(crate) mod verifier;
