//! `docs/FIDO-CONFORMANCE.md`: its tables are made from the cases.

use std::fmt::Write as _;

use crate::case::{Case, Outcome};
use crate::cases::GROUPS;
use crate::generated;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/FIDO-CONFORMANCE.md");

/// The lines around the tables.
const TABLES: [&str; 2] = ["<!-- cases: begin -->\n", "<!-- cases: end -->\n"];

/// What writes the tables.
const WRITE: &str =
    "WRITE_DOCS=1 cargo test -p countersign-server --all-features --test fido_conformance page";

/// The most characters of a cell.
const CELL_MAX: usize = 200;

#[test]
fn the_page_has_every_case_with_the_outcome_that_is_tested() {
    generated::check(PAGE, TABLES, &tables(), WRITE);
}

fn tables() -> String {
    let cases = || GROUPS.iter().flat_map(|group| group.cases);
    let differing = cases().filter(|case| matches!(case.outcome, Outcome::Differs { .. })).count();
    let all = cases().count();
    let mut text = format!("\n{all} cases, of which {} have FIDO's outcome.\n", all - differing);
    for group in GROUPS {
        let _ = write!(text, "\n### {}\n\n`{}`\n\n", group.title, group.name);
        text.push_str("| case | what is sent or checked | FIDO | Countersign |\n| --- | --- | --- | --- |\n");
        group.cases.iter().for_each(|case| text.push_str(&row(case)));
    }
    text.push('\n');
    text
}

fn row(case: &Case) -> String {
    let (wanted, own) = match case.outcome {
        Outcome::Accepted => ("ok", "ok".to_owned()),
        Outcome::Rejected(code) => ("failed", format!("failed, `{code}`")),
        Outcome::Differs { code, why } => ("ok", format!("**failed**, `{code}`: {why}")),
    };
    let cells = [case.id.to_owned(), case.what.to_owned(), wanted.to_owned(), own];
    for cell in &cells {
        assert!(cell.chars().count() <= CELL_MAX && !cell.contains('|'), "{cell}");
    }
    format!("| {} |\n", cells.join(" | "))
}
