//! Libraries of other languages, to measure or to judge beside ours: the versions that `benches/peers` pins, installed
//! below `benches/target/peers` by Python's and Node's own package managers when they are first asked for.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Python with the packages of `requirements.txt`, about to run this program of `benches/peers`.
pub fn python(program: &str) -> Outcome<Command> {
    let pinned = fs::read_to_string(pinned("requirements.txt"))?;
    let place = installed("python", &pinned, |place| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(place))?;
        let mut pip = Command::new(place.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"]);
        run(pip.arg(self::pinned("requirements.txt")))
    })?;
    let mut command = Command::new(place.join("bin/python"));
    command.arg(self::pinned(program));
    Ok(command)
}

/// Node with the packages of `package-lock.json`, about to run this module of `benches/peers`.
pub fn node(program: &str) -> Outcome<Command> {
    let lock = fs::read_to_string(pinned("package-lock.json"))?;
    let place = installed("node", &lock, |place| {
        fs::create_dir_all(place)?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(pinned(file), place.join(file))?;
        }
        let mut npm = Command::new("npm");
        run(npm.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(place))
    })?;
    // Node looks for packages beside the module that asks for them.
    let module = place.join(program);
    fs::copy(pinned(program), &module)?;
    let mut command = Command::new("node");
    command.arg(module);
    Ok(command)
}

/// A Rust program of `benches/peers`, a workspace of its own, built.
pub fn rust(program: &str) -> Outcome<Command> {
    let target = target(program);
    // By its name: rustup's then tells the compiler which toolchain it is, whatever a package's own file asks for.
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]);
    cargo.arg(pinned(program).join("Cargo.toml")).env("CARGO_TARGET_DIR", &target);
    run(&mut cargo)?;
    Ok(Command::new(target.join("release").join(format!("peer-{program}"))))
}

/// What a program prints; the last line of what it says of its errors where it fails.
pub fn output(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| told(command, &error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(told(command, errors.lines().last().unwrap_or("no reason")).into())
}

fn pinned(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(file)
}

fn target(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers").join(name)
}

/// The place of a set of packages, which `install` makes unless it was made of the same pins before.
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

fn told(command: &Command, what: &str) -> String {
    format!("{}: {what}", command.get_program().to_string_lossy())
}
