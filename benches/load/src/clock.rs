//! A clock that jumps, by [libfaketime](https://github.com/wolfcw/libfaketime).

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, process};

use crate::result::Result;

/// The clock of the servers that are started with it.
pub(crate) struct Clock {
    library: String,
    file: PathBuf,
}

impl Clock {
    /// A clock that is right. `library` is the path of `libfaketime.so.1`.
    pub(crate) fn new(library: &str) -> Result<Self> {
        let file = env::temp_dir().join(format!("countersign-load-clock-{}", process::id()));
        let clock = Self { library: library.to_owned(), file };
        clock.set(0)?;
        Ok(clock)
    }

    /// Puts the clock so many seconds ahead of the right time.
    pub(crate) fn set(&self, seconds: i64) -> Result<()> {
        Ok(fs::write(&self.file, format!("{seconds:+}"))?)
    }

    /// Lets a program have this clock. Only the time of day jumps: timeouts are measured by another clock.
    pub(crate) fn apply(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("FAKETIME_TIMESTAMP_FILE", &self.file);
        command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}
