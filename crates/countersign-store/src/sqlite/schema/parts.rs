//! The rows of schema 3 in the tables of schema 4: records in parts, labels with keys, and the times of sessions.

use countersign::CredentialRecord;
use countersign::record::DynamicPart;
use rusqlite::{Connection, Row};

use crate::names;

/// Copies the rows of the old tables into the new ones. No row is lost.
pub(crate) fn copy(db: &Connection) -> Result<(), rusqlite::Error> {
    db.execute_batch(ACCOUNTS)?;
    copy_credentials(db)?;
    db.execute_batch(SESSIONS)
}

const ACCOUNTS: &str = "
INSERT INTO accounts (user_handle, name, name_key, created_at, credential_count)
    SELECT user_handle, name, name_key, created_at,
        (SELECT count(*) FROM old_credentials WHERE old_credentials.user_handle = old_accounts.user_handle)
    FROM old_accounts;
";

/// Sessions of schema 3 ended after a week without a use, and their users were verified when they were created: what
/// was confirmed later is not known.
const SESSIONS: &str = "
INSERT INTO sessions (token_hash, user_handle, credential_number, created_at, seen_at, verified_at, idle_at, expires_at)
    SELECT token_hash, old_sessions.user_handle, number, old_sessions.created_at, seen_at, old_sessions.created_at,
        seen_at + 604800, expires_at
    FROM old_sessions JOIN credentials ON id = credential_id;
";

/// A row of schema 3.
struct OldCredential {
    number: i64,
    id: Vec<u8>,
    user_handle: Vec<u8>,
    record: String,
    dynamic: Option<String>,
    label: String,
    created_at: i64,
    last_used_at: Option<i64>,
    evidence: Option<String>,
    attestation_format: Option<String>,
    attestation_type: Option<String>,
}

impl OldCredential {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            number: row.get(0)?,
            id: row.get(1)?,
            user_handle: row.get(2)?,
            record: row.get(3)?,
            dynamic: row.get(4)?,
            label: row.get(5)?,
            created_at: row.get(6)?,
            last_used_at: row.get(7)?,
            evidence: row.get(8)?,
            attestation_format: row.get(9)?,
            attestation_type: row.get(10)?,
        })
    }

    /// The texts of the static and the dynamic part. Those of an unreadable record stay as they are, and fail when they
    /// are used, as before.
    fn parts(&self) -> (String, String) {
        let readable = || {
            let record: CredentialRecord = serde_json::from_str(&self.record).ok()?;
            let dynamic = match &self.dynamic {
                Some(text) => serde_json::from_str::<DynamicPart>(text).ok()?,
                None => record.dynamic_part().clone(),
            };
            let fixed = serde_json::to_string(record.static_part()).ok()?;
            Some((fixed, serde_json::to_string(&dynamic).ok()?))
        };
        readable().unwrap_or_else(|| (self.record.clone(), self.dynamic.clone().unwrap_or_default()))
    }
}

/// The order is that of accounts, so that labels are distinct within each; an earlier credential keeps its label.
const OLD_CREDENTIALS: &str = "
SELECT rowid, id, user_handle, record, dynamic, label, created_at, last_used_at, evidence, attestation_format,
    attestation_type
FROM old_credentials ORDER BY user_handle, created_at, rowid";

const INSERT: &str = "
INSERT INTO credentials (number, id, user_handle, static, dynamic, label, label_key, created_at, last_used_at,
    attestation_format, attestation_type)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

fn copy_credentials(db: &Connection) -> Result<(), rusqlite::Error> {
    let mut all = db.prepare(OLD_CREDENTIALS)?;
    let mut insert = db.prepare(INSERT)?;
    let mut insert_evidence = db.prepare("INSERT INTO evidence (number, evidence) VALUES (?, ?)")?;
    let (mut account, mut labels) = (Vec::new(), Vec::new());
    let mut rows = all.query(())?;
    while let Some(row) = rows.next()? {
        let old = OldCredential::read(row)?;
        if old.user_handle != account {
            account.clone_from(&old.user_handle);
            labels.clear();
        }
        let label = names::distinct(&old.label, &labels);
        let (fixed, dynamic) = old.parts();
        insert.execute((
            old.number,
            &old.id,
            &old.user_handle,
            fixed,
            dynamic,
            &label,
            names::key(&label),
            old.created_at,
            old.last_used_at,
            &old.attestation_format,
            &old.attestation_type,
        ))?;
        labels.push(label);
        if let Some(evidence) = &old.evidence {
            insert_evidence.execute((old.number, evidence))?;
        }
    }
    Ok(())
}
