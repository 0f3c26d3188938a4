//! Packages of npm, in the versions of a lock file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder `node_modules` of a folder of these tests, whose packages npm installs once and verifies.
pub(crate) fn modules(name: &str) -> PathBuf {
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/client").join(name);
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let modules = installed.join("node_modules");
    let lock = fs::read(pinned.join("package-lock.json")).unwrap();
    if fs::read(installed.join("package-lock.json")).ok() != Some(lock) || !modules.is_dir() {
        fs::create_dir_all(&installed).unwrap();
        for file in ["package.json", "package-lock.json"] {
            fs::copy(pinned.join(file), installed.join(file)).unwrap();
        }
        let npm = Command::new("npm")
            .args(["ci", "--fetch-retries=5", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&installed)
            .status();
        assert!(npm.expect("npm must be on the PATH: apt-get install npm").success(), "npm ci failed");
    }
    modules
}
