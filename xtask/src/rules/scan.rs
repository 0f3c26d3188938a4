//! Finds the tests of rules: their names, what they assert, and which code they are about.

use std::collections::{BTreeMap, BTreeSet};

use super::outcomes::Outcomes;
use crate::tidy::{Tree, test_code};

/// The tests by the rule that they name.
pub(super) type Tests = BTreeMap<u16, Vec<Test>>;

/// A test whose name begins with a rule's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// The file that it stands in.
    pub(super) file: String,
    pub(super) name: String,
    /// The file of the module that it tests; `None` where its place does not say that.
    pub(super) subject: Option<String>,
    /// The codes that it asserts, or the variants of errors that have none.
    pub(super) outcomes: BTreeSet<String>,
}

pub(super) fn tests(tree: &Tree) -> Tests {
    let outcomes = Outcomes::of(tree);
    let mut tests = Tests::new();
    for (file, text) in tree.rust().filter(|(path, _)| path.starts_with("crates/")) {
        let code = test_code(file, text);
        let functions = functions(code);
        for (name, body) in functions.iter().filter(|(name, _)| name.starts_with("rule_")) {
            for number in numbers(name) {
                let test = Test {
                    file: file.to_owned(),
                    name: (*name).to_owned(),
                    subject: subject(tree, file),
                    outcomes: asserted(&outcomes, &functions, body, text),
                };
                tests.entry(number).or_default().push(test);
            }
        }
    }
    tests
}

/// What a test's body names, or else the functions of its file that it calls, or else those that they call.
fn asserted(
    outcomes: &Outcomes,
    functions: &BTreeMap<&str, &str>,
    body: &str,
    file: &str,
) -> BTreeSet<String> {
    const DEPTH: usize = 3;
    let mut bodies = vec![body];
    for _ in 0..DEPTH {
        let found: BTreeSet<_> = bodies.iter().flat_map(|body| outcomes.named_in(body, file)).collect();
        if !found.is_empty() {
            return found;
        }
        let called = functions.iter().filter(|(name, _)| {
            let call = format!("{name}(");
            bodies.iter().any(|body| !body.is_empty() && names(body, &call))
        });
        bodies = called.map(|(_, body)| *body).collect();
    }
    BTreeSet::new()
}

/// Whether `call` stands in `body` as a word of its own.
fn names(body: &str, call: &str) -> bool {
    body.match_indices(call).any(|(at, _)| {
        let before = body.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    })
}

/// Each function of formatted code with its body, which ends at a brace that is indented as its head is.
fn functions(code: &str) -> BTreeMap<&str, &str> {
    let mut functions = BTreeMap::new();
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(name) = function(line) else { continue };
        let indentation = line.len() - line.trim_start().len();
        let end = format!("\n{}}}", " ".repeat(indentation));
        let rest = code.get(start..).unwrap_or_default();
        let one_line = line.trim_end().ends_with('}');
        let body = if one_line { line } else { rest.split_once(&end).map_or(rest, |(body, _)| body) };
        // Without the head, or each function would call itself.
        functions.insert(name, body.split_once('(').map_or("", |(_, body)| body));
    }
    functions
}

/// The name in `fn name(`.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub(super) ")).unwrap_or(line);
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// The numbers that a test's name begins with, each of three digits.
fn numbers(name: &str) -> impl Iterator<Item = u16> {
    let parts = name.split('_').skip(1);
    parts.map_while(|part| if part.len() == 3 { part.parse().ok() } else { None })
}

/// The file of the module that the tests of `file` are about: the file itself, or what has `mod tests;`.
fn subject(tree: &Tree, file: &str) -> Option<String> {
    if !file.contains("/src/") {
        return None;
    }
    let Some(module) = file.split("/tests/").next().filter(|_| file.contains("/tests/")) else {
        let Some(module) = file.strip_suffix("/tests.rs") else { return Some(file.to_owned()) };
        return module_file(tree, module);
    };
    module_file(tree, module)
}

/// The file of a module, by the path without its ending.
fn module_file(tree: &Tree, module: &str) -> Option<String> {
    let ends = [".rs", "/mod.rs", "/lib.rs"];
    ends.iter().map(|end| format!("{module}{end}")).find(|file| tree.contains(file))
}

#[cfg(test)]
mod own_tests {
    use super::*;

    fn tree(test: &str) -> Tree {
        Tree::of(&[
            ("crates/countersign-types/src/cbor.rs", ""),
            ("crates/countersign-types/src/cbor/tests.rs", test),
        ])
    }

    #[test]
    fn a_test_stands_at_every_rule_that_its_name_begins_with() {
        let tests = tests(&tree("#[test]\n    fn rule_080_081_no_7_112_lengths() {}\nfn rule_80() {}\n"));
        assert_eq!(tests.keys().copied().collect::<Vec<_>>(), [80, 81]);
        assert_eq!(tests[&80][0].name, "rule_080_081_no_7_112_lengths");
        assert_eq!(tests[&80][0].subject.as_deref(), Some("crates/countersign-types/src/cbor.rs"));
    }

    #[test]
    fn a_function_outside_tests_is_no_test() {
        let tree = Tree::of(&[("crates/a/src/lib.rs", "fn rule_080_x() {}\n")]);
        assert!(tests(&tree).is_empty());
    }

    #[test]
    fn what_is_tested_is_known_by_the_place_of_the_test() {
        let subject = |file: &str, module: &str| subject(&Tree::of(&[(module, "")]), file);
        assert_eq!(subject("crates/a/src/b.rs", "").as_deref(), Some("crates/a/src/b.rs"));
        assert_eq!(
            subject("crates/a/src/b/tests.rs", "crates/a/src/b/mod.rs").as_deref(),
            Some("crates/a/src/b/mod.rs")
        );
        assert_eq!(
            subject("crates/a/src/b/tests/c.rs", "crates/a/src/b.rs").as_deref(),
            Some("crates/a/src/b.rs")
        );
        assert_eq!(
            subject("crates/a/src/tests.rs", "crates/a/src/lib.rs").as_deref(),
            Some("crates/a/src/lib.rs")
        );
        assert_eq!(subject("crates/a/src/b/tests.rs", ""), None);
        assert_eq!(subject("crates/a/tests/b.rs", ""), None);
    }

    #[test]
    fn a_code_is_found_in_the_test_or_in_what_it_calls() {
        let text = "\
#[test]
fn rule_001_own() {
    refused(Code::SignatureInvalid);
}

#[test]
fn rule_002_called() {
    outer();
}

fn outer() {
    refused(inner());
}

fn inner() {
    assert_eq!(1, Code::ChallengeMismatch);
}

fn refused(code: Code) {}

#[test]
fn rule_003_nothing() {
    it.outer();
}
";
        let tests = tests(&tree(text));
        let words = |number: u16| tests[&number][0].outcomes.iter().cloned().collect::<Vec<_>>();
        assert_eq!(words(1), ["signature-invalid"]);
        assert_eq!(words(2), ["challenge-mismatch"]);
        assert!(words(3).is_empty());
    }
}
