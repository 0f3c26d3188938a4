//! No orphans: a Rust file that no `mod` names is neither compiled nor tested.

use std::collections::BTreeSet;

use crate::{
    finding::Finding,
    rust::{
        files::{file_of, folder_below, is_root},
        tokens::Module,
    },
    tree::Tree,
    workspace::Workspace,
};

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
