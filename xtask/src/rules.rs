//! `cargo xtask rules`: the table of the rules, each with its code and the place that checks it, checked against the
//! tests and the faults of the software authenticator by their names.

mod faults;
mod table;
mod tests;

use std::{collections::BTreeSet, error::Error, fmt::Write as _, process::ExitCode};

use crate::{
    code_source::{CODES, entries, has_literal, of_the_server},
    finding::Finding,
    tools,
    tree::{Tree, test_code},
};
use faults::Fault;
use table::{Rule, TABLE, kinds, outcome};
use tests::{Test, Tests};

const DOCUMENT: &str = "docs/RULES.md";
/// The tests of each rule, generated.
const TEST_LIST: &str = "docs/rules-tests.tsv";

/// The most modules that a row names: the list of tests has all.
const MODULES_MAX: usize = 4;

pub(crate) const HELP: &str = "\
cargo xtask rules

Writes docs/RULES.md from crates/countersign-cli/src/explain/rules.tsv, which `countersign explain` reads too: each
rule with the module that checks it and its codes. Writes docs/rules-tests.tsv: the tests of each rule, which are the functions whose names begin with its number
(`rule_031_…`). Checks that each rule has a test and a place; that each of its codes is one of the libraries or the server and is
given by a fault in conformance/faults.tsv that breaks the rule or, if no fault does, named in a file of its tests;
and that each rule about responses has a fault, a profile, or a reason for having none.

Exit codes: 0 nothing missing, 1 something is, 2 a table can't be read.
";

const HEAD: &str = "\
# Rules: what a relying party must reject

Written by `cargo xtask rules` from `crates/countersign-cli/src/explain/rules.tsv`; don't edit it by hand.
`countersign explain rule 31` prints a row.

`R n` is item n of \"Registering a New Credential\" (section 7.1) of Web Authentication Level 3, `A n` item n of
\"Verifying an Authentication Assertion\" (section 7.2), both as counted in the revision that
[ARCHITECTURE.md](ARCHITECTURE.md#the-specification) pins; other numbers are its sections. The kinds:

";

const NUMBERS: &str = "
A number never changes. The tests of each rule are in [rules-tests.tsv](rules-tests.tsv). The faults of
`countersign-authenticator`, responses with one thing wrong, and its profiles of real devices are in
[faults.tsv](../conformance/faults.tsv), each with the rules that it breaks and its codes.
";

/// A rule with its tests.
struct Row<'a> {
    rule: Rule<'a>,
    tests: &'a [Test],
    /// The files that check it.
    checked: BTreeSet<&'a str>,
}

impl<'a> Row<'a> {
    fn new(rule: Rule<'a>, tests: &'a Tests) -> Self {
        let tests = tests.get(&rule.number).map_or(&[][..], Vec::as_slice);
        let checked = match rule.checked {
            Some(files) => files.split(' ').collect(),
            None => tests.iter().filter_map(|test| test.subject.as_deref()).collect(),
        };
        Self { rule, tests, checked }
    }

    /// The gaps of the rule.
    fn gaps(&self, tree: &Tree, faults: &[Fault<'_>]) -> Vec<String> {
        let number = self.rule.number;
        let mut gaps = faults::gaps_of_rule(self.rule, faults);
        if self.tests.is_empty() {
            gaps.push(format!("rule {number} has no test"));
        } else if self.checked.is_empty() {
            gaps.push(format!(
                "rule {number}: no test of it is in the module that checks it, so {TABLE} must name the file"
            ));
        }
        if self.rule.checked.is_some_and(|files| !files.split(' ').all(|file| tree.contains(file))) {
            gaps.push(format!("rule {number} is checked by a file that does not exist"));
        }
        let known = entries(tree.get(CODES).unwrap_or_default()).into_iter().map(|entry| entry.word);
        let known: BTreeSet<_> = known.chain(of_the_server(tree).map(str::to_owned)).collect();
        let unknown = self.rule.codes().filter(|code| !known.contains(*code));
        gaps.extend(unknown.map(|code| format!("rule {number}: no code `{code}`")));
        if !faults::is_broken_by_a_fault(self.rule, faults) {
            let unnamed = self.rule.codes().filter(|code| !self.is_named_by_a_test(code, tree));
            gaps.extend(unnamed.map(|code| format!("rule {number}: no file of its tests names `{code}`")));
        }
        gaps
    }

    /// Whether a file with a test of the rule names a code. Codes of the server have no variant.
    fn is_named_by_a_test(&self, code: &str, tree: &Tree) -> bool {
        let entries = entries(tree.get(CODES).unwrap_or_default());
        let entry = entries.iter().find(|entry| entry.word == code);
        self.tests.iter().any(|test| {
            let text = test_code(&test.file, tree.get(&test.file).unwrap_or_default());
            entry.map_or_else(|| has_literal(text, code), |entry| entry.is_named_in(text))
        })
    }

    /// The row of the document.
    fn row(&self) -> String {
        let Rule { number, text, place, kind, codes, .. } = self.rule;
        let mut checked: Vec<_> =
            self.checked.iter().map(|file| format!("`{}`", module_path(file))).collect();
        let more = checked.len().saturating_sub(MODULES_MAX);
        checked.truncate(MODULES_MAX);
        checked.extend((more > 0).then(|| format!("{more} more")));
        let outcomes = codes.split(' ').map(|word| outcome(word).map_or(format!("`{word}`"), str::to_owned));
        let outcomes: Vec<_> = outcomes.collect();
        let (outcomes, checked) = (outcomes.join(", "), checked.join(", "));
        // The widest column is the last one, so that a narrow page shows all others.
        format!("| {number} | {text} | {outcomes} | {place} | {kind} | {checked} |")
    }
}

/// The path of a file's module: `countersign_types::cbor`.
fn module_path(file: &str) -> String {
    let parts: Vec<_> = file.trim_end_matches(".rs").split('/').skip(1).collect();
    let parts = parts.iter().filter(|part| !matches!(**part, "src" | "lib" | "main"));
    parts.map(|part| part.replace('-', "_")).collect::<Vec<_>>().join("::")
}

fn document(rows: &[Row<'_>]) -> String {
    let mut text = HEAD.to_owned();
    for (kind, meaning) in kinds() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "- `{kind}`: {meaning}.");
    }
    text.push_str(NUMBERS);
    let mut section = "";
    for row in rows {
        if row.rule.section != section {
            section = row.rule.section;
            // Writing to a string does not fail.
            let _ = writeln!(text, "\n## {section}\n");
            let _ = writeln!(text, "| # | reject when … | code | specification | kind | checked in |");
            let _ = writeln!(text, "| --- | --- | --- | --- | --- | --- |");
        }
        let _ = writeln!(text, "{}", row.row());
    }
    text
}

/// The list of tests: rule, test, file.
fn test_list(rows: &[Row<'_>]) -> String {
    let mut text = String::from("rule\ttest\tfile\n");
    for row in rows {
        for test in row.tests {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}\t{}\t{}", row.rule.number, test.name, test.file);
        }
    }
    text
}

/// The generated files, and the gaps of the tables.
struct Checked {
    document: String,
    tests: String,
    gaps: Vec<Finding>,
}

fn check(tree: &Tree) -> Result<Checked, String> {
    let rules =
        table::parse(tree.get(TABLE).unwrap_or_default()).map_err(|error| format!("{TABLE}: {error}"))?;
    let faults = faults::parse(tree.get(faults::LIST).unwrap_or_default())?;
    let tests = tests::find(tree);
    let rows: Vec<_> = rules.iter().map(|rule| Row::new(*rule, &tests)).collect();
    let of_rules = rows.iter().flat_map(|row| row.gaps(tree, &faults)).map(|gap| Finding::new(TABLE, gap));
    let of_faults = faults.iter().filter_map(|fault| faults::gap_of_fault(fault, &rules));
    let of_faults = of_faults.map(|gap| Finding::new(faults::LIST, gap));
    let unknown = tests.iter().filter(|(number, _)| rules.iter().all(|rule| rule.number != **number));
    let unknown = unknown.flat_map(|(number, tests)| tests.iter().map(move |test| (number, test)));
    let unknown = unknown.map(|(number, test)| {
        Finding::new(&test.file, format!("`{}`: there is no rule {number}", test.name))
    });
    let gaps = of_rules.chain(of_faults).chain(unknown).collect();
    Ok(Checked { document: document(&rows), tests: test_list(&rows), gaps })
}

/// The numbers of the rules whose violation has this code.
pub(crate) fn with_code(tree: &Tree, code: &str) -> Vec<u16> {
    let rules = table::parse(tree.get(TABLE).unwrap_or_default()).unwrap_or_default();
    let with_code = rules.iter().filter(|rule| rule.codes().any(|word| word == code));
    with_code.map(|rule| rule.number).collect()
}

/// The findings of `tidy`: gaps, and generated files that are not up to date.
pub(crate) fn findings(tree: &Tree) -> Vec<Finding> {
    let checked = match check(tree) {
        Ok(checked) => checked,
        Err(error) => return vec![Finding::new(TABLE, error)],
    };
    let files = [(DOCUMENT, &checked.document), (TEST_LIST, &checked.tests)];
    let stale = files.into_iter().filter(|(path, text)| tree.get(path) != Some(text));
    let stale = stale.map(|(path, _)| Finding::new(path, "not up to date: run `cargo xtask rules`"));
    let stale: Vec<_> = stale.collect();
    checked.gaps.into_iter().chain(stale).collect()
}

pub(crate) fn main(arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    tools::expect_no_more(arguments)?;
    let checked = check(&Tree::read(tools::root())?)?;
    std::fs::write(tools::root().join(DOCUMENT), &checked.document)?;
    std::fs::write(tools::root().join(TEST_LIST), &checked.tests)?;
    for gap in &checked.gaps {
        println!("{gap}");
    }
    println!("{} tests of rules", checked.tests.lines().count().saturating_sub(1));
    Ok(if checked.gaps.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

#[cfg(test)]
mod own_tests {
    use super::*;

    const RULE: &str = "1\tKeys\ta bad key\t6.5\tspec\tpublic-key-malformed";
    const FAULTS: &str = "bad-key\tfault\t1\tpublic-key-malformed\n";
    const SOURCE: &str = "\ncodes! {\n    PublicKeyMalformed = \"public-key-malformed\",\n}\n";

    fn tree(rule: &str, test: &str) -> Tree {
        Tree::of(&[
            (TABLE, rule),
            (faults::LIST, FAULTS),
            (CODES, SOURCE),
            ("crates/a/src/cbor.rs", ""),
            ("crates/a/src/cbor/tests.rs", test),
        ])
    }

    fn gaps(rule: &str, test: &str) -> Vec<String> {
        check(&tree(rule, test)).unwrap().gaps.iter().map(|gap| gap.what.clone()).collect()
    }

    #[test]
    fn a_rule_needs_a_test_a_place_and_a_code() {
        assert_eq!(gaps(RULE, "fn rule_001_x() {}"), [""; 0]);
        assert_eq!(gaps(RULE, ""), ["rule 1 has no test"]);
        assert_eq!(gaps(&format!("{RULE}\tcrates/a/src/cbor.rs"), "fn rule_001_x() {}"), [""; 0]);
        assert_eq!(gaps(&format!("{RULE}\tcrates/a/src/der.rs"), "fn rule_001_x() {}").len(), 1);
        assert!(
            gaps(&RULE.replace("public-key-malformed", "key-bad"), "fn rule_001_x() {}")
                .contains(&"rule 1: no code `key-bad`".to_owned())
        );
    }

    #[test]
    fn without_a_fault_a_test_names_the_code() {
        let gaps = |test: &str| {
            let rule = format!("{RULE}\t\ta reason");
            let mut files = vec![(TABLE, rule.as_str()), (CODES, SOURCE)];
            files.extend([("crates/a/src/cbor.rs", ""), ("crates/a/src/cbor/tests.rs", test)]);
            let gaps = check(&Tree::of(&files)).unwrap().gaps;
            gaps.into_iter().map(|gap| gap.what).collect::<Vec<_>>()
        };
        assert_eq!(gaps("fn rule_001_x() { Code::PublicKeyMalformed }"), [""; 0]);
        assert_eq!(gaps("fn rule_001_x() { \"public-key-malformed\" }"), [""; 0]);
        assert_eq!(
            gaps("fn rule_001_x() { Code::PublicKeyMalformedToo }"),
            ["rule 1: no file of its tests names `public-key-malformed`"]
        );
    }

    #[test]
    fn a_test_of_no_rule_is_found() {
        assert_eq!(gaps(RULE, "fn rule_001_002_x() {}"), ["`rule_001_002_x`: there is no rule 2"]);
    }

    #[test]
    fn generated_files_that_are_not_up_to_date_are_found() {
        let test = "fn rule_001_x() {}";
        let fresh = check(&tree(RULE, test)).unwrap();
        assert!(
            fresh.document.ends_with("| 1 | a bad key | `public-key-malformed` | 6.5 | spec | `a::cbor` |\n")
        );
        assert_eq!(fresh.tests, "rule\ttest\tfile\n1\trule_001_x\tcrates/a/src/cbor/tests.rs\n");
        assert_eq!(findings(&tree(RULE, test)).len(), 2);
    }

    #[test]
    fn no_rule_of_the_first_400_was_removed() {
        let rules = table::parse(include_str!("../../crates/countersign-cli/src/explain/rules.tsv")).unwrap();
        assert!(rules.len() >= 400);
    }
}
