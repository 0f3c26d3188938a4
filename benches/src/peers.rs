//! Libraries of other languages, to compare with ours: the versions that `benches/peers` pins, installed below
//! `benches/target/peers` by the package managers of Python and Node at their first use.

use std::{
    error::Error,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Python with the packages of `requirements.txt`, and this program of `benches/peers`, as a command line.
pub fn python(program: &str) -> Outcome<Vec<OsString>> {
    let pinned = fs::read_to_string(pinned("requirements.txt"))?;
    let place = installed("python", &pinned, |place| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(place))?;
        let mut pip = Command::new(place.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"]);
        run(pip.arg(self::pinned("requirements.txt")))
    })?;
    Ok(vec![place.join("bin/python").into(), self::pinned(program).into()])
}

/// Node with the packages of `package-lock.json`, and this module of `benches/peers`, as a command line.
pub fn node(program: &str) -> Outcome<Vec<OsString>> {
    let lock = fs::read_to_string(pinned("package-lock.json"))?;
    let place = installed("node", &lock, |place| {
        fs::create_dir_all(place)?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(pinned(file), place.join(file))?;
        }
        let mut npm = Command::new("npm");
        run(npm.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(place))
    })?;
    // Node looks for packages next to the module that imports them.
    let module = place.join(program);
    fs::copy(pinned(program), &module)?;
    Ok(vec!["node".into(), module.into()])
}

/// A Rust program of `benches/peers`, a workspace of its own, built, as a command line. It is built where the measurements are,
/// so that AWS-LC is compiled once.
pub fn rust(program: &str) -> Outcome<Vec<OsString>> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    // By its name, so that rustup's proxy chooses the toolchain, and a file of the package does not.
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]);
    cargo.arg(pinned(program).join("Cargo.toml")).env("CARGO_TARGET_DIR", &target);
    run(&mut cargo)?;
    Ok(vec![target.join("release").join(format!("peer-{program}")).into()])
}

/// The command of a command line.
pub fn command(line: &[OsString]) -> Command {
    let (program, arguments) = line.split_first().expect("a program");
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// The output of a program, or the last line of its standard error if it fails.
pub fn output(command: &mut Command) -> Outcome<String> {
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| message(command, &error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(message(command, errors.lines().last().unwrap_or("no reason")).into())
}

fn pinned(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(file)
}

fn target(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers").join(name)
}

/// The folder of a set of packages. `install` fills it, unless it was filled from the same pins before.
fn installed(name: &str, pins: &str, install: impl FnOnce(&Path) -> Outcome<()>) -> Outcome<PathBuf> {
    let place = target(name);
    let note = target(&format!("{name}.installed"));
    if !fs::read_to_string(&note).is_ok_and(|before| before == pins) {
        let _ = fs::remove_dir_all(&place);
        fs::create_dir_all(&place)?;
        install(&place)?;
        fs::write(note, pins)?;
    }
    Ok(place)
}

fn run(command: &mut Command) -> Outcome<()> {
    output(command).map(drop)
}

fn message(command: &Command, what: &str) -> String {
    format!("{}: {what}", command.get_program().to_string_lossy())
}
