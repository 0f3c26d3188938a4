//! The unit for systemd in `docs/deploy/`, as `systemd-analyze` of the package `systemd` sees it. No service is started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::document;

/// The program that the unit runs.
const PROGRAM: &str = "/usr/local/bin/countersign";

/// What to do if the program is missing.
const MISSING: &str = "the tests check the unit with systemd-analyze: install Debian's package `systemd`";

/// Writes a unit whose program exists on this machine.
fn unit(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("countersign.service");
    assert!(text.contains(PROGRAM));
    fs::write(&path, text.replace(PROGRAM, "/bin/true")).unwrap();
    path
}

fn analyze(arguments: &[&str], unit: &Path) -> Output {
    Command::new("systemd-analyze").args(arguments).arg(unit).output().expect(MISSING)
}

#[test]
fn systemd_accepts_every_setting_of_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let text = document("deploy/countersign.service");
    let verify = |text: &str| {
        let output = analyze(&["verify", "--man=no"], &unit(folder.path(), text));
        String::from_utf8(output.stderr)
            .unwrap()
            .lines()
            .filter(|line| line.contains("countersign.service"))
            .count()
    };
    assert_eq!(verify(&text), 0);
    assert_ne!(verify(&text.replace("ProtectHome=", "ProtectHomes=")), 0, "a wrong setting is not found");
}

#[test]
fn the_sandbox_leaves_the_service_little() {
    let folder = tempfile::tempdir().unwrap();
    let text = document("deploy/countersign.service");
    // Of 100, most for a service without a sandbox; the unit has 12 with systemd 252.
    let is_below = |text: &str| {
        let threshold = ["security", "--offline=true", "--threshold=20", "--no-pager"];
        analyze(&threshold, &unit(folder.path(), text)).status.success()
    };
    assert!(is_below(&text));
    assert!(!is_below(&text.replace("ProtectSystem=strict", "").replace("SystemCallFilter", "#")));
}
