//! Names that show nothing
//! ([section 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity)): clients show them, and users
//! choose by them.

use core::ops::RangeInclusive;

/// Characters that are drawn as nothing: Unicode's `Default_Ignorable_Code_Point`
/// ([UAX #44](https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point)), whose fillers are letters by their category;
/// and, the last, the Braille pattern without dots.
const DRAWN_AS_NOTHING: [RangeInclusive<char>; 18] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fff8}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
    '\u{2800}'..='\u{2800}',
];

/// Whether a text is empty, or of white space, control characters, and such as are drawn as nothing.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|it| {
        it.is_whitespace() || it.is_control() || DRAWN_AS_NOTHING.iter().any(|range| range.contains(&it))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_blank_where_no_character_is_seen() {
        for blank in ["", " ", "\t\n", "\u{a0}", "\u{200b}", "\u{3164}", "\u{2800}", "\u{202e} \u{0}\u{ffa0}"]
        {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in ["jo", " .", "\u{200b}a", "\u{ac00}", "\u{1f511}\u{fe0f}", "\u{5d0}\u{200f}"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }
}
