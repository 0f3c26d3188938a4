//! Names of accounts and labels of passkeys: text that a user chose, and that others will see.
//!
//! Two names that look the same are the same: [`key`] is what the database compares. What can't be seen is not stored:
//! [`clean`] refuses it, except for the joiners and selectors that emoji and scripts are written with.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{
        CanonicalCombiningClass, Emoji, EmojiComponent, ExtendedPictographic, JoiningType, VariationSelector,
    },
};

use crate::text::{self, BRAILLE_BLANK};

/// The most characters (Unicode scalar values) of a name or a label: more than any name needs, and a line of the
/// page still holds it.
pub(crate) const MAX_CHARACTERS: usize = 64;

/// ZERO WIDTH NON-JOINER.
const NON_JOINER: char = '\u{200c}';
/// ZERO WIDTH JOINER.
const JOINER: char = '\u{200d}';
/// WAVING BLACK FLAG, which the tags of a region follow (the flag of Scotland).
const FLAG: char = '\u{1f3f4}';
/// CANCEL TAG, the last of a flag's tags.
const CANCEL_TAG: char = '\u{e007f}';

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameError {
    /// Nothing of it can be seen.
    Empty,
    /// It has more than [`MAX_CHARACTERS`].
    TooLong,
    /// It has this character, which can't be seen.
    Invisible(char),
}

impl NameError {
    /// The sentence for the user who chose the text, of what is called `what`.
    pub(crate) fn sentence(self, what: &str) -> String {
        match self {
            Self::Empty => format!("A {what} has at least one character that can be seen."),
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

/// The text as it is stored: composed (NFC), with single spaces and none around it. Joiners and selectors stay if they
/// have an effect on what is before them; otherwise they are left out.
pub(crate) fn clean(text: &str) -> Result<String, NameError> {
    let text = text.trim();
    // Composing makes a text shorter, but not by as much.
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

/// A text that is equal for two names if they look the same but for similar letters: compatibility characters, case,
/// white space and characters that can't be seen make no difference.
pub(crate) fn key(name: &str) -> String {
    let normalizer = ComposingNormalizerBorrowed::new_nfkc();
    let normal = normalizer.normalize(name);
    let is_seen = |character: &char| is_space(*character) || !text::is_hidden(*character);
    let seen: String = normal.chars().filter(is_seen).collect();
    // Lower case first, or `ẞ` would differ from `ß`; then upper case, in which `ß` is `SS` and both sigmas are one.
    let folded = seen.to_lowercase().to_uppercase();
    let normal = normalizer.normalize(&folded);
    let words: Vec<_> = normal.split(is_space).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The label, or where it is taken, the label with the first number from 2 on with which it is not, cut to
/// [`MAX_CHARACTERS`].
pub(crate) fn distinct(label: &str, taken: &[String]) -> String {
    let taken: Vec<_> = taken.iter().map(|other| key(other)).collect();
    let is_free = |label: &String| !taken.contains(&key(label));
    let numbered = (2..).map(|number: usize| {
        let number = format!(" ({number})");
        let room = MAX_CHARACTERS.saturating_sub(number.len());
        label.chars().take(room).collect::<String>() + &number
    });
    // One more than are taken: one of them is free.
    let mut candidates =
        core::iter::once(label.to_owned()).chain(numbered).take(taken.len().saturating_add(1));
    candidates.find(is_free).unwrap_or_else(|| label.to_owned())
}

/// White space, controls that are written like it, and the blank of Braille.
fn is_space(character: char) -> bool {
    character == BRAILLE_BLANK || (character.is_whitespace() && !is_line_break(character))
}

/// Not in a name: a person who pasted one with two lines should see that.
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

/// Whether a joiner stays: in an emoji sequence ([UTS #51, ED-16](https://www.unicode.org/reports/tr51/#def_emoji_zwj_sequence)),
/// after a virama, or between letters that are written joined, as for domain names
/// ([RFC 5892, appendices A.1 and A.2](https://www.rfc-editor.org/rfc/rfc5892#appendix-A.1)).
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
