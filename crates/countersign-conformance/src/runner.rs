//! Runs cases on an implementation, and compares each answer with the expected one.

use serde_json::{Map, Value};

use crate::{
    format::{Case, Expectation, Expected, Suite},
    implementation::{AnswerError, Implementation},
    protocol::{Answer, Request, Verdict},
    report::{CaseResult, Report, StepOutcome, StepResult},
};

/// Runs suites on one implementation.
pub struct Runner<'a> {
    implementation: &'a mut dyn Implementation,
    filter: Option<String>,
    strict: bool,
}

impl<'a> Runner<'a> {
    /// A runner for an implementation.
    pub fn new(implementation: &'a mut dyn Implementation) -> Self {
        Self { implementation, filter: None, strict: false }
    }

    /// Only runs cases whose `SUITE/CASE` contains this text.
    pub fn filter(mut self, text: impl Into<String>) -> Self {
        self.filter = Some(text.into());
        self
    }

    /// Requires a code of each rejection, every expected member of each outcome, and an answer other than unsupported. By
    /// default, members that an answer leaves out are not compared.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Runs every case, in order.
    pub fn run(&mut self, suites: &[Suite]) -> Report {
        let mut report = Report::default();
        for suite in suites {
            report.suites.insert(suite.name.clone());
            for case in &suite.cases {
                let name = format!("{}/{}", suite.name, case.id);
                if self.filter.as_ref().is_none_or(|filter| name.contains(filter)) {
                    let steps = self.steps(suite, case);
                    report.cases.push(CaseResult { suite: suite.name.clone(), id: case.id.clone(), steps });
                }
            }
        }
        report
    }

    /// All steps of a case. A step that fails does not end it; one that is not supported does.
    fn steps(&mut self, suite: &Suite, case: &Case) -> Vec<StepResult> {
        let registration = case.registration.iter().map(|step| ("registration".to_owned(), &step.expect));
        let authentications = (1..).zip(&case.authentications);
        let authentications =
            authentications.map(|(place, step)| (format!("authentication {place}"), &step.expect));
        let names = registration.chain(authentications);
        let mut results = Vec::new();
        for (request, (step, expectation)) in Request::of_case(suite, case).iter().zip(names) {
            let answer = self.implementation.answer(request);
            let result = self.judge(step, expectation, answer);
            let goes_on = result.outcome != StepOutcome::Unsupported;
            results.push(result);
            if !goes_on {
                break;
            }
        }
        results
    }

    fn judge(
        &self,
        step: String,
        expectation: &Expectation,
        answer: Result<Answer, AnswerError>,
    ) -> StepResult {
        let expected = expectation.text.clone();
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let (got, detail) = ("error".to_owned(), Some(error.to_string()));
                return StepResult { step, expected, got, detail, outcome: StepOutcome::Failed };
            }
        };
        let passed = if meets(&expectation.verdict, &answer, self.strict) {
            StepOutcome::Passed
        } else {
            StepOutcome::Failed
        };
        let (got, detail, outcome) = match answer.verdict {
            Verdict::Accept => {
                ("accept".to_owned(), differences(&expectation.verdict, &answer.outcome, self.strict), passed)
            }
            Verdict::Reject => (answer.code.unwrap_or_else(|| "reject".to_owned()), answer.message, passed),
            Verdict::Unsupported => {
                let outcome = if self.strict { StepOutcome::Failed } else { StepOutcome::Unsupported };
                ("unsupported".to_owned(), answer.message, outcome)
            }
        };
        StepResult { step, expected, got, detail, outcome }
    }
}

fn meets(expected: &Expected, answer: &Answer, strict: bool) -> bool {
    match (expected, answer.verdict) {
        (Expected::Accept(_), Verdict::Accept) => differences(expected, &answer.outcome, strict).is_none(),
        (Expected::Reject(codes), Verdict::Reject) => match (codes, &answer.code) {
            (None, _) => true,
            (Some(codes), Some(got)) => codes.contains(got),
            (Some(_), None) => !strict,
        },
        _ => false,
    }
}

/// The expected members that an outcome has otherwise, or lacks if `strict`.
fn differences(expected: &Expected, outcome: &Map<String, Value>, strict: bool) -> Option<String> {
    let Expected::Accept(members) = expected else { return None };
    let differs = |(name, value): &(&String, &Value)| outcome.get(*name).map_or(strict, |got| got != *value);
    let got = |(name, _)| format!("{name} is {}", outcome.get(name).unwrap_or(&Value::Null));
    let differing: Vec<_> = members.iter().filter(differs).map(got).collect();
    (!differing.is_empty()).then(|| differing.join(", "))
}

#[cfg(test)]
mod tests {
    use std::slice;

    use serde_json::json;

    use super::*;

    /// Answers with the next of these, and notes each request.
    #[derive(Default)]
    struct Script(Vec<Result<Answer, AnswerError>>, Vec<Request>);

    impl Implementation for Script {
        fn answer(&mut self, request: &Request) -> Result<Answer, AnswerError> {
            self.1.push(request.clone());
            self.0.remove(0)
        }
    }

    fn suite(expectations: &[Value]) -> Suite {
        let step = |expect: &Value| json!({"challenge": "AQ", "response": {}, "expect": expect});
        let (first, more) = expectations.split_first().unwrap();
        let more: Vec<_> = more.iter().map(step).collect();
        let case = json!({"id": "c", "registration": step(first), "authentications": more});
        Suite::from_json(&json!({"schema": 1, "suite": "s", "cases": [case]}).to_string()).unwrap()
    }

    fn run(
        expectations: &[Value],
        answers: &[Result<Answer, AnswerError>],
        strict: bool,
    ) -> Vec<StepOutcome> {
        let mut script = Script(answers.to_vec(), Vec::new());
        let runner = Runner::new(&mut script);
        let mut runner = if strict { runner.strict() } else { runner };
        let report = runner.run(&[suite(expectations)]);
        report.cases[0].steps.iter().map(|step| step.outcome).collect()
    }

    fn accept(outcome: &Value) -> Answer {
        Answer::accept(outcome.as_object().unwrap().clone())
    }

    const LENIENT_AND_STRICT: [bool; 2] = [false, true];

    #[test]
    fn a_verdict_other_than_the_expected_one_fails() {
        for strict in LENIENT_AND_STRICT {
            let answers = [
                Ok(accept(&json!({}))),
                Ok(Answer::reject("origin-mismatch", "")),
                Err(AnswerError::new("gone")),
            ];
            let expectations = [json!("reject"), json!("accept"), json!("reject")];
            assert_eq!(run(&expectations, &answers, strict), [StepOutcome::Failed; 3]);
            let expectations = [json!("accept"), json!("reject"), json!("accept")];
            assert_eq!(
                run(&expectations, &answers, strict),
                [StepOutcome::Passed, StepOutcome::Passed, StepOutcome::Failed]
            );
        }
    }

    #[test]
    fn a_code_is_compared_if_there_is_one() {
        let expect = json!({"reject": ["origin-mismatch", "challenge-mismatch"]});
        let outcome = |answer: Answer, strict| run(slice::from_ref(&expect), &[Ok(answer)], strict)[0];
        for strict in LENIENT_AND_STRICT {
            assert_eq!(outcome(Answer::reject("challenge-mismatch", ""), strict), StepOutcome::Passed);
            assert_eq!(outcome(Answer::reject("up-missing", ""), strict), StepOutcome::Failed);
        }
        let without = Answer { code: None, ..Answer::reject("", "") };
        assert_eq!(outcome(without.clone(), false), StepOutcome::Passed);
        assert_eq!(outcome(without, true), StepOutcome::Failed);
    }

    #[test]
    fn each_member_of_an_outcome_is_compared_if_it_is_there() {
        let expect = json!({"accept": {"sign_count": 1}});
        let outcome =
            |answer: Value, strict| run(slice::from_ref(&expect), &[Ok(accept(&answer))], strict)[0];
        for strict in LENIENT_AND_STRICT {
            assert_eq!(outcome(json!({"sign_count": 1, "aaguid": "x"}), strict), StepOutcome::Passed);
            assert_eq!(outcome(json!({"sign_count": 2}), strict), StepOutcome::Failed);
        }
        assert_eq!(outcome(json!({}), false), StepOutcome::Passed);
        assert_eq!(outcome(json!({}), true), StepOutcome::Failed);
    }

    #[test]
    fn an_unsupported_step_ends_its_case() {
        let expectations = [json!("accept"), json!("accept")];
        let answers = [Ok(Answer::unsupported("no such format")), Ok(accept(&json!({})))];
        assert_eq!(run(&expectations, &answers, false), [StepOutcome::Unsupported]);
        assert_eq!(run(&expectations, &answers, true), [StepOutcome::Failed, StepOutcome::Passed]);
    }

    #[test]
    fn the_steps_of_a_case_are_numbered() {
        let mut script = Script(vec![Ok(accept(&json!({}))); 3], Vec::new());
        Runner::new(&mut script).run(&[suite(&[json!("accept"), json!("accept"), json!("accept")])]);
        assert_eq!(script.1.iter().map(|request| request.step).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(script.1.iter().all(|request| request.case == "s/c"));
    }

    #[test]
    fn only_the_cases_of_a_filter_are_run() {
        for (filter, count) in [("s/c", 1), ("s/d", 0)] {
            let mut script = Script(vec![Ok(accept(&json!({})))], Vec::new());
            let report = Runner::new(&mut script).filter(filter).run(&[suite(&[json!("accept")])]);
            assert_eq!((report.cases.len(), report.suites.len()), (count, 1), "{filter}");
        }
    }
}
