//! `cargo xtask test`: all tests of the workspace, including those with a browser and with PostgreSQL. What is missing of
//! these is installed.

use std::{
    env,
    error::Error,
    ffi::OsString,
    path::{Path, PathBuf},
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

Installs Chromium, its driver, Firefox, npm, Python, systemd and PostgreSQL if they are missing, on Debian and its relatives, with
root or sudo. nginx and Caddy are unpacked below target/ and not installed, because Debian's packages would start them.
geckodriver, Firefox's driver, is built below target/. Then runs `cargo test --workspace --all-features` with the arguments, and
without arguments the crates' examples and the stored inputs of the fuzz targets too.

Starts a PostgreSQL for the tests in a temporary folder, unless COUNTERSIGN_TEST_POSTGRES has the address of a database.

Exit codes: 0 every test passed, 1 one failed, 2 the command could not do its work.
";

/// Chromium under its names, and its driver.
const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMEDRIVER: &str = "chromedriver";

/// Firefox under its names.
const FIREFOX: [&str; 2] = ["firefox-esr", "firefox"];

/// The version of geckodriver that is built, unless it or a newer one is there.
const GECKODRIVER: &str = "0.37.1";

/// The proxies under their names, which are those of Debian's packages too, and what makes them print their versions.
const PROXIES: [(&str, &str); 2] = [("nginx", "-v"), ("caddy", "version")];

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<OsString> = arguments.raw_args()?.collect();
    tools::install_debian(
        "the tests drive a browser: Chromium (or Chrome) and its chromedriver",
        &["chromium", "chromium-driver"],
        || CHROMIUM.iter().any(|name| tools::find(name).is_some()) && tools::find(CHROMEDRIVER).is_some(),
    )?;
    tools::install_debian("the tests drive a second browser: Firefox", &["firefox-esr"], || {
        FIREFOX.iter().any(|name| tools::find(name).is_some())
    })?;
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
    tests.env("PATH", search_path()?);
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

/// The search path of the tests, with the folders of what is below `target/` where it is missing elsewhere.
fn search_path() -> Result<OsString, Box<dyn Error>> {
    let path = env::var_os("PATH").unwrap_or_default();
    // A version that is too old comes after ours. Debian has servers where only root's path leads.
    let folders = geckodriver()?.into_iter().chain(env::split_paths(&path)).chain(["/usr/sbin".into()]);
    Ok(env::join_paths(with_proxies(folders.collect())?)?)
}

/// The folder of a geckodriver that is built here, unless there is one. Debian has none.
fn geckodriver() -> Result<Option<PathBuf>, Box<dyn Error>> {
    let is_new = |program: &Path| {
        let output = Command::new(program).arg("--version").output().ok();
        // "geckodriver 0.37.1"
        let output =
            output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let there = output.split_whitespace().nth(1).map(tools::version);
        there >= Some(tools::version(GECKODRIVER))
    };
    if tools::find("geckodriver").is_some_and(|program| is_new(&program)) {
        return Ok(None);
    }
    let folder = tools::root().join(format!("target/tools/geckodriver-{GECKODRIVER}"));
    let programs = folder.join("bin");
    if !is_new(&programs.join("geckodriver")) {
        // It passes commands on, and waits for the browser.
        let mut install = tools::cargo_install(&["--quiet", "--root"]);
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        if !install.arg(&folder).arg(format!("geckodriver@{GECKODRIVER}")).status()?.success() {
            return Err(format!("geckodriver {GECKODRIVER} can't be installed").into());
        }
    }
    Ok(Some(programs))
}

/// These folders. If nginx or Caddy is in none of them, both are unpacked to folders behind the others.
fn with_proxies(mut folders: Vec<PathBuf>) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let is_there = |name| folders.iter().any(|folder| folder.join(name).is_file());
    if PROXIES.iter().all(|(name, _)| is_there(name)) {
        return Ok(folders);
    }
    let unpacked = tools::root().join("target/tools/debian");
    folders.extend(["usr/sbin", "usr/bin"].map(|folder| unpacked.join(folder)));
    let start = |(name, argument): (&str, &str)| {
        let program = folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file());
        program.is_some_and(|program| tools::answers(Command::new(program).arg(argument)))
    };
    let what = "the tests put proxies in front of the server: nginx and Caddy";
    tools::unpack_debian(what, &PROXIES.map(|(name, _)| name), &unpacked, || PROXIES.into_iter().all(start))?;
    Ok(folders)
}
