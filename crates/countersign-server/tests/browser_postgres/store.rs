//! The database of a server under test: a schema of `PostgreSQL`.

use std::path::Path;

use crate::support;

/// The address of a new database.
pub(crate) fn address(_: &Path) -> String {
    support::schema()
}
