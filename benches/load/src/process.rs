//! The server's process: its start and stop, its processor time and its memory.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::{clock::Clock, result::Result};

/// The clients' processor; the server has the first one.
const CLIENTS: &str = "1";
const SERVER: &str = "0";

/// Ticks of the system's processor times a second. Linux has 100 on all platforms
/// ([proc_pid_stat(5)](https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html) divides by `_SC_CLK_TCK`).
const TICKS: u32 = 100;

/// A running server, which stops when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

/// A port that is free now. Nothing else of this machine asks for one in the moment until a server takes it.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Leaves the first processor to the servers, where there are two.
pub(crate) fn pin_self() {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset")
        .args(["-acp", CLIENTS, &own])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !pinned.is_ok_and(|status| status.success()) {
        println!("the clients and the server share all processors");
    }
}

impl Server {
    /// Starts a program on this database.
    pub(crate) fn start(program: &str, database: &str) -> Result<Self> {
        let port = free_port()?;
        Self::start_at(program, database, port, port)
    }

    /// Starts a program at this port, for a page whose origin has that one.
    pub(crate) fn start_at(program: &str, database: &str, port: u16, page: u16) -> Result<Self> {
        Self::start_with(program, database, port, page, None)
    }

    /// Starts a program with a clock that may jump.
    pub(crate) fn start_with(
        program: &str,
        database: &str,
        port: u16,
        page: u16,
        clock: Option<&Clock>,
    ) -> Result<Self> {
        let pinned = Command::new("taskset")
            .args(["-c", SERVER, "true"])
            .status()
            .is_ok_and(|status| status.success());
        let mut command = Command::new(if pinned { "taskset" } else { program });
        if pinned {
            command.args(["-c", SERVER, program]);
        }
        command.args(["serve", "--no-limits", "--listen", &format!("127.0.0.1:{port}"), "--origin"]);
        command.args([&format!("http://localhost:{page}"), "--database", database]).stderr(Stdio::piped());
        if let Some(clock) = clock {
            clock.apply(&mut command);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let log = child.stderr.take().ok_or("the server's log")?;
        // A full pipe would stop the server.
        let log = thread::spawn(move || {
            BufReader::new(log).lines().map_while(|line| line.ok()).collect::<Vec<_>>()
        });
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if child.try_wait()?.is_some() {
                let log = log.join().unwrap_or_default().join("\n");
                return Err(format!("{program} ended at its start: {log}").into());
            }
            // A migration of a million rows takes a while.
            if began.elapsed() > Duration::from_secs(600) {
                child.kill()?;
                return Err(format!("{program} does not listen").into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { child, port })
    }

    /// The processor time since the start.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // After the name in parentheses, which may hold blanks, come fields 3 on; 14 and 15 are the user's and the
        // system's time.
        let fields = stat.rsplit_once(')').ok_or("a name")?.1;
        let times = fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
        let ticks: u32 = times.collect::<std::result::Result<Vec<_>, _>>()?.iter().sum();
        Ok(Duration::from_secs(1) * ticks / TICKS)
    }

    /// Ends it at once, as a crash does.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// How many files and connections it has open now.
    pub(crate) fn open_files(&self) -> Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// The memory that it uses now, in MiB.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("VmRSS")?;
        let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kibibytes / 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // SIGTERM, as an operator would stop it.
        let own = self.child.id().to_string();
        if Command::new("kill").arg(&own).status().is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
