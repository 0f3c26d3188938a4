//! Accounts move from a file to `PostgreSQL` and back, and users sign in at each place.

use std::path::Path;

use crate::place;
use crate::program::{Running, program};
use crate::users::{register, signs_in};

fn run(command: &str, option: &str, file: &Path, database: &Path) {
    let output =
        program().args([command, option]).arg(file).arg("--database").arg(database).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn accounts_move_from_a_file_to_postgresql_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let [file, export, back] = ["test.sqlite3", "export", "back"].map(|name| folder.path().join(name));
    let postgres = place::database(folder.path(), "test");
    let running = Running::start(&file);
    let ada = register(&running.url, "ada", 1).unwrap();
    run("export", "--to", &export, &file);
    drop(running);
    run("import", "--from", &export, &postgres);
    let running = Running::start(&postgres);
    assert!(signs_in(&running, &ada));
    let eve = register(&running.url, "eve", 2).unwrap();
    run("export", "--to", &back, &postgres);
    drop(running);
    let other = folder.path().join("other.sqlite3");
    run("import", "--from", &back, &other);
    let running = Running::start(&other);
    assert!(signs_in(&running, &ada) && signs_in(&running, &eve));
}
