//! What is said about a word, and how it is printed.

use std::iter;

/// The widest text: longer lines are hard to read.
const WIDTH_MAX: u16 = 100;

/// What is said about a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Explanation {
    /// The word, and what it is.
    title: String,
    /// Sentences, each with what it says.
    parts: Vec<(&'static str, String)>,
}

impl Explanation {
    pub(super) fn new(title: String) -> Self {
        Self { title, parts: Vec::new() }
    }

    /// Adds a part, unless there is nothing to say.
    pub(super) fn with(mut self, label: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.parts.push((label, text));
        }
        self
    }

    /// The explanation as text: on a terminal wrapped to its width, otherwise a line for each part.
    pub(super) fn text(&self, width: Option<u16>) -> String {
        let indent =
            self.parts.iter().map(|(label, _)| label.len()).max().unwrap_or_default().saturating_add(2);
        let room = width.map_or(usize::MAX, |width| usize::from(width.min(WIDTH_MAX)).saturating_sub(indent));
        let lines = self.parts.iter().flat_map(|(label, text)| {
            let labels = iter::once(format!("{label}:")).chain(iter::repeat(String::new()));
            wrapped(text, room).into_iter().zip(labels)
        });
        let lines = lines.map(|(line, label)| format!("\n{label:indent$}{line}"));
        iter::once(self.title.clone()).chain(iter::once("\n".to_owned())).chain(lines).collect()
    }
}

/// A text in lines of at most so many characters, unless a word is longer.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count().saturating_add(word.chars().count()) < room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_aligned_and_wrapped_to_the_terminal() {
        let explanation = Explanation::new("one: a word".into())
            .with("why", "a b c d")
            .with("what to do", "")
            .with("how", "ef");
        assert_eq!(explanation.text(None), "one: a word\n\nwhy: a b c d\nhow: ef");
        assert_eq!(explanation.text(Some(7)), "one: a word\n\nwhy: a\n     b\n     c\n     d\nhow: ef");
        assert_eq!(explanation.text(Some(8)), "one: a word\n\nwhy: a b\n     c d\nhow: ef");
    }

    #[test]
    fn a_long_word_stays_whole() {
        assert_eq!(wrapped("a challenge b", 4), ["a", "challenge", "b"]);
    }
}
