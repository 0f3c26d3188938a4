//! The rows that a server writes itself: anchors, which are logged too, and the removal of old rows.

use std::time::Duration;

use countersign::store::{ApplicationStore as _, AuditKind, AuditQuery, Operation};
use countersign_store::{Database, DatabaseError};

use super::config::AuditConfig;
use crate::clock;

/// How often anchors are written, and old rows are removed.
pub(crate) const EVERY: Duration = Duration::from_secs(60 * 60);

/// Seconds in a day.
const DAY: i64 = 24 * 60 * 60;

/// The most removals of old rows an hour: a million rows. Each is a short transaction.
const PRUNINGS_MAX: usize = 100;

/// How many of the newest rows are read to find an anchor that was just written.
const NEWEST: usize = 64;

/// Writes an anchor if there is an audit log, and removes old rows. A failure is logged: the next hour tries again.
pub(crate) async fn keep(database: &Database, config: AuditConfig) {
    if let Err(error) = try_to_keep(database, config).await {
        tracing::warn!(%error, "the audit log can't be anchored or pruned");
    }
}

async fn try_to_keep(database: &Database, config: AuditConfig) -> Result<(), DatabaseError> {
    if config.is_on {
        anchor(database).await?;
    }
    let kept = i64::from(config.kept_days).saturating_mul(DAY);
    for _ in 0..PRUNINGS_MAX {
        let now = clock::now();
        let before = now.plus_seconds(kept.saturating_neg());
        let oldest = database.audit_rows(&AuditQuery::Oldest, 1).await?;
        if oldest.first().is_none_or(|row| row.at >= before) {
            break;
        }
        // Never rejected.
        let _ = database.transact(vec![Operation::PruneAudit { before }], now).await?;
    }
    Ok(())
}

/// Writes an anchor, and logs it: with write access to the database all chains can be written anew, but not the log.
pub(crate) async fn anchor(database: &Database) -> Result<(), DatabaseError> {
    // Never rejected.
    let _ = database.transact(vec![Operation::AnchorAudit], clock::now()).await?;
    let newest = database.audit_rows(&AuditQuery::Newest, NEWEST).await?;
    if let Some(row) = newest.iter().find(|row| row.kind == AuditKind::Anchor.as_str()) {
        tracing::info!(anchor = %row.head(), chains = row.listed.len().saturating_add(1), "the audit log was anchored");
    }
    Ok(())
}
