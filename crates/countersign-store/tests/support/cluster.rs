//! A PostgreSQL of its own for tests: started on a socket in a temporary folder, and stopped with the process that
//! started it, however that ends.
//!
//! This file uses only the standard library: `cargo xtask test` starts the same cluster for all tests.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

/// What to do if PostgreSQL is missing.
pub(crate) const MISSING: &str = "the tests need PostgreSQL 13 or later: install Debian's package `postgresql` (or put the folder \
     of `initdb` and `postgres` into PATH), or set COUNTERSIGN_TEST_POSTGRES to the address of a database for tests";

/// The variable that names a database for tests. Each test makes a schema of its own in it.
pub(crate) const VARIABLE: &str = "COUNTERSIGN_TEST_POSTGRES";

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(60);

/// Waits until the process that started it has ended, which closes the standard input; then stops the database, and
/// removes its folder. It ignores the signals that a terminal sends to all processes of a group.
const SUPERVISOR: &str = r#"
trap '' INT TERM HUP
folder=$1; shift
"$@" </dev/null >>"$folder/log" 2>&1 &
database=$!
while read -r line; do :; done
kill -INT $database 2>/dev/null
( sleep 5; kill -QUIT $database 2>/dev/null ) >/dev/null 2>&1 &
killer=$!
wait $database
kill -KILL $killer 2>/dev/null
# What ended just now may still have written.
rm -rf "$folder" || { sleep 1; rm -rf "$folder"; }
"#;

/// A running cluster. It stops when this value is dropped, or its process ends.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    data: PathBuf,
    port: u16,
    /// The addresses that it listens on, next to its socket.
    addresses: &'static str,
    supervisor: Option<Child>,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Cluster {
    /// Creates a cluster and starts it.
    pub(crate) fn start() -> Result<Self, String> {
        let mut cluster = Self::folder()?;
        Self::run(
            Command::new(binary("initdb")?)
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
                .arg("--pgdata")
                .arg(&cluster.data),
        )?;
        cluster.configure("fsync = off\nmax_connections = 200\n")?;
        cluster.resume()?;
        Ok(cluster)
    }

    /// An empty folder for a cluster, that the user `postgres` may use.
    pub(crate) fn folder() -> Result<Self, String> {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // A socket's path has at most 107 bytes, so the folder is not below a long one.
        let folder = env::temp_dir().join(format!("countersign-{}-{number}", process::id()));
        // Of an earlier process with this number, which was killed together with its supervisor.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        change_owner(&folder)?;
        Ok(Self { data: folder.join("data"), folder, port: 5432, addresses: "", supervisor: None })
    }

    /// Adds lines to `postgresql.conf`.
    pub(crate) fn configure(&self, lines: &str) -> Result<(), String> {
        let file = self.data.join("postgresql.conf");
        let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        fs::write(&file, format!("{text}\n{lines}")).map_err(|error| error.to_string())
    }

    /// Listens on a free port of the loopback from the next start on, and returns it.
    pub(crate) fn listen(&mut self) -> Result<u16, String> {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        self.port = free.map_err(|error| error.to_string())?.port();
        self.addresses = "127.0.0.1";
        Ok(self.port)
    }

    /// The folder of the cluster's data.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Gives a file to the user that owns the cluster, and to that user only.
    pub(crate) fn give(file: &Path) -> Result<(), String> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(file, fs::Permissions::from_mode(0o600))
                .map_err(|error| error.to_string())?;
        }
        change_owner(file)
    }

    /// The folder of its socket.
    pub(crate) fn socket(&self) -> &Path {
        &self.folder
    }

    /// The address of its database `postgres`, for its superuser.
    pub(crate) fn url(&self) -> String {
        let host = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{host}:{}/postgres", self.port)
    }

    /// Starts the stopped cluster, and waits until it accepts connections.
    pub(crate) fn resume(&mut self) -> Result<(), String> {
        let mut command = as_other_user(Command::new("sh"));
        command.args(["-c", SUPERVISOR, "sh"]).arg(&self.folder).arg(binary("postgres")?);
        command.arg("-D").arg(&self.data).arg("-k").arg(&self.folder);
        command.args(["-c", &format!("listen_addresses={}", self.addresses), "-p", &self.port.to_string()]);
        let supervisor = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.supervisor = Some(supervisor.map_err(|error| format!("sh: {error}"))?);
        let began = Instant::now();
        while self.psql("SELECT 1").is_err() {
            if began.elapsed() > START {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(format!("PostgreSQL does not start:\n{log}"));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Stops the cluster as if the machine had lost power, and keeps its data.
    pub(crate) fn crash(&mut self) -> Result<(), String> {
        self.signal("-QUIT")
    }

    /// Ends all connections and stops the cluster, and keeps its data.
    pub(crate) fn halt(&mut self) -> Result<(), String> {
        self.signal("-INT")
    }

    fn signal(&mut self, signal: &str) -> Result<(), String> {
        let id = self.process()?;
        // The supervisor would remove the folder.
        if let Some(mut supervisor) = self.supervisor.take() {
            let _ = supervisor.kill();
            let _ = supervisor.wait();
        }
        Self::run(Command::new("kill").args([signal, &id]))?;
        let began = Instant::now();
        while Command::new("kill")
            .args(["-0", &id])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|it| it.success())
        {
            if began.elapsed() > START {
                return Err("PostgreSQL does not stop".to_owned());
            }
            thread::sleep(Duration::from_millis(20));
        }
        // A database that was killed leaves its file of the process behind.
        let _ = fs::remove_file(self.data.join("postmaster.pid"));
        Ok(())
    }

    /// The process of the database.
    fn process(&self) -> Result<String, String> {
        let file = fs::read_to_string(self.data.join("postmaster.pid")).map_err(|error| error.to_string())?;
        file.lines().next().map(str::to_owned).ok_or_else(|| "postmaster.pid is empty".to_owned())
    }

    /// Runs SQL, and returns what it prints, a row on a line.
    pub(crate) fn psql(&self, sql: &str) -> Result<String, String> {
        psql(&self.url(), sql)
    }

    /// Runs a program of PostgreSQL as the user that owns the cluster.
    pub(crate) fn run(command: &mut Command) -> Result<(), String> {
        let command = change_user(command).stdin(Stdio::null());
        let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        match self.supervisor.take() {
            Some(mut supervisor) => {
                drop(supervisor.stdin.take());
                let _ = supervisor.wait();
            }
            None => {
                let _ = fs::remove_dir_all(&self.folder);
            }
        }
    }
}

/// Runs SQL on the database of an address, and returns what it prints, a row on a line.
pub(crate) fn psql(url: &str, sql: &str) -> Result<String, String> {
    let mut command = Command::new(binary("psql")?);
    command.args([
        "--no-psqlrc",
        "--quiet",
        "--tuples-only",
        "--no-align",
        "--set=ON_ERROR_STOP=1",
        "-d",
        url,
    ]);
    let output = command.args(["-c", sql]).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("psql: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A program of PostgreSQL: in PATH, or in the folder that Debian has for the newest version.
pub(crate) fn binary(name: &str) -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let in_path = env::split_paths(&path).map(|folder| folder.join(name));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> =
        versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    let of_debian = versions
        .into_iter()
        .map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin/{name}")));
    of_debian.chain(in_path).find(|file| file.is_file()).ok_or_else(|| MISSING.to_owned())
}

fn change_owner(file: &Path) -> Result<(), String> {
    #[cfg(unix)]
    if let Some((user, group)) = other_user() {
        std::os::unix::fs::chown(file, Some(user), Some(group))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// The user and the group that own the cluster, if this process is root's: PostgreSQL does not run as root.
#[cfg(unix)]
fn other_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse::<u32>().ok()
    };
    if id(&["-u"])? == 0 { Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?)) } else { None }
}

fn as_other_user(mut command: Command) -> Command {
    change_user(&mut command);
    command
}

fn change_user(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    use std::os::unix::process::CommandExt as _;
    #[cfg(unix)]
    if let Some((user, group)) = other_user() {
        command.uid(user).gid(group);
    }
    // A folder that this user may not enter is no place to start a program in.
    command.current_dir("/")
}
