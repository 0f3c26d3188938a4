//! No orphans: a Rust file that no `mod` names is neither compiled nor tested.

use std::collections::BTreeSet;

use super::{Finding, Tree, Workspace};

pub(super) fn every_file_is_reached(workspace: &Workspace) -> Vec<Finding> {
    let tree = &workspace.tree;
    let mut open: Vec<String> =
        tree.rust().map(|(path, _)| path.to_owned()).filter(|path| is_root(path)).collect();
    let mut reached: BTreeSet<String> = open.iter().cloned().collect();
    while let Some(path) = open.pop() {
        for child in children(tree, &path) {
            if reached.insert(child.clone()) {
                open.push(child);
            }
        }
    }
    tree.rust()
        .filter(|(path, _)| package_path(path).is_some() && !reached.contains(*path))
        .map(|(path, _)| Finding::new(path, "no `mod` leads to this file"))
        .collect()
}

/// The path inside its package: `src/lib.rs`.
fn package_path(path: &str) -> Option<&str> {
    match path.strip_prefix("crates/") {
        Some(rest) => rest.split_once('/').map(|(_, inside)| inside),
        None => path.strip_prefix("xtask/"),
    }
}

/// Whether cargo takes the file as the root of a target by its place.
fn is_root(path: &str) -> bool {
    let parts: Vec<_> = package_path(path).unwrap_or_default().split('/').collect();
    matches!(
        parts[..],
        ["build.rs"]
            | ["src", "lib.rs" | "main.rs"]
            | ["src", "bin", _]
            | ["tests" | "examples" | "benches", _]
            | ["tests" | "examples" | "benches", _, "main.rs"]
    )
}

/// The files that the `mod NAME;` lines of a file mean.
fn children(tree: &Tree, path: &str) -> Vec<String> {
    let Some((folder, file)) = path.rsplit_once('/') else { return Vec::new() };
    let below = match file.strip_suffix(".rs") {
        Some(stem) if stem != "mod" && !is_root(path) => format!("{folder}/{stem}"),
        _ => folder.to_owned(),
    };
    let mut named_path = None;
    let mut children = Vec::new();
    for line in tree.get(path).unwrap_or_default().lines().map(str::trim) {
        if let Some(path) = line.strip_prefix("#[path = \"").and_then(|rest| rest.strip_suffix("\"]")) {
            named_path = Some(format!("{folder}/{path}"));
        } else if let Some(name) = module(line) {
            let usual = [format!("{below}/{name}.rs"), format!("{below}/{name}/mod.rs")];
            children.extend(named_path.take().into_iter().chain(usual).find(|path| tree.contains(path)));
        }
    }
    children
}

/// The name in `mod NAME;`, whatever its visibility.
fn module(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1.trim_start(),
        Some(rest) => rest.trim_start(),
        None => line,
    };
    line.strip_prefix("mod ")?.strip_suffix(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    const REACHED: [(&str, &str); 7] = [
        ("crates/a/src/lib.rs", "pub mod one;\npub(crate) mod two;\n"),
        ("crates/a/src/one.rs", "#[cfg(test)]\nmod tests;\n"),
        ("crates/a/src/one/tests.rs", ""),
        ("crates/a/src/two/mod.rs", "    mod three;\n#[path = \"odd.rs\"]\nmod four;"),
        ("crates/a/src/two/three.rs", ""),
        ("crates/a/src/two/odd.rs", ""),
        ("crates/a/tests/it.rs", ""),
    ];

    #[test]
    fn files_that_a_mod_names_are_reached() {
        assert_eq!(every_file_is_reached(&Workspace::of(&REACHED)), []);
    }

    #[test]
    fn a_file_that_no_mod_names_is_found() {
        for orphan in
            ["crates/a/src/three.rs", "crates/a/src/one/two.rs", "xtask/src/b.rs", "crates/a/tests/x/y.rs"]
        {
            let mut files = REACHED.to_vec();
            files.push((orphan, ""));
            assert_eq!(
                every_file_is_reached(&Workspace::of(&files)),
                [Finding::new(orphan, "no `mod` leads to this file")]
            );
        }
    }
}
