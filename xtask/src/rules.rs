//! `cargo xtask rules`: writes `docs/RULES.md`, the rules with the tests that name them.
//!
//! A test of rule 31 is a function whose name begins with `rule_031_`; a test of two begins with `rule_031_032_`.

use std::{collections::BTreeMap, error::Error, fmt::Write as _, process::ExitCode};

use crate::tidy::{Finding, Tree, test_code};

const DOCUMENT: &str = "docs/RULES.md";

const HELP: &str = "\
cargo xtask rules

Writes docs/RULES.md: each rule of xtask/src/rules.tsv with the tests whose names begin with its number
(`rule_031_…`). `cargo xtask tidy` finds a file that is not up to date.
";

const HEAD: &str = "\
# Rules: what a relying party must reject

Written by `cargo xtask rules` from `xtask/src/rules.tsv` and the names of the tests; don't edit it by hand.

`R n` is item n of \"Registering a New Credential\" (section 7.1) of Web Authentication Level 3, `A n` item n of
\"Verifying an Authentication Assertion\" (section 7.2), both as counted in the revision that
[ARCHITECTURE.md](ARCHITECTURE.md#the-specification) pins; other numbers are its sections. The kinds:

- `spec`: the specification decides it.
- `policy`: the relying party decides it; the default is the strict one, and a named option loosens it.
- `hard`: hardening beyond the specification.

A number never changes. A rule without a test is not done.
";

/// One line of `rules.tsv`.
#[derive(Debug)]
struct Rule {
    number: u16,
    section: &'static str,
    text: &'static str,
    place: &'static str,
    kind: &'static str,
}

fn rules() -> Result<Vec<Rule>, String> {
    let lines = include_str!("rules.tsv").lines();
    let rules = lines.map(|line| {
        let [number, section, text, place, kind] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("rules.tsv: not five columns: {line}"));
        };
        let number = number.parse().map_err(|error| format!("rules.tsv: {error}: {line}"))?;
        Ok(Rule { number, section, text, place, kind })
    });
    rules.collect()
}

/// The tests by the rule that they name.
type Tests = BTreeMap<u16, Vec<Test>>;

#[derive(Debug, PartialEq, Eq)]
struct Test {
    file: String,
    path: String,
}

fn tests(tree: &Tree) -> Tests {
    let mut tests = Tests::new();
    for (file, text) in tree.rust().filter(|(path, _)| path.starts_with("crates/")) {
        for line in test_code(file, text).lines() {
            let Some(name) = function(line).filter(|name| name.starts_with("rule_")) else { continue };
            for number in numbers(name) {
                let test = Test { file: file.to_owned(), path: format!("{}::{name}", module_path(file)) };
                tests.entry(number).or_default().push(test);
            }
        }
    }
    tests
}

/// The name in `fn name(`.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split_once('(').map(|(name, _)| name)
}

/// The numbers that a test's name begins with, each of three digits.
fn numbers(name: &str) -> impl Iterator<Item = u16> {
    let parts = name.split('_').skip(1);
    parts.map_while(|part| if part.len() == 3 { part.parse().ok() } else { None })
}

/// The path of the module in which a file's tests stand: `countersign_types::cbor`.
fn module_path(file: &str) -> String {
    let parts: Vec<_> = file.trim_end_matches(".rs").split('/').skip(1).collect();
    let parts = parts.iter().filter(|part| !matches!(**part, "src" | "lib" | "main" | "mod" | "tests"));
    parts.map(|part| part.replace('-', "_")).collect::<Vec<_>>().join("::")
}

fn render(rules: &[Rule], tests: &Tests) -> String {
    let mut text = HEAD.to_owned();
    let done = rules.iter().filter(|rule| tests.contains_key(&rule.number)).count();
    // Writing to a string does not fail.
    let _ = writeln!(text, "\n{done} of {} rules have a test that names them.", rules.len());
    let mut section = "";
    for rule in rules {
        if rule.section != section {
            section = rule.section;
            let _ = writeln!(text, "\n## {section}\n\n| # | reject when … | where | kind | tests |");
            let _ = writeln!(text, "| --- | --- | --- | --- | --- |");
        }
        let named = tests.get(&rule.number).map_or(&[][..], Vec::as_slice);
        let named = named.iter().map(|test| format!("[`{}`](../{})", test.path, test.file));
        let named = named.collect::<Vec<_>>().join("<br>");
        let _ =
            writeln!(text, "| {} | {} | {} | {} | {named} |", rule.number, rule.text, rule.place, rule.kind);
    }
    text
}

/// What `tidy` says about the rules: tests of no rule, and a document that is not up to date.
pub(crate) fn findings(tree: &Tree) -> Vec<Finding> {
    let rules = match rules() {
        Ok(rules) => rules,
        Err(error) => return vec![Finding::new("xtask/src/rules.tsv", error)],
    };
    let tests = tests(tree);
    let unknown = tests.iter().filter(|(number, _)| !rules.iter().any(|rule| rule.number == **number));
    let mut findings: Vec<_> = unknown
        .flat_map(|(number, tests)| tests.iter().map(move |test| (number, test)))
        .map(|(number, test)| Finding::new(&test.file, format!("`{}`: there is no rule {number}", test.path)))
        .collect();
    if tree.get(DOCUMENT) != Some(&render(&rules, &tests)) {
        findings.push(Finding::new(DOCUMENT, "not up to date: run `cargo xtask rules`"));
    }
    findings
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
    let tree = Tree::read(crate::root())?;
    std::fs::write(crate::root().join(DOCUMENT), render(&rules()?, &tests(&tree)))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod own_tests {
    use super::*;

    fn tree(test: &str) -> Tree {
        Tree::of(&[("crates/countersign-types/src/cbor/tests.rs", test)])
    }

    #[test]
    fn the_rules_are_numbered_from_1_on() {
        let rules = rules().unwrap();
        assert!(rules.iter().zip(1..).all(|(rule, number)| rule.number == number));
        assert!(rules.iter().all(|rule| ["spec", "policy", "hard"].contains(&rule.kind)));
        assert_eq!(rules.len(), 383);
    }

    #[test]
    fn a_test_stands_at_every_rule_that_its_name_begins_with() {
        let tests = tests(&tree("#[test]\n    fn rule_080_081_no_7_112_lengths() {}\nfn rule_80() {}\n"));
        assert_eq!(tests.keys().copied().collect::<Vec<_>>(), [80, 81]);
        assert_eq!(tests[&80][0].path, "countersign_types::cbor::rule_080_081_no_7_112_lengths");
        assert!(render(&rules().unwrap(), &tests).contains("\n2 of 383 rules have a test"));
    }

    #[test]
    fn a_function_outside_tests_is_no_test() {
        let tree = Tree::of(&[("crates/a/src/lib.rs", "fn rule_080_x() {}\n")]);
        assert!(tests(&tree).is_empty());
    }

    #[test]
    fn a_document_that_is_not_up_to_date_is_found() {
        let test = "fn rule_080_x() {}\n";
        let fresh = render(&rules().unwrap(), &tests(&tree(test)));
        let found = |test, document: &str| {
            findings(&Tree::of(&[("crates/a/tests/it.rs", test), (DOCUMENT, document)])).len()
        };
        assert_eq!(findings(&tree(test)).len(), 1, "there is no document");
        assert_eq!(found(test, &fresh), 1, "the test stands in another file");
        let fresh = render(&rules().unwrap(), &tests(&Tree::of(&[("crates/a/tests/it.rs", test)])));
        assert_eq!(found(test, &fresh), 0);
        assert_eq!(found("", &fresh), 1, "the test is gone");
    }

    #[test]
    fn a_test_of_no_rule_is_found() {
        let found = findings(&tree("fn rule_999_x() {}\n"));
        assert!(found.iter().any(|finding| finding.to_string().contains("there is no rule 999")));
    }
}
