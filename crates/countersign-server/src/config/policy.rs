//! The policy of `countersign`, as settings: in the table `[policy]` of a server's configuration, or in a file of its own.

mod attestation;
mod ceremonies;
pub(crate) mod draft;
mod extensions;
pub(crate) mod file;

use self::draft::PolicyDraft;
use super::setting::Entry;

/// The settings of a policy.
pub(crate) fn entries() -> impl Iterator<Item = &'static Entry<PolicyDraft>> {
    [ceremonies::ENTRIES, attestation::ENTRIES, extensions::ENTRIES].into_iter().flatten()
}

#[cfg(test)]
mod tests;
