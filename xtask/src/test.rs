//! `cargo xtask test`: all tests of the workspace, those with a browser too, on a machine that may have none yet.

use std::{
    env,
    error::Error,
    ffi::{OsStr, OsString},
    path::PathBuf,
    process::{Command, ExitCode},
    thread,
    time::Duration,
};

const HELP: &str = "\
cargo xtask test [ARGUMENT]...

Installs Chromium and its driver where they are missing and this is Debian or a relative of it, with root or
sudo; then runs `cargo test --workspace --all-features` with the arguments. Without arguments the stored inputs
of the fuzz targets are run too.
";

/// The browser under its names, and the driver.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVER: &str = "chromedriver";

/// A mirror may be busy.
const ATTEMPTS: u32 = 3;

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<OsString> = arguments.raw_args()?.collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    if !has_browser() {
        install_browser()?;
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tests = Command::new(&cargo);
    let everything = arguments.is_empty();
    tests.current_dir(crate::root()).args(["test", "--workspace", "--all-features"]).args(arguments);
    let passed = tests.status()?.success() && (!everything || replay(&cargo)?);
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The inputs stored in the fuzzers' workspace, each through its target.
fn replay(cargo: &OsStr) -> Result<bool, Box<dyn Error>> {
    let mut tests = Command::new(cargo);
    tests.current_dir(crate::root());
    tests.args(["test", "--locked", "--no-default-features", "--manifest-path", "fuzz/Cargo.toml"]);
    tests.args(["--target-dir", "target/fuzz"]);
    Ok(tests.status()?.success())
}

fn has_browser() -> bool {
    BROWSERS.iter().any(|name| find(name).is_some()) && find(DRIVER).is_some()
}

/// The program of this name on the search path.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn install_browser() -> Result<(), Box<dyn Error>> {
    let by_hand = "the tests drive a browser: install Chromium (or Chrome) and its chromedriver, \
                   so that both are on the PATH; on Debian: apt-get install chromium chromium-driver";
    if find("apt-get").is_none() {
        return Err(by_hand.into());
    }
    let mut last = String::new();
    for attempt in 1..=ATTEMPTS {
        let update = apt_get(&["update"]);
        match update.and_then(|()| {
            apt_get(&["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"])
        }) {
            Ok(()) if has_browser() => return Ok(()),
            Ok(()) => return Err(by_hand.into()),
            Err(error) => last = error,
        }
        if attempt < ATTEMPTS {
            thread::sleep(Duration::from_secs(5));
        }
    }
    Err(format!("{last}; {by_hand}").into())
}

/// As root, or by a sudo that asks for no password.
fn apt_get(arguments: &[&str]) -> Result<(), String> {
    let id = Command::new("id").arg("-u").output().map_err(|error| format!("id: {error}"))?;
    let mut command = if id.stdout.trim_ascii() == b"0" {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["--non-interactive", "apt-get"]);
        sudo
    };
    let status = command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("apt-get {}: {status}", arguments.join(" "))),
        Err(error) => Err(format!("apt-get {}: {error}", arguments.join(" "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_on_the_path_or_not() {
        assert!(find("cargo").is_some());
        assert!(find("no-such-program-of-ours").is_none());
    }
}
