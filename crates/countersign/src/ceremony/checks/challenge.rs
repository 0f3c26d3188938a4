//! The comparison of challenges
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use countersign_types::{ClientData, base64url};
use subtle::{Choice, ConstantTimeEq};

use crate::report::{encoding::is_text_of, error::ErrorKind};

/// The text must be the one encoding of the bytes that were issued: no prefix, no other case, alphabet or padding. The
/// decoder takes no other, so that it is bytes that are compared.
pub(super) fn challenge(client_data: &ClientData<'_>, issued: &[u8]) -> Result<(), ErrorKind> {
    let text = client_data.challenge.as_bytes();
    // A piece at a time, so that nothing is allocated; each but the last is a whole one, or the lengths differ.
    let mut buffer = [0; CHALLENGE_PIECE];
    let mut equal = Choice::from(u8::from(text.len() == base64url::encoded_length(issued.len())));
    for (piece, text) in issued.chunks(CHALLENGE_PIECE).zip(text.chunks(CHALLENGE_TEXT_PIECE)) {
        let Ok(received) = base64url::decode_into(text, &mut buffer) else {
            return Err(other_challenge(&client_data.challenge, issued));
        };
        equal &= equal_bytes(received, piece);
    }
    if bool::from(equal) { Ok(()) } else { Err(other_challenge(&client_data.challenge, issued)) }
}

/// What is wrong with a challenge that is not the text of the one that was issued.
fn other_challenge(received: &str, issued: &[u8]) -> ErrorKind {
    // Once too often, or padded, or in the other alphabet.
    let again = base64url::encode(issued);
    let is_encoded =
        is_text_of(received.as_bytes(), issued) || is_text_of(received.as_bytes(), again.as_bytes());
    if is_encoded { ErrorKind::ChallengeEncoding } else { ErrorKind::ChallengeMismatch }
}

/// Eight bytes at a time.
fn equal_bytes(a: &[u8], b: &[u8]) -> Choice {
    let ((a_words, a_rest), (b_words, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    let equal = a.len().ct_eq(&b.len()) & a_rest.ct_eq(b_rest);
    a_words.iter().zip(b_words).fold(equal, |equal, (a, b)| equal & word(a).ct_eq(&word(b)))
}

/// Bytes of a challenge that are compared at once: a multiple of 3, so that each piece has an encoding of its own, and
/// more than most challenges have.
const CHALLENGE_PIECE: usize = 48;

/// The characters of a piece.
const CHALLENGE_TEXT_PIECE: usize = base64url::encoded_length(CHALLENGE_PIECE);
