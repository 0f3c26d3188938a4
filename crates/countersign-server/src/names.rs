//! Names of accounts and labels of passkeys: text that a person chose, and that others will see.

/// The most characters (Unicode scalar values) of a name or a label: more than any name needs, and a line of the
/// page still holds it.
pub(crate) const MAX_CHARACTERS: usize = 64;

/// The text without white space around it; `None` where that has not 1 to [`MAX_CHARACTERS`] characters, or one
/// that can't be seen or that changes how its neighbours are shown.
pub(crate) fn clean(text: &str) -> Option<&str> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().nth(MAX_CHARACTERS).is_none();
    (fits && !text.chars().any(deceives)).then_some(text)
}

/// The same for two names that differ in case alone.
pub(crate) fn key(name: &str) -> String {
    // Lower case first, or `ẞ` would differ from `ß`; then upper case, in which `ß` is `SS` and both sigmas are one.
    name.to_lowercase().to_uppercase()
}

/// The label, or where it is taken, the label with the first number from 2 on with which it is not, cut to
/// [`MAX_CHARACTERS`].
pub(crate) fn distinct(label: &str, taken: &[String]) -> String {
    let is_free = |label: &String| taken.iter().all(|other| key(other) != key(label));
    let numbered = (2..).map(|number: usize| {
        let number = format!(" {number}");
        let room = MAX_CHARACTERS.saturating_sub(number.len());
        label.chars().take(room).collect::<String>() + &number
    });
    // One more than are taken: one of them is free.
    let mut candidates =
        core::iter::once(label.to_owned()).chain(numbered).take(taken.len().saturating_add(1));
    candidates.find(is_free).unwrap_or_else(|| label.to_owned())
}

/// Control characters, line separators, invisible characters and those that turn the direction of text: two
/// names that look the same should be the same. The joiners (U+200C, U+200D) stay, for scripts need them.
fn deceives(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed() {
        assert_eq!(clean("  Ada Lovelace\t"), Some("Ada Lovelace"));
        assert_eq!(clean("\u{a0}名前"), Some("名前"));
    }

    #[test]
    fn a_name_has_1_to_64_characters() {
        assert_eq!(clean(""), None);
        assert_eq!(clean(" \n"), None);
        let longest = "é".repeat(64);
        assert_eq!(clean(&longest), Some(longest.as_str()));
        assert_eq!(clean(&"é".repeat(65)), None);
    }

    #[test]
    fn characters_that_hide_or_turn_text_are_refused() {
        for bad in
            ["a\0b", "a\nb", "a\u{7f}b", "a\u{85}b", "a\u{202e}b", "a\u{2066}b", "a\u{200b}b", "\u{feff}a"]
        {
            assert_eq!(clean(bad), None, "{bad:?}");
        }
        assert!(clean("👩\u{200d}🔬").is_some());
    }

    #[test]
    fn a_label_that_is_taken_gets_the_first_free_number() {
        let taken = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
        assert_eq!(distinct("Passkey", &[]), "Passkey");
        assert_eq!(distinct("Passkey", &taken(&["My phone"])), "Passkey");
        assert_eq!(distinct("Passkey", &taken(&["Passkey"])), "Passkey 2");
        assert_eq!(distinct("Passkey", &taken(&["passkey", "Passkey 2", "Passkey 4"])), "Passkey 3");
        assert_eq!(distinct("Passkey", &taken(&["Passkey 2"])), "Passkey");
        let longest = "é".repeat(64);
        assert_eq!(distinct(&longest, std::slice::from_ref(&longest)), "é".repeat(62) + " 2");
    }

    #[test]
    fn case_makes_no_other_name() {
        assert_eq!(key("ADA"), key("ada"));
        assert_eq!(key("Straße"), key("STRASSE"));
        assert_eq!(key("STRAẞE"), key("STRASSE"));
        assert_eq!(key("ΟΔΥΣΣΕΥΣ"), key("οδυσσευς"));
        assert_ne!(key("Ada"), key("Adam"));
    }
}
