//! The progress of long work: one line on a terminal, which is removed when the work is done.

use std::io::{self, IsTerminal as _, Write};

/// The progress line. Without a terminal, nothing is shown.
#[derive(Debug)]
pub(crate) struct Progress<W: Write> {
    terminal: Option<W>,
    shown: String,
}

impl Progress<io::Stderr> {
    /// A progress line on standard error, if that is a terminal.
    pub(crate) fn on_terminal() -> Self {
        Self::new(Some(io::stderr()).filter(io::Stderr::is_terminal))
    }
}

impl<W: Write> Progress<W> {
    const fn new(terminal: Option<W>) -> Self {
        Self { terminal, shown: String::new() }
    }

    /// Shows the current work, such as `reading`, and the number of bytes.
    pub(crate) fn show(&mut self, what: &str, done: u64, whole: Option<u64>) {
        self.show_line(|| line(what, done, whole, megabytes));
    }

    /// Shows the current work, such as `accounts`, and the number of rows.
    pub(crate) fn show_rows(&mut self, what: &str, done: u64, whole: Option<u64>) {
        self.show_line(|| line(what, done, whole, |rows| rows.to_string()));
    }

    /// Removes the line, before other lines are written.
    pub(crate) fn clear(&mut self) {
        if let Some(terminal) = self.terminal.as_mut().filter(|_| !self.shown.is_empty()) {
            let _ = terminal.write_all(b"\r\x1b[K").and_then(|()| terminal.flush());
            self.shown.clear();
        }
    }

    fn show_line(&mut self, line: impl FnOnce() -> String) {
        let Some(terminal) = &mut self.terminal else { return };
        let line = line();
        if line != self.shown {
            // Progress is not worth an error.
            let _ = write!(terminal, "\r\x1b[K{line}").and_then(|()| terminal.flush());
            self.shown = line;
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        self.clear();
    }
}

fn line(what: &str, done: u64, whole: Option<u64>, number: impl Fn(u64) -> String) -> String {
    const WIDTH: u64 = 30;
    let Some(whole) = whole.filter(|whole| *whole > 0) else {
        return format!("{what} {}", number(done));
    };
    let share = |parts: u64| done.saturating_mul(parts).checked_div(whole).unwrap_or(0).min(parts);
    let bar = |parts: u64, with: &str| with.repeat(usize::try_from(parts).unwrap_or(0));
    let full = share(WIDTH);
    let (full, rest) = (bar(full, "#"), bar(WIDTH.saturating_sub(full), " "));
    format!("{what} [{full}{rest}] {} % of {}", share(100), number(whole))
}

fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_goes_from_nothing_to_all() {
        assert_eq!(
            line("reading", 0, Some(9_150_000), megabytes),
            format!("reading [{}] 0 % of 9.1 MB", " ".repeat(30))
        );
        let half = format!("reading [{}{}] 50 % of 2.0 MB", "#".repeat(15), " ".repeat(15));
        assert_eq!(line("reading", 1_000_000, Some(2_000_000), megabytes), half);
        assert!(line("reading", 3_000_000, Some(2_000_000), megabytes).ends_with("#] 100 % of 2.0 MB"));
    }

    #[test]
    fn without_a_length_the_bytes_are_counted() {
        assert_eq!(line("fetching", 1_250_000, None, megabytes), "fetching 1.2 MB");
        assert_eq!(line("reading", 7, Some(0), megabytes), "reading 0.0 MB");
    }

    #[test]
    fn rows_are_counted_without_a_unit() {
        let number = |rows: u64| rows.to_string();
        assert!(line("passkeys", 3, Some(4), number).ends_with("] 75 % of 4"));
        assert_eq!(line("passkeys", 3, None, number), "passkeys 3");
    }

    #[test]
    fn a_line_replaces_the_last_one_and_is_removed_at_the_end() {
        let mut screen = Vec::new();
        let mut progress = Progress::new(Some(&mut screen));
        for done in [0, 1, 200_000] {
            progress.show("fetching", done, None);
        }
        drop(progress);
        let text = String::from_utf8(screen).unwrap();
        assert_eq!(text, "\r\x1b[Kfetching 0.0 MB\r\x1b[Kfetching 0.2 MB\r\x1b[K");
    }

    #[test]
    fn progress_without_output_writes_nothing() {
        let mut screen = Vec::new();
        drop(Progress::new(Some(&mut screen)));
        assert!(screen.is_empty());
        Progress::<Vec<u8>>::new(None).show("reading", 1, None);
    }
}
