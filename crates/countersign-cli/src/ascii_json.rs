//! JSON in ASCII, which no terminal interprets as commands: in JSON, other characters are in strings only, where they have an
//! escape ([RFC 8259, section 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).

use std::fmt::Write as _;

/// A line of JSON, with escapes in place of all characters but printable ASCII and line breaks.
pub(crate) fn escaped(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars() {
        if matches!(character, ' '..='~' | '\n') {
            escaped.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a string can't fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}
