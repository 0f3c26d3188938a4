//! The documents: crates and dependencies with their reasons, links, and examples.

use std::collections::BTreeSet;

use crate::{
    finding::Finding,
    markdown::{Block, anchors, blocks, links, prose, resolve},
    tree::has_extension,
    workspace::Workspace,
};

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";
/// The section whose table gives the reason of each dependency.
const DEPENDENCIES: &str = "## Dependencies";
/// The section whose table lists the crates.
const LAYERS: &str = "## Layers";

pub(super) fn everything_is_documented(workspace: &Workspace) -> Vec<Finding> {
    let text = workspace.tree.get(ARCHITECTURE).unwrap_or_default();
    let ours: BTreeSet<_> = workspace.packages.iter().map(|package| package.name.as_str()).collect();
    let used = workspace.packages.iter().flat_map(|package| &package.dependencies).map(String::as_str);
    let foreign: BTreeSet<_> = used.filter(|name| !ours.contains(name)).collect();
    let mut findings = compare(&table(text, LAYERS), &ours, "crate");
    findings.extend(compare(&table(text, DEPENDENCIES), &foreign, "dependency"));
    findings
}

/// A table's first column, each name with the rest of its row, below a heading.
fn table<'a>(text: &'a str, heading: &str) -> Vec<(&'a str, &'a str)> {
    let section = text.lines().skip_while(|line| *line != heading).skip(1);
    let section = section.take_while(|line| !line.starts_with("## "));
    let rows = section.filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    rows.map(|(name, rest)| (name, rest.trim_matches([' ', '|']))).collect()
}

fn compare(rows: &[(&str, &str)], wanted: &BTreeSet<&str>, kind: &str) -> Vec<Finding> {
    let find = |what| Finding::new(ARCHITECTURE, what);
    let named: BTreeSet<_> = rows.iter().map(|(name, _)| *name).collect();
    let missing = wanted.difference(&named).map(|name| find(format!("{kind} `{name}` is not in its table")));
    let stale =
        named.difference(wanted).map(|name| find(format!("{kind} `{name}` is in its table and not used")));
    let bare = rows.iter().filter(|(_, rest)| rest.is_empty());
    let bare = bare.map(|(name, _)| find(format!("{kind} `{name}` has no reason")));
    missing.chain(stale).chain(bare).collect()
}

/// The contents of the book.
const SUMMARY: &str = "docs/SUMMARY.md";

/// Addresses on docs.rs are left to `cargo xtask release check --only pages`: rustdoc names the pages and places in them.
pub(super) fn links_lead_somewhere(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in workspace.tree.files().filter(|(path, _)| has_extension(path, "md")) {
        let links =
            prose(text).flat_map(|(number, line)| links(line).into_iter().map(move |link| (number, link)));
        for (number, link) in links {
            let Some((target, anchor)) = resolve(path, link) else { continue };
            let folder = format!("{target}/");
            let files = workspace.tree.files().map(|(path, _)| path);
            if !files.into_iter().any(|path| path == target || path.starts_with(&folder)) {
                findings.push(Finding::at(path, number, format!("the link to `{target}` leads nowhere")));
            }
            let Some(anchor) = anchor.filter(|_| has_extension(&target, "md")) else { continue };
            if !anchors(workspace.tree.get(&target).unwrap_or_default()).iter().any(|known| known == anchor) {
                findings.push(Finding::at(
                    path,
                    number,
                    format!("`{target}` has no heading for `#{anchor}`"),
                ));
            }
        }
    }
    findings
}

/// A page that is not in the book is found by no reader, and one that is in it twice has two addresses.
pub(super) fn every_page_is_in_the_book(workspace: &Workspace) -> Vec<Finding> {
    let text = workspace.tree.get(SUMMARY).unwrap_or_default();
    let chapters: Vec<_> = prose(text)
        .flat_map(|(number, line)| links(line).into_iter().map(move |link| (number, link)))
        .filter_map(|(number, link)| Some((number, resolve(SUMMARY, link)?.0)))
        .collect();
    let pages = workspace.tree.files().map(|(path, _)| path).filter(|path| has_extension(path, "md"));
    let pages = pages.filter(|path| *path != SUMMARY && (path.starts_with("docs/") || !path.contains('/')));
    let missing = pages.filter(|page| chapters.iter().all(|(_, chapter)| chapter != page));
    let missing = missing.map(|page| Finding::new(page, format!("{SUMMARY} does not have it")));
    let mut seen = BTreeSet::new();
    let twice = chapters.iter().filter(|(_, chapter)| !seen.insert(chapter));
    let twice =
        twice.map(|(number, chapter)| Finding::at(SUMMARY, *number, format!("`{chapter}` is in it twice")));
    missing.chain(twice).collect()
}

/// An example that is not compiled is wrong before long.
pub(super) fn examples_are_compiled(workspace: &Workspace) -> Vec<Finding> {
    let with_rust = workspace.tree.files().filter(|(path, text)| {
        has_extension(path, "md") && text.lines().any(|line| line.trim_start().starts_with("```rust"))
    });
    let compiled: BTreeSet<_> = workspace
        .tree
        .rust()
        .filter(|(path, _)| path.starts_with("crates/"))
        .flat_map(|(path, text)| {
            let included = text.split("#[doc = include_str!(\"").skip(1);
            included.filter_map(|rest| Some(resolve(path, rest.split_once('"')?.0)?.0)).collect::<Vec<_>>()
        })
        .collect();
    with_rust
        .filter(|(path, _)| !compiled.contains(*path) && program_of(path).is_none())
        .map(|(path, _)| Finding::new(path, "no crate includes it, so its Rust is not compiled"))
        .collect()
}

/// The program that the examples of a page make together, if the page is one of a framework.
fn program_of(page: &str) -> Option<String> {
    let name = page.strip_prefix("docs/frameworks/")?.strip_suffix(".md")?;
    Some(match name {
        "README" => "docs/frameworks/passkeys/src/lib.rs".to_owned(),
        name => format!("docs/frameworks/{name}/src/main.rs"),
    })
}

/// The pages of the frameworks can be read as plain files, so they repeat their programs, which are compiled and tested.
pub(super) fn pages_of_frameworks_have_their_programs(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in workspace.tree.files() {
        let Some(program) = program_of(path) else { continue };
        let source = workspace.tree.get(&program).unwrap_or_default();
        let mut expected = source.lines().filter(|line| !line.is_empty());
        let blocks = blocks(text).into_iter().filter(|block| block.info == "rust");
        let lines = blocks.flat_map(|block| (block.line + 1..).zip(block.lines));
        for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let next = expected.next();
            if next != Some(line) {
                let what = format!("in `{program}` the line here is: {}", next.unwrap_or("none"));
                findings.push(Finding::at(path, number, what));
                break;
            }
        }
        if findings.is_empty()
            && let Some(line) = expected.next()
        {
            findings.push(Finding::new(path, format!("the end of `{program}` is missing, from: {line}")));
        }
    }
    findings
}

/// An example that is compiled and never run hides errors at run time, and so does a function that no line calls.
pub(super) fn examples_of_guides_are_run(workspace: &Workspace) -> Vec<Finding> {
    let pages = workspace.tree.files().filter(|(path, _)| has_extension(path, "md"));
    let pages = pages
        .filter(|(path, _)| (path.starts_with("docs/") || !path.contains('/')) && program_of(path).is_none());
    let mut findings = Vec::new();
    for (path, text) in pages {
        for block in blocks(text).into_iter().filter(|block| block.info.starts_with("rust")) {
            let Block { line, info, lines } = block;
            if info != "rust" {
                findings.push(Finding::at(path, line, format!("`{info}`: the example is not run")));
            }
            let code: Vec<_> = lines.iter().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
            // What rustdoc runs is `main`, or else the whole block as its body.
            let defines = |word: &str| code.iter().any(|line| line.starts_with(word));
            if defines("fn ") && !defines("fn main(") && !defines("async fn main(") {
                findings.push(Finding::at(path, line, "the example has functions and no `main`"));
            }
            for name in uncalled(&code) {
                findings.push(Finding::at(path, line, format!("no line of the example calls `{name}`")));
            }
        }
    }
    findings
}

/// The functions that a block defines, outside implementations of traits, and never names again.
fn uncalled<'a>(code: &[&'a str]) -> Vec<&'a str> {
    let mut of_a_trait = false;
    let mut functions = Vec::new();
    for line in code {
        if !line.starts_with([' ', '}']) && !line.is_empty() {
            of_a_trait = line.starts_with("impl") && line.contains(" for ");
        }
        let definition = line.split_once("fn ").filter(|(before, _)| !before.contains("//"));
        if let (false, Some((_, rest))) = (of_a_trait, definition) {
            functions.extend(rest.split(['(', '<']).next().filter(|name| *name != "main"));
        }
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<_> = code.iter().flat_map(|line| line.split(|c| !is_part(c))).collect();
    functions.retain(|name| words.iter().filter(|word| *word == name).count() < 2);
    functions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    fn documented(text: &str) -> usize {
        let mut workspace = Workspace::of(&[(ARCHITECTURE, text)]);
        let package = |name: &str, dependencies: &[&str]| Package {
            name: name.to_owned(),
            dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
            ..Package::default()
        };
        workspace.packages = vec![package("one", &["serde"]), package("two", &["one", "serde"])];
        everything_is_documented(&workspace).len()
    }

    #[test]
    fn crates_and_dependencies_have_their_rows() {
        let good =
            "## Layers\n| `one` | a | b |\n| `two` | c | d |\n## Dependencies\n| `serde` | why |\n## More\n";
        assert_eq!(documented(good), 0);
        assert_eq!(documented(&good.replace("| `two` | c | d |\n", "")), 1, "a crate is missing");
        assert_eq!(documented(&good.replace("| `serde` | why |\n", "")), 1, "a dependency is missing");
        assert_eq!(documented(&good.replace(" why |", " |")), 1, "a dependency has no reason");
        assert_eq!(documented(&good.replace("## More", "| `coset` | why |")), 1, "a dependency is not used");
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let links = |readme: &str| {
            let files = [("README.md", readme), ("docs/A.md", "# One two\n[up](../README.md)")];
            links_lead_somewhere(&Workspace::of(&files))
        };
        assert_eq!(links("[a](docs/A.md) [b](https://example.org/x) [c](docs) `[d](e)`"), []);
        assert_eq!(links("[a](docs/A.md)\n[b](docs/B.md)").first().and_then(|finding| finding.line), Some(2));
        assert_eq!(links("# Here\n[a](docs/A.md#one-two) [b](#here)"), []);
        assert_eq!(links("# Here\n[a](docs/A.md#one) [b](#there)").len(), 2);
    }

    #[test]
    fn a_page_that_is_not_in_the_book_once_is_found() {
        let found = |summary| {
            let files = [(SUMMARY, summary), ("docs/A.md", ""), ("B.md", ""), ("crates/a/README.md", "")];
            every_page_is_in_the_book(&Workspace::of(&files)).len()
        };
        assert_eq!(found("- [a](A.md)\n- [b](../B.md)\n"), 0);
        assert_eq!(found("- [a](A.md)\n"), 1);
        assert_eq!(found("- [a](A.md)\n- [b](../B.md)\n- [c](A.md)\n"), 1);
    }

    #[test]
    fn a_page_of_a_framework_that_differs_from_its_program_is_found() {
        let found = |page, source| {
            let files = [("docs/frameworks/a.md", page), ("docs/frameworks/a/src/main.rs", source)];
            pages_of_frameworks_have_their_programs(&Workspace::of(&files)).len()
        };
        let page = "```rust\nfn a() {\n}\n```\ntext\n```sh\nx\n```\n```rust\nfn b() {}\n```\n";
        assert_eq!(found(page, "fn a() {\n}\n\nfn b() {}\n"), 0);
        assert_eq!(found(page, "fn a() {\n}\n\nfn c() {}\n"), 1);
        assert_eq!(found(page, "fn a() {\n}\n\nfn b() {}\nfn c() {}\n"), 1);
        assert_eq!(found(page, "fn a() {\n}\n"), 1);
    }

    #[test]
    fn an_example_of_a_guide_that_nothing_runs_is_found() {
        let found = |text| examples_of_guides_are_run(&Workspace::of(&[("docs/guide/a.md", text)])).len();
        assert_eq!(
            found(
                "```rust\n# fn main() { b() }\n# fn b() {}\n```\n```sh\nfn a\n```\n```rust\nlet a = 1;\n```"
            ),
            0
        );
        assert_eq!(found("```rust\n# fn example(a: u8) {\nlet b = a;\n# }\nexample(1)\n```"), 1);
        assert_eq!(found("```rust\nfn main() {}\nfn b<T>(c: T) {}\n```"), 1);
        assert_eq!(found("```rust\nfn main() {}\nimpl A for B {\n    fn c() {}\n}\n```"), 0);
        assert_eq!(found("```rust,no_run\n# fn main() {}\n```"), 1);
        let question = Workspace::of(&[("docs/FAQ.md", "```rust,ignore\nlet a = 1;\n```")]);
        assert_eq!(examples_of_guides_are_run(&question).len(), 1);
    }

    #[test]
    fn an_example_that_no_crate_includes_is_found() {
        let found = |source| {
            let text = "# A\n\n```rust\nfn a() {}\n```\n";
            let files = [("docs/A.md", text), ("docs/B.md", "```sh\n"), ("crates/a/src/lib.rs", source)];
            examples_are_compiled(&Workspace::of(&files)).len()
        };
        assert_eq!(found("#[doc = include_str!(\"../../../docs/A.md\")]\nstruct A;\n"), 0);
        assert_eq!(found("#[doc = include_str!(\"../../docs/A.md\")]\nstruct A;\n"), 1);
        assert_eq!(found(""), 1);
    }
}
