//! An operator who acts at the page: what each transaction requires, and what its row of the audit log says.

use countersign::store::{AuditActor, AuditEntry, AuditKind, AuditSource, Operation, TokenHash};
use countersign::types::UserHandle;

/// The session of an operator who changes something.
#[derive(Debug, Clone)]
pub(crate) struct Acting {
    pub(crate) token: TokenHash,
    pub(crate) account: UserHandle,
    /// Where the request came from, for the audit log.
    pub(crate) source: AuditSource,
}

impl Acting {
    /// Fails if the operator has no longer the session and the role: both may be lost since the request was checked.
    pub(crate) fn requirements(&self) -> [Operation; 2] {
        let session = Operation::RequireSession { token: self.token, account: self.account.clone() };
        [session, Operation::RequireOperator(self.account.clone())]
    }

    /// The entry of something that the operator does. It names the operator's session.
    pub(crate) fn entry(&self, kind: AuditKind) -> AuditEntry {
        AuditEntry::new(kind, AuditActor::Operator)
            .with_session(self.token.public_id())
            .with_source(self.source)
    }
}
