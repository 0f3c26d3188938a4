//! Programs that the commands run. Missing ones are installed: Cargo's subcommands, and packages of Debian.

use std::{
    env,
    error::Error,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    thread,
    time::Duration,
};

/// A mirror may be busy.
const ATTEMPTS: u32 = 3;

/// The root of the repository: the folder above this package.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// Cargo with these arguments, at the root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(arguments);
    cargo
}

/// Runs a command, and passes its exit code on.
pub(crate) fn exit_code(command: &mut Command) -> Result<ExitCode, Box<dyn Error>> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(2)))
}

/// Whether `--help` or `-h` is among the arguments.
pub(crate) fn asks_for_help(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument == "--help" || argument == "-h")
}

/// Whether the command can be started and succeeds.
pub(crate) fn answers(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Installs `cargo NAME` from crates.io, if it isn't there.
pub(crate) fn install(name: &str) -> Result<(), Box<dyn Error>> {
    let package = format!("cargo-{name}");
    if !answers(Command::new("cargo").args([name, "--version"]))
        && !Command::new("cargo").args(["install", "--locked", &package]).status()?.success()
    {
        return Err(format!("{package} can't be installed").into());
    }
    Ok(())
}

/// The program of this name on the search path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Installs packages of Debian's, unless what they have `is_there`. `what` is what they have, for the message.
pub(crate) fn install_debian(
    what: &str,
    packages: &[&str],
    is_there: impl Fn() -> bool,
) -> Result<(), Box<dyn Error>> {
    if is_there() {
        return Ok(());
    }
    let by_hand = format!("{what} must be on the PATH; on Debian: apt-get install {}", packages.join(" "));
    if find("apt-get").is_none() {
        return Err(by_hand.into());
    }
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    let mut last = String::new();
    for attempt in 1..=ATTEMPTS {
        match apt_get(&["update"]).and_then(|()| apt_get(&install)) {
            Ok(()) if is_there() => return Ok(()),
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
