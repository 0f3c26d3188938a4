//! `cargo xtask differential`: the program of that name in `benches/`, a workspace of its own, with its arguments; and
//! what decides whether its findings are known.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt,
    process::{Command, ExitCode},
};

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(crate::root());
    cargo.args(["run", "--quiet", "--locked", "--manifest-path", "benches/Cargo.toml"]);
    // Beside what else is built for benches, and never in their own workspace's folder.
    if std::env::var_os("CARGO_TARGET_DIR").is_none() {
        cargo.args(["--target-dir", "target/benches"]);
    }
    let status = cargo.args(["--bin", "differential", "--"]).args(arguments.raw_args()?).status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::from(2), ExitCode::from))
}

/// Which of the two accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// We refuse what the peer accepts.
    Accepts,
    /// We accept what the peer refuses.
    Refuses,
}

/// Differences that have one explanation: one peer's, in one direction, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// The peer's name.
    pub peer: String,
    /// Who accepts.
    pub direction: Direction,
    /// The code of our refusal, or the kind of the peer's.
    pub reason: String,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Accepts => "accepts",
            Direction::Refuses => "refuses",
        };
        write!(f, "{} | {direction} | {}", self.peer, self.reason)
    }
}

/// The classes that are known, each with the heading of its explanation.
#[derive(Debug)]
pub struct Known(Vec<(Class, String)>);

impl Known {
    /// Reads `peer | accepts or refuses | reason | heading` a line; empty lines and those from `#` on don't count.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let known: Vec<_> = lines.map(Self::entry).collect::<Result<_, _>>()?;
        let classes: BTreeSet<_> = known.iter().map(|(class, _)| class).collect();
        if classes.len() < known.len() {
            return Err("a class stands twice in the list".to_owned());
        }
        Ok(Self(known))
    }

    fn entry(line: &str) -> Result<(Class, String), String> {
        let parts: Vec<_> = line.split(" | ").map(str::trim).collect();
        let [peer, direction, reason, heading] = parts.as_slice() else {
            return Err(format!("not four parts: {line}"));
        };
        let direction = match *direction {
            "accepts" => Direction::Accepts,
            "refuses" => Direction::Refuses,
            other => return Err(format!("neither `accepts` nor `refuses`: {other}")),
        };
        let class = Class { peer: (*peer).to_owned(), direction, reason: (*reason).to_owned() };
        Ok((class, (*heading).to_owned()))
    }

    /// The classes found that are not known.
    pub fn missing<'a>(&self, found: &'a BTreeSet<Class>) -> Vec<&'a Class> {
        found.iter().filter(|class| !self.0.iter().any(|(known, _)| known == *class)).collect()
    }

    /// The known classes of these peers that were not found.
    pub fn stale(&self, found: &BTreeSet<Class>, peers: &[&str]) -> Vec<&Class> {
        let known = self.0.iter().map(|(class, _)| class);
        known.filter(|class| peers.contains(&class.peer.as_str()) && !found.contains(class)).collect()
    }

    /// The headings that the document lacks, and its headings of explanations that no class leads to.
    pub fn unexplained(&self, document: &str) -> Vec<String> {
        let wanted: BTreeSet<_> = self.0.iter().map(|(_, heading)| heading.as_str()).collect();
        let there: BTreeSet<_> = document.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        let missing = wanted.difference(&there).map(|heading| format!("no explanation `{heading}`"));
        let surplus = there.difference(&wanted).map(|heading| format!("no class leads to `{heading}`"));
        missing.chain(surplus).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str =
        "# known\n\npeer | accepts | origin-mismatch | Origins\npeer | refuses | Error: x | Keys\n";

    fn class(direction: Direction, reason: &str) -> Class {
        Class { peer: "peer".to_owned(), direction, reason: reason.to_owned() }
    }

    fn both() -> BTreeSet<Class> {
        [class(Direction::Accepts, "origin-mismatch"), class(Direction::Refuses, "Error: x")].into()
    }

    #[test]
    fn a_class_that_is_not_in_the_list_is_missing() {
        let known = Known::parse(LIST).unwrap();
        let mut found = both();
        assert!(known.missing(&found).is_empty());
        let new = class(Direction::Refuses, "origin-mismatch");
        found.insert(new.clone());
        assert_eq!(known.missing(&found), [&new]);
    }

    #[test]
    fn a_class_that_no_longer_occurs_is_stale_if_its_peer_was_asked() {
        let known = Known::parse(LIST).unwrap();
        let mut found = both();
        assert!(known.stale(&found, &["peer"]).is_empty());
        let gone = class(Direction::Refuses, "Error: x");
        found.remove(&gone);
        assert_eq!(known.stale(&found, &["peer"]), [&gone]);
        assert!(known.stale(&found, &["other"]).is_empty());
    }

    #[test]
    fn a_list_that_cannot_be_read_is_an_error() {
        Known::parse("peer | accepts | origin-mismatch").unwrap_err();
        Known::parse("peer | allows | origin-mismatch | Origins").unwrap_err();
        Known::parse(&LIST.repeat(2)).unwrap_err();
    }

    #[test]
    fn each_class_has_its_explanation_and_each_explanation_its_class() {
        let known = Known::parse(LIST).unwrap();
        assert!(known.unexplained("### Keys\ntext\n### Origins\n").is_empty());
        assert_eq!(known.unexplained("### Keys\n### More\n").len(), 2);
    }

    #[test]
    fn the_known_classes_are_explained_in_the_document() {
        let read = |path| std::fs::read_to_string(crate::root().join(path)).unwrap();
        let known = Known::parse(&read("benches/differential/known.txt")).unwrap();
        assert_eq!(known.unexplained(&read("docs/DIVERGENCES.md")), Vec::<String>::new());
    }
}
