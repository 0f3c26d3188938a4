//! A proxy as a child process.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// How long a proxy has to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running program, until it is dropped.
pub(crate) struct Program(Child);

impl Program {
    /// Starts a program whose messages go to `log`, and waits until it listens on this port of the loopback address.
    pub(crate) fn start(mut command: Command, log: &Path, port: u16) -> Self {
        let output = fs::File::create(log).unwrap();
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = child.try_wait().unwrap();
            if ended.is_some() || Instant::now() > deadline {
                let _ = child.kill();
                panic!("{command:?} does not listen: {}", fs::read_to_string(log).unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Self(child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The path of a program, or a failure that says how to get it.
pub(crate) fn find(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    // Debian has servers where only root's path leads.
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "the tests need the program {name} on the PATH; cargo xtask test gets it from Debian's packages"
        )
    })
}

/// A free port of the loopback address.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// The only block of a language in a document.
pub(crate) fn block<'a>(document: &'a str, language: &str) -> &'a str {
    let fence = format!("```{language}\n");
    assert_eq!(document.matches(&fence).count(), 1, "{language}");
    let (_, rest) = document.split_once(&fence).unwrap();
    rest.split_once("```\n").unwrap().0
}
