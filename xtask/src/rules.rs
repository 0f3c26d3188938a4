//! `cargo xtask rules`: the table of the rules, each with the code that checks it, its tests, the faults of the software
//! authenticator that break it, and the code that it gives.
//!
//! A test of rule 31 is a function whose name begins with `rule_031_`; a test of two begins with `rule_031_032_`. What a
//! rule is checked by is the module that its tests stand in; what it gives is what they assert. Where neither says it,
//! `rules.tsv` does, and what it says is held against the tree.

mod faults;
mod outcomes;
mod scan;

use std::{collections::BTreeSet, error::Error, fmt::Write as _, process::ExitCode};

use countersign::types::Code;

use crate::tidy::{Finding, Tree, server_codes};
use faults::Broken;
use scan::{Tests, tests};

const DOCUMENT: &str = "docs/RULES.md";
const TABLE: &str = "xtask/src/rules.tsv";

/// The rules that wait for something, by what that is.
type Pending = [(&'static str, &'static [u16])];

/// Rules that have no test yet, and why not. A rule that has one may not stand here.
const PENDING: &Pending = &[];

/// What `rules.tsv` may say that a rule gives where that is no code.
const OUTCOMES: [(&str, &str); 5] = [
    ("lint", "accepted and reported"),
    ("construction", "there is no way to do it"),
    ("reserved", "not evaluated: the specification keeps the member for nothing"),
    ("refused", "an error that has no code"),
    ("none", "another value than the one that would be wrong"),
];

const HELP: &str = "\
cargo xtask rules

Prints a line for each rule of xtask/src/rules.tsv: its number, the file that checks it, its tests (functions
whose names begin with its number: `rule_031_…`) and the codes that they assert. Writes the same to docs/RULES.md,
with the faults of the software authenticator that break the rule.

Exit codes: 0 no gap, 1 a rule has no test, no place or no code, or is about responses and no fault breaks it.
";

const HEAD: &str = "\
# Rules: what a relying party must reject

Written by `cargo xtask rules` from `xtask/src/rules.tsv` and the tests; don't edit it by hand.

`R n` is item n of \"Registering a New Credential\" (section 7.1) of Web Authentication Level 3, `A n` item n of
\"Verifying an Authentication Assertion\" (section 7.2), both as counted in the revision that
[ARCHITECTURE.md](ARCHITECTURE.md#the-specification) pins; other numbers are its sections. The kinds:

- `spec`: the specification decides it.
- `policy`: the relying party decides it; the default is the strict one, and a named option loosens it.
- `hard`: hardening beyond the specification.

A number never changes. A rule without a test is not done.

The faults are those of `countersign-authenticator`: a response with that one thing wrong. A profile is what a real device or
browser does near the rule, and what default settings make of it.
";

/// One line of `rules.tsv`.
#[derive(Debug)]
struct Rule {
    number: u16,
    section: &'static str,
    text: &'static str,
    place: &'static str,
    kind: &'static str,
    /// The file that checks it, where that is not the one that its tests stand in.
    checked: Option<&'static str>,
    /// What it gives, where its tests don't say it: a code, or one of [`OUTCOMES`].
    outcome: Option<&'static str>,
}

fn rules() -> Result<Vec<Rule>, String> {
    let lines = include_str!("rules.tsv").lines();
    let rules = lines.map(|line| {
        let columns = line.split('\t').collect::<Vec<_>>();
        let [number, section, text, place, kind, ref more @ ..] = columns[..] else {
            return Err(format!("rules.tsv: not five columns: {line}"));
        };
        let more = |at: usize| more.get(at).copied().filter(|text| !text.is_empty());
        let number = number.parse().map_err(|error| format!("rules.tsv: {error}: {line}"))?;
        Ok(Rule { number, section, text, place, kind, checked: more(0), outcome: more(1) })
    });
    rules.collect()
}

/// A rule with what was found of it.
struct Row<'a> {
    rule: &'a Rule,
    /// The files that check it.
    checked: BTreeSet<&'a str>,
    tests: &'a [scan::Test],
    broken: Broken,
    outcomes: BTreeSet<&'a str>,
}

fn rows<'a>(rules: &'a [Rule], tests: &'a Tests) -> Vec<Row<'a>> {
    let row = |rule: &'a Rule| {
        let tests = tests.get(&rule.number).map_or(&[][..], Vec::as_slice);
        let checked = match rule.checked {
            Some(file) => BTreeSet::from([file]),
            None => tests.iter().filter_map(|test| test.subject.as_deref()).collect(),
        };
        let outcomes = match rule.outcome {
            Some(outcome) => BTreeSet::from([outcome]),
            None => tests.iter().flat_map(|test| &test.outcomes).map(String::as_str).collect(),
        };
        Row { rule, checked, tests, broken: Broken::of(rule.number), outcomes }
    };
    rules.iter().map(row).collect()
}

/// Why a rule may be without a test.
fn reason(pending: &Pending, number: u16) -> Option<&'static str> {
    pending.iter().find(|(_, numbers)| numbers.contains(&number)).map(|(reason, _)| *reason)
}

impl Row<'_> {
    /// What is missing, or is not so.
    fn gaps(&self, tree: &Tree, pending: &Pending) -> Vec<String> {
        let number = self.rule.number;
        let mut gaps = Vec::new();
        match (self.tests, reason(pending, number)) {
            ([], None) => gaps.push(format!("rule {number} has no test")),
            ([], Some(_)) => return gaps,
            (_, Some(reason)) => {
                gaps.push(format!("rule {number} has a test, and is listed as waiting for {reason}"));
            }
            (_, None) => {}
        }
        if self.rule.checked.is_some_and(|file| !tree.contains(file)) {
            gaps.push(format!("rule {number} is checked by a file that is not there"));
        }
        if !self.tests.is_empty() && self.checked.is_empty() {
            gaps.push(format!(
                "rule {number}: no test of it stands below what checks it, and {TABLE} does not say"
            ));
        }
        if !self.tests.is_empty() && self.outcomes.is_empty() {
            gaps.push(format!("rule {number}: no test of it names a code, and {TABLE} does not say"));
        }
        let known = |word| {
            Code::ALL.iter().any(|code| code.as_str() == word)
                || server_codes(tree).contains(word)
                || OUTCOMES.iter().any(|(known, _)| *known == word)
        };
        if self.rule.outcome.is_some() && self.tests.iter().any(|test| !test.outcomes.is_empty()) {
            gaps.push(format!("rule {number}: a test of it names a code, so {TABLE} must not"));
        }
        gaps.extend(self.broken.gap());
        if self.rule.outcome.is_some_and(|word| !known(word)) {
            gaps.push(format!("rule {number} gives what is no code"));
        }
        gaps
    }

    /// The line that is printed.
    fn line(&self) -> String {
        let join = |words: &BTreeSet<&str>| words.iter().copied().collect::<Vec<_>>().join(" ");
        let tests = self.tests.iter().map(|test| test.name.as_str()).collect::<Vec<_>>().join(" ");
        format!("{}\t{}\t{tests}\t{}", self.rule.number, join(&self.checked), join(&self.outcomes))
    }

    /// The row of the document.
    fn row(&self) -> String {
        let Rule { number, text, place, kind, .. } = self.rule;
        let join = |items: Vec<String>| items.join("<br>");
        let checked = self.checked.iter().map(|file| format!("[{}](../{file})", module_path(file)));
        let tests = self.tests.iter().map(|test| format!("[`{}`](../{})", test.name, test.file));
        let tests = match reason(PENDING, *number) {
            Some(reason) if self.tests.is_empty() => format!("not yet: {reason}"),
            _ => join(tests.collect()),
        };
        let outcomes = self.outcomes.iter().map(|word| {
            let meaning = OUTCOMES.iter().find(|(known, _)| known == word);
            meaning.map_or_else(|| format!("`{word}`"), |(_, meaning)| (*meaning).to_owned())
        });
        let (checked, outcomes) = (join(checked.collect()), join(outcomes.collect()));
        let faults = self.broken.cell();
        format!("| {number} | {text} | {place} | {kind} | {checked} | {tests} | {faults} | {outcomes} |")
    }
}

/// The path of a file's module: `countersign_types::cbor`.
fn module_path(file: &str) -> String {
    let parts: Vec<_> = file.trim_end_matches(".rs").split('/').skip(1).collect();
    let parts = parts.iter().filter(|part| !matches!(**part, "src" | "lib" | "main" | "mod"));
    parts.map(|part| part.replace('-', "_")).collect::<Vec<_>>().join("::")
}

fn render(rows: &[Row<'_>]) -> String {
    let mut text = HEAD.to_owned();
    let done = rows.iter().filter(|row| !row.tests.is_empty()).count();
    // Writing to a string does not fail.
    let _ = writeln!(text, "\n{done} of {} rules have a test that names them.", rows.len());
    let mut section = "";
    for row in rows {
        if row.rule.section != section {
            section = row.rule.section;
            let _ = writeln!(text, "\n## {section}\n");
            let _ =
                writeln!(text, "| # | reject when … | where | kind | checked in | tests | faults | code |");
            let _ = writeln!(text, "| --- | --- | --- | --- | --- | --- | --- | --- |");
        }
        let _ = writeln!(text, "{}", row.row());
    }
    text
}

/// What `tidy` says about the rules: gaps, tests of no rule, and a document that is not up to date.
pub(crate) fn findings(tree: &Tree) -> Vec<Finding> {
    let rules = match rules() {
        Ok(rules) => rules,
        Err(error) => return vec![Finding::new(TABLE, error)],
    };
    let tests = tests(tree);
    let rows = rows(&rules, &tests);
    let mut findings = gaps(tree, &rows, &tests);
    if tree.get(DOCUMENT) != Some(&render(&rows)) {
        findings.push(Finding::new(DOCUMENT, "not up to date: run `cargo xtask rules`"));
    }
    findings
}

fn gaps(tree: &Tree, rows: &[Row<'_>], tests: &Tests) -> Vec<Finding> {
    let unknown = tests.iter().filter(|(number, _)| !rows.iter().any(|row| row.rule.number == **number));
    let unknown = unknown.flat_map(|(number, tests)| tests.iter().map(move |test| (number, test)));
    let unknown = unknown.map(|(number, test)| {
        Finding::new(&test.file, format!("`{}`: there is no rule {number}", test.name))
    });
    let gaps = rows.iter().flat_map(|row| row.gaps(tree, PENDING)).map(|gap| Finding::new(TABLE, gap));
    unknown.chain(gaps).collect()
}

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    match arguments.next()? {
        None => {}
        Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) => {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
    }
    let tree = Tree::read(crate::tools::root())?;
    let (rules, tests) = (rules()?, tests(&tree));
    let rows = rows(&rules, &tests);
    for row in &rows {
        println!("{}", row.line());
    }
    std::fs::write(crate::tools::root().join(DOCUMENT), render(&rows))?;
    let gaps = gaps(&tree, &rows, &tests);
    for gap in &gaps {
        println!("{gap}");
    }
    Ok(if gaps.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

#[cfg(test)]
mod own_tests {
    use super::*;

    const CHECKED: (&str, &str) = ("crates/a/src/cbor.rs", "");

    fn of(rule: Rule, test: &str) -> Vec<String> {
        let tree = Tree::of(&[CHECKED, ("crates/a/src/cbor/tests.rs", test)]);
        let (rules, tests) = ([rule], tests(&tree));
        rows(&rules, &tests)[0].gaps(&tree, &[("another crate", &[90])])
    }

    fn rule(number: u16) -> Rule {
        Rule { number, section: "", text: "", place: "", kind: "spec", checked: None, outcome: None }
    }

    #[test]
    fn the_rules_are_numbered_from_1_on() {
        let rules = rules().unwrap();
        assert!(rules.iter().zip(1..).all(|(rule, number)| rule.number == number));
        assert!(rules.iter().all(|rule| ["spec", "policy", "hard"].contains(&rule.kind)));
        assert_eq!(rules.len(), 400);
    }

    #[test]
    fn a_rule_needs_a_test_a_place_and_a_code() {
        assert_eq!(of(rule(80), "fn rule_080_x() { Code::SignatureInvalid }"), [""; 0]);
        assert_eq!(of(rule(80), "fn rule_081_x() { Code::SignatureInvalid }"), ["rule 80 has no test"]);
        assert_eq!(of(rule(80), "fn rule_080_x() { Code::Unheard }").len(), 1);
        let checked = |file| Rule { checked: Some(file), ..rule(80) };
        assert_eq!(
            of(checked("crates/a/src/cbor.rs"), "fn rule_080_x() { Code::SignatureInvalid }"),
            [""; 0]
        );
        assert_eq!(of(checked("crates/a/src/der.rs"), "fn rule_080_x() { Code::SignatureInvalid }").len(), 1);
        let outcome = |word| Rule { outcome: Some(word), ..rule(80) };
        assert_eq!(of(outcome("lint"), "fn rule_080_x() {}"), [""; 0]);
        assert_eq!(of(outcome("signature-invalid"), "fn rule_080_x() {}"), [""; 0]);
        assert_eq!(of(outcome("lint"), "fn rule_080_x() { Code::SignatureInvalid }").len(), 1);
        assert_eq!(of(outcome("signature-valid"), "fn rule_080_x() {}").len(), 1);
    }

    #[test]
    fn a_rule_that_waits_may_not_have_a_test() {
        assert_eq!(of(rule(90), ""), [""; 0]);
        assert_eq!(of(rule(91), "").len(), 1);
        assert_eq!(of(rule(90), "fn rule_090_x() { Code::SignatureInvalid }").len(), 1);
    }

    #[test]
    fn a_document_that_is_not_up_to_date_is_found() {
        let tree = |test: &str, document: &str| {
            Tree::of(&[CHECKED, ("crates/a/src/cbor/tests.rs", test), (DOCUMENT, document)])
        };
        let stale = |test: &str, document: &str| {
            let findings = findings(&tree(test, document));
            findings.iter().any(|finding| finding.to_string().contains("not up to date"))
        };
        let test = "fn rule_080_x() { Code::SignatureInvalid }\n";
        let (rules, tests) = (rules().unwrap(), tests(&tree(test, "")));
        let fresh = render(&rows(&rules, &tests));
        assert!(fresh.contains("\n1 of 400 rules have a test"));
        assert!(fresh.contains("[a::cbor](../crates/a/src/cbor.rs)"));
        assert!(fresh.contains("`signature-invalid` |\n"));
        assert!(!stale(test, &fresh));
        assert!(stale(test, ""));
        assert!(stale("", &fresh), "the test is gone");
        assert!(stale("fn rule_080_y() { Code::SignatureInvalid }\n", &fresh), "another test");
    }

    #[test]
    fn a_test_of_no_rule_is_found() {
        let found = findings(&Tree::of(&[("crates/a/src/cbor/tests.rs", "fn rule_999_x() {}\n")]));
        assert!(found.iter().any(|finding| finding.to_string().contains("there is no rule 999")));
    }
}
