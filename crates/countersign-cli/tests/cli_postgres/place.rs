//! The databases of the tests: schemas of `PostgreSQL`.

use std::path::{Path, PathBuf};

use crate::support;

/// The address of a new database.
pub(crate) fn database(_: &Path, _: &str) -> PathBuf {
    support::schema().into()
}

fn execute(database: &Path, statements: &str) {
    support::sql(database.to_str().unwrap(), statements);
}

/// Gives an account the hash of a recovery code.
pub(crate) fn give_code(database: &Path, account: &str) {
    let statements = format!(
        "UPDATE countersign_accounts SET recovery_codes_at = 7, recovered_at = 8 WHERE name = '{account}';
         INSERT INTO countersign_recovery_codes SELECT user_handle, decode(repeat('00', 32), 'hex')
             FROM countersign_accounts WHERE name = '{account}'"
    );
    execute(database, &statements);
}

/// Makes the rows of all passkeys unreadable.
pub(crate) fn damage_passkeys(database: &Path) {
    execute(database, "UPDATE countersign_credentials SET fixed = 'x'");
}
