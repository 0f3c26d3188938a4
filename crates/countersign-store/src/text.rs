//! Printable text, for terminals and logs.

use std::{borrow::Cow, error::Error, iter};

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, NoncharacterCodePoint};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Replaces each invisible character, and each that a terminal interprets or that changes how its neighbours are shown,
/// with U+FFFD. Cuts the text to `max` characters, the last of which is then an ellipsis.
///
/// ```
/// # use countersign_store::text::printable;
/// assert_eq!(printable("a\u{1b}[2Jb\n\u{202e}\u{2028}\u{200b}\u{3164}", 64), "a\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
/// assert_eq!(printable("Security Key", 8), "Securit…");
/// ```
pub fn printable(text: &str, max: usize) -> Cow<'_, str> {
    let is_short = text.chars().nth(max).is_none();
    if is_short && !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let room = if is_short { max } else { max.saturating_sub(1) };
    let shown =
        text.chars().take(room).map(|character| if is_hidden(character) { '\u{fffd}' } else { character });
    Cow::Owned(shown.chain((!is_short).then_some('…')).collect())
}

/// The sentence of an error, followed by those of its causes.
///
/// ```
/// # use countersign_store::text::with_causes;
/// let error = "Ada".parse::<u8>().unwrap_err();
/// assert_eq!(with_causes(&error), "invalid digit found in string");
/// ```
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let chain = iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whether a character is invisible, or changes how others are shown: controls, separators of lines and paragraphs, the
/// directional formatting characters of [UAX
/// #9](https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters), and any other
/// `Default_Ignorable_Code_Point` ([UAX #44](https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point)):
/// fillers, joiners, variation selectors and tags among them.
pub fn is_hidden(character: char) -> bool {
    if matches!(character, ' '..='~') {
        return false;
    }
    // Interlinear annotations and blank symbols are invisible, but not ignorable by their property.
    matches!(character, '\u{fff9}'..='\u{fffb}' | BRAILLE_BLANK | NULL_NOTEHEAD | FULL_BLANK | HALF_BLANK)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        || CodePointSetData::new::<NoncharacterCodePoint>().contains(character)
        || matches!(
            category(character),
            GeneralCategory::Control | GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator
        )
}

/// BRAILLE PATTERN BLANK, a space in Braille.
pub const BRAILLE_BLANK: char = '\u{2800}';

/// MUSICAL SYMBOL NULL NOTEHEAD, a note without a head
/// ([U1D100](https://www.unicode.org/charts/PDF/U1D100.pdf)).
const NULL_NOTEHEAD: char = '\u{1d159}';
/// EGYPTIAN HIEROGLYPH FULL BLANK, a place without a sign
/// ([U13430](https://www.unicode.org/charts/PDF/U13430.pdf)).
const FULL_BLANK: char = '\u{13441}';
/// EGYPTIAN HIEROGLYPH HALF BLANK.
const HALF_BLANK: char = '\u{13442}';

/// Whether a character is visible on its own: a letter, a number, punctuation or a symbol. Unassigned characters count
/// as visible, since they may be on devices that are newer than this program.
pub fn is_visible(character: char) -> bool {
    !is_hidden(character)
        && !matches!(
            category(character),
            GeneralCategory::SpaceSeparator
                | GeneralCategory::NonspacingMark
                | GeneralCategory::SpacingMark
                | GeneralCategory::EnclosingMark
        )
}

fn category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}
