//! The lints are only as good as the crates that take them.

use super::layers;
use crate::{finding::Finding, workspace::Workspace};

/// What a library's code outside tests may not do, as `lib.rs` says with a `warn`.
const NO_PANIC: [&str; 7] = [
    "clippy::unwrap_used",
    "clippy::expect_used",
    "clippy::panic",
    "clippy::indexing_slicing",
    "clippy::string_slice",
    "clippy::as_conversions",
    "clippy::arithmetic_side_effects",
];

/// A file that has them, for the message.
const LINTS_OF: &str = "crates/countersign-types/src/lib.rs";

/// Lines that other files must have.
const SETTINGS: [(&str, &str); 4] = [
    ("clippy.toml", "too-many-lines-threshold = 60"),
    ("Cargo.toml", "unsafe_code = \"forbid\""),
    ("Cargo.toml", "missing_docs = \"warn\""),
    ("Cargo.toml", "pedantic = { level = \"warn\", priority = -1 }"),
];

pub(super) fn every_crate_takes_the_lints(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, setting) in SETTINGS {
        let text = workspace.tree.get(path).unwrap_or_default();
        if !text.lines().any(|line| line.trim() == setting) {
            findings.push(Finding::new(path, format!("`{setting}` is missing")));
        }
    }
    // Packages in folders further down are workspaces of their own.
    let manifests = workspace.tree.files().filter(|(path, _)| {
        matches!(
            path.split('/').collect::<Vec<_>>()[..],
            ["crates", _, "Cargo.toml"] | ["xtask", "Cargo.toml"] | ["xtask", "metadata", "Cargo.toml"]
        )
    });
    for (path, _) in manifests.filter(|(_, text)| !text.contains("[lints]\nworkspace = true")) {
        findings.push(Finding::new(path, "`[lints] workspace = true` is missing"));
    }
    findings
}

pub(super) fn libraries_cannot_panic(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in workspace.packages.iter().filter(|package| layers::is_library(&package.name)) {
        let path = format!("crates/{}/src/lib.rs", package.name);
        let text = workspace.tree.get(&path).unwrap_or_default();
        let end = text.find("\npub ").or_else(|| text.find("\nmod ")).unwrap_or(text.len());
        let head = text.get(..end).unwrap_or_default();
        let missing: Vec<_> = NO_PANIC.into_iter().filter(|lint| !head.contains(lint)).collect();
        if !missing.is_empty() {
            let what = format!("the lints at its top lack {}: copy those of {LINTS_OF}", missing.join(", "));
            findings.push(Finding::new(&path, what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    fn settings() -> String {
        SETTINGS.map(|(_, line)| line)[1..].join("\n")
    }

    #[test]
    fn a_missing_setting_is_found() {
        let workspace =
            |clippy: &str, cargo: &str| Workspace::of(&[("clippy.toml", clippy), ("Cargo.toml", cargo)]);
        assert_eq!(every_crate_takes_the_lints(&workspace(SETTINGS[0].1, &settings())), []);
        assert_eq!(every_crate_takes_the_lints(&workspace("", &settings())).len(), 1);
        assert_eq!(every_crate_takes_the_lints(&workspace(SETTINGS[0].1, "")).len(), SETTINGS.len() - 1);
    }

    #[test]
    fn a_crate_without_the_workspaces_lints_is_found() {
        let manifest = |text: &str| {
            let files =
                [("clippy.toml", SETTINGS[0].1), ("Cargo.toml", &*settings()), ("crates/a/Cargo.toml", text)];
            every_crate_takes_the_lints(&Workspace::of(&files)).len()
        };
        assert_eq!(manifest("[package]\n\n[lints]\nworkspace = true\n"), 0);
        assert_eq!(manifest("[package]\n"), 1);
    }

    #[test]
    fn a_library_without_a_lint_at_its_top_is_found() {
        let found = |text: &str| {
            let mut workspace = Workspace::of(&[("crates/countersign/src/lib.rs", text)]);
            workspace.packages = vec![Package { name: "countersign".to_owned(), ..Package::default() }];
            let findings = libraries_cannot_panic(&workspace);
            findings.first().map(|finding| finding.what.matches("clippy::").count())
        };
        let head = NO_PANIC.join(",");
        assert_eq!(found(&format!("#![warn({head})]\npub mod a;\n")), None);
        assert_eq!(
            found(&format!("#![warn({})]\npub mod a;\n", head.replace("clippy::panic,", ""))),
            Some(1)
        );
        assert_eq!(found(&format!("//! a\npub mod a;\n#![warn({head})]\n")), Some(NO_PANIC.len()));
    }
}
