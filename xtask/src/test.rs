//! `cargo xtask test`: all tests of the workspace, including those with a browser. The browser and npm are installed if they
//! are missing.

use std::{error::Error, ffi::OsString, process::ExitCode};

use crate::{examples, tools};

pub(crate) const HELP: &str = "\
cargo xtask test [ARGUMENT]...

Installs Chromium, its driver and npm if they are missing, on Debian and its relatives, with root or sudo. Then runs
`cargo test --workspace --all-features` with the arguments, and without arguments the crates' examples and the stored
inputs of the fuzz targets too.

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
    tools::install_debian("the tests run a library of npm: npm", &["npm"], || tools::find("npm").is_some())?;
    let everything = arguments.is_empty();
    let mut tests = tools::cargo(&["test", "--workspace", "--all-features"]);
    let mut passed = tests.args(arguments).status()?.success();
    if everything {
        passed = passed && examples::run()? && replay()?;
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Runs each stored input of the fuzz targets through its target.
fn replay() -> Result<bool, Box<dyn Error>> {
    let mut tests =
        tools::cargo(&["test", "--locked", "--no-default-features", "--manifest-path", "fuzz/Cargo.toml"]);
    Ok(tests.args(["--target-dir", "target/fuzz"]).status()?.success())
}

fn has_browser() -> bool {
    BROWSERS.iter().any(|name| tools::find(name).is_some()) && tools::find(DRIVER).is_some()
}
