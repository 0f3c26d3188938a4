//! FIDO's conformance tests for servers, over HTTP, with a software authenticator in place of FIDO's tool: a case for each
//! test identifier that FIDO publishes, and the API by itself.
//!
//! The identifiers are those of
//! [Running FIDO2 server tests](https://github.com/fido-alliance/conformance-test-tools-resources/blob/main/docs/FIDO2/Server/README.md).

mod api;
mod case;
mod cases;
#[path = "../documents/generated.rs"]
mod generated;
mod models;
mod page;
mod tool;

use case::{Case, Group};
use tool::Tool;

#[tokio::test]
async fn every_published_case_has_the_outcome_that_the_page_says() {
    let tool = Tool::start().await;
    let mut failures = Vec::new();
    for Group { name, cases, .. } in cases::GROUPS {
        for Case { id, run, outcome, .. } in *cases {
            let user = format!("{name} {id}");
            if let Err(failure) = run.run(&tool, &user, outcome).await {
                failures.push(format!("{name} {id}: {failure}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn no_identifier_is_there_twice_and_a_rejection_is_that_of_a_negative_case() {
    let mut names = std::collections::BTreeSet::new();
    for group in cases::GROUPS {
        assert!(names.insert(group.name), "{}", group.name);
        let mut ids = std::collections::BTreeSet::new();
        for case in group.cases {
            assert!(ids.insert(case.id), "{} {}", group.name, case.id);
            let is_negative = case.id.starts_with("F-");
            let fits = match case.outcome {
                case::Outcome::Accepted => !is_negative,
                case::Outcome::Rejected(_) => is_negative,
                case::Outcome::Differs { .. } => true,
            };
            assert!(fits, "{} {}", group.name, case.id);
        }
    }
}
