//! Whether the database file is still where it was opened.
//!
//! A file that is deleted or replaced lives on for those who have it open: without this, a server would go on writing
//! to it, answer that all is stored, and find nothing of it after a restart.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::error::StoreError;

/// The database file and its log, as they are open.
#[derive(Debug)]
pub(super) struct Presence {
    database: Opened,
    /// The write-ahead log: SQLite makes it at the first write, and deletes it with the last connection.
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

/// What stays the same as long as a path leads to one file: on Unix, the device and the inode.
type Identity = (u64, u64);

impl Presence {
    /// Of a database that was just opened.
    pub(super) fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let presence = Self { database: Opened::new(path.to_owned()), log: Opened::new(log.into()) };
        // Both are noted as they are now; there is nothing yet that they could differ from.
        let _ = presence.check();
        presence
    }

    /// Refuses if the file or its log is gone, or another one is in its place. Says so in the log each time that changes.
    pub(super) fn check(&self) -> Result<(), StoreError> {
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

/// Elsewhere, a file that is open can't be deleted; whether it is there will do.
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
