//! Text in header fields and queries, percent-encoded.

use std::fmt::Write as _;

/// Encodes the UTF-8 bytes of a text, except the unreserved characters of
/// [RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3).
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_text_that_a_header_field_can_hold() {
        for (name, expected) in [
            ("Ada", "Ada"),
            ("ada.l-o_v~e@example.org", "ada.l-o_v~e%40example.org"),
            ("Ada Lovelace", "Ada%20Lovelace"),
            ("Zoë 100%", "Zo%C3%AB%20100%25"),
            ("愛", "%E6%84%9B"),
            ("a\r\nb", "a%0D%0Ab"),
            ("", ""),
        ] {
            assert_eq!(encoded(name), expected);
            let form = format!("n={expected}");
            let (_, decoded) = url::form_urlencoded::parse(form.as_bytes()).next().unwrap();
            assert_eq!(decoded, name, "every form parser reads it back");
        }
    }
}
