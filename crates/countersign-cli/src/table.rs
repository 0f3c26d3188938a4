//! Tables for a terminal, with aligned columns.

use std::io::{self, Write};

use countersign::attestation::{Certificate, oid};
use countersign_server::printable;
use terminal_size::Width;

/// The most characters of a cell: more than any name, key or list of words in BLOBs has (135 in no. 291), and few
/// enough that one long cell does not make a line of megabytes of every row.
pub(crate) const CELL_MAX: usize = 200;

/// The number of rows that are laid out at once: some kilobytes.
const CHUNK: usize = 256;

/// A table with this heading. An empty heading is omitted.
#[derive(Debug)]
pub(crate) struct Table<const COLUMNS: usize> {
    heading: [&'static str; COLUMNS],
}

/// The widths of the columns.
#[derive(Debug)]
struct Layout<const COLUMNS: usize> {
    widths: [u16; COLUMNS],
}

/// The least width of a column of sentences; narrower ones are not wrapped.
const SENTENCE_MIN: u16 = 24;

/// The space between columns.
const GAP: u16 = 2;

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(crate) const fn new(heading: [&'static str; COLUMNS]) -> Self {
        Self { heading }
    }

    /// Writes the rows. On a terminal they are as wide as it is, and long cells are wrapped; otherwise each row is one
    /// line, for programs that read it.
    ///
    /// `rows` is called twice, once for the widths and once for the text, so that only some rows are in memory. Each
    /// cell is cut to [`CELL_MAX`] and made printable.
    pub(crate) fn write<R: Iterator<Item = [String; COLUMNS]>>(
        &self,
        out: &mut dyn Write,
        rows: impl Fn() -> R,
    ) -> io::Result<()> {
        let width = terminal_size::terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns);
        self.write_within(out, width, rows)
    }

    fn write_within<R: Iterator<Item = [String; COLUMNS]>>(
        &self,
        out: &mut dyn Write,
        width: Option<u16>,
        rows: impl Fn() -> R,
    ) -> io::Result<()> {
        let rows = || rows().map(|row| row.map(|cell| printable(&cell, CELL_MAX).into_owned()));
        let layout = self.layout(width, rows());
        let mut rows = rows();
        let mut has_heading = self.has_heading();
        loop {
            let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
            if chunk.is_empty() && !has_heading {
                return Ok(());
            }
            let mut table = comfy_table::Table::new();
            table.load_style(comfy_table::presets::NOTHING);
            if has_heading {
                table.set_header(self.heading);
            }
            has_heading = false;
            table.add_rows(chunk);
            for (column, width) in table.column_iter_mut().zip(layout.widths) {
                column.set_padding((0, GAP));
                let width = comfy_table::Width::Fixed(width.saturating_add(GAP));
                column.set_constraint(comfy_table::ColumnConstraint::Absolute(width));
            }
            for line in table.lines() {
                writeln!(out, "{}", line.trim_end())?;
            }
        }
    }

    fn has_heading(&self) -> bool {
        self.heading.iter().any(|name| !name.is_empty())
    }

    /// Measures all rows, without storing them.
    fn layout(
        &self,
        width: Option<u16>,
        mut rows: impl Iterator<Item = [String; COLUMNS]>,
    ) -> Layout<COLUMNS> {
        let (mut widths, mut sentences) = ([1; COLUMNS], [false; COLUMNS]);
        let mut measure = |table: &comfy_table::Table| {
            for (width, content) in widths.iter_mut().zip(table.column_max_content_widths()) {
                *width = content.max(*width);
            }
        };
        if self.has_heading() {
            let mut table = comfy_table::Table::new();
            table.set_header(self.heading);
            measure(&table);
        }
        loop {
            let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            for row in &chunk {
                for (is_sentence, cell) in sentences.iter_mut().zip(row) {
                    // Keys, words and dates are searched and copied, so they are not wrapped.
                    *is_sentence = *is_sentence || cell.contains(' ');
                }
            }
            let mut table = comfy_table::Table::new();
            table.add_rows(chunk);
            measure(&table);
        }
        Layout { widths: narrowed(widths, sentences, width) }
    }
}

/// Narrows the columns to a terminal, if no column becomes too narrow: columns of sentences share the space that the
/// others leave, and none gets more than it needs.
fn narrowed<const COLUMNS: usize>(
    content: [u16; COLUMNS],
    sentences: [bool; COLUMNS],
    terminal: Option<u16>,
) -> [u16; COLUMNS] {
    let sum = |widths: &[u16]| {
        widths.iter().fold(0_u16, |sum, width| sum.saturating_add(*width).saturating_add(GAP))
    };
    let mut widths: [u16; COLUMNS] = std::array::from_fn(|index| {
        let width = content.get(index).copied().unwrap_or_default();
        let is_sentence = sentences.get(index).is_some_and(|is_sentence| *is_sentence);
        if is_sentence { width.min(SENTENCE_MIN) } else { width }
    });
    let Some(terminal) = terminal.filter(|terminal| *terminal >= sum(&widths)) else { return content };
    let mut rest = terminal.saturating_sub(sum(&widths));
    while rest > 0 && widths != content {
        for (width, content) in widths.iter_mut().zip(content) {
            if *width < content && rest > 0 {
                *width = width.saturating_add(1);
                rest = rest.saturating_sub(1);
            }
        }
    }
    widths
}

/// The CN of a certificate's subject.
pub(crate) fn common_name(certificate: &Certificate) -> Option<String> {
    certificate.subject().attributes().find_map(|attribute| {
        attribute.text().filter(|_| *attribute.attribute_type() == oid::COMMON_NAME).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<const COLUMNS: usize>(
        heading: [&'static str; COLUMNS],
        width: Option<u16>,
        rows: &[[&str; COLUMNS]],
    ) -> String {
        let mut text = Vec::new();
        let rows = || rows.iter().map(|row| row.map(str::to_owned));
        Table::new(heading).write_within(&mut text, width, rows).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn columns_are_in_line() {
        assert_eq!(text(["a", "bb"], None, &[["é1", "x"], ["1", ""]]), "a   bb\né1  x\n1\n");
        assert_eq!(text([""], None, &[["x"]]), "x\n");
        assert_eq!(text(["a", "b"], None, &[]), "a  b\n");
    }

    #[test]
    fn characters_that_take_two_cells_are_counted_so() {
        let rows = [["鍵", "1"], ["e\u{301}", "2"]];
        assert_eq!(text(["name", "x"], None, &rows), "name  x\n鍵    1\ne\u{301}     2\n");
    }

    #[test]
    fn columns_are_aligned_across_chunks_of_rows() {
        let numbers: Vec<_> = (0..1000).map(|number| number.to_string()).collect();
        let rows: Vec<_> = numbers.iter().map(|number| [number.as_str(), "x"]).collect();
        let text = text(["no", "y"], None, &rows);
        assert_eq!(text.lines().count(), 1001);
        assert_eq!(text.lines().next().unwrap(), "no   y");
        assert!(text.lines().skip(1).all(|line| line.len() == 6 && line.ends_with(" x")));
    }

    #[test]
    fn a_table_is_no_wider_than_the_terminal() {
        let text = |width| {
            let row = ["a name of so many words that no line holds it", "FIDO_CERTIFIED"];
            text(["name", "status"], width, &[row])
        };
        let plain = text(None);
        assert_eq!(text(Some(80)), plain);
        let narrow = text(Some(42));
        assert!(narrow.lines().all(|line| line.chars().count() <= 42), "{narrow}");
        assert!(narrow.lines().count() == 3 && narrow.contains("FIDO_CERTIFIED"), "{narrow}");
        // If a column would be too narrow, the terminal wraps the lines.
        assert_eq!(text(Some(41)), plain);
    }

    #[test]
    fn a_terminal_gets_no_commands_from_any_cell() {
        let rows = [["a\u{1b}[2Jb\n", "a\u{202e}\u{2028}\u{200b}\u{3164}\u{e0041}b"]];
        assert_eq!(
            text(["", ""], None, &rows),
            "a\u{fffd}[2Jb\u{fffd}  a\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}b\n"
        );
    }

    #[test]
    fn one_long_cell_makes_no_long_lines_of_all_rows() {
        let long = "a".repeat(200_000);
        let rows = [[long.as_str(), "x"], ["b", "y"]];
        let text = text(["", ""], None, &rows);
        assert!(text.lines().all(|line| line.chars().count() == CELL_MAX + 3), "{text}");
        assert!(text.starts_with(&("a".repeat(CELL_MAX - 1) + "…  x\n")));
    }
}
