//! Rows of the audit log, which are written with what the routes do.

use countersign::store::{AuditActor, AuditEntry, AuditKind, Operation};

use crate::{app::App, audit_log::AuditLog, sessions::caller::Caller};

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
