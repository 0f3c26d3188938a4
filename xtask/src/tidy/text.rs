//! Checks by line: sizes, words that mean unfinished work, paths of one machine.

use crate::{finding::Finding, tree::has_extension, workspace::Workspace};

/// Over this many lines a Rust file says at its top why it is one file.
const LINES_WITHOUT_REASON: usize = 600;
/// No Rust file is longer.
const LINES_MAX: usize = 800;
/// How a long file says why, within its first lines.
const REASON: &str = "Over 600 lines: ";
const REASON_WITHIN: usize = 30;

/// Words of unfinished work, in two halves so that this file does not hold them.
const LEFT_OVER: [(&str, &str); 6] =
    [("TO", "DO"), ("FIX", "ME"), ("todo", "!("), ("unimple", "mented!("), ("#[ig", "nore"), ("X", "XX")];

/// Folders in which a checkout of this project was, in two halves likewise.
const MACHINE_FOLDERS: [(&str, &str); 3] = [("/wo", "rk/"), ("/ro", "ot/"), ("/fa", "rm/")];

pub(super) fn files_are_short(workspace: &Workspace) -> Vec<Finding> {
    let long = workspace.tree.rust().filter_map(|(path, text)| {
        let lines = text.lines().count();
        let reason = text.lines().take(REASON_WITHIN).any(|line| line.contains(REASON));
        match lines {
            0..=LINES_WITHOUT_REASON => None,
            _ if lines > LINES_MAX => {
                Some(Finding::new(path, format!("{lines} lines; the most is {LINES_MAX}")))
            }
            _ if reason => None,
            _ => {
                Some(Finding::new(path, format!("{lines} lines, and no `{}` at its top", REASON.trim_end())))
            }
        }
    });
    long.collect()
}

pub(super) fn nothing_is_left_over(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in workspace.tree.files().filter(|(path, _)| !has_extension(path, "lock")) {
        for (number, line) in (1..).zip(text.lines()) {
            for (half, other) in LEFT_OVER {
                let word = format!("{half}{other}");
                if contains_word(line, &word) {
                    findings.push(Finding::at(
                        path,
                        number,
                        format!("`{word}`: finish it, or write it down elsewhere"),
                    ));
                }
            }
        }
    }
    findings
}

pub(super) fn no_path_of_one_machine(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in workspace.tree.files().filter(|(path, _)| !has_extension(path, "lock")) {
        for (number, line) in (1..).zip(text.lines()) {
            for (half, other) in MACHINE_FOLDERS {
                let folder = format!("{half}{other}");
                if contains_word(line, &folder) {
                    findings.push(Finding::at(path, number, format!("`{folder}…` is a path of one machine")));
                }
            }
        }
    }
    findings
}

/// Whether `line` has `word`, and not as a part of a longer word or path.
fn contains_word(line: &str, word: &str) -> bool {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line.get(..start).and_then(|text| text.chars().next_back());
        let after = line.get(start + word.len()..).and_then(|text| text.chars().next());
        let begins = !before.is_some_and(|c| goes_on(c) || c == '.');
        let ends = !(word.ends_with(goes_on) && after.is_some_and(goes_on));
        begins && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_says_why_and_no_file_is_longer_than_the_most() {
        let found = |text: &str| files_are_short(&Workspace::of(&[("crates/a/src/lib.rs", text)])).len();
        assert_eq!(found(&"x\n".repeat(600)), 0);
        assert_eq!(found(&"x\n".repeat(601)), 1);
        assert_eq!(found(&format!("// Over 600 lines: one table.\n{}", "x\n".repeat(799))), 0);
        assert_eq!(found(&format!("// Over 600 lines: one table.\n{}", "x\n".repeat(800))), 1);
        assert_eq!(found(&format!("{}// Over 600 lines: one table.\n", "x\n".repeat(700))), 1);
    }

    #[test]
    fn each_word_of_unfinished_work_is_found() {
        let found = |line: &str| nothing_is_left_over(&Workspace::of(&[("docs/a.md", line)]));
        for (half, other) in LEFT_OVER {
            let line = format!("one\n  // {half}{other}) rest\n");
            assert_eq!(found(&line).len(), 1, "{line}");
            assert_eq!(found(&line)[0].line, Some(2));
        }
        assert_eq!(found("a METHODOLOGY, todos, AXXXB, ignored"), []);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        let found = |line: &str| no_path_of_one_machine(&Workspace::of(&[("docs/a.md", line)])).len();
        for (half, other) in MACHINE_FOLDERS {
            assert_eq!(found(&format!("see {half}{other}shared")), 1);
            assert_eq!(found(&format!("\"{half}{other}shared\"")), 1);
            assert_eq!(found(&format!("https://example.org{half}{other}shared")), 0);
        }
    }

    #[test]
    fn lock_files_are_left_alone() {
        let line = format!("{}{}", MACHINE_FOLDERS[0].0, MACHINE_FOLDERS[0].1);
        assert_eq!(no_path_of_one_machine(&Workspace::of(&[("Cargo.lock", &line)])), []);
    }
}
