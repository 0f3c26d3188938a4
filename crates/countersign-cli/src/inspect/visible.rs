//! Text that any terminal shows as it is: what is invisible, or a command to the terminal, is shown as an escape.

use std::borrow::Cow;

use countersign_server::printable;

/// The text with an escape, such as `\u{202e}`, in place of each character that is invisible, or that changes how others
/// are shown.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    // A text without such characters comes back as it is.
    if let Cow::Borrowed(_) = printable(text, usize::MAX) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    for character in text.chars() {
        match printable(character.encode_utf8(&mut buffer), usize::MAX) {
            Cow::Borrowed(same) => shown.push_str(same),
            Cow::Owned(_) => shown.extend(character.escape_unicode()),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_directions_are_escapes() {
        assert_eq!(visible("a\u{1b}[2J\u{202e}b\u{200b}"), "a\\u{1b}[2J\\u{202e}b\\u{200b}");
        assert_eq!(visible("日本 é 🔑"), "日本 é 🔑");
    }
}
