//! Packages of Python, in the versions of a file of requirements.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{fs, thread, time::Duration};

/// The requirements, each with the hashes of its files.
const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi/requirements.txt");

/// How often pip is run until it succeeds.
const ATTEMPTS: usize = 3;

/// The folder of the programs of a virtual environment, in which pip installs the packages once and verifies them.
pub(crate) fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi-python");
        let programs = environment.join("bin");
        let installed = environment.join("requirements.txt");
        let requirements = fs::read(REQUIREMENTS).unwrap();
        if fs::read(&installed).ok() != Some(requirements.clone()) {
            let _ = fs::remove_dir_all(&environment);
            let mut create = Command::new("python3");
            create.args(["-m", "venv"]).arg(&environment);
            let created = create.status().expect("python3 must be on the PATH: apt-get install python3-venv");
            assert!(created.success(), "python3 -m venv failed: apt-get install python3-venv");
            install(&programs);
            fs::write(&installed, requirements).unwrap();
        }
        programs
    })
}

fn install(programs: &Path) {
    for attempt in 1..=ATTEMPTS {
        let mut pip = Command::new(programs.join("python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
        ]);
        pip.args(["--require-hashes", "--requirement", REQUIREMENTS]);
        if pip.status().unwrap().success() {
            return;
        }
        assert!(attempt < ATTEMPTS, "pip install failed");
        thread::sleep(Duration::from_secs(5));
    }
}
