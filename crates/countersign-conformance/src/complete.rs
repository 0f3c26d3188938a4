//! The list of suites that an implementation passes completely. It only grows.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::report::Report;

/// Names of suites, one a line; `#` begins a comment.
#[derive(Debug, Default)]
pub struct CompleteList(BTreeSet<String>);

impl CompleteList {
    /// Reads the text of a list.
    pub fn parse(text: &str) -> Self {
        let names = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        Self(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    /// Whether the suites of the run that pass completely are exactly the listed ones.
    pub fn is_met_by(&self, report: &Report) -> bool {
        report.suites.iter().all(|suite| self.0.contains(suite) == passes_completely(report, suite))
    }

    /// A line for each suite: its counts, and whether they are as listed.
    pub fn summary(&self, report: &Report) -> String {
        let mut lines = String::new();
        for suite in &report.suites {
            let counts = report.counts_of(suite);
            let remark = match (self.0.contains(suite), passes_completely(report, suite)) {
                (true, true) => "complete",
                (false, false) => "not complete yet",
                (true, false) => "FAIL: listed as complete, and is not",
                (false, true) => "FAIL: passes completely and is not listed as complete: add it",
            };
            // Writing to a string does not fail.
            let _ = writeln!(lines, "suite {suite}: {} of {} ({remark})", counts.passed, counts.all());
        }
        for absent in self.0.difference(&report.suites) {
            let _ = writeln!(lines, "suite {absent}: listed as complete, not in the folders");
        }
        lines
    }
}

fn passes_completely(report: &Report, suite: &str) -> bool {
    let counts = report.counts_of(suite);
    counts.passed == counts.all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{
        StepOutcome::{Failed, Passed, Unsupported},
        tests::report,
    };

    #[test]
    fn a_failing_or_unsupported_case_of_a_listed_suite_fails() {
        let list = CompleteList::parse("s # all of it\n\n# t\n");
        assert!(list.is_met_by(&report(&[("s", "a", &[Passed]), ("t", "b", &[Failed])])));
        assert!(!list.is_met_by(&report(&[("s", "a", &[Passed]), ("s", "b", &[Failed])])));
        assert!(!list.is_met_by(&report(&[("s", "a", &[Passed]), ("s", "b", &[Unsupported])])));
    }

    #[test]
    fn an_unlisted_suite_that_passes_completely_fails() {
        let list = CompleteList::parse("s");
        let report = report(&[("s", "a", &[Passed]), ("t", "b", &[Passed])]);
        assert!(!list.is_met_by(&report));
        assert!(list.summary(&report).contains("suite t: 1 of 1 (FAIL: passes completely and is not listed"));
    }

    #[test]
    fn a_listed_suite_that_is_not_in_the_run_is_named() {
        let list = CompleteList::parse("s\nu");
        let report = report(&[("s", "a", &[Passed])]);
        assert!(list.is_met_by(&report));
        assert!(list.summary(&report).contains("suite u: listed as complete, not in the folders"));
    }
}
