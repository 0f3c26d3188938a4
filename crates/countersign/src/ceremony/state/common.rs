//! Shared parts of the states of both ceremonies.

use core::fmt;

use countersign_types::Timestamp;

use crate::relying_party::party::RelyingParty;

/// Seconds for which a response may arrive after the options' timeout: the client's clock starts later, and the
/// response needs time to arrive.
const GRACE_SECONDS: i64 = 30;

/// The version of the serialised states. Version 2 has the purpose. States live for minutes, so earlier versions are
/// not read.
pub(super) const VERSION: u8 = 2;

pub(crate) fn debug(
    f: &mut fmt::Formatter<'_>,
    kind: &str,
    rp_id: &str,
    expires_at: Timestamp,
) -> fmt::Result {
    f.debug_struct(kind).field("rp_id", &rp_id).field("expires_at", &expires_at).finish_non_exhaustive()
}

pub(super) fn expiry(rp: &RelyingParty, now: Timestamp) -> Timestamp {
    now.plus_seconds(i64::from(rp.policy.timeout_seconds)).plus_seconds(GRACE_SECONDS)
}
