//! The result of a run.

use std::{collections::BTreeSet, fmt::Write as _};

use serde::Serialize;
use serde_json::Value;

/// The results of all cases of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// The names of the suites, run or not.
    pub suites: BTreeSet<String>,
    /// The results, in the order of the run.
    pub cases: Vec<CaseResult>,
}

/// The result of one case.
#[derive(Debug)]
pub struct CaseResult {
    /// The name of its suite.
    pub suite: String,
    /// Its ID in the suite.
    pub id: String,
    /// The results of its steps.
    pub steps: Vec<StepResult>,
}

/// The result of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepResult {
    /// `registration`, or `authentication N`, counted from 1.
    pub step: String,
    /// What the case expects, as JSON.
    pub expected: Value,
    /// `accept`, the code of the rejection or `reject`, `unsupported`, or `error` if there was no answer.
    pub got: String,
    /// A sentence for people.
    pub detail: Option<String>,
    /// How the two compare.
    pub outcome: StepOutcome,
}

/// The comparison of an answer with the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepOutcome {
    /// As expected.
    Passed,
    /// The implementation can't be asked.
    Unsupported,
    /// Not as expected.
    Failed,
}

/// How many cases had each outcome.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Cases in which every step was as expected.
    pub passed: usize,
    /// Cases with a step that was not as expected.
    pub failed: usize,
    /// Cases with a step that the implementation does not support, and none that failed.
    pub unsupported: usize,
}

impl Counts {
    /// All cases.
    pub fn all(&self) -> usize {
        self.passed + self.failed + self.unsupported
    }
}

impl CaseResult {
    /// The outcome of the case: that of its worst step.
    pub fn outcome(&self) -> StepOutcome {
        self.steps.iter().map(|step| step.outcome).max().unwrap_or(StepOutcome::Passed)
    }
}

impl StepResult {
    /// A sentence about a step that did not pass.
    pub fn complaint(&self) -> String {
        let Self { step, expected, got, detail, .. } = self;
        match detail {
            Some(detail) => format!("{step}: expected {expected}, got {got} ({detail})"),
            None => format!("{step}: expected {expected}, got {got}"),
        }
    }
}

impl Report {
    /// The counts of all cases.
    pub fn counts(&self) -> Counts {
        self.count(|_| true)
    }

    /// The counts of one suite.
    pub fn counts_of(&self, suite: &str) -> Counts {
        self.count(|case| case.suite == suite)
    }

    fn count(&self, is_counted: impl Fn(&CaseResult) -> bool) -> Counts {
        let mut counts = Counts::default();
        for case in self.cases.iter().filter(|case| is_counted(case)) {
            match case.outcome() {
                StepOutcome::Passed => counts.passed += 1,
                StepOutcome::Unsupported => counts.unsupported += 1,
                StepOutcome::Failed => counts.failed += 1,
            }
        }
        counts
    }

    /// A line for each case with this outcome.
    pub fn lines(&self, outcome: StepOutcome) -> String {
        let word = match outcome {
            StepOutcome::Passed => "PASS",
            StepOutcome::Unsupported => "UNSUPPORTED",
            StepOutcome::Failed => "FAIL",
        };
        let mut lines = String::new();
        for case in self.cases.iter().filter(|case| case.outcome() == outcome) {
            let steps = case.steps.iter().filter(|step| step.outcome == outcome).map(StepResult::complaint);
            let line = format!("{word} {}/{}: {}", case.suite, case.id, steps.collect::<Vec<_>>().join("; "));
            lines.push_str(&line.replace(|c: char| c.is_control(), " "));
            lines.push('\n');
        }
        lines
    }

    /// An array with an object for each step: `{suite, id, step, expected, got, passed, outcome}`.
    ///
    /// # Errors
    ///
    /// If a value can't be written, which does not happen with values that were read.
    pub fn json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Row<'a> {
            suite: &'a str,
            id: &'a str,
            step: &'a str,
            expected: &'a Value,
            got: &'a str,
            passed: bool,
            outcome: StepOutcome,
        }
        let rows = self.cases.iter().flat_map(|case| {
            case.steps.iter().map(|step| Row {
                suite: &case.suite,
                id: &case.id,
                step: &step.step,
                expected: &step.expected,
                got: &step.got,
                passed: step.outcome == StepOutcome::Passed,
                outcome: step.outcome,
            })
        });
        // A line for each row, so that a difference of two runs shows the steps.
        let mut text = String::new();
        for row in rows {
            let start = if text.is_empty() { "[\n" } else { ",\n" };
            // Writing to a string does not fail.
            let _ = write!(text, "{start}{}", serde_json::to_string(&row)?);
        }
        Ok(if text.is_empty() { "[]\n".to_owned() } else { text + "\n]\n" })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use StepOutcome::{Failed, Passed, Unsupported};

    use super::*;

    fn step(outcome: StepOutcome) -> StepResult {
        StepResult {
            step: "registration".to_owned(),
            expected: "accept".into(),
            got: if outcome == Passed { "accept" } else { "origin-mismatch" }.to_owned(),
            detail: (outcome != Passed).then(|| "two\nlines".to_owned()),
            outcome,
        }
    }

    pub(crate) fn report(cases: &[(&str, &str, &[StepOutcome])]) -> Report {
        let result = |(suite, id, steps): &(&str, &str, &[StepOutcome])| CaseResult {
            suite: (*suite).to_owned(),
            id: (*id).to_owned(),
            steps: steps.iter().map(|outcome| step(*outcome)).collect(),
        };
        Report {
            suites: cases.iter().map(|(suite, ..)| (*suite).to_owned()).collect(),
            cases: cases.iter().map(result).collect(),
        }
    }

    #[test]
    fn a_case_has_the_outcome_of_its_worst_step() {
        let report = report(&[
            ("s", "a", &[Passed, Passed]),
            ("s", "b", &[Failed, Unsupported]),
            ("t", "c", &[Passed, Unsupported]),
        ]);
        assert_eq!(report.counts(), Counts { passed: 1, failed: 1, unsupported: 1 });
        assert_eq!(report.counts_of("s"), Counts { passed: 1, failed: 1, unsupported: 0 });
    }

    #[test]
    fn a_failing_case_is_one_line() {
        let report = report(&[("s", "a", &[Passed]), ("s", "b", &[Failed, Passed, Failed])]);
        let lines = report.lines(Failed);
        assert_eq!(lines.lines().count(), 1);
        assert!(
            lines.starts_with("FAIL s/b: registration: expected \"accept\", got origin-mismatch"),
            "{lines}"
        );
        assert_eq!(report.lines(Unsupported), "");
    }

    #[test]
    fn the_json_has_an_object_for_each_step() {
        let rows = report(&[("s", "a", &[Passed, Failed])]).json().unwrap();
        let rows: Value = serde_json::from_str(&rows).unwrap();
        assert_eq!(
            rows[1],
            serde_json::json!({"suite": "s", "id": "a", "step": "registration", "expected": "accept",
                               "got": "origin-mismatch", "passed": false, "outcome": "failed"})
        );
        assert_eq!(rows[0]["passed"], true);
        assert_eq!(rows.as_array().unwrap().len(), 2);
        assert_eq!(Report::default().json().unwrap(), "[]\n");
    }
}
