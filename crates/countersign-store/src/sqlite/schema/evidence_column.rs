//! The evidence of attestations in a column, as schema 3 has it.

use countersign::CredentialRecord;
use rusqlite::Connection;

/// Moves the evidence of records of an older schema into its own column. An unreadable record stays as it is, and fails
/// when it is used, as before.
pub(crate) fn move_out(db: &Connection) -> Result<(), rusqlite::Error> {
    let mut next =
        db.prepare("SELECT rowid, record FROM credentials WHERE rowid > ? ORDER BY rowid LIMIT 1")?;
    let mut write = db.prepare(
        "UPDATE credentials SET record = ?, evidence = ?, attestation_format = ?, attestation_type = ?
         WHERE rowid = ?",
    )?;
    let mut last = i64::MIN;
    loop {
        let mut rows = next.query((last,))?;
        let Some(row) = rows.next()? else { return Ok(()) };
        last = row.get(0)?;
        let Ok(record) = serde_json::from_str::<CredentialRecord>(&row.get::<_, String>(1)?) else {
            continue;
        };
        let Some(evidence) = record.evidence().cloned() else { continue };
        let parts = (serde_json::to_string(&record.with_evidence(None)), serde_json::to_string(&evidence));
        if let (Ok(record), Ok(text)) = parts {
            write.execute((record, text, evidence.format(), evidence.attestation_type(), last))?;
        }
    }
}
