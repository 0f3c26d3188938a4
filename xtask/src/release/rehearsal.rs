//! A rehearsal of a release: the packages are uploaded to a registry on this machine that replaces crates.io, and each is
//! built, tested and documented from its own file, outside the workspace.

use std::{
    env,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    process::{self, Command, ExitCode},
    time::Instant,
};

use super::{
    archive,
    candidate::{Candidate, Package},
    registry::Client,
    stand_in::StandIn,
    upload::{self, Archive},
};

/// The program of the release, and the package that has it.
const PROGRAM: (&str, &str) = ("countersign-cli", "countersign");

const HELP: &str = "\
cargo xtask release rehearse [--only PACKAGE]...

Publishes every package to a registry on this machine that replaces crates.io, with a break in between. Then each
package is unpacked from its file, outside the workspace, and checked, tested and documented there, with the others from
that registry; and `cargo install` installs the program from it.

  --only PACKAGE  test this package only; may be repeated

Exit codes: 0 done, 1 something failed, 2 the command could not do its work.
";

const LOOPBACK: &str = "127.0.0.1";

pub(super) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut only = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            lexopt::Arg::Long("only") => only.push(arguments.value()?.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    rehearse(&Candidate::read()?, &only)
}

/// The profile of the workspace: without it, tests of signatures take hours.
fn profile(manifest: &str) -> Result<&str, String> {
    let begin = manifest.find("[profile.dev]").ok_or("Cargo.toml has no [profile.dev]")?;
    let profiles = manifest.get(begin..).unwrap_or_default();
    let (dev, _) = profiles.split_once("[profile.release]").ok_or("Cargo.toml has no [profile.release]")?;
    Ok(dev)
}

/// Publishes to a registry on this machine, and tests these packages as a user gets them, or all if none is named.
pub(super) fn rehearse(candidate: &Candidate, only: &[String]) -> Result<ExitCode, Box<dyn Error>> {
    let is_chosen = |name: &str| only.is_empty() || only.iter().any(|it| it == name);
    if let Some(unknown) = only.iter().find(|name| candidate.packages.iter().all(|it| it.name != **name)) {
        return Err(format!("no package `{unknown}` is published").into());
    }
    let archives = archive::pack(candidate)?;
    let mut stage = Stage::set_up(candidate)?;
    let result = stage.publish(&archives).and_then(|()| {
        let mut chosen = candidate.packages.iter().filter(|package| is_chosen(&package.name));
        chosen.try_for_each(|package| stage.prove(candidate, package))?;
        if is_chosen(PROGRAM.0) { stage.install(&candidate.version) } else { Ok(()) }
    });
    if let Err(error) = result {
        println!("the rehearsal failed: {error}");
        return Ok(ExitCode::from(1));
    }
    fs::remove_dir_all(&stage.folder)?;
    println!("{} packages could be published", archives.len());
    Ok(ExitCode::SUCCESS)
}

/// A folder outside the repository with a home of cargo, in which a registry of this process replaces crates.io.
struct Stage {
    folder: PathBuf,
    client: Client,
}

impl Stage {
    fn set_up(candidate: &Candidate) -> Result<Self, Box<dyn Error>> {
        let folder = env::temp_dir().join(format!("countersign-release-{}", process::id()));
        let home = folder.join("cargo-home");
        // Not one that is there: it may be another user's.
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        fs::create_dir(&home)?;
        let ours = candidate.packages.iter().map(|package| package.name.clone()).collect();
        let registry = StandIn::start(ours, downloads())?;
        let manifest = fs::read_to_string(candidate.root.join("Cargo.toml"))?;
        fs::write(home.join("config.toml"), registry.configuration() + profile(&manifest)?)?;
        let target = candidate.target.join("rehearsal");
        forget(&target, candidate)?;
        // Both names are in use, and the one in lower case is preferred.
        let no_proxy = env::var("no_proxy").or_else(|_| env::var("NO_PROXY"));
        let no_proxy = no_proxy.map_or_else(|_| LOOPBACK.to_owned(), |it| format!("{it},{LOOPBACK}"));
        let environment = [
            ("CARGO_HOME", home.display().to_string()),
            ("CARGO_TARGET_DIR", target.display().to_string()),
            ("CARGO_REGISTRIES_STAND_IN_TOKEN", "none".to_owned()),
            ("NO_PROXY", no_proxy.clone()),
            ("no_proxy", no_proxy),
        ];
        let client = Client {
            scratch: folder.join("question"),
            arguments: ["--registry", "stand-in", "--allow-dirty"].map(str::to_owned).into(),
            environment: environment.map(|(name, value)| (name.to_owned(), value)).into(),
        };
        Ok(Self { folder, client })
    }

    /// Uploads one package, and after this break the rest.
    fn publish(&mut self, archives: &[Archive]) -> Result<(), Box<dyn Error>> {
        let first = upload::upload_all(archives.get(..1).unwrap_or_default(), &mut self.client)?;
        let rest = upload::upload_all(archives, &mut self.client)?;
        let expected = archives.len() - first;
        if rest != expected {
            return Err(format!("after a break {rest} packages were uploaded, not {expected}").into());
        }
        Ok(())
    }

    /// Tests and documents a package that is unpacked from its file, with the others from the registry.
    fn prove(&self, candidate: &Candidate, package: &Package) -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        let unpacked = archive::unpack(&archive::file(candidate, package), package, &self.folder)?;
        println!("== {} from its file", package.name);
        for arguments in [
            &["check", "--quiet", "--locked"][..],
            &["test", "--quiet", "--locked", "--all-features"],
            &["doc", "--quiet", "--locked", "--all-features", "--no-deps"],
        ] {
            let mut cargo = self.client.cargo(arguments);
            cargo.current_dir(&unpacked).env("RUSTDOCFLAGS", "-D warnings");
            if !cargo.status()?.success() {
                let command = arguments.join(" ");
                return Err(
                    format!("{}: cargo {command} fails in {}", package.name, unpacked.display()).into()
                );
            }
        }
        println!("== {}: checked, tested and documented in {} s", package.name, start.elapsed().as_secs());
        Ok(())
    }

    /// Installs the program from the registry, as a user does, and runs it.
    fn install(&self, version: &str) -> Result<(), Box<dyn Error>> {
        let (package, program) = PROGRAM;
        let root = self.folder.join("root");
        let mut cargo = self.client.cargo(&["install", "--quiet", "--locked", "--debug", package]);
        cargo.args(["--version", version]).arg("--root").arg(&root).current_dir(&self.folder);
        if !cargo.status()?.success() {
            return Err(format!("cargo install {package} fails").into());
        }
        let output = Command::new(root.join("bin").join(program)).arg("--version").output()?;
        let says = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if says != format!("{program} {version}") {
            return Err(format!("{program} --version prints {says:?}").into());
        }
        println!("== {package}: installed from the registry");
        Ok(())
    }
}

/// Removes what an earlier rehearsal built of our packages: cargo takes a version of a registry to be the same for good.
fn forget(target: &Path, candidate: &Candidate) -> io::Result<()> {
    let is_ours = |name: &str| {
        candidate
            .packages
            .iter()
            .any(|package| name.contains(&package.name) || name.contains(&package.name.replace('-', "_")))
    };
    let mut open = vec![target.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry?;
            let is_folder = entry.file_type()?.is_dir();
            match (is_ours(&entry.file_name().to_string_lossy()), is_folder) {
                (true, true) => fs::remove_dir_all(entry.path())?,
                (true, false) => fs::remove_file(entry.path())?,
                (false, true) => open.push(entry.path()),
                (false, false) => {}
            }
        }
    }
    Ok(())
}

/// The folders in which cargo keeps the files that the user has downloaded. Cargo verifies their checksums.
fn downloads() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let cache = home.unwrap_or_default().join("registry/cache");
    fs::read_dir(cache).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
