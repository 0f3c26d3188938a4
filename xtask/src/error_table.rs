//! The tables of codes in `docs/ERRORS.md`.

use crate::tree::Tree;

pub(crate) const TABLE: &str = "docs/ERRORS.md";
/// The heading above the libraries' codes.
pub(crate) const HEADING: &str = "## Codes of the libraries";
/// The heading above the server's own.
pub(crate) const SERVER_HEADING: &str = "## Codes of the server";

/// The codes of the libraries, by the documentation's table.
pub(crate) fn of_the_libraries(tree: &Tree) -> impl Iterator<Item = &str> {
    words(tree, HEADING)
}

/// The server's own codes, by the documentation's table.
pub(crate) fn of_the_server(tree: &Tree) -> impl Iterator<Item = &str> {
    words(tree, SERVER_HEADING)
}

fn words<'a>(tree: &'a Tree, heading: &'a str) -> impl Iterator<Item = &'a str> {
    rows(tree, heading).filter_map(|(_, row)| row.split('`').nth(1))
}

/// The rows below a heading, with their lines' positions; the table's head has no code in its first column.
pub(crate) fn rows<'a>(tree: &'a Tree, heading: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let text = tree.get(TABLE).unwrap_or_default();
    let section = text.lines().enumerate().skip_while(move |(_, line)| *line != heading).skip(1);
    let section = section.take_while(|(_, line)| !line.starts_with("## "));
    section.filter(|(_, line)| line.starts_with("| `"))
}
