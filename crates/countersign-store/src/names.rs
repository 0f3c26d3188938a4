//! Names of accounts and labels of passkeys: text that a user chose and others see.
//!
//! Names that look the same count as equal: the database compares their [`key`]. Invisible characters are not stored:
//! [`clean`] rejects them, except for the joiners and selectors that emoji and scripts require.
//!
//! ```
//! use countersign_store::names::{self, NameError};
//!
//! assert_eq!(names::clean("  Ada   Lovelace ").unwrap(), "Ada Lovelace");
//! assert_eq!(names::key("Ada Lovelace"), names::key("ADA\u{a0}LOVELACE"));
//! assert_eq!(names::clean("Ada\u{202e}"), Err(NameError::Invisible('\u{202e}')));
//! assert_eq!(names::distinct("Phone", &["phone".to_owned()]), "Phone (2)");
//! ```

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{
    CanonicalCombiningClass, Emoji, EmojiComponent, ExtendedPictographic, JoiningType, VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};

use crate::text::{self, BRAILLE_BLANK};

/// The most characters (Unicode scalar values) of a name or a label: more than any name needs, and short enough for a
/// line of the page.
pub const MAX_CHARACTERS: usize = 64;

/// ZERO WIDTH NON-JOINER.
const NON_JOINER: char = '\u{200c}';
/// ZERO WIDTH JOINER.
const JOINER: char = '\u{200d}';
/// WAVING BLACK FLAG, followed by the tags of a region (the flag of Scotland).
const FLAG: char = '\u{1f3f4}';
/// CANCEL TAG, the last tag of a flag.
const CANCEL_TAG: char = '\u{e007f}';

/// Why a text is rejected as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    /// It has no visible character.
    Empty,
    /// It has more than [`MAX_CHARACTERS`] characters.
    TooLong,
    /// It has this invisible character.
    Invisible(char),
}

impl NameError {
    /// The sentence for the user. `what` is the kind of the text.
    pub fn sentence(self, what: &str) -> String {
        match self {
            Self::Empty => format!("A {what} needs at least one visible character."),
            Self::TooLong => format!("A {what} has at most {MAX_CHARACTERS} characters."),
            Self::Invisible(character) => format!(
                "The {what} has an invisible character in it (U+{:04X}), which may have come along with copied \
                 text. Please type it anew.",
                u32::from(character)
            ),
        }
    }
}

impl std::error::Error for NameError {}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence("name"))
    }
}

/// The text to store: composed (NFC), with single spaces and none around it. Joiners and selectors without an effect on
/// the preceding character are removed.
pub fn clean(text: &str) -> Result<String, NameError> {
    let text = text.trim();
    // Composing shortens a text, but not by this factor.
    if text.chars().nth(MAX_CHARACTERS.saturating_mul(8)).is_some() {
        return Err(NameError::TooLong);
    }
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    let mut name = String::new();
    let mut rest = composed.chars().peekable();
    let mut in_flag = false;
    while let Some(character) = rest.next() {
        in_flag = character == FLAG || (in_flag && is_tag(character));
        if is_space(character) {
            if !name.is_empty() && !name.ends_with(' ') {
                name.push(' ');
            }
        } else if character == JOINER || character == NON_JOINER {
            if joins(&name, character, rest.clone()) {
                name.push(character);
            }
        } else if is_selector(character) {
            if selects(name.chars().next_back(), character) {
                name.push(character);
            }
        } else if text::is_hidden(character) && !(in_flag && ends_as_flag(character, rest.clone())) {
            return Err(NameError::Invisible(character));
        } else {
            name.push(character);
        }
    }
    name.truncate(name.trim_end().len());
    if !name.chars().any(text::is_visible) {
        return Err(NameError::Empty);
    }
    if name.chars().nth(MAX_CHARACTERS).is_some() {
        return Err(NameError::TooLong);
    }
    Ok(name)
}

/// A text that is equal for names that look the same, apart from similar letters: compatibility characters, case, white
/// space and invisible characters make no difference.
pub fn key(name: &str) -> String {
    let normalizer = ComposingNormalizerBorrowed::new_nfkc();
    let normal = normalizer.normalize(name);
    let is_seen = |character: &char| is_space(*character) || !text::is_hidden(*character);
    let seen: String = normal.chars().filter(is_seen).collect();
    // Lower case first, or `ẞ` would differ from `ß`; then upper case, which maps `ß` to `SS` and both sigmas to one.
    let folded = seen.to_lowercase().to_uppercase();
    let normal = normalizer.normalize(&folded);
    let words: Vec<_> = normal.split(is_space).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The label or, if it is taken, the label with the first free number from 2 on, cut to [`MAX_CHARACTERS`].
pub fn distinct(label: &str, taken: &[String]) -> String {
    let taken: Vec<_> = taken.iter().map(|other| key(other)).collect();
    let is_free = |label: &String| !taken.contains(&key(label));
    let numbered = (2..).map(|number: usize| {
        let number = format!(" ({number})");
        let room = MAX_CHARACTERS.saturating_sub(number.len());
        label.chars().take(room).collect::<String>() + &number
    });
    // More candidates than taken labels, so that one of them is free. Cut, one may be equal to the label itself.
    let mut candidates =
        core::iter::once(label.to_owned()).chain(numbered).take(taken.len().saturating_add(2));
    candidates.find(is_free).unwrap_or_else(|| label.to_owned())
}

/// Whether a character is white space, a control that acts like it, or the blank of Braille.
fn is_space(character: char) -> bool {
    character == BRAILLE_BLANK || (character.is_whitespace() && !is_line_break(character))
}

/// Whether a character breaks a line. It is rejected, so that a user who pasted two lines notices.
const fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_selector(character: char) -> bool {
    CodePointSetData::new::<VariationSelector>().contains(character)
}

fn is_tag(character: char) -> bool {
    matches!(character, '\u{e0020}'..=CANCEL_TAG)
}

/// Whether the tags from this one on end as those of a flag do
/// ([UTS #51, ED-14a](https://www.unicode.org/reports/tr51/#def_emoji_tag_sequence)).
fn ends_as_flag(tag: char, rest: impl Iterator<Item = char>) -> bool {
    is_tag(tag)
        && core::iter::once(tag).chain(rest).find(|next| !is_tag(*next) || *next == CANCEL_TAG)
            == Some(CANCEL_TAG)
}

/// Whether a joiner is kept: in an emoji sequence ([UTS #51,
/// ED-16](https://www.unicode.org/reports/tr51/#def_emoji_zwj_sequence)), after a virama, or between letters that are
/// written joined, as for domain names ([RFC 5892, appendices A.1 and
/// A.2](https://www.rfc-editor.org/rfc/rfc5892#appendix-A.1)).
fn joins(before: &str, joiner: char, after: impl Iterator<Item = char>) -> bool {
    let class = CodePointMapData::<CanonicalCombiningClass>::new();
    let joining = CodePointMapData::<JoiningType>::new();
    let is_opaque = |character: &char| joining.get(*character) != JoiningType::Transparent;
    let Some(last) = before.chars().next_back() else { return false };
    let mut after = after.peekable();
    let is_virama = |character: char| class.get(character) == CanonicalCombiningClass::Virama;
    // Before one, as in Bengali's ra with ya-phalaa (the Unicode Standard, section 12.2).
    if is_virama(last) || after.peek().is_some_and(|next| is_virama(*next)) {
        return true;
    }
    let is_emoji = |character: char| CodePointSetData::new::<ExtendedPictographic>().contains(character);
    let continues_emoji = |character: char| {
        is_emoji(character)
            || is_selector(character)
            || CodePointSetData::new::<EmojiComponent>().contains(character)
    };
    if joiner == JOINER
        && !last.is_ascii()
        && continues_emoji(last)
        && after.peek().is_some_and(|next| is_emoji(*next))
    {
        return true;
    }
    let left = before.chars().rev().find(is_opaque).map(|character| joining.get(character));
    let right = after.find(is_opaque).map(|character| joining.get(character));
    matches!(left, Some(JoiningType::DualJoining | JoiningType::LeftJoining))
        && (joiner == JOINER || matches!(right, Some(JoiningType::DualJoining | JoiningType::RightJoining)))
}

/// Whether a variation selector may have an effect on what is before it.
fn selects(before: Option<char>, selector: char) -> bool {
    let Some(before) = before.filter(|before| text::is_visible(*before)) else { return false };
    if matches!(selector, '\u{fe0e}' | '\u{fe0f}') {
        return CodePointSetData::new::<Emoji>().contains(before);
    }
    !before.is_ascii()
}

#[cfg(test)]
mod tests;
