//! What an attestation object looks like, before anything in it is verified.

use countersign::types::cbor::{self, Key};
use countersign::types::{AlgorithmIdentifier, AttestationObject};

/// The format whose statements FIDO's tests look into.
const PACKED: &str = "packed";

/// The shape of an attestation: whether it claims to be certified, and its last certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape<'a> {
    /// Format `none`, self attestation, or not an attestation object: there is no certificate to trust.
    Uncertified,
    /// A packed statement with certificates.
    Packed {
        /// The number of certificates.
        count: usize,
        /// The last certificate, in DER.
        last: &'a [u8],
        /// The algorithm of the statement, if it is one that a signature can have.
        algorithm: Option<AlgorithmIdentifier>,
    },
    /// A statement of another format.
    Other,
}

/// Finds the shape of an attestation object. Which procedure verifies it does not depend on that: an attestation that lies
/// about its shape fails.
pub(crate) fn shape(object: &[u8]) -> Shape<'_> {
    let Ok(object) = AttestationObject::parse(object) else { return Shape::Uncertified };
    match object.format {
        "none" => Shape::Uncertified,
        PACKED => packed(object.statement),
        _ => Shape::Other,
    }
}

fn packed(statement: &[u8]) -> Shape<'_> {
    let member = |name| {
        let mut members = cbor::map_members(statement).into_iter().flatten();
        members.find(|(key, _)| *key == Key::Text(name)).map(|(_, value)| value)
    };
    let Some(x5c) = member("x5c") else { return Shape::Uncertified };
    let (mut count, mut last) = (0_usize, &[][..]);
    for certificate in cbor::array_elements(x5c).into_iter().flatten() {
        (count, last) = (count.saturating_add(1), cbor::as_bytes(certificate).unwrap_or_default());
    }
    Shape::Packed { count, last, algorithm: member("alg").and_then(negative).map(AlgorithmIdentifier) }
}

/// The value of a negative integer, as all algorithms of signatures are: -1 minus the unsigned integer of the same bits.
fn negative(item: &[u8]) -> Option<i64> {
    let (first, rest) = item.split_first().filter(|(first, _)| **first >> 5 == 1)?;
    let unsigned = [&[*first & 0x1f], rest].concat();
    let number = i64::try_from(cbor::as_unsigned(&unsigned)?).ok()?;
    number.checked_neg()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use countersign_authenticator::{Cbor, attestation_object};

    use super::*;

    fn object(format: &str, statement: Cbor) -> Vec<u8> {
        attestation_object(format, statement, vec![0; 37]).to_vec()
    }

    #[test]
    fn the_shape_is_that_of_the_statement() {
        let x5c = |count: u8| Cbor::Array((1..=count).map(|byte| Cbor::Bytes(vec![byte])).collect());
        let empty = || Cbor::Map(Vec::new());
        assert_eq!(shape(&object("none", empty())), Shape::Uncertified);
        assert_eq!(shape(&object("packed", empty())), Shape::Uncertified);
        assert_eq!(shape(b"no object"), Shape::Uncertified);
        assert_eq!(shape(&object("tpm", empty())), Shape::Other);
        for (algorithm, expected) in [(-7, Some(-7)), (-65_535, Some(-65_535)), (-24, Some(-24)), (7, None)] {
            let statement = Cbor::map([("alg", algorithm.into()), ("x5c", x5c(2))]);
            let algorithm = expected.map(AlgorithmIdentifier);
            let expected = Shape::Packed { count: 2, last: &[2], algorithm };
            assert_eq!(shape(&object("packed", statement)), expected);
        }
        let without = Shape::Packed { count: 0, last: &[], algorithm: None };
        assert_eq!(shape(&object("packed", Cbor::map([("x5c", "text".into())]))), without);
    }
}
