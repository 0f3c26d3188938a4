//! The section of a version in `CHANGELOG.md`.

/// A section of the changelog.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section<'a> {
    /// Whether it is headed by the version, not by `Unreleased`.
    pub(super) is_released: bool,
    pub(super) text: &'a str,
}

const UNRELEASED: &str = "Unreleased";

/// The section of this version, or if there is none yet, the section `Unreleased`.
pub(super) fn section<'a>(changelog: &'a str, version: &str) -> Result<Section<'a>, String> {
    let (is_released, text) = match named(changelog, version) {
        Some(text) => (true, text),
        None => (
            false,
            named(changelog, UNRELEASED).ok_or_else(|| {
                format!("CHANGELOG.md has neither a section [{version}] nor [{UNRELEASED}]")
            })?,
        ),
    };
    if text.is_empty() {
        let name = if is_released { version } else { UNRELEASED };
        return Err(format!("the section [{name}] of CHANGELOG.md is empty"));
    }
    Ok(Section { is_released, text })
}

/// The text below a heading `## [name]`, up to the next heading of that level or a list of link targets.
fn named<'a>(changelog: &'a str, name: &str) -> Option<&'a str> {
    let heading = format!("## [{name}]");
    let mut start = None;
    let mut position = 0;
    for line in changelog.split_inclusive('\n') {
        if start.is_some() && (line.starts_with("## ") || is_link_target(line)) {
            break;
        }
        position += line.len();
        if start.is_none() && line.starts_with(&heading) {
            start = Some(position);
        }
    }
    changelog.get(start?..position).map(str::trim)
}

fn is_link_target(line: &str) -> bool {
    line.starts_with('[') && line.contains("]: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### a\n\n- new\n\n## [1.0.0] - 2026-01-01\n\n- first\n\n[1.0.0]: https://example.org\n";

    #[test]
    fn the_section_of_a_version_ends_at_the_next() {
        let found = section(CHANGELOG, "1.0.0").unwrap();
        assert_eq!(found, Section { is_released: true, text: "- first" });
    }

    #[test]
    fn a_version_without_a_section_has_what_is_unreleased() {
        let found = section(CHANGELOG, "1.1.0").unwrap();
        assert_eq!(found, Section { is_released: false, text: "### a\n\n- new" });
    }

    #[test]
    fn a_missing_or_an_empty_section_is_an_error() {
        assert!(section("# Changelog\n\n## [1.0.0]\n\n- first\n", "1.1.0").unwrap_err().contains("neither"));
        assert!(
            section("## [Unreleased]\n\n## [1.0.0]\n\n- first\n", "1.1.0").unwrap_err().contains("is empty")
        );
    }
}
