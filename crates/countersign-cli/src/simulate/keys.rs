//! The file of simulated keys, which one program uses at a time.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use countersign_server::files;
use serde_json::{Value, json};

use super::error::SimulateError;

/// The version of the file.
const VERSION: u64 = 1;

/// The most bytes of a file: some ten thousand keys.
const FILE_MAX: usize = 16 * 1024 * 1024;

/// A file of keys that this program has locked.
#[derive(Debug)]
pub(super) struct KeyFile {
    path: PathBuf,
    _lock: File,
}

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys {
    /// How many ceremonies there were, so that each has random values of its own.
    pub(super) ceremonies: u64,
    /// The credentials as the authenticator stores them.
    pub(super) credentials: Value,
}

impl Default for Keys {
    fn default() -> Self {
        Self { ceremonies: 0, credentials: json!({"used": 0, "credentials": []}) }
    }
}

impl KeyFile {
    /// Locks the file. Waits a few seconds for another program.
    pub(super) fn open(path: &Path) -> Result<Self, SimulateError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let lock = files::lock(Path::new(&name)).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => SimulateError::Locked(path.to_owned()),
            _ => SimulateError::Write(PathBuf::from(&name), error),
        })?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Reads the keys; none if there is no file.
    pub(super) fn read(&self) -> Result<Keys, SimulateError> {
        let bytes = match files::read(&self.path, FILE_MAX) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Keys::default()),
            Err(error) => return Err(SimulateError::Read(self.path.clone(), error)),
        };
        let malformed = || SimulateError::Malformed(self.path.clone());
        let mut value: Value = serde_json::from_slice(&bytes).map_err(|_| malformed())?;
        let version = value.get("version").and_then(Value::as_u64).ok_or_else(malformed)?;
        if version != VERSION {
            return Err(SimulateError::Version(self.path.clone(), version, VERSION));
        }
        let ceremonies = value.get("ceremonies").and_then(Value::as_u64).ok_or_else(malformed)?;
        let credentials = value.get_mut("authenticator").map(Value::take).ok_or_else(malformed)?;
        Ok(Keys { ceremonies, credentials })
    }

    /// Replaces the file at once: after a crash or on a full disk, the old one is there.
    pub(super) fn write(&self, keys: &Keys) -> Result<(), SimulateError> {
        let value = json!({
            "version": VERSION,
            "about": "software keys for tests, written by countersign simulate: not kept secret",
            "ceremonies": keys.ceremonies,
            "authenticator": keys.credentials,
        });
        let text = format!("{value:#}\n");
        files::replace_private(&self.path, text.as_bytes())
            .map_err(|error| SimulateError::Write(self.path.clone(), error))
    }

    /// The error if the credentials in the file can't be used.
    pub(super) fn malformed(&self) -> SimulateError {
        SimulateError::Malformed(self.path.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn keys_are_read_as_they_were_written_and_none_are_there_at_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/keys.json");
        let file = KeyFile::open(&path).unwrap();
        assert_eq!(file.read().unwrap(), Keys::default());
        let keys = Keys { ceremonies: 3, credentials: json!({"used": 2, "credentials": []}) };
        file.write(&keys).unwrap();
        assert_eq!(file.read().unwrap(), keys);
    }

    #[test]
    fn a_file_of_something_else_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let file = KeyFile::open(&path).unwrap();
        for (text, code) in [
            ("", "(keys-malformed)"),
            ("{}", "(keys-malformed)"),
            (r#"{"version":1}"#, "(keys-malformed)"),
            (r#"{"version":1,"ceremonies":0}"#, "(keys-malformed)"),
            (r#"{"version":2}"#, "(keys-version)"),
        ] {
            fs::write(&path, text).unwrap();
            let error = file.read().unwrap_err().to_string();
            assert!(error.ends_with(code), "{error}");
        }
    }

    #[test]
    fn a_second_program_does_not_get_the_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let first = KeyFile::open(&path).unwrap();
        let error = KeyFile::open(&path).unwrap_err().to_string();
        assert!(error.ends_with("(keys-in-use)"), "{error}");
        drop(first);
        KeyFile::open(&path).unwrap();
    }

    #[test]
    fn a_folder_in_the_place_of_the_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        fs::create_dir(&path).unwrap();
        let file = KeyFile::open(&path).unwrap();
        assert!(file.read().unwrap_err().to_string().ends_with("(file-not-read)"));
        assert!(file.write(&Keys::default()).unwrap_err().to_string().ends_with("(file-not-written)"));
    }
}
