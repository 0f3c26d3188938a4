//! The files of a crate: its root, and those of its modules.

use crate::tree::Tree;

/// Whether cargo takes the file as the root of a target, by its place in the package or by a `path` in the manifest.
pub(crate) fn is_root(tree: &Tree, path: &str) -> bool {
    let Some((manifest, inside)) = package(tree, path) else { return false };
    let parts: Vec<_> = inside.split('/').collect();
    let by_place = matches!(
        parts[..],
        ["build.rs"]
            | ["src", "lib.rs" | "main.rs"]
            | ["src", "bin", _]
            | ["src", "bin", _, "main.rs"]
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
pub(crate) fn folder_below(tree: &Tree, path: &str) -> String {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    match file.strip_suffix(".rs") {
        Some(stem) if stem != "mod" && !is_root(tree, path) => format!("{folder}/{stem}"),
        _ => folder.to_owned(),
    }
}

/// The file of `mod NAME;` in a file whose children are in the folder `below`; `named` is what `#[path]` says.
pub(crate) fn file_of(
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
