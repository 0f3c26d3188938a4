//! The list of differences that are known, and explained in `docs/DIVERGENCES.md`.

use std::{collections::BTreeSet, fmt};

/// The verdict of the peer, if ours is the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// We reject what the peer accepts.
    Accepts,
    /// We accept what the peer rejects.
    Rejects,
}

/// Differences that have one explanation: one peer's, in one direction, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// The peer's name.
    pub peer: String,
    /// What the peer does.
    pub direction: Direction,
    /// The code of our rejection, or the kind of the peer's.
    pub reason: String,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Accepts => "accepts",
            Direction::Rejects => "rejects",
        };
        write!(f, "{} | {direction} | {}", self.peer, self.reason)
    }
}

/// The classes that are known.
#[derive(Debug)]
pub struct Known(BTreeSet<Class>);

impl Known {
    /// Reads lines of `peer | accepts or rejects | reason | heading`, without those that are empty or begin with `#`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let listed: Vec<_> = lines.map(Self::entry).collect::<Result<_, _>>()?;
        let (count, classes) = (listed.len(), BTreeSet::from_iter(listed));
        if classes.len() < count {
            return Err("a class is repeated in the list".to_owned());
        }
        Ok(Self(classes))
    }

    fn entry(line: &str) -> Result<Class, String> {
        let parts: Vec<_> = line.split(" | ").map(str::trim).collect();
        let [peer, direction, reason, _heading] = parts.as_slice() else {
            return Err(format!("not four parts: {line}"));
        };
        let direction = match *direction {
            "accepts" => Direction::Accepts,
            "rejects" => Direction::Rejects,
            other => return Err(format!("neither `accepts` nor `rejects`: {other}")),
        };
        Ok(Class { peer: (*peer).to_owned(), direction, reason: (*reason).to_owned() })
    }

    /// The classes found that are not known.
    pub fn missing<'a>(&self, found: &'a BTreeSet<Class>) -> Vec<&'a Class> {
        found.iter().filter(|class| !self.0.contains(class)).collect()
    }

    /// The known classes of these peers that were not found.
    pub fn stale(&self, found: &BTreeSet<Class>, peers: &[&str]) -> Vec<&Class> {
        let known = self.0.iter();
        known.filter(|class| peers.contains(&class.peer.as_str()) && !found.contains(class)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str =
        "# known\n\npeer | accepts | origin-mismatch | Origins\npeer | rejects | Error: x | Keys\n";

    fn class(direction: Direction, reason: &str) -> Class {
        Class { peer: "peer".to_owned(), direction, reason: reason.to_owned() }
    }

    fn both() -> BTreeSet<Class> {
        [class(Direction::Accepts, "origin-mismatch"), class(Direction::Rejects, "Error: x")].into()
    }

    #[test]
    fn a_class_that_is_not_in_the_list_is_missing() {
        let known = Known::parse(LIST).unwrap();
        let mut found = both();
        assert!(known.missing(&found).is_empty());
        let new = class(Direction::Rejects, "origin-mismatch");
        found.insert(new.clone());
        assert_eq!(known.missing(&found), [&new]);
    }

    #[test]
    fn a_class_that_no_longer_occurs_is_stale_if_its_peer_was_asked() {
        let known = Known::parse(LIST).unwrap();
        let mut found = both();
        assert!(known.stale(&found, &["peer"]).is_empty());
        let gone = class(Direction::Rejects, "Error: x");
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
}
