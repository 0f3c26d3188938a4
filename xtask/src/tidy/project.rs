//! What contributors, users and security teams read: addresses of the repository, paths of its files, and the versions of
//! stored forms.

use crate::{finding::Finding, tree::has_extension, workspace::Workspace};

/// Documents that name files as text. Their steps and tables are of no use if a file has moved.
const NAMING_FILES: [&str; 5] =
    ["CONTRIBUTING.md", "SECURITY.md", "docs/STABILITY.md", "fuzz/README.md", "benches/README.md"];
const STABILITY: &str = "docs/STABILITY.md";
/// The section whose table has the versions.
const FORMS: &str = "## Forms of stored data";
const README: &str = "README.md";
/// The section whose table lists the crates.
const CRATES: &str = "## Crates";
const FORM: &str = ".github/ISSUE_TEMPLATE/2-fault.yml";
const MANIFEST: &str = "Cargo.toml";

/// Issue forms and pages of packages can't have relative links.
pub(super) fn addresses_of_the_repository_lead_somewhere(workspace: &Workspace) -> Vec<Finding> {
    let manifest = workspace.tree.get(MANIFEST).unwrap_or_default();
    let repository =
        manifest.lines().find_map(|line| line.strip_prefix("repository = \"")?.strip_suffix('"'));
    let Some(repository) = repository else {
        return vec![Finding::new(MANIFEST, "no line `repository = \"…\"`")];
    };
    let file = format!("{repository}/blob/main/");
    let texts = workspace
        .tree
        .files()
        .filter(|(path, _)| ["md", "yaml", "yml"].iter().any(|extension| has_extension(path, extension)));
    let mut findings = Vec::new();
    for (path, text) in texts {
        for (number, line) in (1..).zip(text.lines()) {
            for target in line.split(&file).skip(1).filter_map(|rest| rest.split(ends_an_address).next()) {
                if !workspace.tree.contains(target) {
                    let what = format!("the address of `{target}` leads nowhere");
                    findings.push(Finding::at(path, number, what));
                }
            }
        }
    }
    findings
}

fn ends_an_address(c: char) -> bool {
    c.is_whitespace() || matches!(c, '#' | ')' | '"' | '>' | '<')
}

/// A word in backticks that begins with a folder of the root is a path. One with `…` or `NAME` is for the reader to fill
/// in, and what a build makes, below `target`, is not in the tree.
pub(super) fn named_paths_exist(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in NAMING_FILES {
        for (number, line) in (1..).zip(workspace.tree.get(path).unwrap_or_default().lines()) {
            let named = line.split('`').skip(1).step_by(2).filter(|name| is_path(name, workspace));
            for name in named {
                let folder = format!("{}/", name.trim_end_matches('/'));
                let files = workspace.tree.files().map(|(path, _)| path);
                if !files.into_iter().any(|path| path == name || path.starts_with(&folder)) {
                    findings.push(Finding::at(path, number, format!("there is no `{name}`")));
                }
            }
        }
    }
    findings
}

fn is_path(name: &str, workspace: &Workspace) -> bool {
    let Some((folder, rest)) = name.split_once('/') else { return false };
    let folder = format!("{folder}/");
    let in_the_root = workspace.tree.files().any(|(path, _)| path.starts_with(&folder));
    let skipped =
        |part: &str| part.contains('…') || part == "NAME" || part.starts_with("NAME.") || part == "target";
    in_the_root && !name.contains([' ', '*']) && !rest.split('/').any(skipped)
}

/// A report of a fault names the crate, so each crate of the README's table is in the form.
pub(super) fn the_form_names_every_crate(workspace: &Workspace) -> Vec<Finding> {
    let readme = workspace.tree.get(README).unwrap_or_default();
    let form = workspace.tree.get(FORM).unwrap_or_default();
    let section = readme.lines().skip_while(|line| *line != CRATES).skip(1);
    let section = section.take_while(|line| !line.starts_with("## "));
    let crates = section.filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let named = |name: &str| form.lines().any(|line| line.split_whitespace().any(|word| word == name));
    let missing = crates.filter(|name| !named(name));
    missing.map(|name| Finding::new(FORM, format!("`{name}` is not among the parts"))).collect()
}

/// Each row of the table names a version and the file with its constant.
pub(super) fn versions_of_forms_are_current(workspace: &Workspace) -> Vec<Finding> {
    let text = workspace.tree.get(STABILITY).unwrap_or_default();
    let section = text.lines().enumerate().skip_while(|(_, line)| *line != FORMS).skip(1);
    let section = section.take_while(|(_, line)| !line.starts_with("## "));
    let rows: Vec<_> = section.filter(|(_, line)| line.ends_with("` |")).collect();
    if rows.is_empty() {
        return vec![Finding::new(STABILITY, format!("no table under `{FORMS}`"))];
    }
    let mut findings = Vec::new();
    for (position, row) in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let (written, source) = match cells[..] {
            [_, written, _, source] => (written, source.trim_matches('`')),
            _ => ("", ""),
        };
        let current = workspace.tree.get(source).and_then(version);
        if current != Some(written) {
            let current = current.unwrap_or("none");
            let what = format!("version {written:?}, but in `{source}` it is {current}");
            findings.push(Finding::at(STABILITY, position + 1, what));
        }
    }
    findings
}

/// The number of `const VERSION: … = 2;`, or of `version: FormatVersion<2>`.
fn version(source: &str) -> Option<&str> {
    let constant = source.lines().find_map(|line| {
        let (_, rest) = line.split_once("const VERSION: ")?;
        rest.split_once(" = ")?.1.strip_suffix(';')
    });
    constant
        .or_else(|| source.split_once("version: FormatVersion<")?.1.split_once('>').map(|(number, _)| number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_file_that_is_not_there_is_found() {
        let found = |line: &str| {
            let form = format!("about: a\nurl: {line}\n");
            let manifest = "repository = \"https://example.org/a/b\"\n";
            let files = [(MANIFEST, manifest), ("docs/A.md", ""), (".github/ISSUE_TEMPLATE/a.yml", &*form)];
            addresses_of_the_repository_lead_somewhere(&Workspace::of(&files))
        };
        assert_eq!(found("https://example.org/a/b/blob/main/docs/A.md#x"), []);
        assert_eq!(found("[a](https://example.org/a/b/blob/main/docs/A.md)."), []);
        assert_eq!(found("https://example.org/a/b/security/advisories/new"), []);
        assert_eq!(found("https://example.org/a/b/blob/main/docs/B.md")[0].line, Some(2));
        assert_eq!(addresses_of_the_repository_lead_somewhere(&Workspace::of(&[])).len(), 1);
    }

    #[test]
    fn a_path_that_is_not_there_is_found() {
        let found = |line: &str| {
            let files = [("CONTRIBUTING.md", line), ("crates/a/src/b.rs", ""), ("docs/A.md", "")];
            named_paths_exist(&Workspace::of(&files)).len()
        };
        assert_eq!(found("`crates/a/src/b.rs` `crates/a/` `docs/A.md` `crates/countersign-…/src/lib.rs`"), 0);
        assert_eq!(found("`crates/a/src/NAME.rs`, `crates/target/a`, `book/a`, `cargo test`, `and/or`"), 0);
        assert_eq!(found("`crates/a/src/c.rs`"), 1);
        assert_eq!(found("`docs/B.md` and `crates/b/`"), 2);
    }

    #[test]
    fn a_crate_that_is_not_in_the_form_is_found() {
        let found = |form: &str| {
            let readme = "## Crates\n\n| crate | |\n| `a` | x |\n| `a-b` | y |\n\n## More\n| `c` | z |\n";
            the_form_names_every_crate(&Workspace::of(&[(README, readme), (FORM, form)])).len()
        };
        assert_eq!(found("options:\n  - a\n  - x or a-b\n"), 0);
        assert_eq!(found("options:\n  - a-b\n"), 1);
        assert_eq!(found(""), 2);
    }

    #[test]
    fn a_version_that_is_not_the_constant_is_found() {
        let found = |row: &str, source: &str| {
            let text =
                format!("{FORMS}\n\n| form | written | read | source |\n| --- | --- | --- | --- |\n{row}\n");
            versions_of_forms_are_current(&Workspace::of(&[(STABILITY, &text), ("crates/a.rs", source)]))
                .len()
        };
        let row = "| record | 2 | 1 and 2 | `crates/a.rs` |";
        assert_eq!(found(row, "/// One.\nconst VERSION: u64 = 2;\n"), 0);
        assert_eq!(found(row, "pub const VERSION: u64 = 3;\n"), 1);
        assert_eq!(found(row, "struct A {\n    version: FormatVersion<2>,\n}\n"), 0);
        assert_eq!(found(row, ""), 1);
        assert_eq!(found("", "const VERSION: u64 = 2;\n"), 1);
    }
}
