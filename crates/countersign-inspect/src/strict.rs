//! The verdicts of the strict parsers, with the place that they are about.

use core::error::Error;

use countersign::types::{Code, cbor::CborError};

use crate::{explanation::Note, words::with_causes};

/// The note that a strict parser rejects a part, and at which byte.
pub(crate) fn rejected(error: &(dyn Error + 'static), code: Code, at: usize) -> Note {
    let text = format!("the strict parser rejects it: {}", with_causes(error));
    Note { at: Some(at), ..Note::deviation(text).with_code(code) }
}

/// The offset of the byte that breaks strict CBOR, in the bytes that were parsed, if that is why a parser rejects them.
pub(crate) fn offset_in_cbor(error: &(dyn Error + 'static)) -> Option<usize> {
    let mut causes = core::iter::successors(Some(error), |&error| error.source());
    match causes.find_map(|cause| cause.downcast_ref())? {
        CborError::Truncated { at }
        | CborError::TrailingData { at }
        | CborError::IndefiniteLength { at }
        | CborError::Tag { at }
        | CborError::ReservedHead { at }
        | CborError::NotUtf8 { at }
        | CborError::DuplicateKey { at }
        | CborError::NestedKey { at }
        | CborError::TooDeep { at } => Some(*at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use countersign::types::AttestationObject;

    use super::*;

    #[test]
    fn the_place_in_cbor_is_that_of_the_cause() {
        let error = AttestationObject::parse(&[0xa1, 0x63, b'f', b'm', b't']).unwrap_err();
        assert_eq!(offset_in_cbor(&error), Some(5));
        let error = AttestationObject::parse(&[0x80]).unwrap_err();
        assert_eq!(offset_in_cbor(&error), None);
        let note = rejected(&error, error.code(), 3);
        assert_eq!((note.at, note.code), (Some(3), Some(Code::AttestationObjectMalformed)));
    }
}
