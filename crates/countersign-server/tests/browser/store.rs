//! The database of a server under test: a file.

use std::path::Path;

/// The address of a new database, whose files are in this folder.
pub(crate) fn address(folder: &Path) -> String {
    folder.join("countersign.sqlite3").display().to_string()
}
