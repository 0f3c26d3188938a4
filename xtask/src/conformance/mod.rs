//! `cargo xtask conformance`: runs suites of cases on the public API of `countersign`.

mod case;
mod complete;
mod put;
mod run;

pub use put::{Ceremony, Put, StoredRecord};

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use countersign::cose::Verifiers;
use serde::Serialize;
use serde_json::Value;

use case::Suite;
use complete::CompleteList;
use run::{Setting, StepResult};

const HELP: &str = "\
cargo xtask conformance [--vectors DIR]... [--filter TEXT] [--json FILE] [--require-complete FILE]
                        [--backend NAME]

Runs every case of every *.json below each DIR on the public API of `countersign`: a line for each
failing case, and last `N passed, N failed`.

  --vectors DIR            a folder of suites; may stand several times [the project's own: conformance/]
  --filter TEXT            only cases whose `suite/id` contains TEXT
  --json FILE              write [{suite, id, step, expected, got, passed}], one for each step of each case
  --require-complete FILE  FILE names the suites that must pass whole, one a line. Prints the counts of each
                           suite. Fails where a listed suite has a failing case, and where a suite passes
                           whole and is not listed: the list only grows. Other failures don't count.

  --backend NAME           what verifies signatures: rust-crypto or, where xtask is built with the feature
                           aws-lc, aws-lc [rust-crypto]

Exit codes: 0 no case failed, 1 some did, 2 a suite can't be read or there is nothing to run.
";

#[derive(Debug, Default)]
struct Options {
    folders: Vec<PathBuf>,
    filter: Option<String>,
    json: Option<PathBuf>,
    require_complete: Option<PathBuf>,
    verifiers: Option<Verifiers>,
}

impl Options {
    /// `None` where only the help was asked for.
    fn parse(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut options = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("vectors") => options.folders.push(arguments.value()?.into()),
                Long("filter") => options.filter = Some(arguments.value()?.string()?),
                Long("json") => options.json = Some(arguments.value()?.into()),
                Long("require-complete") => options.require_complete = Some(arguments.value()?.into()),
                Long("backend") => options.verifiers = Some(backend(&arguments.value()?.string()?)?),
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        if options.filter.is_some() && options.require_complete.is_some() {
            return Err("--filter leaves cases out, so --require-complete can say nothing".into());
        }
        if options.folders.is_empty() {
            options.folders.push(crate::root().join("conformance"));
        }
        Ok(Some(options))
    }
}

fn backend(name: &str) -> Result<Verifiers, lexopt::Error> {
    match name {
        "rust-crypto" => Ok(Verifiers::rust_crypto()),
        #[cfg(feature = "aws-lc")]
        "aws-lc" => Ok(Verifiers::aws_lc()),
        other => Err(format!("no backend `{other}` in this build").into()),
    }
}

pub(crate) fn main(arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let Some(options) = Options::parse(arguments)? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let complete = options.require_complete.as_deref().map(CompleteList::read).transpose()?;
    let (suites, unreadable) = read(&options.folders);
    let report = Report::of(
        &suites,
        options.filter.as_deref(),
        &options.verifiers.unwrap_or_else(Verifiers::rust_crypto),
    );
    print!("{}", report.failures());
    if let Some(complete) = &complete {
        print!("{}", complete.summary(&report));
    }
    if let Some(file) = &options.json {
        std::fs::write(file, report.json()?).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let (passed, failed) = report.counts();
    println!("{passed} passed, {failed} failed");
    for error in &unreadable {
        eprintln!("error: {error}");
    }
    if report.cases.is_empty() {
        eprintln!("error: no case to run");
    }
    let wrong = complete.map_or(failed > 0, |complete| !complete.is_met_by(&report));
    Ok(match (unreadable.is_empty() && !report.cases.is_empty(), wrong) {
        (false, _) => ExitCode::from(2),
        (true, true) => ExitCode::from(1),
        (true, false) => ExitCode::SUCCESS,
    })
}

/// The suites of all folders, in the order of their paths, and what is wrong with those that can't be used.
fn read(folders: &[PathBuf]) -> (Vec<Suite>, Vec<String>) {
    let (mut suites, mut errors) = (Vec::<Suite>::new(), Vec::new());
    for folder in folders {
        let mut files = Vec::new();
        if let Err(error) = collect(folder, &mut files) {
            errors.push(format!("{}: {error}", folder.display()));
        }
        if files.is_empty() {
            errors.push(format!("{}: no suite in this folder", folder.display()));
        }
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(&file).map_err(|error| error.to_string());
            match text.and_then(|text| Suite::from_json(&text)) {
                Ok(suite) if suites.iter().any(|other| other.name == suite.name) => {
                    errors.push(format!("{}: another suite has the name `{}`", file.display(), suite.name));
                }
                Ok(suite) => suites.push(suite),
                Err(error) => errors.push(format!("{}: {error}", file.display())),
            }
        }
    }
    (suites, errors)
}

/// Every `*.json` below `folder`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// What came out of a run.
#[derive(Debug, Default)]
struct Report {
    /// The names of the suites that were read, run or not.
    suites: BTreeSet<String>,
    cases: Vec<CaseResult>,
}

#[derive(Debug)]
struct CaseResult {
    suite: String,
    id: String,
    steps: Vec<StepResult>,
}

impl CaseResult {
    fn passed(&self) -> bool {
        self.steps.iter().all(|step| step.passed)
    }
}

impl Report {
    fn of(suites: &[Suite], filter: Option<&str>, verifiers: &Verifiers) -> Self {
        let mut report = Self::default();
        for suite in suites {
            report.suites.insert(suite.name.clone());
            for case in &suite.cases {
                let name = format!("{}/{}", suite.name, case.id);
                if filter.is_none_or(|filter| name.contains(filter)) {
                    let steps = run::run(Setting { suite, verifiers }, case);
                    report.cases.push(CaseResult { suite: suite.name.clone(), id: case.id.clone(), steps });
                }
            }
        }
        report
    }

    /// Cases passed and failed.
    fn counts(&self) -> (usize, usize) {
        let passed = self.cases.iter().filter(|case| case.passed()).count();
        (passed, self.cases.len() - passed)
    }

    /// Cases passed and failed of one suite.
    fn counts_of(&self, suite: &str) -> (usize, usize) {
        let of = self.cases.iter().filter(|case| case.suite == suite);
        let (passed, failed): (Vec<_>, Vec<_>) = of.partition(|case| case.passed());
        (passed.len(), failed.len())
    }

    /// A line for each failing case.
    fn failures(&self) -> String {
        let mut lines = String::new();
        for case in self.cases.iter().filter(|case| !case.passed()) {
            let steps = case.steps.iter().filter(|step| !step.passed).map(StepResult::complaint);
            let line = format!("FAIL {}/{}: {}", case.suite, case.id, steps.collect::<Vec<_>>().join("; "));
            lines.push_str(&line.replace(|c: char| c.is_control(), " "));
            lines.push('\n');
        }
        lines
    }

    fn json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Row<'a> {
            suite: &'a str,
            id: &'a str,
            step: &'a str,
            expected: &'a Value,
            got: &'a str,
            passed: bool,
        }
        let rows = self.cases.iter().flat_map(|case| {
            case.steps.iter().map(|step| Row {
                suite: &case.suite,
                id: &case.id,
                step: &step.step,
                expected: &step.expected,
                got: &step.got,
                passed: step.passed,
            })
        });
        // A row a line: short enough to read, and a difference of two runs shows the steps.
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
mod tests {
    use super::*;

    fn step(passed: bool) -> StepResult {
        StepResult {
            step: "registration".to_owned(),
            expected: "accept".into(),
            got: if passed { "accept" } else { "origin-mismatch" }.to_owned(),
            detail: (!passed).then(|| "two\nlines".to_owned()),
            passed,
            record: None,
        }
    }

    pub(super) fn report(cases: &[(&str, &str, &[bool])]) -> Report {
        let result = |(suite, id, steps): &(&str, &str, &[bool])| CaseResult {
            suite: (*suite).to_owned(),
            id: (*id).to_owned(),
            steps: steps.iter().map(|passed| step(*passed)).collect(),
        };
        Report {
            suites: cases.iter().map(|(suite, ..)| (*suite).to_owned()).collect(),
            cases: cases.iter().map(result).collect(),
        }
    }

    fn options(arguments: &[&str]) -> Result<Option<Options>, lexopt::Error> {
        Options::parse(lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn a_case_fails_with_any_of_its_steps_and_is_counted_once() {
        let report = report(&[("s", "a", &[true, true]), ("s", "b", &[false, false]), ("t", "c", &[true])]);
        assert_eq!(report.counts(), (2, 1));
        assert_eq!(report.counts_of("s"), (1, 1));
    }

    #[test]
    fn a_failing_case_is_one_line() {
        let report = report(&[("s", "a", &[true]), ("s", "b", &[false, true, false])]);
        let lines = report.failures();
        assert_eq!(lines.lines().count(), 1);
        assert!(
            lines.starts_with("FAIL s/b: registration: expected \"accept\", got origin-mismatch"),
            "{lines}"
        );
    }

    #[test]
    fn the_json_has_an_object_for_each_step() {
        let rows = report(&[("s", "a", &[true, false])]).json().unwrap();
        let rows: Value = serde_json::from_str(&rows).unwrap();
        assert_eq!(
            rows[1],
            serde_json::json!({"suite": "s", "id": "a", "step": "registration", "expected": "accept",
                               "got": "origin-mismatch", "passed": false})
        );
        assert_eq!(rows.as_array().unwrap().len(), 2);
        assert_eq!(Report::default().json().unwrap(), "[]\n");
    }

    #[test]
    fn without_a_folder_the_projects_own_suites_run() {
        assert!(options(&[]).unwrap().unwrap().folders[0].ends_with("conformance"));
        let two = options(&["--vectors", "a", "--vectors=b"]).unwrap().unwrap();
        assert_eq!(two.folders, [PathBuf::from("a"), PathBuf::from("b")]);
    }

    #[test]
    fn unknown_and_contradicting_options_are_errors() {
        options(&["--vector", "a"]).unwrap_err();
        options(&["vectors"]).unwrap_err();
        options(&["--backend", "other"]).unwrap_err();
        options(&["--filter", "a", "--require-complete", "b"]).unwrap_err();
        assert!(options(&["--help"]).unwrap().is_none());
    }

    #[test]
    fn a_folder_that_is_not_there_or_has_no_suite_is_an_error() {
        let (suites, errors) = read(&[PathBuf::from("no such folder")]);
        assert!(suites.is_empty());
        assert!(!errors.is_empty());
        let (_, errors) = read(&[crate::root().join("xtask/src")]);
        assert_eq!(errors.len(), 1);
    }

    #[test]
    fn a_suite_read_twice_is_an_error() {
        let own = crate::root().join("conformance");
        let (once, errors) = read(std::slice::from_ref(&own));
        assert_eq!(errors, Vec::<String>::new());
        let (twice, errors) = read(&[own.clone(), own]);
        assert_eq!((twice.len(), errors.len()), (once.len(), once.len()));
        assert!(errors[0].contains("another suite has the name"));
    }
}
