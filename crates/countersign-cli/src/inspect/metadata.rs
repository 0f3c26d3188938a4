//! The metadata that explanations look models up in.

use countersign::types::Timestamp;
use countersign_metadata::{Blob, Seen};

use super::{arguments::InspectArguments, error::InspectError};
use crate::metadata::{arguments::CommonOptions, load};

/// Reads and verifies the BLOB that the arguments name, if they name one. It may be out of date: models are named by it only.
pub(super) fn blob(arguments: &InspectArguments, now: Timestamp) -> Result<Option<Blob>, InspectError> {
    let Some(path) = &arguments.metadata else { return Ok(None) };
    let options =
        CommonOptions { roots: arguments.roots.clone(), accept_outdated: true, ..CommonOptions::default() };
    let policy = load::policy(&options)?;
    Ok(Some(load::load(path, &policy, Seen::Nothing, now)?))
}
