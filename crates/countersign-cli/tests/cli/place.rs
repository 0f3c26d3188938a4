//! The databases of the tests: files.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

/// The address of a new database, whose files are in this folder.
pub(crate) fn database(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension("sqlite3")
}

fn execute(database: &Path, statements: &str) {
    Connection::open(database).unwrap().execute_batch(statements).unwrap();
}

/// Gives an account the hash of a recovery code.
pub(crate) fn give_code(database: &Path, account: &str) {
    let statements = format!(
        "UPDATE accounts SET recovery_codes_at = 7, recovered_at = 8 WHERE name = '{account}';
         INSERT INTO recovery_codes SELECT user_handle, zeroblob(32) FROM accounts WHERE name = '{account}'"
    );
    execute(database, &statements);
}

/// Makes the rows of all passkeys unreadable.
pub(crate) fn damage_passkeys(database: &Path) {
    execute(database, "UPDATE credentials SET static = 'x'");
}
