//! A tolerance of ECDSA signatures whose numbers have more leading zeros than
//! [WebAuthn section 6.5.5](https://www.w3.org/TR/webauthn-3/#sctn-signature-attestation-types) allows.

use alloc::{boxed::Box, sync::Arc};

use crate::{Curve, KeyError, PreparedKey, PublicKey, Scheme, SignatureInvalid, SignatureVerifier};

/// `verifier`, and before it the removal of superfluous zeros.
#[derive(Debug)]
pub(crate) struct Padded {
    curve: Curve,
    verifier: Arc<dyn SignatureVerifier>,
}

impl Padded {
    /// `verifier` as it is, unless its scheme is ECDSA.
    pub(crate) fn over(verifier: Arc<dyn SignatureVerifier>) -> Arc<dyn SignatureVerifier> {
        match verifier.scheme() {
            Scheme::Ecdsa { curve, .. } => Arc::new(Self { curve, verifier }),
            _ => verifier,
        }
    }
}

impl SignatureVerifier for Padded {
    fn scheme(&self) -> Scheme {
        self.verifier.scheme()
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        let key = self.verifier.prepare(key)?;
        Ok(Box::new(Prepared { curve: self.curve, key }))
    }
}

#[derive(Debug)]
struct Prepared {
    curve: Curve,
    key: Box<dyn PreparedKey>,
}

impl PreparedKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureInvalid> {
        let mut buffer = [0; SIGNATURE_MAX];
        let signature = without_padding(signature, self.curve, &mut buffer).ok_or(SignatureInvalid)?;
        self.key.verify(message, signature)
    }
}

/// The longest signature in DER: 3 + 2 × (2 + 67), for two numbers of P-521's order, each with a byte for its sign.
const SIGNATURE_MAX: usize = 141;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// `signature` in DER, if nothing but superfluous zeros before its numbers keeps it from being so.
///
/// A number may fill the coordinate's size and a byte for the sign, as fixed-length writers have it, and no more.
/// Lengths are minimal and definite, and nothing is left over. Whether the numbers are in range is not looked at.
fn without_padding<'a>(
    signature: &[u8],
    curve: Curve,
    buffer: &'a mut [u8; SIGNATURE_MAX],
) -> Option<&'a [u8]> {
    let (content, rest) = element(SEQUENCE, signature)?;
    let (r, more) = element(INTEGER, content)?;
    let (s, end) = element(INTEGER, more)?;
    if !rest.is_empty() || !end.is_empty() {
        return None;
    }
    let most = curve.field_size().checked_add(1)?;
    let [r, s] = [r, s].map(|number| (number.len() <= most).then(|| minimal(number)));
    let (r, s) = (r?, s?);

    // Of the 134 bytes at most that the two numbers have, each of their lengths fits in a byte.
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

/// Whether one of the two numbers of an ECDSA signature has more leading zeros than DER allows: what
/// [`Verifiers::with_padded_ecdsa_integers`](crate::Verifiers::with_padded_ecdsa_integers) tolerates. `false` also of
/// what is no ECDSA signature.
///
/// ```
/// use countersign_cose::has_padded_integers;
/// assert!(has_padded_integers(&[0x30, 7, 2, 2, 0, 1, 2, 1, 1]));
/// assert!(!has_padded_integers(&[0x30, 6, 2, 1, 1, 2, 1, 1]));
/// ```
pub fn has_padded_integers(signature: &[u8]) -> bool {
    let numbers = || {
        let (content, _) = element(SEQUENCE, signature).filter(|(_, rest)| rest.is_empty())?;
        let (r, more) = element(INTEGER, content)?;
        let (s, _) = element(INTEGER, more).filter(|(_, end)| end.is_empty())?;
        Some([r, s])
    };
    numbers().is_some_and(|numbers| numbers.iter().any(|number| minimal(number).len() != number.len()))
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

/// `number` without the zeros that its sign does not need. A negative one has none.
fn minimal(mut number: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = number
        && let [0..=0x7f, ..] = rest
    {
        number = rest;
    }
    number
}

#[cfg(test)]
mod tests;
