//! What git says of the tree and its tags.

use std::{error::Error, process::Command};

use crate::tools;

/// The state of the checkout, as far as a release depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkout {
    /// The lines of `git status --porcelain`.
    pub(super) changes: Vec<String>,
    /// The tags of the checked-out commit.
    pub(super) tags: Vec<String>,
    /// Whether the clone has no history, and so no earlier tag.
    pub(super) is_shallow: bool,
}

impl Checkout {
    pub(super) fn read() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            changes: lines(&["status", "--porcelain", "--untracked-files=normal"])?,
            tags: lines(&["tag", "--points-at", "HEAD"])?,
            is_shallow: is_shallow()?,
        })
    }

    /// The reasons against a release of this version from this checkout.
    pub(super) fn objections(&self, version: &str) -> Vec<String> {
        let mut objections = Vec::new();
        if let [first, rest @ ..] = self.changes.as_slice() {
            let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            objections.push(format!("the tree has changes that are not committed: {first}{more}"));
        }
        let tag = format!("v{version}");
        if !self.tags.contains(&tag) {
            objections.push(format!("the checked-out commit has no tag {tag}"));
        }
        if self.is_shallow {
            objections.push("the clone has no history to find the last release in".to_owned());
        }
        objections
    }
}

/// The newest release before the checked-out commit: a tag such as `v0.1.0`. Not that of the commit itself.
pub(super) fn last_tag(version: &str) -> Result<Option<String>, Box<dyn Error>> {
    Ok(last(lines(&["tag", "--merged", "HEAD", "--list", "v[0-9]*"])?, &format!("v{version}")))
}

/// The highest version among the tags, except the candidate's own. A pre-release such as `v1.0.0-rc.1` is below its release.
fn last(tags: Vec<String>, own: &str) -> Option<String> {
    tags.into_iter().filter(|tag| tag != own).max_by_key(|tag| (tools::version(tag), !tag.contains('-')))
}

pub(super) fn is_shallow() -> Result<bool, Box<dyn Error>> {
    Ok(lines(&["rev-parse", "--is-shallow-repository"])?.iter().any(|line| line == "true"))
}

fn lines(arguments: &[&str]) -> Result<Vec<String>, Box<dyn Error>> {
    let mut git = Command::new("git");
    // The checkout of a CI machine is often another user's.
    git.current_dir(tools::root()).args(["-c", "safe.directory=*"]).args(arguments);
    let output = git.output().map_err(|error| format!("git: {error}"))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(format!("git {}: {}", arguments.join(" "), message.trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objections(changes: &[&str], tags: &[&str]) -> Vec<String> {
        let owned = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        Checkout { changes: owned(changes), tags: owned(tags), is_shallow: false }.objections("1.2.0")
    }

    #[test]
    fn a_clean_tree_with_the_tag_of_the_version_can_be_released() {
        assert_eq!(objections(&[], &["other", "v1.2.0"]), Vec::<String>::new());
    }

    #[test]
    fn a_dirty_tree_is_an_objection() {
        let found = objections(&[" M Cargo.toml", "?? a"], &["v1.2.0"]);
        assert_eq!(found, ["the tree has changes that are not committed:  M Cargo.toml, and 1 more"]);
    }

    #[test]
    fn a_clone_without_history_is_an_objection() {
        let checkout = Checkout { changes: Vec::new(), tags: vec!["v1.2.0".to_owned()], is_shallow: true };
        assert_eq!(checkout.objections("1.2.0").len(), 1);
    }

    #[test]
    fn the_last_release_is_the_highest_version_and_not_the_candidate() {
        let last = |tags: &[&str], own| last(tags.iter().map(|tag| (*tag).to_owned()).collect(), own);
        assert_eq!(last(&[], "v0.1.0"), None);
        assert_eq!(last(&["v0.1.0"], "v0.1.0"), None);
        assert_eq!(last(&["v0.1.0", "v0.10.0", "v0.9.0"], "v0.11.0").as_deref(), Some("v0.10.0"));
        assert_eq!(last(&["v0.2.0", "v0.2.0-rc.1"], "v0.3.0").as_deref(), Some("v0.2.0"));
    }

    #[test]
    fn a_missing_tag_is_an_objection() {
        assert_eq!(objections(&[], &["v1.2.1", "1.2.0"]), ["the checked-out commit has no tag v1.2.0"]);
    }
}
