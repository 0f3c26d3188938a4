//! `cargo xtask test`: all tests of the workspace, including those with a browser and with PostgreSQL. What is missing of
//! these is installed.

use std::{env, error::Error, ffi::OsString, path::Path, process::ExitCode};

use crate::{examples, tools};

/// The tests of a store start a cluster of their own in the same way, if they run without this command.
#[path = "../../crates/countersign-store/tests/support/cluster.rs"]
#[allow(dead_code, reason = "the tests of the store use more of it")]
mod cluster;

pub(crate) const HELP: &str = "\
cargo xtask test [ARGUMENT]...

Installs Chromium, its driver, nginx, Caddy, npm and PostgreSQL if they are missing, on Debian and its relatives, with root or sudo. Then
runs `cargo test --workspace --all-features` with the arguments, and without arguments the crates' examples and the stored
inputs of the fuzz targets too.

Starts a PostgreSQL for the tests in a temporary folder, unless COUNTERSIGN_TEST_POSTGRES has the address of a database.

Exit codes: 0 every test passed, 1 one failed, 2 the command could not do its work.
";

/// The browser under its names, and the driver.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVER: &str = "chromedriver";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<OsString> = arguments.raw_args()?.collect();
    tools::install_debian(
        "the tests drive a browser: Chromium (or Chrome) and its chromedriver",
        &["chromium", "chromium-driver"],
        has_browser,
    )?;
    tools::install_debian(
        "the tests put proxies in front of the server: nginx and Caddy",
        &["nginx-light", "caddy"],
        || has_server("nginx") && has_server("caddy"),
    )?;
    tools::install_debian("the tests run a library of npm: npm", &["npm"], || tools::find("npm").is_some())?;
    let database = database()?;
    let everything = arguments.is_empty();
    let mut tests = tools::cargo(&["test", "--workspace", "--all-features"]);
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
    let mut tests =
        tools::cargo(&["test", "--locked", "--no-default-features", "--manifest-path", "fuzz/Cargo.toml"]);
    Ok(tests.args(["--target-dir", "target/fuzz"]).status()?.success())
}

/// Whether a server is there. Debian has some where only root's path leads.
fn has_server(name: &str) -> bool {
    tools::find(name).is_some() || Path::new("/usr/sbin").join(name).is_file()
}

fn has_browser() -> bool {
    BROWSERS.iter().any(|name| tools::find(name).is_some()) && tools::find(DRIVER).is_some()
}
