//! Running the program, and sending requests to its server.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::{net::TcpStream, path::Path, time::Duration};

use serde_json::Value;

/// The program, without the environment's configuration.
pub(crate) fn program() -> Command {
    program_at(Path::new(env!("CARGO_BIN_EXE_countersign")))
}

/// A copy of the program, without the environment's configuration.
pub(crate) fn program_at(path: &Path) -> Command {
    let mut command = Command::new(path);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("COUNTERSIGN_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// Checks that a run failed with this status and this sentence, or these lines, and printed nothing else.
#[track_caller]
pub(crate) fn assert_fails(output: &Output, status: i32, sentence: &str) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(errors, format!("countersign: {}\n", sentence.replace('\n', "\ncountersign: ")));
    assert_eq!(output.status.code(), Some(status));
    assert!(output.stdout.is_empty());
}

/// A server that runs, and is killed at the end of its test.
pub(crate) struct Running {
    pub(crate) child: Child,
    /// The first line of its output.
    pub(crate) line: String,
    /// Its address.
    pub(crate) url: String,
}

impl Running {
    /// Starts a server with this database on a free port.
    pub(crate) fn start(database: &Path) -> Self {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(database);
        Self::spawn(command)
    }

    /// Starts a command that prints its address.
    pub(crate) fn spawn(command: Command) -> Self {
        Self::spawn_with_log(command, Stdio::null())
    }

    /// Starts a command that prints its address, and logs to a file.
    pub(crate) fn spawn_with_log(mut command: Command, log: impl Into<Stdio>) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().rsplit(' ').next().unwrap().to_owned();
        Self { child, line, url }
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> io::Result<(u16, Value)> {
        post(&self.url, path, body)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts to a server; the status and the JSON of its answer.
pub(crate) fn post(url: &str, path: &str, body: &Value) -> io::Result<(u16, Value)> {
    let port: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
    // The cookie of a browser that has been here before.
    let cookie = format!("countersign-browser-{port}={}", "A".repeat(43));
    exchange(url, path, &cookie, body).map(|(status, _, answer)| (status, answer))
}

/// Posts to a server with these cookies; the status, the header and the JSON of its answer.
pub(crate) fn exchange(
    url: &str,
    path: &str,
    cookie: &str,
    body: &Value,
) -> io::Result<(u16, String, Value)> {
    let port: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: {url}\r\nContent-Type: application/json\r\n\
         Cookie: {cookie}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(cut_off)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(cut_off)?;
    Ok((status, head.to_owned(), serde_json::from_str(body).map_err(|_| cut_off())?))
}
