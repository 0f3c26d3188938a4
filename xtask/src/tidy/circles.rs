//! No circle among the modules of a crate: an arrow goes from the file that names an item to the file that defines it.
//! A module that declares its children and re-exports their items depends on none of them by that.
//!
//! Likewise the names in `use` and in paths: an item comes from the module that defines it, not from a module around the
//! one that uses it which only passes it on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{
    finding::Finding,
    rust::{
        Crate, Id, Target, files,
        tokens::{Import, Path},
    },
    workspace::Workspace,
};

/// From a file to another, with the first line and name that say so.
#[derive(Debug, Default)]
pub(super) struct Arrows {
    by_file: BTreeMap<String, BTreeMap<String, Reason>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) line: usize,
    pub(super) name: String,
}

/// A use of a name, with its target.
struct Use<'a> {
    from: Id,
    path: &'a Path,
    target: Target,
    through: Option<Id>,
}

impl Arrows {
    fn add(&mut self, from: &str, to: &str, path: &Path) {
        if from != to {
            let reason = Reason { line: path.line, name: path.segments.last().cloned().unwrap_or_default() };
            self.by_file.entry(from.to_owned()).or_default().entry(to.to_owned()).or_insert(reason);
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str, &Reason)> {
        self.by_file.iter().flat_map(|(from, targets)| {
            targets.iter().map(move |(to, reason)| (from.as_str(), to.as_str(), reason))
        })
    }

    fn targets<'a>(&'a self, from: &str) -> impl Iterator<Item = &'a str> {
        self.by_file.get(from).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The shortest way from a file back to itself.
    fn circle(&self, start: &str) -> Option<Vec<&str>> {
        let mut before: BTreeMap<&str, &str> = BTreeMap::new();
        let (start, _) = self.by_file.get_key_value(start)?;
        let mut open = VecDeque::from([start.as_str()]);
        while let Some(file) = open.pop_front() {
            for next in self.targets(file) {
                if next == start {
                    let mut way = vec![start.as_str()];
                    let back = std::iter::successors(Some(file), |file| before.get(file).copied());
                    way.extend(back.take_while(|file| *file != start));
                    way.push(start);
                    way.reverse();
                    return Some(way);
                }
                if !before.contains_key(next) {
                    before.insert(next, file);
                    open.push_back(next);
                }
            }
        }
        None
    }

    /// All files that a file leads to, at any depth.
    fn reaches<'a>(&'a self, start: &'a str) -> BTreeSet<&'a str> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
        while let Some(file) = open.pop() {
            open.extend(self.targets(file).filter(|next| seen.insert(*next)));
        }
        seen
    }

    /// One finding for each set of files that lead to each other, with the shortest circle among them.
    fn circles(&self) -> Vec<Finding> {
        let mut done = BTreeSet::new();
        let mut findings = Vec::new();
        for file in self.by_file.keys().map(String::as_str) {
            let reached = self.reaches(file);
            if done.contains(file) || !reached.contains(file) {
                continue;
            }
            let knot: BTreeSet<_> =
                reached.into_iter().filter(|other| self.reaches(other).contains(file)).collect();
            let shortest =
                knot.iter().filter_map(|file| self.circle(file)).min_by_key(Vec::len).unwrap_or_default();
            let steps = shortest.windows(2).filter_map(|pair| {
                let reason = self.by_file.get(pair[0])?.get(pair[1])?;
                Some(format!("{}:{} names `{}` of {}", pair[0], reason.line, reason.name, pair[1]))
            });
            let steps = steps.collect::<Vec<_>>().join(", ");
            findings.push(Finding::new(file, format!("is in a circle of {} files: {steps}", knot.len())));
            done.extend(knot);
        }
        findings
    }
}

/// The root files of the crates, those of integration tests left out.
fn roots(workspace: &Workspace) -> impl Iterator<Item = &str> {
    let roots =
        workspace.tree.rust().map(|(path, _)| path).filter(|path| files::is_root(&workspace.tree, path));
    roots.filter(|path| !path.contains("/tests/"))
}

/// The crates of these roots; a file that can't be read as Rust is a finding.
fn crates<'a>(
    workspace: &'a Workspace,
    of_interest: impl Fn(&str) -> bool,
    findings: &mut Vec<Finding>,
) -> Vec<(&'a str, Crate)> {
    let mut crates = Vec::new();
    for root in roots(workspace).filter(|root| of_interest(root)) {
        match Crate::read(&workspace.tree, root) {
            Ok(read) => crates.push((root, read)),
            Err(error) => findings.push(Finding::new(root, error)),
        }
    }
    crates
}

fn uses(krate: &Crate) -> Vec<Use<'_>> {
    let mut uses = Vec::new();
    for (from, node) in krate.nodes.iter().enumerate() {
        let module = &node.module;
        let imports =
            module.imports.iter().chain(&module.local_imports).filter(|import| counts(krate, from, import));
        let paths = imports.map(|import| &import.path).chain(&module.paths);
        uses.extend(paths.filter_map(|path| {
            let found = krate.resolve(from, path)?;
            Some(Use { from, path, target: found.target, through: found.through })
        }));
    }
    uses
}

/// Whether an import counts as a use. A re-export of an item below does not, nor does the name of a module: its items
/// count in the paths that name them.
fn counts(krate: &Crate, from: Id, import: &Import) -> bool {
    let Some(found) = krate.resolve(from, &import.path) else { return false };
    let home = match (found.target, &import.name) {
        (Target::Module(_), Some(_)) => return false,
        (Target::Module(id) | Target::Item(id), _) => id,
    };
    let below = krate.ancestors(home).any(|ancestor| ancestor == from);
    let used = import.name.as_ref().is_some_and(|name| krate.nodes[from].module.identifiers.contains(name));
    !(import.reexport && below) || used
}

pub(super) fn arrows(krate: &Crate) -> Arrows {
    let mut arrows = Arrows::default();
    for found in uses(krate) {
        let (Target::Module(to) | Target::Item(to)) = found.target;
        arrows.add(&krate.nodes[found.from].file, &krate.nodes[to].file, found.path);
    }
    arrows
}

/// Names that go by the re-export of a module around the one that uses them.
fn detours(krate: &Crate) -> Vec<Finding> {
    let detour = |found: &Use<'_>| {
        let through =
            found.through.filter(|id| krate.ancestors(found.from).any(|ancestor| ancestor == *id))?;
        let (Target::Module(to) | Target::Item(to)) = found.target;
        let (at, home) = (&krate.nodes[found.from].file, &krate.nodes[to].file);
        let what = format!(
            "`{}` is defined in {home}, not in {}",
            found.path.segments.join("::"),
            krate.nodes[through].file
        );
        Some(Finding::at(at, found.path.line, what))
    };
    let mut findings: Vec<_> = uses(krate).iter().filter_map(detour).collect();
    for (from, node) in krate.nodes.iter().enumerate() {
        let globs = node.module.imports.iter().filter(|import| import.name.is_none());
        for path in globs.map(|import| &import.path) {
            let Some(Target::Module(to)) = krate.resolve(from, path).map(|found| found.target) else {
                continue;
            };
            if krate.ancestors(from).any(|ancestor| ancestor == to) && krate.nodes[to].file != node.file {
                let what = format!("`{}::*` does not say where names are defined", path.segments.join("::"));
                findings.push(Finding::at(&node.file, path.line, what));
            }
        }
    }
    findings
}

pub(super) fn no_module_is_in_a_circle(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, krate) in crates(workspace, |_| true, &mut findings) {
        findings.extend(arrows(&krate).circles());
    }
    findings
}

pub(super) fn names_come_from_where_they_are_defined(workspace: &Workspace) -> Vec<Finding> {
    // What can't be read is a finding of the other check.
    let crates = crates(workspace, |_| true, &mut Vec::new());
    crates.iter().flat_map(|(_, krate)| detours(krate)).collect()
}

/// The wings of the relying party, from the ground up: each imports only those before it, and nothing that is in none.
const WINGS: [&str; 7] = ["record", "report", "relying_party", "ceremony", "lifecycle", "store", "store_kit"];
const RELYING_PARTY: &str = "crates/countersign/src/lib.rs";

/// A file's wing, by its place in the order.
fn wing(file: &str) -> Option<usize> {
    let inside = file.strip_prefix("crates/countersign/src/")?;
    let first = inside.split('/').next()?;
    WINGS.iter().position(|wing| first.strip_suffix(".rs").unwrap_or(first) == *wing)
}

pub(super) fn a_wing_imports_only_wings_below(workspace: &Workspace) -> Vec<Finding> {
    let crates = crates(workspace, |root| root == RELYING_PARTY, &mut Vec::new());
    let mut findings = Vec::new();
    for arrows in crates.iter().map(|(_, krate)| arrows(krate)) {
        for (from, to, reason) in arrows.all() {
            let Some(own) = wing(from) else { continue };
            let what = match wing(to) {
                Some(other) if other <= own => continue,
                Some(other) => format!("`{}` is above it", WINGS[other]),
                None => "it is in none".to_owned(),
            };
            let what = format!("`{}` may not use `{}` of {to}: {what}", WINGS[own], reason.name);
            findings.push(Finding::at(from, reason.line, what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "crates/a/src/lib.rs";

    fn workspace(files: &[(&str, &str)]) -> Workspace {
        let mut all = vec![("crates/a/Cargo.toml", "[package]")];
        all.extend(files);
        Workspace::of(&all)
    }

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        no_module_is_in_a_circle(&workspace(files)).iter().map(ToString::to_string).collect()
    }

    fn detours(files: &[(&str, &str)]) -> Vec<String> {
        names_come_from_where_they_are_defined(&workspace(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn modules_that_name_each_other_are_a_circle() {
        let found = circles(&[
            (LIB, "mod b;\nmod c;\n"),
            ("crates/a/src/b.rs", "use crate::c::C;\npub struct B(C);"),
            ("crates/a/src/c.rs", "pub struct C;\nfn c() -> super::b::B { todo() }"),
        ]);
        assert_eq!(
            found,
            [
                "crates/a/src/b.rs: is in a circle of 2 files: crates/a/src/b.rs:1 names `C` of crates/a/src/c.rs, \
              crates/a/src/c.rs:2 names `B` of crates/a/src/b.rs"
            ]
        );
    }

    #[test]
    fn a_circle_through_a_child_is_found() {
        let parent = "mod child;\npub struct Parent(child::Child);";
        let child = "pub struct Child; fn c(_: &super::Parent) {}";
        let files = [(LIB, "mod b;"), ("crates/a/src/b.rs", parent), ("crates/a/src/b/child.rs", child)];
        assert_eq!(circles(&files).len(), 1);
        let imported = [
            files[0],
            ("crates/a/src/b.rs", "mod child;\nuse child::Child;\npub struct Parent(Child);"),
            files[2],
        ];
        assert_eq!(circles(&imported).len(), 1);
    }

    #[test]
    fn a_parent_that_declares_and_reexports_is_in_no_circle() {
        let parent = "mod child;\npub(crate) use child::Child;\npub struct Parent;";
        let child = "pub struct Child; fn c(_: &super::Parent) {}";
        let files = [
            (LIB, "mod b;\npub use b::Child;"),
            ("crates/a/src/b.rs", parent),
            ("crates/a/src/b/child.rs", child),
        ];
        assert_eq!(circles(&files), [""; 0]);
        let used = format!("{parent} fn p(_: Child) {{}}");
        assert_eq!(circles(&[files[0], ("crates/a/src/b.rs", &used), files[2]]).len(), 1);
    }

    #[test]
    fn an_arrow_goes_to_where_an_item_is_defined() {
        let files = [
            (LIB, "mod b;\nmod c;\nmod d;\npub use c::C;"),
            ("crates/a/src/b.rs", "use crate::C;"),
            ("crates/a/src/c.rs", "pub struct C;"),
            ("crates/a/src/d.rs", ""),
        ];
        assert_eq!(circles(&files), [""; 0]);
        assert_eq!(
            circles(&[files[0], files[1], ("crates/a/src/c.rs", "pub struct C; use crate::b::B;"), files[3]])
                .len(),
            1
        );
    }

    #[test]
    fn tests_make_no_circle() {
        let files = [
            (LIB, "mod b;\nmod c;"),
            ("crates/a/src/b.rs", "use crate::c::C;"),
            ("crates/a/src/c.rs", "pub struct C;\n#[cfg(test)]\nmod tests { use crate::b::B; }"),
        ];
        assert_eq!(circles(&files), [""; 0]);
    }

    #[test]
    fn a_name_by_the_root_or_a_parent_is_found() {
        let files = [
            (LIB, "mod b;\nmod c;\npub use c::C;\nuse c::D;"),
            ("crates/a/src/b.rs", "use crate::C;\nfn b() -> super::D { super::c::C }"),
            ("crates/a/src/c.rs", "pub struct C;\npub struct D;"),
        ];
        let expected = |line, path| {
            format!(
                "crates/a/src/b.rs:{line}: `{path}` is defined in crates/a/src/c.rs, not in crates/a/src/lib.rs"
            )
        };
        assert_eq!(detours(&files), [expected(1, "crate::C"), expected(2, "super::D")]);
        let direct = [
            files[0],
            ("crates/a/src/b.rs", "use crate::c::C;\n#[cfg(test)]\nmod tests { use super::*; }"),
            files[2],
        ];
        assert_eq!(detours(&direct), [""; 0]);
    }

    #[test]
    fn all_names_of_a_parent_are_found() {
        let files = [
            (LIB, "mod b;\nmod c { pub use super::*; }"),
            ("crates/a/src/b.rs", "use super::*;\nuse crate::b::Kind::*;\nenum Kind {}"),
        ];
        assert_eq!(detours(&files), ["crates/a/src/b.rs:1: `super::*` does not say where names are defined"]);
    }

    #[test]
    fn a_name_by_another_modules_reexport_is_none_of_a_parent() {
        let files = [
            (LIB, "mod b;\nmod c;"),
            ("crates/a/src/b.rs", "use crate::c::D;"),
            ("crates/a/src/c.rs", "mod d;\npub use d::D;"),
            ("crates/a/src/c/d.rs", "pub struct D;"),
        ];
        assert_eq!(detours(&files), [""; 0]);
    }

    #[test]
    fn a_wing_that_imports_one_above_or_none_is_found() {
        let found = |record: &str| {
            let files = [
                ("crates/countersign/Cargo.toml", "[package]"),
                (RELYING_PARTY, "mod record;\nmod ceremony;\nmod other;"),
                ("crates/countersign/src/record.rs", record),
                ("crates/countersign/src/ceremony.rs", "use crate::record::R;\npub struct C;"),
                ("crates/countersign/src/other.rs", "use crate::ceremony::C;\npub struct O;"),
            ];
            let findings = a_wing_imports_only_wings_below(&Workspace::of(&files));
            findings.iter().map(|finding| finding.what.clone()).collect::<Vec<_>>()
        };
        assert_eq!(found("pub struct R;"), [""; 0]);
        assert_eq!(
            found("use crate::ceremony::C;"),
            ["`record` may not use `C` of crates/countersign/src/ceremony.rs: `ceremony` is above it"]
        );
        assert_eq!(
            found("use crate::other::O;"),
            ["`record` may not use `O` of crates/countersign/src/other.rs: it is in none"]
        );
    }

    #[test]
    fn a_file_that_is_no_rust_is_found() {
        assert_eq!(circles(&[(LIB, "fn a( {")]).len(), 1);
    }
}
