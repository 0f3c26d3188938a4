//! Rows of the audit log, which are written with what the routes do.

use countersign::store::{AuditActor, AuditEntry, AuditKind, Operation};

use crate::{app::App, sessions::caller::Caller};

/// Whether the store keeps an audit log of what users do: see [`countersign::store::audit`]. Acts of the operator, such as an
/// invitation, are rows in any case.
///
/// A row is stored in the transaction of its act, so that both are stored or neither. Rejected ceremonies are no rows: any
/// client could fill the table with them. They are in the log and in the metrics.
///
/// Insert an [`AuditSource`](countersign::store::AuditSource) into the extensions of each request before it reaches the
/// routes: rows have the address and the trace ID from there, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AuditLog {
    /// There is no audit log.
    #[default]
    Off,
    /// There is one. Anchor and prune it: see [`Operation::AnchorAudit`] and [`Operation::PruneAudit`].
    On,
}

impl App {
    /// The operation that adds a row for an entry, if there is an audit log.
    pub(crate) fn audit(&self, entry: AuditEntry) -> Option<Operation> {
        (self.audit_log == AuditLog::On).then(|| Operation::Audit(Box::new(entry)))
    }
}

impl Caller {
    /// The entry of something that the caller does to the account in the session.
    pub(crate) fn audit_entry(&self, kind: AuditKind) -> AuditEntry {
        AuditEntry::new(kind, AuditActor::User)
            .with_account(self.account.clone())
            .with_session(self.token.public_id())
            .with_source(self.source)
    }
}
