//! The columns of an explanation: places, names, and values.

use comfy_table::{ColumnConstraint, Table, Width, presets};
use terminal_size::Width as Columns;

use super::color::{Color, Colors};

/// The least width of the values; on a narrower terminal its own lines are wrapped.
const VALUE_MIN: u16 = 24;

/// The most width of the names, indents included. Longer names reach into the values' column.
const NAMES_MAX: u16 = 44;

/// The space between columns.
const GAP: u16 = 2;

/// How explanations are laid out.
#[derive(Debug)]
pub(super) struct Layout {
    /// The width of a terminal; `None` writes each row as one line.
    width: Option<u16>,
    pub(super) colors: Colors,
    /// Whether long bytes are shown whole.
    pub(super) full: bool,
    /// Whether the addresses of sections are shown.
    pub(super) sources: bool,
}

/// A line of an explanation, before it is wrapped.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) place: String,
    pub(super) name: String,
    pub(super) value: String,
    pub(super) color: Color,
}

/// The widths of the first two columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Widths {
    places: u16,
    names: u16,
}

impl Layout {
    /// The layout for standard output.
    pub(super) fn of_terminal(colors: Colors, full: bool, sources: bool) -> Self {
        let width = terminal_size::terminal_size_of(std::io::stdout()).map(|(Columns(columns), _)| columns);
        Self { width, colors, full, sources }
    }

    /// The widths for these rows.
    pub(super) fn widths(rows: &[Row]) -> Widths {
        let length = |text: &str| u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
        let most = |of: fn(&Row) -> &str| rows.iter().map(|row| length(of(row))).max().unwrap_or_default();
        Widths { places: most(|row| &row.place), names: most(|row| &row.name).min(NAMES_MAX) }
    }

    /// The lines of a row.
    pub(super) fn lines(&self, row: &Row, widths: Widths) -> Vec<String> {
        let before = widths.places.saturating_add(widths.names).saturating_add(GAP.saturating_mul(2));
        let room = self.width.and_then(|width| width.checked_sub(before)).filter(|room| *room >= VALUE_MIN);
        let lines = match room {
            Some(room) => wrapped(row, widths, room),
            None => vec![one(row, widths)],
        };
        lines.into_iter().map(|line| self.painted(&line, row, widths)).collect()
    }

    /// A line in its color; places are dim.
    fn painted(&self, line: &str, row: &Row, widths: Widths) -> String {
        let end = usize::from(widths.places);
        // Places are ASCII.
        match (row.color, line.split_at_checked(end)) {
            (Color::Plain, Some((place, rest))) => self.colors.paint(Color::Dim, place) + rest,
            _ => self.colors.paint(row.color, line),
        }
    }
}

fn one(row: &Row, widths: Widths) -> String {
    let (places, names) = (usize::from(widths.places), usize::from(widths.names));
    format!("{:>places$}  {:names$}  {}", row.place, row.name, row.value).trim_end().to_owned()
}

fn wrapped(row: &Row, widths: Widths, room: u16) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.add_row([&row.place, &row.name, &row.value]);
    for (column, (width, gap)) in
        table.column_iter_mut().zip([(widths.places, GAP), (widths.names, GAP), (room, 0)])
    {
        column.set_padding((0, gap));
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width.saturating_add(gap).max(1))));
    }
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    if lines.is_empty() { vec![String::new()] } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |place: &str, name: &str, value: &str| Row {
            place: place.into(),
            name: name.into(),
            value: value.into(),
            color: Color::Plain,
        };
        vec![row("0..32", "rpIdHash", "SHA-256 of \"example.org\""), row("32..33", "  flags", "鍵 é")]
    }

    fn lines(width: Option<u16>, colors: Colors) -> Vec<String> {
        let layout = Layout { width, colors, full: false, sources: false };
        let widths = Layout::widths(&rows());
        rows().iter().flat_map(|row| layout.lines(row, widths)).collect()
    }

    #[test]
    fn columns_are_aligned_without_a_terminal() {
        assert_eq!(
            lines(None, Colors::Off),
            [" 0..32  rpIdHash  SHA-256 of \"example.org\"", "32..33    flags   鍵 é"]
        );
    }

    #[test]
    fn values_are_wrapped_to_the_terminal() {
        let narrow = lines(Some(44), Colors::Off);
        assert!(narrow.iter().all(|line| line.chars().count() <= 44), "{narrow:?}");
        assert_eq!(lines(Some(20), Colors::Off), lines(None, Colors::Off), "too narrow to wrap");
    }

    #[test]
    fn places_are_dim() {
        assert!(lines(None, Colors::On)[0].starts_with("\u{1b}[2m 0..32\u{1b}[0m"));
    }
}
