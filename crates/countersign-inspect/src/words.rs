//! Numbers and texts in words.

/// A number with its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The sentence of an error, followed by those of its causes.
pub(crate) fn with_causes(error: &dyn core::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = text + ": " + &cause.to_string();
        source = cause.source();
    }
    text
}

/// A name without what differs between naming styles: case, `_` and `-`.
pub(crate) fn normalised(name: &str) -> String {
    name.chars().filter(|character| !matches!(character, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_and_styles() {
        assert_eq!((count(1, "byte"), count(2, "byte")), ("1 byte".to_owned(), "2 bytes".to_owned()));
        assert_eq!(normalised("client_data_JSON"), normalised("clientDataJSON"));
    }
}
