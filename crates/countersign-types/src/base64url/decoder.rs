//! Decoding, strict by construction: each text that passes is the one encoding of its bytes
//! ([RFC 4648 section 3.5](https://www.rfc-editor.org/rfc/rfc4648#section-3.5)).
//!
//! A response has five members of some ten to two hundred characters, and decoding them was the largest part of reading
//! it. A table for each of the four places in a group gives a character's bits where they belong, so that three `or` make
//! the group's bytes; what is no character sets a bit beside them, which is looked at once, at the end.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Outside the 24 bits of a group.
const STRAY: u32 = 1 << 31;

/// For each character, its bits in a group's three bytes, the first byte lowest.
type Table = [u32; 256];

static FIRST: Table = table(18);
static SECOND: Table = table(12);
static THIRD: Table = table(6);
static FOURTH: Table = table(0);

/// The table of the characters whose six bits are followed by so many in the group's number, which is big-endian.
#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::arithmetic_side_effects,
    reason = "the compiler evaluates it, for the four tables"
)]
const fn table(followed_by: u32) -> Table {
    let mut table = [STRAY; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        table[ALPHABET[value] as usize] = ((value as u32) << followed_by << 8).swap_bytes();
        value += 1;
    }
    table
}

fn bits(table: &Table, character: u8) -> u32 {
    table.get(usize::from(character)).copied().unwrap_or(STRAY)
}

fn group([a, b, c, d]: [u8; 4]) -> u32 {
    bits(&FIRST, a) | bits(&SECOND, b) | bits(&THIRD, c) | bits(&FOURTH, d)
}

/// The bytes that a text of so many characters is of, if it is of any.
pub(super) const fn decoded_length(characters: usize) -> usize {
    // Neither overflows: the quotient is a quarter at most.
    (characters / 4).saturating_mul(3).saturating_add((characters % 4).saturating_sub(1))
}

/// Decodes into a place of exactly the [`decoded_length`]; on `None` it holds nothing of use.
pub(super) fn fill(text: &[u8], place: &mut [u8]) -> Option<()> {
    let (blocks, text) = text.as_chunks::<16>();
    let (block_places, place) = place.split_at_mut_checked(decoded_length(blocks.as_flattened().len()))?;
    let mut seen = 0;
    for (block, place) in blocks.iter().zip(block_places.as_chunks_mut::<12>().0) {
        let ([a, b, c, d], []) = block.as_chunks::<4>() else { return None };
        let [a, b, c, d] = [a, b, c, d].map(|characters| group(*characters));
        seen |= a | b | c | d;
        let low = u64::from(a) | u64::from(b) << 24 | u64::from(c) << 48;
        let high = c >> 16 | d << 8;
        let (low_place, high_place) = place.split_at_mut(8);
        low_place.copy_from_slice(&low.to_le_bytes());
        high_place.copy_from_slice(&high.to_le_bytes());
    }
    let (groups, text) = text.as_chunks::<4>();
    let (group_places, place) = place.as_chunks_mut::<3>();
    for (characters, place) in groups.iter().zip(group_places) {
        let bytes = group(*characters);
        seen |= bytes;
        let [a, b, c, _] = bytes.to_le_bytes();
        *place = [a, b, c];
    }
    // The spare bits, which must be zero, are those of the next byte; beyond it is only `STRAY`.
    let spare = match (text, place) {
        ([], []) => 0,
        ([a, b], [first]) => {
            let bytes = bits(&FIRST, *a) | bits(&SECOND, *b);
            [*first, _, _, _] = bytes.to_le_bytes();
            bytes >> 8
        }
        ([a, b, c], [first, second]) => {
            let bytes = bits(&FIRST, *a) | bits(&SECOND, *b) | bits(&THIRD, *c);
            [*first, *second, _, _] = bytes.to_le_bytes();
            bytes >> 16
        }
        _ => return None,
    };
    (seen < STRAY && spare == 0).then_some(())
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::base64url::{NotBase64Url, decode, decode_into, encode};

    /// Both decide alike.
    fn held_against_the_library(text: &[u8]) {
        use base64::Engine as _;
        let expected = super::super::ENGINE.decode(text).map_err(|_| NotBase64Url);
        assert_eq!(decode(text), expected, "{text:?}");
    }

    #[test]
    fn any_byte_at_any_place_of_a_text_is_judged_as_by_the_library() {
        for length in 1..40 {
            for at in 0..length {
                let mut text = vec![b'A'; length];
                for byte in 0..=u8::MAX {
                    text[at] = byte;
                    held_against_the_library(&text);
                }
            }
        }
    }

    #[test]
    fn any_two_bytes_at_the_end_of_a_text_are_judged_as_by_the_library() {
        for [a, b] in (0..=u16::MAX).map(u16::to_le_bytes) {
            held_against_the_library(&[a, b]);
            held_against_the_library(&[b'Q', a, b]);
        }
    }

    proptest! {
        #[test]
        fn what_passes_is_the_encoding_of_its_bytes(text in "[A-Za-z0-9_=+/-]{0,80}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(bytes), text);
            }
        }

        #[test]
        fn every_encoding_passes(bytes: Vec<u8>) {
            let text: String = encode(&bytes);
            prop_assert_eq!(decoded_length(text.len()), bytes.len());
            let mut buffer = vec![0; bytes.len()];
            prop_assert_eq!(decode_into(&text, &mut buffer), Ok(&*bytes));
        }
    }
}
