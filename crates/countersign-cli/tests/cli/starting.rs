//! The messages about the command line, and about a server that can't start.

use std::{fs, net::TcpListener, path::Path};

use rusqlite::Connection;

use crate::program::{Running, assert_fails, program, program_at, run};

/// Runs `serve` with this database.
fn serve(database: &Path) -> std::process::Output {
    program().args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(database).output().unwrap()
}

#[test]
fn help_and_version_are_printed() {
    const PROGRAM: &[&str] =
        &["serve", "metadata", "completions", "man", "--help", "--version", "COUNTERSIGN_LOG"];
    const SERVE: &[&str] = &[
        "--listen",
        "--rp-id",
        "--rp-name",
        "--origin",
        "--database",
        "--check",
        "--help",
        "COUNTERSIGN_LOG_FORMAT",
    ];
    for (arguments, words) in [
        (&["--help"][..], PROGRAM),
        (&["-h"], PROGRAM),
        (&["help"], PROGRAM),
        (&["serve", "--help"], SERVE),
        (&["serve", "--rp-id", "x", "-h"], SERVE),
        (
            &["metadata", "--help"],
            &["fetch", "verify", "show", "search", "diff", "--at", "--accept-outdated"],
        ),
        (&["metadata", "show", "--help"], &["Exit status: 0", "1 if the model is not in the file"]),
        (&["metadata", "search", "--help"], &["Exit status: 0", "1 if none is found"]),
        (&["metadata", "diff", "--help"], &["Exit status: 0", "1 if there is one, 2 after a failure"]),
    ] {
        let output = run(arguments);
        assert!(output.status.success() && output.stderr.is_empty());
        let text = String::from_utf8(output.stdout).unwrap();
        for word in words {
            assert!(text.contains(word), "{word}");
        }
    }
    let output = run(&["--version"]);
    assert_eq!(output.stdout, format!("countersign {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
}

#[test]
fn a_wrong_command_line_is_one_sentence_with_status_2() {
    for (arguments, sentence) in [
        (&[][..], "a command is missing; see --help"),
        (&["metadata"], "a command is missing; see --help"),
        (
            &["sevre"],
            "unrecognized subcommand 'sevre'; some similar subcommands exist: 'restore', 'serve'; see --help",
        ),
        (&["--serve"], "unexpected argument '--serve' found; see --help"),
        (
            &["serve", "--lisen", "x"],
            "unexpected argument '--lisen' found; a similar argument exists: '--listen'; see --help",
        ),
        (&["serve", "-x"], "unexpected argument '-x' found; see --help"),
        (&["serve", "now"], "unexpected argument 'now' found; see --help"),
        (
            &["serve", "--rp-id"],
            "a value is required for '--rp-id <DOMAIN>' but none was supplied; see --help",
        ),
        (
            &["serve", "--rp-id", "a", "--rp-id", "b"],
            "the argument '--rp-id <DOMAIN>' cannot be used multiple times; see --help",
        ),
        (
            &["serve", "--listen", "8080"],
            "--listen: listen: \"8080\" is not an address to listen on, such as localhost:8080, 127.0.0.1:8080 or \
             [::1]:8080",
        ),
    ] {
        assert_fails(&run(arguments), 2, sentence);
    }
}

#[cfg(unix)]
#[test]
fn without_a_home_the_database_must_be_named() {
    let output = program().arg("serve").env_remove("HOME").env_remove("XDG_DATA_HOME").output().unwrap();
    let sentence = "database: there is no home folder to store the database in: set its path";
    assert_fails(&output, 1, sentence);
}

#[test]
fn an_unusable_relying_party_is_reported_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    let run = |options: &[&str]| {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(&database).args(options);
        command.output().unwrap()
    };
    for options in
        [&["--rp-id", "https://example.org"][..], &["--rp-id", ""], &["--origin", "http://example.org"]]
    {
        let output = run(options);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(
            errors.starts_with("countersign: ") && errors.contains(&format!("{:?}", options[1])),
            "{errors}"
        );
        assert_eq!((errors.lines().count(), output.status.code()), (1, Some(1)));
    }
    assert!(!database.exists());
}

#[test]
fn a_port_in_use_is_reported_in_a_sentence() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    for listen in [address.to_string(), format!("localhost:{}", address.port())] {
        let output =
            program().args(["serve", "--listen", &listen, "--database"]).arg(&database).output().unwrap();
        assert_fails(&output, 1, &format!("another program is listening on {address} already"));
    }
}

#[test]
fn an_impossible_folder_is_reported_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let output = serve(&file.join("data/test.sqlite3"));
    let errors = String::from_utf8(output.stderr).unwrap();
    let start = format!("countersign: can't create the database's folder {}: ", file.join("data").display());
    assert!(errors.starts_with(&start), "{errors}");
    assert_eq!((errors.lines().count(), output.status.code()), (1, Some(1)));
}

/// Runs as a user whom permissions restrict, even if the tests run as root.
#[cfg(unix)]
mod read_only {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    use std::process::Output;
    use std::{os::unix::process::CommandExt as _, path::PathBuf};

    use tempfile::TempDir;

    use super::*;

    const NOBODY: u32 = 65_534;

    /// A folder that its user owns, with a copy of the program that the user may run.
    fn folder() -> (TempDir, PathBuf, bool) {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::metadata(folder.path()).unwrap().uid() == 0;
        let copy = folder.path().join("countersign");
        fs::copy(env!("CARGO_BIN_EXE_countersign"), &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        if root {
            chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        (folder, data, root)
    }

    fn serve(folder: &TempDir, database: &Path, root: bool) -> Output {
        let mut command = program_at(&folder.path().join("countersign"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(database);
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.output().unwrap()
    }

    #[test]
    fn a_folder_without_write_permission_is_reported_in_a_sentence() {
        let (folder, data, root) = folder();
        fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
        let database = data.join("test.sqlite3");
        let reason = "Permission denied (os error 13)";
        let output = serve(&folder, &database, root);
        assert_fails(&output, 1, &format!("can't open the database {}: {reason}", database.display()));
        let output = serve(&folder, &data.join("new/test.sqlite3"), root);
        let new = data.join("new");
        assert_fails(&output, 1, &format!("can't create the database's folder {}: {reason}", new.display()));
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn a_database_without_write_permission_is_reported_in_a_sentence() {
        let (folder, data, root) = folder();
        let database = data.join("test.sqlite3");
        drop(Running::start(&database));
        for entry in fs::read_dir(&data).unwrap() {
            let path = entry.unwrap().path();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
            if root {
                chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        let output = serve(&folder, &database, root);
        assert_fails(&output, 1, &format!("the database {} can't be written to", database.display()));
    }
}

#[test]
fn a_locked_database_is_reported_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    drop(Running::start(&database));
    let other = Connection::open(&database).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let sentence = format!("the database {} is locked by another program", database.display());
    assert_fails(&serve(&database), 1, &sentence);
}

#[test]
fn a_newer_database_is_reported_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite3");
    drop(Running::start(&database));
    Connection::open(&database).unwrap().pragma_update(None, "user_version", 9).unwrap();
    let sentence = format!(
        "the database {} was written by a newer version of countersign: its schema is 9, and this version supports \
         schemas up to 6",
        database.display()
    );
    assert_fails(&serve(&database), 1, &sentence);
}

#[test]
fn a_file_that_is_no_database_is_reported_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    fs::write(&file, "Dear Ada,\n".repeat(100)).unwrap();
    assert_fails(&serve(&file), 1, &format!("the file {} is not a countersign database", file.display()));
    let sentence = format!("the database {} can't be used: it is a folder", folder.path().display());
    assert_fails(&serve(folder.path()), 1, &sentence);
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn without_options_the_database_is_in_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, database) in [
        ("XDG_DATA_HOME", "countersign/countersign.sqlite3"),
        ("HOME", ".local/share/countersign/countersign.sqlite3"),
    ] {
        let mut command = program();
        command.args(["serve", "--listen", "localhost:0"]);
        command.env_remove("HOME").env_remove("XDG_DATA_HOME").env(variable, folder.path());
        let running = Running::spawn(command);
        assert!(folder.path().join(database).exists());
        assert!(running.url.starts_with("http://localhost:"), "{}", running.line);
    }
}
