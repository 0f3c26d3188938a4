//! The program when its output can't be written.

use std::process::{Command, Stdio};
use std::{fs::OpenOptions, io};

use crate::{metadata, program::program};

/// Commands that need no files.
fn commands() -> impl Iterator<Item = Command> {
    let commands = [
        &["--help"][..],
        &["--version"],
        &["serve", "--help"],
        &["metadata", "--help"],
        &["man"],
        &["explain", "origin-mismatch"],
        &["completions", "zsh"],
    ];
    commands.into_iter().map(|arguments| {
        let mut command = program();
        command.args(arguments);
        command
    })
}

#[test]
fn a_pipe_that_is_no_longer_read_ends_the_program_quietly() {
    let folder = metadata::folder();
    let looks =
        [&["verify", "old"][..], &["show", "old"], &["diff", "old", "new"], &["search", "old", "key"]];
    let looks = looks.map(|arguments| metadata::command(folder.path(), arguments));
    for mut command in commands().chain(looks) {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(141), "{command:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{command:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_the_output_is_an_error() {
    let folder = metadata::folder();
    let looks = [&["verify", "old"][..], &["show", "old"], &["diff", "old", "old"]];
    let looks = looks.map(|arguments| metadata::command(folder.path(), arguments));
    for mut command in commands().chain(looks) {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
        let is_diff = command.get_args().any(|argument| argument == "diff");
        assert_eq!(output.status.code(), Some(if is_diff { 2 } else { 1 }), "{command:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        let sentence =
            "countersign: standard output can't be written to: No space left on device (os error 28)\n";
        assert_eq!(said, sentence, "{command:?}");
    }
}
