//! Text for a terminal: tables whose columns are in line.

use std::fmt;

use countersign::attestation::{Certificate, oid};

/// Rows of text. A heading that is empty throughout is left out.
#[derive(Debug)]
pub(crate) struct Table<const COLUMNS: usize> {
    heading: [&'static str; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(crate) const fn new(heading: [&'static str; COLUMNS]) -> Self {
        Self { heading, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, row: [String; COLUMNS]) {
        self.rows.push(row);
    }
}

impl<const COLUMNS: usize> fmt::Display for Table<COLUMNS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = self.heading.map(str::to_owned);
        let has_heading = heading.iter().any(|name| !name.is_empty());
        let rows = || has_heading.then_some(&heading).into_iter().chain(&self.rows);
        let mut widths = [0; COLUMNS];
        for row in rows() {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in rows() {
            let line: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(f, "{}", line.join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// The text without characters that a terminal would take for commands.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// The CN of a certificate's subject.
pub(crate) fn common_name(certificate: &Certificate) -> Option<String> {
    certificate.subject().attributes().find_map(|attribute| {
        attribute.text().filter(|_| *attribute.attribute_type() == oid::COMMON_NAME).map(printable)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_in_line() {
        let mut table = Table::new(["a", "bb"]);
        table.row(["é1".into(), "x".into()]);
        table.row(["1".into(), String::new()]);
        assert_eq!(table.to_string(), "a   bb\né1  x\n1\n");
        let mut bare = Table::new([""]);
        bare.row(["x".into()]);
        assert_eq!(bare.to_string(), "x\n");
    }

    #[test]
    fn a_terminal_gets_no_commands() {
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
    }
}
