//! Cases run on another program, by the protocol.

use std::{path::PathBuf, process::Command, time::Duration};

use countersign_conformance::{
    format::Suite,
    program::Program,
    report::{Counts, Report, StepOutcome},
    runner::Runner,
};
use serde_json::{Value, json};

/// The example, which cargo builds before it runs tests.
fn example() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let example = test.parent().unwrap().parent().unwrap().join("examples/relying_party");
    assert!(example.exists(), "cargo build --package countersign-conformance --examples");
    example
}

/// The published test vectors: a symbolic link, so that the package contains them.
const SPECIFICATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/specification.json");

fn specification() -> Suite {
    Suite::from_json(&std::fs::read_to_string(SPECIFICATION).unwrap()).unwrap()
}

/// Two cases on a shell script.
fn script(script: &str) -> Report {
    cases_on_script(2, "", script)
}

/// So many cases, each with this response, on a shell script.
fn cases_on_script(count: usize, response: &str, script: &str) -> Report {
    let mut program = Program::new(["sh", "-c", script], Duration::from_millis(500));
    let case = |id| json!({"id": format!("{id}"), "registration": {"challenge": "AQ", "response": response, "expect": "reject"}});
    let cases: Vec<_> = (0..count).map(case).collect();
    let suite = json!({"schema": 1, "suite": "s", "cases": cases});
    Runner::new(&mut program).run(&[Suite::from_json(&suite.to_string()).unwrap()])
}

fn outcomes(report: &Report) -> Vec<StepOutcome> {
    report.cases.iter().map(countersign_conformance::report::CaseResult::outcome).collect()
}

#[test]
fn the_example_passes_the_specifications_cases() {
    let mut program = Program::new([example()], Duration::from_secs(30));
    let report = Runner::new(&mut program).strict().run(&[specification()]);
    assert_eq!(report.lines(StepOutcome::Failed), "");
    assert_eq!(report.counts().passed, report.cases.len());
    assert!(report.cases.len() > 10);
}

#[test]
fn what_the_example_does_not_support_neither_passes_nor_fails() {
    let mut program = Program::new([example()], Duration::from_secs(30));
    let mut suite: Value = serde_json::from_str(&std::fs::read_to_string(SPECIFICATION).unwrap()).unwrap();
    suite["cases"].as_array_mut().unwrap().truncate(1);
    suite["cases"][0]["authentications"][0]["appid"] = "https://example.org/appid.json".into();
    let suite = Suite::from_json(&suite.to_string()).unwrap();
    let report = Runner::new(&mut program).run(&[suite]);
    let Counts { passed, failed, unsupported } = report.counts();
    assert_eq!((passed, failed), (0, 0));
    assert!(unsupported > 0);
}

#[test]
fn a_program_that_ends_is_started_again() {
    let report = script(r#"read line; echo '{"verdict": "reject"}'"#);
    assert_eq!(outcomes(&report), [StepOutcome::Passed, StepOutcome::Failed]);
    assert!(report.lines(StepOutcome::Failed).contains("the program ended"), "{report:?}");
    let report = script("read line");
    assert_eq!(outcomes(&report), [StepOutcome::Failed; 2]);
}

#[test]
fn a_program_that_does_not_answer_in_time_fails_its_case() {
    let report = script("exec sleep 60");
    assert_eq!(outcomes(&report), [StepOutcome::Failed; 2]);
    assert!(report.lines(StepOutcome::Failed).contains("no answer within 0.5 s"), "{report:?}");
}

#[test]
fn a_program_that_does_not_read_a_long_request_fails_its_case() {
    let report = cases_on_script(1, &"a".repeat(200_000), "exec sleep 60");
    assert!(report.lines(StepOutcome::Failed).contains("no answer within 0.5 s"), "{report:?}");
}

#[test]
fn a_program_that_answers_and_does_not_read_its_requests_is_found() {
    let answers = r#"while sleep 0.1; do echo '{"verdict": "reject"}'; done"#;
    let report = cases_on_script(3, &"a".repeat(200_000), answers);
    assert!(report.counts().failed > 0, "{report:?}");
}

#[test]
fn two_lines_for_one_request_fail_their_case() {
    let report =
        script(r#"while read line; do printf '{"verdict": "reject"}\n{"verdict": "reject"}\n'; done"#);
    assert_eq!(outcomes(&report), [StepOutcome::Failed; 2]);
    assert!(report.lines(StepOutcome::Failed).contains("a line without a request"), "{report:?}");
}

#[test]
fn a_line_after_the_answer_is_not_the_next_answer() {
    // The lines are written one after another, so the second is perhaps late, and is found at a later request.
    let answer = r#"echo '{"verdict": "reject"}'"#;
    let report = cases_on_script(500, "", &format!("while read line; do {answer}; {answer}; done"));
    assert!(report.lines(StepOutcome::Failed).contains("a line without a request"));
}

#[test]
fn a_program_that_writes_without_end_fails_its_case() {
    let report = script(r#"read line; yes '{"verdict": "reject"}'"#);
    assert_eq!(outcomes(&report), [StepOutcome::Failed; 2]);
}

#[test]
fn a_line_that_is_no_answer_fails_its_case() {
    for line in ["accept", "{}", r#"{"verdict": "maybe"}"#, r#"{"verdict": "reject", "codes": []}"#] {
        let report = script(&format!("while read line; do echo '{line}'; done"));
        assert_eq!(outcomes(&report), [StepOutcome::Failed; 2]);
        assert!(report.lines(StepOutcome::Failed).contains("not an answer"), "{report:?}");
    }
}

#[test]
fn the_exit_code_is_that_of_the_result() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign-conformance"));
        let output = command.arg("run").args(arguments).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let suite = SPECIFICATION;
    let example = example();
    let (code, text) = run(&["--suite", suite, "--", example.to_str().unwrap()]);
    assert_eq!(code, 0, "{text}");
    assert!(text.ends_with(" passed, 0 failed, 0 unsupported\n"), "{text}");
    let (code, text) = run(&["--suite", suite]);
    assert_eq!(code, 0, "{text}");
    assert!(text.ends_with(" passed, 0 failed\n"), "{text}");
    let accepts_all = r#"while read line; do echo '{"verdict": "accept"}'; done"#;
    let (code, text) = run(&["--suite", suite, "--", "sh", "-c", accepts_all]);
    assert_eq!(code, 1);
    assert!(text.contains("FAIL specification/"), "{text}");
    assert_eq!(run(&["--suite", "no such folder"]).0, 2);
    assert_eq!(run(&["--suite", suite, "--", "no such program"]), (2, String::new()));
    assert_eq!(run(&["--suite", suite, "--filter", "no such case"]).0, 2);
}
