//! Packages of npm, in the versions of a lock file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

/// Held while npm installs: tests of one program run at once.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The folder `node_modules` of a folder of this package, whose packages npm installs once and verifies.
pub(crate) fn modules(folder: &str) -> PathBuf {
    let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm").join(pinned.file_name().unwrap());
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
