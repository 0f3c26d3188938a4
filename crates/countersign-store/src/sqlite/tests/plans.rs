//! How `SQLite` carries out the statements.

use rusqlite::{Connection, config::DbConfig};

use super::sqlite_file;
use crate::sqlite::{SqliteStore, connect, statements::ALL};

/// The statements that sort or fill a temporary table: once a minute, for expired rows.
const WITH_TEMPORARY_TABLES: &str = "PURGE_";

/// The statement for the operator that sorts the credentials of one account.
const SORTS_FEW: &str = "LIST_CREDENTIALS_OF";

/// What is read as a whole: tables of a few rows, no table, and the newest or the oldest rows of an index, up to a limit.
const SCANNED: [&str; 4] =
    ["SCAN sealing_keys", "SCAN operators", "SCAN CONSTANT ROW", "SCAN audit USING INDEX audit_by_time"];

/// The statement for the operator that counts all rows, and the result of subqueries.
const COUNTS: &str = "TOTALS";

/// The steps of a statement's plan.
fn plan(db: &Connection, sql: &str) -> Vec<String> {
    let mut explained = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let count = explained.parameter_count();
    let nulls = rusqlite::params_from_iter(std::iter::repeat_n(rusqlite::types::Null, count));
    explained.query_map(nulls, |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn no_statement_reads_a_whole_table_of_users_or_needs_a_temporary_one() {
    let (_folder, path) = sqlite_file::path();
    let store = SqliteStore::open(&path).unwrap();
    let db = Connection::open(&path).unwrap();
    let statements = ALL.iter().filter(|(_, sql)| sql.len() > 16);
    let mut checked = 0;
    for (name, sql) in statements {
        for step in plan(&db, sql) {
            checked += 1;
            let is_scanned = SCANNED.contains(&step.as_str()) || *name == COUNTS;
            assert!(!step.starts_with("SCAN") || is_scanned, "{name}: {step}");
            let is_temporary = step.contains("TEMP B-TREE") || step.contains("LIST SUBQUERY");
            let may = name.starts_with(WITH_TEMPORARY_TABLES) || *name == SORTS_FEW;
            assert!(!is_temporary || may, "{name}: {step}");
        }
    }
    assert!(checked > 30, "{checked}");
    drop(store);
}

#[test]
fn a_statement_is_not_compiled_again_for_another_value() {
    let (_folder, path) = sqlite_file::path();
    let store = SqliteStore::open(&path).unwrap();
    for connection in [connect::writer(&path).unwrap(), connect::reader(&path).unwrap()] {
        assert!(connection.db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG).unwrap());
        // With statistics, the value of a range would count.
        let statement = "SELECT 1 FROM sessions WHERE expires_at < ? ORDER BY expires_at LIMIT 1";
        let mut statement = connection.prepare(statement).unwrap();
        for value in 0..10 {
            assert!(!statement.exists((value,)).unwrap());
        }
        assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0);
    }
    drop(store);
}
