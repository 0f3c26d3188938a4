//! The files of the repository, as text.

use std::{collections::BTreeMap, error::Error, io, path::Path, process::Command};

/// The text files that git tracks or would track, by their path from the root, with `/`.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Result<Self, Box<dyn Error>> {
        let mut tree = Self::default();
        for path in Self::paths(root)? {
            match std::fs::read_to_string(root.join(&path)) {
                Ok(text) => {
                    tree.files.insert(path, text);
                }
                // Not text, or deleted and not committed yet.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::NotFound) => {}
                Err(error) => return Err(format!("{path}: {error}").into()),
            }
        }
        Ok(tree)
    }

    /// The paths of all files that git tracks or would track, texts or not.
    pub(crate) fn paths(root: &Path) -> io::Result<Vec<String>> {
        listed_by_git(root).map_or_else(|| walked(root), Ok)
    }

    /// Every file, in the order of the paths.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(|(path, _)| has_extension(path, "rs"))
    }

    pub(crate) fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    pub(crate) fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }
}

/// `None` if there is no git, or the folder is not in a repository.
fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    // The checkout of a CI machine is often another user's.
    let mut git = Command::new("git");
    git.current_dir(root).args(["-c", "safe.directory=*"]);
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let paths: Vec<_> =
        String::from_utf8(output.stdout).ok()?.split_terminator('\0').map(str::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

/// All files of an unpacked archive, without build results.
fn walked(root: &Path) -> io::Result<Vec<String>> {
    let (mut paths, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            if kind.is_file() {
                paths.push(format!("{folder}{name}"));
            } else if kind.is_dir() && !matches!(name.as_str(), ".git" | "target") {
                open.push(format!("{folder}{name}/"));
            }
        }
    }
    Ok(paths)
}

pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// The part of a Rust file that is test code: all of it below `tests/` and in a `tests.rs`, else what follows
/// the first test module's head.
pub(crate) fn test_code<'a>(path: &str, text: &'a str) -> &'a str {
    if path.contains("/tests/") || path.ends_with("/tests.rs") {
        return text;
    }
    let mut from = 0;
    let mut after_attribute = false;
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        if after_attribute && words.starts_with("mod ") && words.ends_with('{') {
            return text.get(from..).unwrap_or_default();
        }
        after_attribute = words == "#[cfg(test)]" || (after_attribute && words.starts_with("#["));
        from += line.len();
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_read() {
        let tree = Tree::read(crate::tools::root()).unwrap();
        assert!(tree.contains("xtask/src/tree.rs"));
        assert!(tree.rust().any(|(path, _)| path == "xtask/src/main.rs"));
        assert!(tree.rust().all(|(path, _)| path != "Cargo.toml"));
    }

    #[test]
    fn without_git_the_folders_are_walked() {
        let paths = walked(crate::tools::root()).unwrap();
        assert!(paths.iter().any(|path| path == "xtask/src/main.rs"));
        assert!(!paths.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
    }

    #[test]
    fn test_code_begins_at_the_test_module() {
        let text =
            "#[cfg(test)]\nextern crate std;\nfn a() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n b\n}\n";
        assert_eq!(test_code("crates/a/src/lib.rs", text), "mod tests {\n b\n}\n");
        assert_eq!(test_code("crates/a/src/lib.rs", "#[cfg(test)]\nmod tests;\nfn a() {}\n"), "");
    }

    #[test]
    fn whole_files_are_test_code_by_their_place() {
        assert_eq!(test_code("crates/a/tests/it.rs", "x"), "x");
        assert_eq!(test_code("crates/a/src/key/tests.rs", "x"), "x");
        assert_eq!(test_code("crates/a/src/key.rs", "x"), "");
    }
}
