//! The list of suites that pass whole. It only grows.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use super::Report;

/// Names of suites, one a line; `#` begins a comment.
#[derive(Debug, Default)]
pub(super) struct CompleteList(BTreeSet<String>);

impl CompleteList {
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let names = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        Self(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    /// Whether exactly the listed suites of the run pass whole.
    pub(super) fn is_met_by(&self, report: &Report) -> bool {
        report.suites.iter().all(|suite| self.contains(suite) == passes_whole(report, suite))
    }

    /// A line for each suite: its counts, and whether that is as listed.
    pub(super) fn summary(&self, report: &Report) -> String {
        let mut lines = String::new();
        for suite in &report.suites {
            let (passed, failed) = report.counts_of(suite);
            let remark = match (self.contains(suite), passes_whole(report, suite)) {
                (true, true) => "complete",
                (false, false) => "not complete yet",
                (true, false) => "FAIL: listed as complete, and is not",
                (false, true) => "FAIL: passes whole and is not listed as complete: add it",
            };
            // Writing to a string does not fail.
            let _ = writeln!(lines, "suite {suite}: {passed} of {} ({remark})", passed + failed);
        }
        for absent in self.0.difference(&report.suites) {
            let _ = writeln!(lines, "suite {absent}: listed as complete, not in the folders");
        }
        lines
    }

    fn contains(&self, suite: &str) -> bool {
        self.0.contains(suite)
    }
}

fn passes_whole(report: &Report, suite: &str) -> bool {
    report.counts_of(suite).1 == 0
}

#[cfg(test)]
mod tests {
    use super::{super::tests::report, *};

    #[test]
    fn a_failing_case_of_a_listed_suite_fails() {
        let list = CompleteList::parse("s # all of it\n\n# t\n");
        assert!(list.is_met_by(&report(&[("s", "a", &[true]), ("t", "b", &[false])])));
        assert!(!list.is_met_by(&report(&[("s", "a", &[true]), ("s", "b", &[false])])));
    }

    #[test]
    fn an_unlisted_suite_that_passes_whole_fails() {
        let list = CompleteList::parse("s");
        let report = report(&[("s", "a", &[true]), ("t", "b", &[true])]);
        assert!(!list.is_met_by(&report));
        assert!(list.summary(&report).contains("suite t: 1 of 1 (FAIL: passes whole and is not listed"));
    }

    #[test]
    fn a_listed_suite_that_is_not_there_is_named() {
        let list = CompleteList::parse("s\nu");
        let report = report(&[("s", "a", &[true])]);
        assert!(list.is_met_by(&report));
        assert!(list.summary(&report).contains("suite u: listed as complete, not in the folders"));
    }
}
