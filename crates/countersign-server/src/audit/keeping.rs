//! The rows that a server writes itself: anchors, which are logged too, and the removal of old rows.

use std::time::Duration;

use countersign::Timestamp;
use countersign::store::{ApplicationStore as _, AuditKind, AuditQuery, Operation};
use countersign_store::{Database, DatabaseError};

use super::config::AuditConfig;

/// How often anchors are written, and old rows are removed.
pub(crate) const EVERY: Duration = Duration::from_secs(60 * 60);

/// Seconds in a day.
const DAY: i64 = 24 * 60 * 60;

/// The most removals of old rows an hour: a million rows. Each is a short transaction.
const PRUNINGS_MAX: usize = 100;

/// How many of the newest rows are read to find an anchor that was just written.
const NEWEST: usize = 64;

/// Keeps the audit log by the current configuration, at once and after each pause. Never returns.
///
/// A failure is logged: after the next pause it is tried again.
pub(crate) async fn watch(
    current: impl Fn() -> (Database, AuditConfig),
    now: impl Fn() -> Timestamp,
    pause: impl AsyncFn(),
) {
    loop {
        let (database, config) = current();
        if let Err(error) = keep(&database, config, now()).await {
            tracing::warn!(%error, "the audit log can't be anchored or pruned");
        }
        pause().await;
    }
}

/// Writes an anchor if there is an audit log, and removes old rows.
async fn keep(database: &Database, config: AuditConfig, now: Timestamp) -> Result<(), DatabaseError> {
    if config.is_on {
        anchor(database, now).await?;
    }
    let kept = i64::from(config.kept_days).saturating_mul(DAY);
    for _ in 0..PRUNINGS_MAX {
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
pub(crate) async fn anchor(database: &Database, now: Timestamp) -> Result<(), DatabaseError> {
    // Never rejected.
    let _ = database.transact(vec![Operation::AnchorAudit], now).await?;
    let newest = database.audit_rows(&AuditQuery::Newest, NEWEST).await?;
    if let Some(row) = newest.iter().find(|row| row.kind == AuditKind::Anchor.as_str()) {
        tracing::info!(anchor = %row.head(), chains = row.listed.len().saturating_add(1), "the audit log was anchored");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use countersign::store::{AuditActor, AuditEntry};

    use super::*;

    const START: i64 = 1_767_225_600;
    const HOUR: i64 = 60 * 60;

    async fn kinds(database: &Database) -> Vec<(String, i64)> {
        let rows = database.audit_rows(&AuditQuery::Newest, NEWEST).await.unwrap();
        let mut kinds: Vec<_> =
            rows.into_iter().map(|row| (row.kind, row.at.unix_seconds() - START)).collect();
        kinds.reverse();
        kinds
    }

    /// Keeps the log at the start and after each of these hours.
    async fn keep_after(database: &Database, config: AuditConfig, hours: &[i64]) {
        let (time, round) = (Cell::new(START), Cell::new(0));
        let (over, is_over) = tokio::sync::oneshot::channel();
        let over = Cell::new(Some(over));
        let watching = watch(
            || (database.clone(), config),
            || Timestamp::from_unix_seconds(time.get()),
            async || {
                let Some(hour) = hours.get(round.get()) else {
                    over.take().map(|over| over.send(()));
                    return std::future::pending().await;
                };
                round.set(round.get() + 1);
                time.set(START + hour * HOUR);
            },
        );
        tokio::select! {
            () = watching => {}
            _ = is_over => {}
        }
    }

    async fn database(folder: &tempfile::TempDir) -> Database {
        let path = folder.path().join("test.sqlite3");
        let database = Database::open(path.to_str().unwrap()).await.unwrap();
        let entry = AuditEntry::new(AuditKind::InvitationMade, AuditActor::Operator);
        let row = Operation::Audit(Box::new(entry));
        database.transact(vec![row], Timestamp::from_unix_seconds(START)).await.unwrap().unwrap();
        database
    }

    #[tokio::test]
    async fn each_hour_has_an_anchor_and_old_rows_go_once_they_are_old_enough() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        let config = AuditConfig { kept_days: 7, ..AuditConfig::default() };
        keep_after(&database, config, &[1, 2]).await;
        let of = |kind: &str, hour: i64| (kind.to_owned(), hour * HOUR);
        let expected = [of("invitation-made", 0), of("anchor", 0), of("anchor", 1), of("anchor", 2)];
        assert_eq!(kinds(&database).await, expected);
        // A second before the age of seven days nothing goes, and at it nothing yet.
        let week = 7 * 24;
        keep_after(&database, config, &[week]).await;
        assert_eq!(kinds(&database).await[0], of("invitation-made", 0));
        keep_after(&database, config, &[week + 1]).await;
        let left = kinds(&database).await;
        assert!(left.iter().all(|(kind, at)| kind == "pruned" || *at >= HOUR), "{left:?}");
        assert!(left.iter().any(|(kind, _)| kind == "pruned"), "{left:?}");
        assert_eq!(left.iter().filter(|row| **row == of("anchor", week + 1)).count(), 1, "{left:?}");
    }

    #[tokio::test]
    async fn a_log_that_is_off_has_no_anchors_and_loses_its_old_rows() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        let config = AuditConfig { is_on: false, kept_days: 7, ..AuditConfig::default() };
        keep_after(&database, config, &[1]).await;
        assert_eq!(kinds(&database).await, [("invitation-made".to_owned(), 0)]);
        keep_after(&database, config, &[8 * 24]).await;
        assert!(kinds(&database).await.iter().all(|(kind, _)| kind == "pruned"));
    }
}
