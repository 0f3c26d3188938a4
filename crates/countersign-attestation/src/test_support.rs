//! Certificates and statements made for tests, so that a negative one differs from a good one in one thing.

pub(crate) mod certificates;
pub(crate) mod links;
pub(crate) mod lists;
pub(crate) mod mutations;
pub(crate) mod statements;

use countersign_types::Timestamp;

/// 2026-01-01T00:00:00Z, within the validity period of the certificates made here.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);
