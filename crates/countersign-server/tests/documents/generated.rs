//! Tables of a document that are made from code.

use std::{env, fs};

/// Compares what stands between the marks of a page with these tables, or writes them if the variable `WRITE_DOCS` is set.
/// `write` is the command that does so.
pub(crate) fn check(page: &str, marks: [&str; 2], tables: &str, write: &str) {
    let text = fs::read_to_string(page).unwrap();
    let (before, rest) = text.split_once(marks[0]).unwrap();
    let (_, after) = rest.split_once(marks[1]).unwrap();
    let expected = format!("{before}{}{tables}{}{after}", marks[0], marks[1]);
    if env::var_os("WRITE_DOCS").is_some() {
        fs::write(page, expected).unwrap();
    } else {
        assert!(text == expected, "{page} differs from the code: run {write}");
    }
}
