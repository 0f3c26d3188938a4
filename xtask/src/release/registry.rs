//! A registry as the cargo client sees it: its index, and the upload.

use std::{
    error::Error,
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use super::upload::{Registry, Upload};
use crate::tools;

/// The cargo client, with a registry to publish to.
pub(super) struct Client {
    /// A folder for the package that asks the index.
    pub(super) scratch: PathBuf,
    /// Further arguments of `cargo publish`.
    pub(super) arguments: Vec<String>,
    /// Variables of cargo's environment.
    pub(super) environment: Vec<(String, String)>,
}

impl Client {
    /// Cargo with these arguments, at the root.
    pub(super) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = tools::cargo(arguments);
        cargo.envs(self.environment.iter().map(|(name, value)| (name, value)));
        cargo
    }
}

impl Registry for Client {
    /// Resolves a package whose only dependency is this version: the lock file has the checksum of the index. So
    /// cargo's own configuration applies, such as a proxy, and what its cache holds is checked against the server.
    fn checksum(&mut self, name: &str, version: &str) -> Result<Option<String>, Box<dyn Error>> {
        let _ = fs::remove_dir_all(&self.scratch);
        fs::create_dir_all(self.scratch.join("src"))?;
        fs::write(self.scratch.join("src/lib.rs"), "")?;
        let manifest = format!(
            "[workspace]\n[package]\nname = \"question\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [dependencies]\n{name} = \"={version}\"\n"
        );
        fs::write(self.scratch.join("Cargo.toml"), manifest)?;
        let output = self.cargo(&["generate-lockfile"]).current_dir(&self.scratch).output()?;
        let message = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return if is_yanked(&message, version) {
                Err(format!("{name} {version} was yanked; release a new version").into())
            } else if is_unknown(&message, name, version) {
                Ok(None)
            } else {
                Err(format!("the index can't be read: {}", message.trim()).into())
            };
        }
        let lock = fs::read_to_string(self.scratch.join("Cargo.lock"))?;
        let checksum = checksum_in_lock(&lock, name)
            .ok_or_else(|| format!("the lock file of a package that needs {name} has no checksum of it"))?;
        Ok(Some(checksum.to_owned()))
    }

    /// Without a build: the same files were built before.
    fn upload(&mut self, name: &str) -> Result<Upload, Box<dyn Error>> {
        let mut cargo = self.cargo(&["publish", "--locked", "--no-verify", "--package", name]);
        let mut child = cargo.args(&self.arguments).stderr(Stdio::piped()).spawn()?;
        let mut is_limited = false;
        if let Some(messages) = child.stderr.take() {
            for line in BufReader::new(messages).lines() {
                let line = line?;
                eprintln!("{line}");
                is_limited |= is_limit(&line);
            }
        }
        match child.wait()?.success() {
            true => Ok(Upload::Done),
            false if is_limited => Ok(Upload::TooMany),
            false => Err(format!("cargo publish --package {name} failed").into()),
        }
    }
}

/// Whether cargo's message says that the index lacks the package, or that version of it.
fn is_unknown(message: &str, name: &str, version: &str) -> bool {
    [
        format!("no matching package named `{name}` found"),
        format!("failed to select a version for the requirement `{name} = \"={version}\"`"),
    ]
    .iter()
    .any(|sentence| message.contains(sentence.as_str()))
}

/// Whether cargo's message says that the version was withdrawn. It is in the index, so that it can't be uploaded again.
fn is_yanked(message: &str, version: &str) -> bool {
    message.contains(&format!("version {version} is yanked"))
}

/// Whether a line of `cargo publish` is the registry's limit of publishing.
fn is_limit(line: &str) -> bool {
    line.contains("429 Too Many Requests")
}

fn checksum_in_lock<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let name = format!("name = \"{name}\"");
    let package = lock.split("[[package]]").find(|package| package.lines().any(|line| line == name))?;
    let line = package.lines().find_map(|line| line.strip_prefix("checksum = \""))?;
    line.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_package_and_of_no_other() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"01\"\n\n\
                    [[package]]\nname = \"a-b\"\nversion = \"1.0.0\"\nchecksum = \"02\"\n\n\
                    [[package]]\nname = \"question\"\nversion = \"0.0.0\"\n";
        assert_eq!(checksum_in_lock(lock, "a"), Some("01"));
        assert_eq!(checksum_in_lock(lock, "a-b"), Some("02"));
        assert_eq!(checksum_in_lock(lock, "b"), None);
        assert_eq!(checksum_in_lock(lock, "question"), None);
    }

    /// As cargo 1.95 words them.
    #[test]
    fn an_absent_version_is_told_from_an_index_that_does_not_answer() {
        let unknown = |message: &str| is_unknown(message, "a", "1.0.0");
        assert!(unknown("error: no matching package named `a` found\nlocation searched: crates.io index"));
        assert!(unknown("error: failed to select a version for the requirement `a = \"=1.0.0\"`\n"));
        assert!(!unknown("error: no matching package named `b` found"));
        assert!(!unknown(
            "error: failed to get `a` as a dependency of package `question v0.0.0`\n\
                          Caused by:\n  download of config.json failed"
        ));
    }

    #[test]
    fn a_withdrawn_version_is_not_an_absent_one() {
        let message = "error: failed to select a version for the requirement `a = \"=1.0.0\"`\n  version 1.0.0 is yanked\n";
        assert!(is_yanked(message, "1.0.0"));
        assert!(!is_yanked(
            "error: failed to select a version for the requirement `a = \"=1.0.0\"`\n",
            "1.0.0"
        ));
    }

    #[test]
    fn the_limit_of_publishing_is_not_another_error() {
        assert!(is_limit(
            "  the remote server responded with an error (status 429 Too Many Requests): You have"
        ));
        assert!(!is_limit(
            "  the remote server responded with an error (status 403 Forbidden): invalid token"
        ));
    }
}
