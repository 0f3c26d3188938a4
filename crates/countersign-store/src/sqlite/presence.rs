//! Checks that the database file was not deleted or replaced.
//!
//! A deleted file still exists for processes that have it open. Without this check, a server would continue to write to
//! it and acknowledge the writes, which would be lost after a restart.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::sqlite::store_error::StoreError;

/// The identity of the open database file and its log.
#[derive(Debug)]
pub(crate) struct Presence {
    database: Opened,
    /// The write-ahead log, which SQLite creates at the first write and deletes with the last connection.
    log: Opened,
}

#[derive(Debug)]
struct Opened {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NotYetSeen,
    Present(Identity),
    Gone(Identity),
}

/// The identity of a file: on Unix, the device and the inode.
type Identity = (u64, u64);

impl Presence {
    /// Notes the identity of a database that was just opened.
    pub(crate) fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let presence = Self { database: Opened::new(path.to_owned()), log: Opened::new(log.into()) };
        // Notes both; the first check can't fail.
        let _ = presence.check();
        presence
    }

    /// Fails if the file or its log was deleted or replaced. Logs each change of that.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.database.is_present() && self.log.is_present() { Ok(()) } else { Err(StoreError::Gone) }
    }
}

impl Opened {
    fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::new(State::NotYetSeen) }
    }

    fn is_present(&self) -> bool {
        let found = identity(&self.path);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match (*state, found) {
            (State::NotYetSeen, None) => State::NotYetSeen,
            (State::NotYetSeen, Some(found)) => State::Present(found),
            (State::Present(opened) | State::Gone(opened), found) if found == Some(opened) => {
                State::Present(opened)
            }
            (State::Present(opened) | State::Gone(opened), _) => State::Gone(opened),
        };
        let before = std::mem::replace(&mut *state, next);
        match (before, next) {
            (State::Present(_), State::Gone(_)) => tracing::error!(
                file = %self.path.display(),
                "the database file was deleted or replaced: nothing is stored until the server is restarted"
            ),
            (State::Gone(_), State::Present(_)) => {
                tracing::warn!(file = %self.path.display(), "the database file is back");
            }
            _ => {}
        }
        !matches!(next, State::Gone(_))
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// Elsewhere, an open file can't be deleted, so its existence suffices.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    path.exists().then_some((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_replaced_is_gone_until_it_is_back() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["db", "db-wal"] {
            let [path, aside] = [name, "aside"].map(|name| folder.path().join(name));
            fs::write(folder.path().join("db"), "1").unwrap();
            let presence = Presence::of(&folder.path().join("db"));
            fs::write(&path, "1").unwrap();
            presence.check().unwrap();
            fs::rename(&path, &aside).unwrap();
            assert!(matches!(presence.check(), Err(StoreError::Gone)), "{name}");
            fs::write(&path, "1").unwrap();
            assert!(matches!(presence.check(), Err(StoreError::Gone)), "{name}");
            fs::rename(&aside, &path).unwrap();
            presence.check().unwrap();
        }
    }
}
