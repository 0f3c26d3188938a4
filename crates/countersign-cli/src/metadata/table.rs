//! Text for a terminal: tables whose columns are in line.

use std::{fmt, io};

use comfy_table::{ColumnConstraint, ContentArrangement, presets};
use countersign::attestation::{Certificate, oid};
use terminal_size::Width;

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

/// As wide as the terminal on standard output, so that long cells go on in a line below; one line a row where there is no
/// terminal, for programs that read it.
impl<const COLUMNS: usize> fmt::Display for Table<COLUMNS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = terminal_size::terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns);
        f.write_str(&self.text(width))
    }
}

/// Cells that a column of sentences has at least, or it is not broken.
const SENTENCE_MIN: u16 = 24;

/// Cells between columns.
const GAP: u16 = 2;

impl<const COLUMNS: usize> Table<COLUMNS> {
    fn text(&self, width: Option<u16>) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        if self.heading.iter().any(|name| !name.is_empty()) {
            table.set_header(self.heading);
        }
        table.add_rows(&self.rows);
        let content = table.column_max_content_widths();
        let mut least = 0_u16;
        for ((index, column), content) in table.column_iter_mut().enumerate().zip(content) {
            column.set_padding((0, GAP));
            // Keys, words and dates are searched for, and copied: they stay in one piece.
            let has_sentence =
                |row: &[String; COLUMNS]| row.get(index).is_some_and(|cell| cell.contains(' '));
            let cells = if self.rows.iter().any(has_sentence) {
                content.min(SENTENCE_MIN)
            } else {
                column.set_constraint(ColumnConstraint::ContentWidth);
                content
            };
            least = least.saturating_add(cells).saturating_add(GAP);
        }
        if let Some(width) = width.filter(|width| *width >= least) {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        table.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
    }
}

/// The text without characters that a terminal would take for commands, or would put text in another order for.
pub(crate) fn printable(text: &str) -> String {
    let is_command = |character: char| character.is_control() || is_bidirectional_control(character);
    text.chars().map(|character| if is_command(character) { '\u{fffd}' } else { character }).collect()
}

/// `Bidi_Control` ([Unicode Standard Annex 9](https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters)).
const fn is_bidirectional_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
        assert_eq!(table.text(None), "a   bb\né1  x\n1\n");
        let mut bare = Table::new([""]);
        bare.row(["x".into()]);
        assert_eq!(bare.text(None), "x\n");
    }

    #[test]
    fn characters_that_take_two_cells_are_counted_so() {
        let mut table = Table::new(["name", "x"]);
        table.row(["鍵".into(), "1".into()]);
        table.row(["e\u{301}".into(), "2".into()]);
        assert_eq!(table.text(None), "name  x\n鍵    1\ne\u{301}     2\n");
    }

    #[test]
    fn a_table_is_no_wider_than_the_terminal() {
        let mut table = Table::new(["name", "status"]);
        table.row(["a name of so many words that no line holds it".into(), "FIDO_CERTIFIED".into()]);
        let plain = table.text(None);
        assert_eq!(table.text(Some(80)), plain);
        let narrow = table.text(Some(42));
        assert!(narrow.lines().all(|line| line.chars().count() <= 42), "{narrow}");
        assert!(narrow.lines().count() == 3 && narrow.contains("FIDO_CERTIFIED"), "{narrow}");
        // Where that would leave a column of syllables, lines are the terminal's to break.
        assert_eq!(table.text(Some(41)), plain);
    }

    #[test]
    fn a_terminal_gets_no_commands() {
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(printable("a\u{202e}b"), "a\u{fffd}b");
    }
}
