//! `cargo xtask test`: all tests of the workspace, those with a browser too, on a machine that may have none yet.

use std::{
    env,
    error::Error,
    ffi::{OsStr, OsString},
    process::{Command, ExitCode},
};

use crate::tools;

const HELP: &str = "\
cargo xtask test [ARGUMENT]...

Installs Chromium and its driver where they are missing and this is Debian or a relative of it, with root or
sudo; then runs `cargo test --workspace --all-features` with the arguments. Without arguments the stored inputs
of the fuzz targets are run too.
";

/// The browser under its names, and the driver.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVER: &str = "chromedriver";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<OsString> = arguments.raw_args()?.collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    tools::install_debian(
        "the tests drive a browser: Chromium (or Chrome) and its chromedriver",
        &["chromium", "chromium-driver"],
        has_browser,
    )?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tests = Command::new(&cargo);
    let everything = arguments.is_empty();
    tests.current_dir(tools::root()).args(["test", "--workspace", "--all-features"]).args(arguments);
    let passed = tests.status()?.success() && (!everything || replay(&cargo)?);
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The inputs stored in the fuzzers' workspace, each through its target.
fn replay(cargo: &OsStr) -> Result<bool, Box<dyn Error>> {
    let mut tests = Command::new(cargo);
    tests.current_dir(tools::root());
    tests.args(["test", "--locked", "--no-default-features", "--manifest-path", "fuzz/Cargo.toml"]);
    tests.args(["--target-dir", "target/fuzz"]);
    Ok(tests.status()?.success())
}

fn has_browser() -> bool {
    BROWSERS.iter().any(|name| tools::find(name).is_some()) && tools::find(DRIVER).is_some()
}
