//! Programs that the commands run. Missing ones are installed: Cargo's subcommands, and packages of Debian.

use std::{
    env,
    error::Error,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

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

/// Returns an error if there is another argument.
pub(crate) fn expect_no_more(mut arguments: lexopt::Parser) -> Result<(), lexopt::Error> {
    arguments.next()?.map_or(Ok(()), |argument| Err(argument.unexpected()))
}

/// Whether the command can be started and succeeds.
pub(crate) fn answers(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// `cargo install` for a program that runs for seconds, so that most of what the compiler could do for its speed costs more
/// than it saves.
pub(crate) fn cargo_install(arguments: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["install", "--locked"]).args(arguments);
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_LTO", "off");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    cargo
}

/// Installs `cargo NAME` from crates.io, if it isn't there.
pub(crate) fn install(name: &str) -> Result<(), Box<dyn Error>> {
    let package = format!("cargo-{name}");
    if !answers(Command::new("cargo").args([name, "--version"]))
        && !cargo_install(&[&package]).status()?.success()
    {
        return Err(format!("{package} can't be installed").into());
    }
    Ok(())
}

/// Installs this version of `cargo NAME` from crates.io, unless it or a newer one is there.
pub(crate) fn install_version(name: &str, least: &str) -> Result<(), Box<dyn Error>> {
    let installed = Command::new("cargo").args([name, "--version"]).output()?;
    let there = String::from_utf8_lossy(&installed.stdout);
    let there = there.split_whitespace().last().map(version);
    if installed.status.success() && there >= Some(version(least)) {
        return Ok(());
    }
    let package = format!("cargo-{name}@{least}");
    if !cargo_install(&[&package]).status()?.success() {
        return Err(format!("{package} can't be installed").into());
    }
    Ok(())
}

/// The numbers of a version such as `1.95.0`, `1.88` or `v0.10.0`, to compare.
pub(crate) fn version(text: &str) -> [u64; 3] {
    let text = text.split(['-', '+']).next().unwrap_or_default();
    let mut numbers = text.trim_start_matches('v').split('.').map(|number| number.parse().unwrap_or(0));
    [(); 3].map(|()| numbers.next().unwrap_or(0))
}

/// The program of this name on the search path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Installs packages of Debian by `.ci/install`, unless `is_there` says that they are. `what` names them in the message.
pub(crate) fn install_debian(
    what: &str,
    packages: &[&str],
    is_there: impl Fn() -> bool,
) -> Result<(), Box<dyn Error>> {
    if is_there() {
        return Ok(());
    }
    let installed = find("apt-get").is_some()
        && Command::new(root().join(".ci/install")).args(packages).status()?.success()
        && is_there();
    if installed {
        return Ok(());
    }
    Err(format!("{what} must be on the PATH; on Debian: apt-get install {}", packages.join(" ")).into())
}

/// Unpacks packages of Debian into a folder by `.ci/unpack`, unless `is_there` says that their programs run. For packages that
/// would start a service if they were installed.
pub(crate) fn unpack_debian(
    what: &str,
    packages: &[&str],
    folder: &Path,
    is_there: impl Fn() -> bool,
) -> Result<(), Box<dyn Error>> {
    if is_there() {
        return Ok(());
    }
    let unpacked = find("apt-get").is_some()
        && Command::new(root().join(".ci/unpack")).arg(folder).args(packages).status()?.success()
        && is_there();
    if unpacked {
        return Ok(());
    }
    Err(format!("{what} must be on the PATH; on Debian they are the packages {}", packages.join(" ")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_on_the_path_or_not() {
        assert!(find("cargo").is_some());
        assert!(find("no-such-program-of-ours").is_none());
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert_eq!(version("1.88"), [1, 88, 0]);
        assert_eq!(version("v0.10.2"), [0, 10, 2]);
        assert!(version("0.10.0") > version("0.9.12"));
        assert!(version("1.95.0-nightly") < version("2"));
    }
}
