//! The outcomes of the mutants: a table of files, and the survivors that are explained.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt, fs,
    path::Path,
};

use crate::list::Mutant;
use crate::repository::root;

/// The outcome of one mutant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// A test failed.
    Caught,
    /// It doesn't compile.
    Unviable,
    /// A test did not end.
    Timeout,
    /// No test failed.
    Missed,
}

/// The survivors that change nothing, each with the reason.
///
/// Lines are `FILE | what is changed | the line of code | reason`: without a line's number, so that they stay while other
/// lines change.
pub(super) struct Explained(BTreeMap<String, String>);

impl Explained {
    pub(super) fn read() -> Result<Self, Box<dyn Error>> {
        let explained = Self::parse(&fs::read_to_string(root().join("xtask/mutants/explained.txt"))?)?;
        explained.check(root())?;
        Ok(explained)
    }

    fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        let mut explained = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            // The code may have bars of its own.
            let (key, reason) = line.rsplit_once(" | ").ok_or_else(|| format!("no reason: {line}"))?;
            if reason.trim().is_empty() || key.split(" | ").count() < 3 {
                return Err(format!("not `FILE | change | line | reason`: {line}").into());
            }
            if explained.insert(key.to_owned(), reason.to_owned()).is_some() {
                return Err(format!("listed twice: {key}").into());
            }
        }
        Ok(Self(explained))
    }

    /// Checks that each file exists and has its line of code, so that an explanation whose code moves is not lost in silence.
    fn check(&self, root: &Path) -> Result<(), String> {
        let is_there = |key: &&String| {
            let file = key.split(" | ").next().unwrap_or_default();
            let source = fs::read_to_string(root.join(file)).unwrap_or_default();
            source.lines().map(str::trim).any(|line| key.ends_with(&format!(" | {line}")))
        };
        match self.0.keys().find(|key| !is_there(key)) {
            Some(key) => Err(format!("xtask/mutants/explained.txt: no such code: {key}")),
            None => Ok(()),
        }
    }

    /// The explanations for these files that belong to none of the mutants.
    pub(super) fn gone(&self, files: &[String], mutants: &[Mutant]) -> Vec<&str> {
        let keys: BTreeSet<&str> = mutants.iter().map(|mutant| &*mutant.key).collect();
        let listed: BTreeSet<&Path> = mutants.iter().map(|mutant| &*mutant.file).collect();
        let is_gone = |key: &&str| {
            let file = key.split(" | ").next().unwrap_or_default();
            let is_chosen = listed.contains(Path::new(file)) || files.iter().any(|chosen| chosen == file);
            is_chosen && !keys.contains(key)
        };
        self.0.keys().map(String::as_str).filter(is_gone).collect()
    }
}

/// Numbers of a file.
#[derive(Default, Clone, Copy)]
struct Counts {
    mutants: usize,
    caught: usize,
    unviable: usize,
    timeout: usize,
    explained: usize,
    missed: usize,
    not_run: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.mutants += other.mutants;
        self.caught += other.caught;
        self.unviable += other.unviable;
        self.timeout += other.timeout;
        self.explained += other.explained;
        self.missed += other.missed;
        self.not_run += other.not_run;
    }
}

/// A mutant's line in a table of outcomes.
pub(super) fn line(mutant: &Mutant, outcome: Option<Outcome>) -> String {
    let outcome = outcome.map_or("not run".to_owned(), |outcome| format!("{outcome:?}").to_lowercase());
    format!("{outcome}\t{}\n", mutant.name)
}

/// All of a run.
pub(super) struct Report<'a> {
    mutants: &'a [Mutant],
    outcomes: &'a BTreeMap<u32, Outcome>,
    explained: &'a Explained,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        mutants: &'a [Mutant],
        outcomes: &'a BTreeMap<u32, Outcome>,
        explained: &'a Explained,
    ) -> Self {
        Self { mutants, outcomes, explained }
    }

    fn outcome(&self, mutant: &Mutant) -> Option<Outcome> {
        self.outcomes.get(&mutant.number).copied()
    }

    fn is_explained(&self, mutant: &Mutant) -> bool {
        self.explained.0.contains_key(&mutant.key)
    }

    /// The survivors without an explanation.
    fn survivors(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants
            .iter()
            .filter(|mutant| self.outcome(mutant) == Some(Outcome::Missed) && !self.is_explained(mutant))
    }

    /// The explained ones that no mutant with this key survives.
    fn wrongly_explained(&self) -> BTreeSet<&str> {
        let with = |survives: bool| -> BTreeSet<&str> {
            let run = self
                .mutants
                .iter()
                .filter(|mutant| self.outcome(mutant).is_some() && self.is_explained(mutant));
            let chosen = run.filter(|mutant| (self.outcome(mutant) == Some(Outcome::Missed)) == survives);
            chosen.map(|mutant| &*mutant.key).collect()
        };
        with(false).difference(&with(true)).copied().collect()
    }

    pub(super) fn passed(&self) -> bool {
        self.survivors().next().is_none() && self.wrongly_explained().is_empty()
    }

    /// A line for each mutant: outcome and name.
    pub(super) fn tsv(&self) -> String {
        self.mutants.iter().map(|mutant| line(mutant, self.outcome(mutant))).collect()
    }

    fn counts(&self) -> BTreeMap<&Path, Counts> {
        let mut files: BTreeMap<&Path, Counts> = BTreeMap::new();
        for mutant in self.mutants {
            let mut one = Counts { mutants: 1, ..Counts::default() };
            match self.outcome(mutant) {
                Some(Outcome::Caught) => one.caught = 1,
                Some(Outcome::Unviable) => one.unviable = 1,
                Some(Outcome::Timeout) => one.timeout = 1,
                Some(Outcome::Missed) if self.is_explained(mutant) => one.explained = 1,
                Some(Outcome::Missed) => one.missed = 1,
                None => one.not_run = 1,
            }
            files.entry(&mutant.file).or_default().add(one);
        }
        files
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut total = Counts::default();
        writeln!(f, "| file | mutants | caught | timeout | unviable | explained | survived | not run |")?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
        let row = |f: &mut fmt::Formatter<'_>, name: &str, n: Counts| {
            let Counts { mutants, caught, timeout, unviable, explained, missed, not_run } = n;
            writeln!(
                f,
                "| {name} | {mutants} | {caught} | {timeout} | {unviable} | {explained} | {missed} | {not_run} |"
            )
        };
        for (file, counts) in self.counts() {
            total.add(counts);
            let name = file.display().to_string();
            row(f, &format!("`{}`", name.strip_prefix("crates/").unwrap_or(&name)), counts)?;
        }
        row(f, "all", total)?;
        for mutant in self.survivors() {
            writeln!(f, "survived: {}\n    {}", mutant.name, mutant.key)?;
        }
        for key in self.wrongly_explained() {
            writeln!(f, "explained, and caught: {key}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_explanation_is_of_code_that_exists() {
        Explained::read().unwrap();
        for gone in [
            "no_such.rs | replace a | fn a() {} | why",
            "xtask/mutants/src/main.rs | replace a | no such line | why",
        ] {
            assert!(Explained::parse(gone).unwrap().check(root()).is_err(), "{gone}");
        }
    }
}
