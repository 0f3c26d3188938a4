//! The tests of rules, by their names: a test of rule 31 is a function whose name begins with `rule_031_`, and a test of
//! rules 31 and 32 begins with `rule_031_032_`.

use std::collections::BTreeMap;

use crate::{
    rust::tokens::functions,
    tree::{Tree, test_code},
};

/// The tests by the rule that they name.
pub(super) type Tests = BTreeMap<u16, Vec<Test>>;

/// A test whose name begins with the number of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// Its file.
    pub(super) file: String,
    pub(super) name: String,
    /// The file of the module that it tests; `None` if its place does not say that.
    pub(super) subject: Option<String>,
}

pub(super) fn find(tree: &Tree) -> Tests {
    let mut tests = Tests::new();
    for (file, text) in tree.rust().filter(|(path, _)| path.starts_with("crates/")) {
        // A file that is not Rust is a finding of other checks.
        let names = functions(test_code(file, text)).unwrap_or_default();
        for name in names.iter().filter(|name| name.starts_with("rule_")) {
            for number in numbers(name) {
                let test = Test { file: file.to_owned(), name: name.clone(), subject: subject(tree, file) };
                tests.entry(number).or_default().push(test);
            }
        }
    }
    tests
}

/// The numbers at the beginning of a name, of three digits each.
fn numbers(name: &str) -> impl Iterator<Item = u16> {
    let parts = name.split('_').skip(1);
    parts.map_while(|part| (part.len() == 3).then(|| part.parse().ok())?)
}

/// The file of the module that the tests in a file are about.
fn subject(tree: &Tree, file: &str) -> Option<String> {
    if !file.contains("/src/") {
        return None;
    }
    let module =
        file.split_once("/tests/").map(|(module, _)| module).or_else(|| file.strip_suffix("/tests.rs"));
    let Some(module) = module else { return Some(file.to_owned()) };
    let ends = [".rs", "/lib.rs"];
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
    fn a_test_belongs_to_every_rule_that_its_name_begins_with() {
        let tests = find(&tree("#[test]\n    fn rule_080_081_no_7_112_lengths() {}\nfn rule_80() {}\n"));
        assert_eq!(tests.keys().copied().collect::<Vec<_>>(), [80, 81]);
        assert_eq!(tests[&80][0].name, "rule_080_081_no_7_112_lengths");
        assert_eq!(tests[&80][0].subject.as_deref(), Some("crates/countersign-types/src/cbor.rs"));
    }

    #[test]
    fn a_function_outside_tests_is_no_test() {
        let tree = Tree::of(&[("crates/a/src/lib.rs", "fn rule_080_x() {}\n")]);
        assert!(find(&tree).is_empty());
    }

    #[test]
    fn the_subject_follows_from_the_place_of_the_test() {
        let subject = |file: &str, module: &str| subject(&Tree::of(&[(module, "")]), file);
        assert_eq!(subject("crates/a/src/b.rs", "").as_deref(), Some("crates/a/src/b.rs"));
        assert_eq!(
            subject("crates/a/src/b/tests.rs", "crates/a/src/b.rs").as_deref(),
            Some("crates/a/src/b.rs")
        );
        assert_eq!(
            subject("crates/a/src/b/tests/c.rs", "crates/a/src/b.rs").as_deref(),
            Some("crates/a/src/b.rs")
        );
        assert_eq!(subject("crates/a/tests/c.rs", ""), None);
    }
}
