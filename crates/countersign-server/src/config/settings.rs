//! All settings.

use super::draft::Draft;
use super::policy::entries as policy_entries;
use super::setting::{Entry, Setting};

mod audit;
mod fido_conformance;
mod limits;
mod login;
mod metadata;
mod operations;
mod relying_party;
mod server;
mod tls;

/// The settings of the server, but for those of its policy.
pub(crate) fn entries() -> impl Iterator<Item = &'static Entry<Draft>> {
    let all = [
        server::ENTRIES,
        relying_party::ENTRIES,
        login::ENTRIES,
        tls::ENTRIES,
        limits::ENTRIES,
        operations::ENTRIES,
        audit::ENTRIES,
        metadata::ENTRIES,
        relying_party::TABLES,
        fido_conformance::ENTRIES,
    ];
    all.into_iter().flatten()
}

/// Every setting, in the order of the documentation.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    entries().map(|entry| &entry.setting).chain(policy_entries().map(|entry| &entry.setting))
}
