//! No orphans: a Rust file that no `mod` names is neither compiled nor tested.

use std::collections::BTreeSet;

use super::{Finding, Workspace, rust::tokens::Module, tree::Tree};

pub(super) fn every_file_is_reached(workspace: &Workspace) -> Vec<Finding> {
    let tree = &workspace.tree;
    let mut open: Vec<String> =
        tree.rust().map(|(path, _)| path.to_owned()).filter(|path| is_root(tree, path)).collect();
    let mut reached: BTreeSet<String> = open.iter().cloned().collect();
    while let Some(path) = open.pop() {
        for child in children(tree, &path) {
            if reached.insert(child.clone()) {
                open.push(child);
            }
        }
    }
    let orphans = tree.rust().filter(|(path, _)| !reached.contains(*path));
    orphans.map(|(path, _)| Finding::new(path, "no `mod` leads to this file")).collect()
}

/// Whether cargo takes the file as the root of a target, by its place in the package or by a `path` in the manifest.
pub(super) fn is_root(tree: &Tree, path: &str) -> bool {
    let Some((manifest, inside)) = package(tree, path) else { return false };
    let parts: Vec<_> = inside.split('/').collect();
    let by_place = matches!(
        parts[..],
        ["build.rs"]
            | ["src", "lib.rs" | "main.rs"]
            | ["src", "bin", _]
            | ["tests" | "examples" | "benches", _]
            | ["tests" | "examples" | "benches", _, "main.rs"]
    );
    by_place || manifest.contains(&format!("path = \"{inside}\""))
}

/// The manifest of the package that a file is in, and the file's path there.
fn package<'a>(tree: &'a Tree, path: &'a str) -> Option<(&'a str, &'a str)> {
    let ends = path.match_indices('/').map(|(end, _)| end);
    ends.rev().find_map(|end| {
        let (folder, inside) = (path.get(..end)?, path.get(end + 1..)?);
        Some((tree.get(&format!("{folder}/Cargo.toml"))?, inside))
    })
}

/// The folder that holds the children of a file's modules.
pub(super) fn folder_below(tree: &Tree, path: &str) -> String {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    match file.strip_suffix(".rs") {
        Some(stem) if stem != "mod" && !is_root(tree, path) => format!("{folder}/{stem}"),
        _ => folder.to_owned(),
    }
}

/// The file of `mod NAME;` in a file whose children are in the folder `below`; `named` is what `#[path]` says.
pub(super) fn file_of(
    tree: &Tree,
    file: &str,
    below: &str,
    name: &str,
    named: Option<&str>,
) -> Option<String> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let candidates = match named {
        Some(path) => vec![normal(&format!("{folder}/{path}"))],
        None => vec![format!("{below}/{name}.rs"), format!("{below}/{name}/mod.rs")],
    };
    candidates.into_iter().find(|path| tree.contains(path))
}

/// A path without `..`.
fn normal(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// The files that the `mod NAME;` of a file mean, those of its inline modules too.
fn children(tree: &Tree, path: &str) -> Vec<String> {
    let Ok(module) = Module::parse(tree.get(path).unwrap_or_default()) else { return Vec::new() };
    let mut files = Vec::new();
    add_children(tree, path, &folder_below(tree, path), &module, &mut files);
    files
}

fn add_children(tree: &Tree, file: &str, below: &str, module: &Module, files: &mut Vec<String>) {
    for child in &module.children {
        match &child.inline {
            Some(inline) => add_children(tree, file, &format!("{below}/{}", child.name), inline, files),
            None => files.extend(file_of(tree, file, below, &child.name, child.path.as_deref())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REACHED: [(&str, &str); 12] = [
        ("crates/a/Cargo.toml", "[package]"),
        ("crates/a/src/lib.rs", "pub mod one;\npub(crate) mod two;\n"),
        ("crates/a/src/one.rs", "#[cfg(test)]\nmod tests;\n"),
        ("crates/a/src/one/tests.rs", ""),
        ("crates/a/src/two/mod.rs", "mod three;\n#[path = \"odd.rs\"]\nmod four;"),
        ("crates/a/src/two/three.rs", ""),
        ("crates/a/src/two/odd.rs", ""),
        ("crates/a/tests/it.rs", ""),
        ("crates/a/tests/apart/Cargo.toml", "[workspace]"),
        ("crates/a/tests/apart/src/lib.rs", ""),
        ("fuzz/Cargo.toml", "[[bin]]\npath = \"fuzz_targets/one.rs\"\n"),
        ("fuzz/fuzz_targets/one.rs", ""),
    ];

    #[test]
    fn files_that_a_mod_or_a_manifest_names_are_reached() {
        assert_eq!(every_file_is_reached(&Workspace::of(&REACHED)), []);
    }

    #[test]
    fn a_file_that_nothing_names_is_found() {
        for orphan in [
            "crates/a/src/three.rs",
            "crates/a/src/one/two.rs",
            "crates/a/tests/x/y.rs",
            "crates/b/src/lib.rs",
            "fuzz/fuzz_targets/two.rs",
        ] {
            let mut files = REACHED.to_vec();
            files.push((orphan, ""));
            assert_eq!(
                every_file_is_reached(&Workspace::of(&files)),
                [Finding::new(orphan, "no `mod` leads to this file")]
            );
        }
    }
}
