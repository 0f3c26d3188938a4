//! `cargo xtask test`: all tests of the workspace, including those with a browser and with PostgreSQL. What is missing of
//! these is installed.

use std::{
    env,
    error::Error,
    ffi::OsString,
    path::PathBuf,
    process::{Command, ExitCode},
};

use crate::{
    examples,
    fuzz::fuzzer::{QUICK, without_fuzzer},
    tools,
};

/// The tests of a store start a cluster of their own in the same way, if they run without this command.
#[path = "../../crates/countersign-store/tests/support/cluster.rs"]
#[allow(dead_code, reason = "the tests of the store use more of it")]
mod cluster;

pub(crate) const HELP: &str = "\
cargo xtask test [ARGUMENT]...

Installs Chromium, its driver, npm, Python, systemd and PostgreSQL if they are missing, on Debian and its relatives, with root or
sudo. nginx and Caddy are unpacked below target/ and not installed, because Debian's packages would start them. Then runs
`cargo test --workspace --all-features` with the arguments, and without arguments the crates' examples and the stored inputs
of the fuzz targets too.

Starts a PostgreSQL for the tests in a temporary folder, unless COUNTERSIGN_TEST_POSTGRES has the address of a database.

Exit codes: 0 every test passed, 1 one failed, 2 the command could not do its work.
";

/// The browser under its names, and the driver.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVER: &str = "chromedriver";

/// The proxies under their names, which are those of Debian's packages too, and what makes them print their versions.
const PROXIES: [(&str, &str); 2] = [("nginx", "-v"), ("caddy", "version")];

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<OsString> = arguments.raw_args()?.collect();
    tools::install_debian(
        "the tests drive a browser: Chromium (or Chrome) and its chromedriver",
        &["chromium", "chromium-driver"],
        has_browser,
    )?;
    tools::install_debian("the tests run a library of npm: npm", &["npm"], || tools::find("npm").is_some())?;
    if cfg!(target_os = "linux") {
        tools::install_debian("the tests check the unit of systemd: systemd-analyze", &["systemd"], || {
            tools::find("systemd-analyze").is_some()
        })?;
    }
    tools::install_debian(
        "the tests run a program of Python: python3 with its module venv",
        &["python3", "python3-venv"],
        || tools::answers(Command::new("python3").args(["-c", "import ensurepip, venv"])),
    )?;
    let database = database()?;
    let everything = arguments.is_empty();
    let mut tests = tools::cargo(&["test", "--workspace", "--all-features"]);
    tests.env("PATH", path_with_proxies()?);
    if let Some(database) = &database {
        tests.env(cluster::VARIABLE, database.url());
    }
    let mut passed = tests.args(arguments).status()?.success();
    if everything {
        passed = passed && examples::run()? && replay()?;
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A PostgreSQL for the tests, unless there is one. It stops when it is dropped, and when this process ends.
fn database() -> Result<Option<cluster::Cluster>, Box<dyn Error>> {
    if env::var_os(cluster::VARIABLE).is_some() {
        return Ok(None);
    }
    // Debian's package would start a cluster of its own, which nothing here uses.
    tools::install_debian("the tests use a database: PostgreSQL 13 or later", &["postgresql"], || {
        cluster::binary("initdb").is_ok()
    })?;
    Ok(Some(cluster::Cluster::start()?))
}

/// Runs each stored input of the fuzz targets through its target.
fn replay() -> Result<bool, Box<dyn Error>> {
    Ok(without_fuzzer("test", QUICK).status()?.success())
}

/// The search path of the tests. If nginx or Caddy is missing, both are unpacked to folders behind the others.
fn path_with_proxies() -> Result<OsString, Box<dyn Error>> {
    let path = env::var_os("PATH").unwrap_or_default();
    // Debian has servers where only root's path leads.
    let mut folders: Vec<PathBuf> = env::split_paths(&path).chain(["/usr/sbin".into()]).collect();
    let is_there = |folders: &[PathBuf], name| folders.iter().any(|folder| folder.join(name).is_file());
    if PROXIES.iter().all(|(name, _)| is_there(&folders, name)) {
        return Ok(env::join_paths(folders)?);
    }
    let unpacked = tools::root().join("target/tools/debian");
    folders.extend(["usr/sbin", "usr/bin"].map(|folder| unpacked.join(folder)));
    let start = |(name, argument): (&str, &str)| {
        let program = folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file());
        program.is_some_and(|program| tools::answers(Command::new(program).arg(argument)))
    };
    let what = "the tests put proxies in front of the server: nginx and Caddy";
    tools::unpack_debian(what, &PROXIES.map(|(name, _)| name), &unpacked, || PROXIES.into_iter().all(start))?;
    Ok(env::join_paths(&folders)?)
}

fn has_browser() -> bool {
    BROWSERS.iter().any(|name| tools::find(name).is_some()) && tools::find(DRIVER).is_some()
}
