//! Explanations as text.

use std::io::{self, Write};

use countersign_inspect::{Explanation, Field, Note, NoteKind};

use super::{
    color::Color,
    layout::{Layout, Row},
    visible::visible,
};

/// The most characters of hexadecimal digits that are shown without `--full`: those of 32 bytes.
const HEX_MAX: usize = 64;

/// The most characters of a name. Names come from the input too.
const NAME_MAX: usize = 80;

/// Writes the name of an input.
pub(super) fn name(out: &mut dyn Write, layout: &Layout, name: &str) -> io::Result<()> {
    writeln!(out, "{}", layout.colors.paint(Color::Bold, &format!("{}:", visible(name))))
}

/// Writes an explanation: a summary, and the fields.
pub(super) fn write(out: &mut dyn Write, layout: &Layout, explanation: &Explanation) -> io::Result<()> {
    for (color, line) in summary(explanation) {
        writeln!(out, "{}", layout.colors.paint(color, &visible(&line)))?;
    }
    writeln!(out)?;
    let mut rows = Vec::new();
    collect(&mut rows, layout, &explanation.field, 0);
    let widths = Layout::widths(&rows);
    for row in &rows {
        for line in layout.lines(row, widths) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// What the input is, what else it may be, and whether it is whole.
fn summary(explanation: &Explanation) -> Vec<(Color, String)> {
    let encodings: Vec<_> = explanation.encodings.iter().map(|encoding| encoding.as_str()).collect();
    let from =
        if encodings.is_empty() { String::new() } else { format!(", from {}", encodings.join(", then ")) };
    let plural = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    let mut lines =
        vec![(Color::Bold, format!("{}, {}{from}", explanation.kind, plural(explanation.length, "byte")))];
    if !explanation.also.is_empty() {
        let also: Vec<_> =
            explanation.also.iter().map(|kind| format!("{kind} (--as {})", kind.as_str())).collect();
        lines.push((Color::Plain, format!("also reads as: {}", also.join(", "))));
    }
    if let Some(fault) = &explanation.fault {
        lines.push((Color::Red, fault.to_string()));
    }
    if explanation.deviations > 0 {
        lines.push((Color::Yellow, plural(explanation.deviations, "deviation")));
    }
    lines
}

/// The rows of a field and of its parts.
fn collect(rows: &mut Vec<Row>, layout: &Layout, field: &Field, depth: usize) {
    let indent = "  ".repeat(depth.min(16));
    let name: String = visible(&field.name).chars().take(NAME_MAX).collect();
    let place = field.range.as_ref().map(|range| format!("{}..{}", range.start, range.end));
    let mut row =
        |place: String, name: String, value: String, color| rows.push(Row { place, name, value, color });
    let value = field.value.as_deref().unwrap_or_default();
    row(place.unwrap_or_default(), format!("{indent}{name}"), visible(value).into_owned(), Color::Plain);
    if let Some(hex) = field.hex.as_deref().filter(|hex| !hex.is_empty()) {
        row(String::new(), String::new(), shortened(hex, layout.full), Color::Dim);
    }
    if let Some(decoded) = &field.decoded {
        let encodings: Vec<_> = decoded.encodings.iter().map(|encoding| encoding.as_str()).collect();
        let text = format!(
            "offsets below count in the {} bytes of its {}",
            decoded.length,
            encodings.join(", then ")
        );
        if !field.fields.is_empty() {
            row(String::new(), String::new(), text, Color::Dim);
        }
    }
    if let Some(source) = field.source.filter(|_| layout.sources) {
        row(String::new(), String::new(), source.to_owned(), Color::Dim);
    }
    for note in &field.notes {
        let (color, text) = noted(note);
        row(String::new(), String::new(), visible(&text).into_owned(), color);
    }
    for part in &field.fields {
        collect(rows, layout, part, depth.saturating_add(1));
    }
}

fn noted(note: &Note) -> (Color, String) {
    let (color, word) = match note.kind {
        NoteKind::Met => (Color::Green, "ok: "),
        NoteKind::Deviation => (Color::Yellow, "deviation: "),
        NoteKind::Fault => (Color::Red, "fault: "),
        _ => (Color::Dim, ""),
    };
    let mut about = Vec::new();
    if let Some(at) = note.at {
        about.push(format!("byte {at}"));
    }
    if let Some(code) = note.code {
        about.push(code.as_str().to_owned());
    }
    match note.rules.as_slice() {
        [] => {}
        [rule] => about.push(format!("rule {rule}")),
        rules => {
            let numbers: Vec<_> = rules.iter().map(ToString::to_string).collect();
            about.push(format!("rules {}", numbers.join(", ")));
        }
    }
    let about = if about.is_empty() { String::new() } else { format!(" [{}]", about.join(", ")) };
    (color, format!("{word}{}{about}", note.text))
}

/// Digits in groups of four bytes, cut unless all are wanted.
fn shortened(hex: &str, full: bool) -> String {
    let digits: Vec<char> = hex.chars().take(if full { usize::MAX } else { HEX_MAX }).collect();
    let groups: Vec<String> = digits.chunks(8).map(|group| group.iter().collect()).collect();
    let cut = if !full && hex.len() > HEX_MAX { " …" } else { "" };
    groups.join(" ") + cut
}

#[cfg(test)]
mod tests {
    use countersign_inspect::{Options, inspect};

    use super::*;
    use crate::inspect::color::Colors;

    fn text(input: &[u8], colors: Colors) -> String {
        let mut out = Vec::new();
        let layout = Layout::of_terminal(colors, false, false);
        write(&mut out, &layout, &inspect(input, &Options::new())).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_summary_comes_first_and_every_part_has_its_place() {
        let shown = text(b"a363666d74646e6f6e656761747453746d74a068617574684461746144deadbeef", Colors::Off);
        let mut lines = shown.lines();
        assert_eq!(lines.next(), Some("attestation object, 33 bytes, from hex"));
        assert!(lines.next().unwrap().contains("authData > rpIdHash breaks off at byte 29"), "{shown}");
        assert!(shown.contains("5..10") && shown.contains("fmt"), "{shown}");
        assert!(shown.contains("deadbeef"), "{shown}");
    }

    #[test]
    fn a_terminal_gets_no_commands_of_the_input() {
        let input = "{\"type\":\"webauthn.get\",\"challenge\":\"AQ\",\"origin\":\"\\u001b[2J\\u202e\",\"x\\u001b\":1}";
        let shown = text(input.as_bytes(), Colors::Off);
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
        assert!(shown.contains("\\u{202e}"), "{shown}");
    }

    #[test]
    fn digits_are_grouped_and_cut() {
        assert_eq!(shortened("0011223344", false), "00112233 44");
        assert_eq!(shortened(&"0".repeat(70), false), format!("{} …", ["00000000"; 8].join(" ")));
        assert!(!shortened(&"0".repeat(70), true).contains('…'));
    }
}
