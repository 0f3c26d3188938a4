//! The script and its types agree, by TypeScript.

use std::{fs, path::Path, process::Command};

use countersign_axum::client::SCRIPT;

use crate::npm;

#[test]
fn the_types_of_the_script_are_those_that_are_served() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let compiler = npm::modules("tests/client/types").join(".bin/tsc");
    let folder = tempfile::tempdir().unwrap();
    for (file, copy) in [
        ("tests/client/types/agree.ts", "agree.ts"),
        ("tests/client/types/tsconfig.json", "tsconfig.json"),
        ("src/client/passkeys.d.ts", "passkeys.d.ts"),
    ] {
        fs::copy(package.join(file), folder.path().join(copy)).unwrap();
    }
    fs::write(folder.path().join("script.js"), SCRIPT).unwrap();
    let run = Command::new(compiler).arg("--project").arg(folder.path()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
}
