//! How the checks run other programs: with their output shown, or kept to be read.

use std::{error::Error, io, path::Path, process::Command};

use crate::{tools, tree::Tree};

/// What a command printed, on both of its outputs.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) succeeded: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs a command and keeps what it prints.
pub(super) fn captured(command: &mut Command) -> Result<Printed, Box<dyn Error>> {
    let output = command.output().map_err(|error| format!("{}: {error}", name(command)))?;
    Ok(Printed {
        succeeded: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Runs a command that must succeed, and returns its standard output.
pub(super) fn stdout(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let printed = captured(command)?;
    if printed.succeeded {
        return Ok(printed.stdout);
    }
    Err(format!("{} failed:\n{}", name(command), printed.stderr.trim_end()).into())
}

/// Runs a command whose output is shown as it comes, and returns whether it succeeded.
pub(super) fn shown(command: &mut Command) -> Result<bool, Box<dyn Error>> {
    Ok(command.status().map_err(|error| format!("{}: {error}", name(command)))?.success())
}

/// The words of a command, for messages.
fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Cargo in another folder, with no setting of the caller's build left but the number of jobs.
pub(super) fn cargo_in(folder: &Path, arguments: &[&str]) -> Command {
    let mut cargo = tools::cargo(arguments);
    cargo.current_dir(folder);
    cargo
}

/// Makes `to` a copy of the files that git tracks or would track. A file that is the same already keeps its time, so that
/// cargo builds only what has changed.
pub(super) fn copy_tree(root: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let paths = Tree::paths(root)?;
    let mut kept: std::collections::BTreeSet<_> = paths.iter().map(|path| to.join(path)).collect();
    kept.insert(to.join("target"));
    remove_others(to, &kept)?;
    for path in paths {
        let (from, to) = (root.join(&path), to.join(&path));
        // Deleted and not committed yet, or a link to a folder.
        let Ok(bytes) = std::fs::read(&from) else { continue };
        if std::fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&to, bytes)?;
        std::fs::set_permissions(&to, std::fs::metadata(&from)?.permissions())?;
    }
    Ok(())
}

/// Removes the files below a folder that are not to be kept.
fn remove_others(folder: &Path, kept: &std::collections::BTreeSet<std::path::PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if kept.contains(&path) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            remove_others(&path, kept)?;
        } else {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_an_error_that_names_it() {
        let error = stdout(&mut tools::cargo(&["no-such-command-of-ours"])).unwrap_err().to_string();
        assert!(error.contains("no-such-command-of-ours failed:"), "{error}");
        assert!(captured(&mut Command::new("no-such-program-of-ours")).is_err());
    }

    #[test]
    fn a_copy_has_the_changed_files_only_once_more() {
        let folder = std::env::temp_dir().join(format!("countersign-copy-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        std::fs::create_dir_all(from.join("b")).unwrap();
        std::fs::write(from.join("a"), "1").unwrap();
        std::fs::write(from.join("b/c"), "2").unwrap();
        copy_tree(&from, &to).unwrap();
        std::fs::create_dir_all(to.join("target")).unwrap();
        std::fs::write(to.join("target/built"), "").unwrap();
        let time = std::fs::metadata(to.join("a")).unwrap().modified().unwrap();
        std::fs::write(from.join("b/c"), "3").unwrap();
        std::fs::write(to.join("b/stale"), "").unwrap();
        copy_tree(&from, &to).unwrap();
        assert_eq!(std::fs::read_to_string(to.join("b/c")).unwrap(), "3");
        assert_eq!(std::fs::metadata(to.join("a")).unwrap().modified().unwrap(), time);
        assert!(!to.join("b/stale").exists());
        assert!(to.join("target/built").exists(), "what was built is kept");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
