//! ECDSA signatures in DER: `Ecdsa-Sig-Value` of
//! [RFC 3279 section 2.2.3](https://www.rfc-editor.org/rfc/rfc3279#section-2.2.3).

use alloc::vec::Vec;

use crate::{algorithm::Curve, verifier::SignatureError};

/// Converts an ECDSA signature of two integers of fixed length, as JSON Web Signatures have it
/// ([RFC 7518 section 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)), to the strict DER that
/// [`PreparedKey::verify`](crate::PreparedKey::verify) expects.
///
/// Fails unless `raw` has twice the [`field_size`](Curve::field_size) of `curve`. Whether the integers are in range is
/// checked by the verification only.
///
/// ```
/// use countersign_cose::{Curve, ecdsa_signature_to_der};
/// let mut raw = [0; 64];
/// (raw[31], raw[63]) = (1, 0x80);
/// assert_eq!(ecdsa_signature_to_der(&raw, Curve::P256)?, [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80]);
/// # Ok::<(), countersign_cose::SignatureError>(())
/// ```
pub fn ecdsa_signature_to_der(raw: &[u8], curve: Curve) -> Result<Vec<u8>, SignatureError> {
    let size = curve.field_size();
    let (r, s) = raw.split_at_checked(size).filter(|(_, s)| s.len() == size).ok_or(SignatureError)?;
    // The zero keeps an integer positive; `minimal` removes it if the integer is so anyway.
    let [r, s] = [r, s].map(|integer| [&[0], integer].concat());
    let mut buffer = [0; SIGNATURE_MAX];
    write(minimal(&r), minimal(&s), &mut buffer).map(<[u8]>::to_vec).ok_or(SignatureError)
}

/// Whether one of the two integers of an ECDSA signature in DER has more leading zeros than DER allows, which
/// [`Verifiers::with_padded_ecdsa_integers`](crate::Verifiers::with_padded_ecdsa_integers) tolerates. `false` also for
/// bytes that are no ECDSA signature.
///
/// ```
/// use countersign_cose::has_padded_integers;
/// assert!(has_padded_integers(&[0x30, 7, 2, 2, 0, 1, 2, 1, 1]));
/// assert!(!has_padded_integers(&[0x30, 6, 2, 1, 1, 2, 1, 1]));
/// ```
pub fn has_padded_integers(signature: &[u8]) -> bool {
    integers(signature).is_some_and(|integers| integers.iter().any(|own| minimal(own).len() != own.len()))
}

/// The longest signature: 3 + 2 × (2 + 67) bytes, for two integers of P-521's order, each with a byte for its sign.
pub(crate) const SIGNATURE_MAX: usize = 141;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// `signature` in strict DER, if it differs from that only by superfluous zeros before its integers.
///
/// An integer may fill the coordinate's size and a byte for the sign, as writers of fixed lengths have it, and no more.
/// Lengths are minimal and definite, and no byte is left over. Whether the integers are in range is not checked.
pub(crate) fn without_padding<'a>(
    signature: &[u8],
    curve: Curve,
    buffer: &'a mut [u8; SIGNATURE_MAX],
) -> Option<&'a [u8]> {
    let [r, s] = integers(signature)?;
    let longest = curve.field_size().checked_add(1)?;
    (r.len() <= longest && s.len() <= longest).then_some(())?;
    write(minimal(r), minimal(s), buffer)
}

/// The contents of the two integers, if `signature` is a `SEQUENCE` of two and no more.
fn integers(signature: &[u8]) -> Option<[&[u8]; 2]> {
    let (content, rest) = element(SEQUENCE, signature)?;
    let (r, more) = element(INTEGER, content)?;
    let (s, end) = element(INTEGER, more)?;
    (rest.is_empty() && end.is_empty()).then_some([r, s])
}

/// The content of the element with this tag, whose length fits in a byte, and what follows it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    match bytes {
        [found, length @ 0..=0x7f, rest @ ..] if *found == tag => rest.split_at_checked((*length).into()),
        [found, 0x81, length @ 0x80..=0xff, rest @ ..] if *found == tag => {
            rest.split_at_checked((*length).into())
        }
        _ => None,
    }
}

/// `integer` without the leading zeros that its sign does not need. A negative one has none.
fn minimal(mut integer: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = integer
        && let [0..=0x7f, ..] = rest
    {
        integer = rest;
    }
    integer
}

/// Writes the `SEQUENCE` of the two integers with these contents, of 134 bytes at most, so that each length fits in a
/// byte.
fn write<'a>(r: &[u8], s: &[u8], buffer: &'a mut [u8; SIGNATURE_MAX]) -> Option<&'a [u8]> {
    let lengths = [r.len().checked_add(s.len())?.checked_add(4)?, r.len(), s.len()];
    let [total, of_r, of_s] = lengths.map(|length| u8::try_from(length).ok());
    let head: &[u8] = if total? < 0x80 { &[SEQUENCE] } else { &[SEQUENCE, 0x81] };
    let mut at = 0_usize;
    for part in [head, &[total?, INTEGER, of_r?], r, &[INTEGER, of_s?], s] {
        let end = at.checked_add(part.len())?;
        buffer.get_mut(at..end)?.copy_from_slice(part);
        at = end;
    }
    buffer.get(..at)
}

#[cfg(test)]
mod tests;
