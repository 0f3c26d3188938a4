//! The process of a driver: chromedriver or geckodriver, on a free port.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, net::TcpStream, path::PathBuf, thread};

/// How often a driver is started until it prints its port.
const STARTS_MAX: u32 = 3;

/// A driver, which is killed with its browser when it is dropped.
pub(super) struct Driver {
    process: Child,
    pub(super) port: u16,
}

impl Driver {
    /// Starts a driver that prints its port after `words`, again if another process took the port that it chose.
    pub(super) fn start(program: &str, arguments: &[&str], words: &str) -> Self {
        (0..STARTS_MAX)
            .find_map(|_| Self::try_start(program, arguments, words))
            .unwrap_or_else(|| panic!("{program} prints no port"))
    }

    fn try_start(program: &str, arguments: &[&str], words: &str) -> Option<Self> {
        let mut process = Command::new(in_path(&[program]))
            .arg("--port=0")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{program} starts: {error}"));
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        let port = loop {
            line.clear();
            if output.read_line(&mut line).unwrap() == 0 {
                process.wait().unwrap();
                return None;
            }
            if let Some((_, port)) = line.trim_end().trim_end_matches('.').rsplit_once(words) {
                break port.parse().unwrap();
            }
        };
        // The driver and its browser write on, and must not find the pipe full.
        thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        Some(Self { process, port })
    }

    /// Sends a request that ends the browser, such as `GET /shutdown`, waits a moment for the end of the driver, and kills it
    /// otherwise.
    pub(super) fn stop(&mut self, request: &str, moment: Duration) {
        if matches!(self.process.try_wait(), Ok(Some(_))) {
            return;
        }
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(15)));
            let head = format!("{request} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.read(&mut [0; 64]);
        }
        for _ in 0..moment.as_millis() / 40 {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(40));
        }
        self.kill();
    }

    /// Kills the group: a browser that does not end in time would outlive its driver, and slow the next ones down.
    fn kill(&mut self) {
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The first of these programs that is in PATH.
pub(super) fn in_path(programs: &[&str]) -> PathBuf {
    let folders = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&folders).collect();
    let mut files =
        programs.iter().flat_map(|program| folders.iter().map(move |folder| folder.join(program)));
    files.find(|file| file.is_file()).unwrap_or_else(|| {
        panic!("the browser tests need {}, which is not in PATH; `cargo xtask test` installs it", programs[0])
    })
}
