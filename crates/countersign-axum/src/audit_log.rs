//! Whether there is an audit log.

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
    /// There is one. Anchor and prune it: see [`AnchorAudit`](countersign::store::Operation::AnchorAudit) and
    /// [`PruneAudit`](countersign::store::Operation::PruneAudit).
    On,
}
