//! The table of features has those of the manifests: each one, no other, and the right default.

use std::collections::BTreeMap;

use crate::{finding::Finding, workspace::Workspace};

const PAGE: &str = "docs/FEATURES.md";

/// A package and a feature of it.
type Feature<'a> = (&'a str, &'a str);

pub(super) fn every_feature_is_in_the_table(workspace: &Workspace) -> Vec<Finding> {
    let text = workspace.tree.get(PAGE).unwrap_or_default();
    let mut findings = Vec::new();
    let mut rows: BTreeMap<Feature<'_>, &str> = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some((feature, default)) = row(line) else { continue };
        if rows.insert(feature, default).is_some() {
            findings.push(Finding::at(
                PAGE,
                number,
                format!("`{}` of `{}` is repeated", feature.1, feature.0),
            ));
        }
    }
    for package in &workspace.packages {
        let defaults = package.features.get("default").map_or(&[][..], Vec::as_slice);
        for feature in package.features.keys().filter(|feature| *feature != "default") {
            let expected = if defaults.contains(feature) { "yes" } else { "no" };
            let what = match rows.remove(&(package.name.as_str(), feature.as_str())) {
                None => "is not in the table",
                Some(default) if default != expected => "has another default in its manifest",
                Some(_) => continue,
            };
            findings
                .push(Finding::new(PAGE, format!("the feature `{feature}` of `{}` {what}", package.name)));
        }
    }
    let stale = rows
        .keys()
        .map(|(package, feature)| Finding::new(PAGE, format!("`{package}` has no feature `{feature}`")));
    findings.extend(stale);
    findings
}

/// The package, the feature and the default of a row that says what the feature adds.
fn row(line: &str) -> Option<(Feature<'_>, &str)> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
    let mut name = || cells.next()?.strip_prefix('`')?.strip_suffix('`');
    let feature = (name()?, name()?);
    let default = cells.next()?;
    cells.next().filter(|adds| !adds.trim().is_empty())?;
    Some((feature, default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    fn found(page: &str) -> usize {
        let mut workspace = Workspace::of(&[(PAGE, page)]);
        let features = [("default", vec!["std".to_owned()]), ("std", Vec::new()), ("jwk", Vec::new())];
        workspace.packages = vec![Package {
            name: "a".to_owned(),
            features: features.map(|(name, on)| (name.to_owned(), on)).into(),
            ..Package::default()
        }];
        every_feature_is_in_the_table(&workspace).len()
    }

    #[test]
    fn the_table_and_the_manifests_are_compared_both_ways() {
        let good =
            "| package | feature | default | adds |\n| `a` | `std` | yes | x |\n| `a` | `jwk` | no | y |\n";
        assert_eq!(found(good), 0);
        assert_eq!(found(&good.replace("| `a` | `jwk` | no | y |\n", "")), 1, "a feature is missing");
        assert_eq!(found(&good.replace("yes", "no")), 1, "a default is wrong");
        assert_eq!(found(&good.replace("| y |", "|  |")), 1, "a feature without a word on it");
        assert_eq!(found(&format!("{good}| `a` | `old` | no | z |\n")), 1, "a feature is gone");
        assert_eq!(found(&format!("{good}| `b` | `std` | no | z |\n")), 1, "a package is gone");
        assert_eq!(found(&format!("{good}| `a` | `std` | yes | x |\n")), 1, "a feature is repeated");
    }
}
