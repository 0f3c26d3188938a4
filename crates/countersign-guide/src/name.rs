//! Names that people choose, for accounts and for passkeys.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};
use serde::{Deserialize, Serialize};

use crate::error::RequestError;

/// The most characters of a name. Authenticators keep 64 bytes of one at least, and may cut off the rest.
const MAX: usize = 64;

/// A name, as it is shown and as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Name {
    /// The name to show.
    pub shown: String,
    /// A text that is equal for names which differ only in case or in compatibility characters, such as `ﬁ` and `fi`.
    pub key: String,
}

impl Name {
    /// Reads a name; the code of the error is `name-invalid`.
    ///
    /// Rejects characters that are invisible or that change how their neighbours are shown: line breaks, controls, marks
    /// of direction, joiners. Two names that look the same would be two accounts.
    pub fn parse(text: &str) -> Result<Self, RequestError> {
        let shown = ComposingNormalizerBorrowed::new_nfc().normalize(text.trim()).into_owned();
        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        let is_hidden = |character: char| {
            character.is_control()
                || (character.is_whitespace() && character != ' ')
                || ignorable.contains(character)
        };
        if shown.is_empty() || shown.chars().count() > MAX || shown.chars().any(is_hidden) {
            return Err(RequestError::rejected("name-invalid"));
        }
        let fold = |name: &str| ComposingNormalizerBorrowed::new_nfkc().normalize(name).to_lowercase();
        // Twice, since lower case may compose anew.
        let key = fold(&fold(&shown));
        Ok(Self { shown, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_have_the_same_key() {
        let key = |name| Name::parse(name).unwrap().key;
        for other in ["JOSÉ", " josé ", "Jose\u{301}", "ｊｏｓé"] {
            assert_eq!(key(other), key("José"), "{other}");
        }
        assert_ne!(key("Jose"), key("José"));
    }

    #[test]
    fn a_name_without_visible_characters_or_with_hidden_ones_is_rejected() {
        for name in
            ["", "  ", "jo\u{202e}nna", "jo\u{200f}", "j\u{200b}o", "jo\nna", "j\u{2028}o", "\u{3164}"]
        {
            assert_eq!(Name::parse(name).unwrap_err().code, "name-invalid", "{name:?}");
        }
        assert!(Name::parse(&"é".repeat(64)).is_ok());
        assert!(Name::parse(&"é".repeat(65)).is_err());
    }
}
