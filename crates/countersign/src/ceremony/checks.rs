//! The checks that both ceremonies share, each with one step of each.

pub(crate) mod challenge;
pub(crate) mod client_data;

use countersign_cose::hash::sha256;
use countersign_types::{AuthenticatorData, Timestamp};

use crate::ceremony::state::kind::CeremonyState;
use crate::relying_party::party::RelyingParty;
use crate::report::error::ErrorKind;

/// The state must be this relying party's, made for the same purpose, and not too old.
pub(crate) fn state(rp: &RelyingParty, state: &impl CeremonyState, now: Timestamp) -> Result<(), ErrorKind> {
    if state.rp_id() != rp.id {
        Err(ErrorKind::StateOfAnotherRelyingParty)
    } else if state.purpose() != &*rp.purpose {
        Err(ErrorKind::StateOfAnotherPurpose)
    } else if now > state.expires_at() {
        Err(ErrorKind::Expired)
    } else {
        Ok(())
    }
}

/// The hash must be the RP ID's, or the `appid`'s if it was used.
pub(crate) fn rp_id_hash(
    rp: &RelyingParty,
    data: &AuthenticatorData<'_>,
    appid: Option<&str>,
) -> Result<(), ErrorKind> {
    let is_appid = || appid.is_some_and(|appid| *data.rp_id_hash == sha256(&[appid.as_bytes()]));
    if *data.rp_id_hash == rp.id_hash || is_appid() {
        Ok(())
    } else {
        Err(ErrorKind::RpIdHashMismatch { expected: rp.id.clone(), got: *data.rp_id_hash })
    }
}

pub(crate) fn backup_state(data: &AuthenticatorData<'_>) -> Result<(), ErrorKind> {
    let is_invalid = data.flags.backup_state() && !data.flags.backup_eligible();
    if is_invalid { Err(ErrorKind::BackupStateInvalid) } else { Ok(()) }
}
