//! `cargo xtask public-suffixes`: makes the table of public suffixes that the relying party looks RP IDs up in.

use std::{collections::BTreeSet, error::Error, fs, path::PathBuf, process::ExitCode};

use cargo_metadata::MetadataCommand;

use crate::tidy::{Finding, Tree};

const TABLE: &str = "crates/countersign/src/relying_party/origin/public_suffix_list.txt";

const HELP: &str = "\
cargo xtask public-suffixes [FILE --source TEXT] [--check]

Writes crates/countersign/src/relying_party/origin/public_suffix_list.txt: the rules of the Public Suffix List, in A-labels and
sorted by their bytes. They are read from the list that comes with the locked version of the crate `psl`, or from
FILE, a public_suffix_list.dat, which TEXT says the version of.

  --check  writes nothing, and fails where the table is another one
";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    use lexopt::prelude::{Long, Short, Value, ValueExt as _};
    let (mut file, mut source, mut check) = (None, None, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            Long("check") => check = true,
            Long("source") => source = Some(arguments.value()?.string()?),
            Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let list = match (file, source) {
        (Some(path), Some(source)) => {
            List { rules: fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?, source }
        }
        (None, None) => List::of_locked_crate()?,
        _ => return Err("a file and the version of its list come together".into()),
    };
    let (path, made) = (crate::root().join(TABLE), list.table()?);
    let is_same = fs::read_to_string(&path).is_ok_and(|stored| stored == made);
    if is_same {
        println!("{TABLE} is made from {}", list.source);
    } else if check {
        println!("{TABLE} is not what is made from {}", list.source);
        return Ok(ExitCode::FAILURE);
    } else {
        fs::write(&path, &made)?;
        println!("wrote {TABLE}, from {}", list.source);
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether the table is the one of the list that its header names, where that is the locked crate's; and whether it is
/// that crate's, lest the two drift apart.
pub(crate) fn findings(tree: &Tree) -> Result<Vec<Finding>, Box<dyn Error>> {
    let list = List::of_locked_crate()?;
    let is_same = tree.get(TABLE) == Some(&list.table()?);
    let what = format!("is not made from {}: run `cargo xtask public-suffixes`", list.source);
    Ok(if is_same { Vec::new() } else { vec![Finding::new(TABLE, what)] })
}

/// A version of the Public Suffix List.
struct List {
    rules: String,
    source: String,
}

impl List {
    /// The one that the crate `psl` of the lock file was made from, which comes with it.
    fn of_locked_crate() -> Result<Self, Box<dyn Error>> {
        let metadata = MetadataCommand::new().manifest_path(crate::root().join("Cargo.toml")).exec()?;
        let package = metadata.packages.iter().find(|package| *package.name == "psl");
        let package = package.ok_or("no package `psl` in the lock file")?;
        let path = package.manifest_path.with_file_name("data").join("rules.txt");
        let rules = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        Ok(Self { rules, source: format!("the list in the crate psl {}", package.version) })
    }

    /// The whole file. What stands before the first empty line is no rule.
    fn table(&self) -> Result<String, Box<dyn Error>> {
        // A line is read up to white space: https://github.com/publicsuffix/list/wiki/Format
        let rules = self.rules.lines().filter_map(|line| line.split_whitespace().next());
        let rules = rules.filter(|rule| !rule.starts_with("//")).map(in_a_labels);
        let rules = rules.collect::<Result<BTreeSet<_>, _>>()?;
        let rules: String = rules.iter().flat_map(|rule| [rule.as_str(), "\n"]).collect();
        Ok(format!("{}// Made by `cargo xtask public-suffixes` from {}.\n\n{rules}", NOTICE, self.source))
    }
}

/// Exhibit A of the [MPL 2.0](https://www.mozilla.org/MPL/2.0/), and where the list itself is.
const NOTICE: &str = "\
// This Source Code Form is subject to the terms of the Mozilla Public
// License, v. 2.0. If a copy of the MPL was not distributed with this
// file, You can obtain one at https://mozilla.org/MPL/2.0/.
//
// The rules of the Public Suffix List, https://publicsuffix.org/list/, without its comments, in A-labels.
";

/// A rule whose labels are as they stand in an origin, its `!` or `*.` before them.
fn in_a_labels(rule: &str) -> Result<String, Box<dyn Error>> {
    let length = rule.find(|character| !matches!(character, '!' | '*' | '.')).unwrap_or_default();
    let (prefix, name) = rule.split_at(length);
    if !matches!(prefix, "" | "!" | "*.") || name.contains('*') {
        return Err(format!("{rule}: a wildcard that is not the first label").into());
    }
    let name = idna::domain_to_ascii(name).map_err(|_| format!("{rule}: not a domain"))?;
    Ok(format!("{prefix}{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rules: &str) -> Result<String, String> {
        let list = List { rules: rules.into(), source: "a test".into() };
        list.table().map_err(|error| error.to_string())
    }

    #[test]
    fn rules_are_written_in_a_labels_once_each_sorted_by_their_bytes() {
        let table =
            table("// names\norg\n\nxn--p1ai // twice\n\u{440}\u{444}\n*.ck more\n!www.ck\n").unwrap();
        let (header, rules) = table.split_once("\n\n").unwrap();
        assert_eq!(rules, "!www.ck\n*.ck\norg\nxn--p1ai\n");
        assert!(header.lines().all(|line| line.starts_with("//")));
        assert!(header.contains("Mozilla Public") && header.ends_with("from a test."));
    }

    #[test]
    fn a_rule_that_the_table_can_t_say_is_an_error() {
        for rule in ["a.*.b", "*", "*.*.b", "!*.b", "a..b*"] {
            assert!(table(rule).is_err(), "{rule}");
        }
    }

    #[test]
    fn a_table_that_was_changed_is_found() {
        let made = List::of_locked_crate().unwrap().table().unwrap();
        assert!(findings(&Tree::of(&[(TABLE, &made)])).unwrap().is_empty());
        let changed = made.replacen("\nac\n", "\n", 1);
        assert_eq!(findings(&Tree::of(&[(TABLE, &changed)])).unwrap().len(), 1);
    }
}
