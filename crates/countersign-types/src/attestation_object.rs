//! The attestation object's envelope:
//! [section 6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-generating-an-attestation-object).

use crate::cbor::{self, CborError, Deviations, Key};
use crate::code::Code;

/// The most bytes of an attestation object: 64 KiB.
///
/// The largest known ones, of TPMs with a chain of RSA certificates and compound ones, have less than 16 KiB; 64 KiB
/// leaves room for ML-DSA keys and signatures in a chain.
pub const ATTESTATION_OBJECT_MAX: usize = 64 * 1024;

/// Levels of arrays and maps in an attestation object: what CTAP2 lets a message have.
const DEPTH: usize = 4;

/// A compound statement wraps others in one array and one map each, instead of one map (section 8.9).
const DEPTH_COMPOUND: usize = 5;

/// The identifier of the one format whose statement is an array.
const COMPOUND: &str = "compound";

/// An attestation object: the members `fmt`, `attStmt` and `authData`.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AttestationObject<'a> {
    /// The attestation statement format identifier, to be matched exactly.
    pub format: &'a str,
    /// The attestation statement: the bytes of one strict CBOR map, or array if the format is `compound`.
    pub statement: &'a [u8],
    /// The bytes of authenticator data, not yet parsed.
    pub authenticator_data: &'a [u8],
    /// Whether there are other members than the three.
    pub has_unknown_members: bool,
    /// The deviations from canonical CBOR, which are accepted.
    pub deviations: Deviations,
}

impl<'a> AttestationObject<'a> {
    /// Parses all of `bytes`: one strict CBOR map of at most [`ATTESTATION_OBJECT_MAX`] bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, AttestationObjectError> {
        use AttestationObjectError as Error;
        if bytes.len() > ATTESTATION_OBJECT_MAX {
            return Err(Error::TooLong { length: bytes.len() });
        }
        let deviations = cbor::check(bytes, DEPTH_COMPOUND).map_err(Error::Cbor)?;
        let members = cbor::map_members(bytes).ok_or(Error::NotMap)?;
        let mut format = None;
        let mut statement = None;
        let mut authenticator_data = None;
        let mut has_unknown_members = false;
        for (key, value) in members {
            match key {
                Key::Text("fmt") => format = Some(cbor::as_text(value).ok_or(Error::WrongType("fmt"))?),
                Key::Text("attStmt") => statement = Some(value),
                Key::Text("authData") => {
                    authenticator_data = Some(cbor::as_bytes(value).ok_or(Error::WrongType("authData"))?);
                }
                _ => has_unknown_members = true,
            }
        }
        let format = format.ok_or(Error::Missing("fmt"))?;
        let statement = statement.ok_or(Error::Missing("attStmt"))?;
        let authenticator_data = authenticator_data.ok_or(Error::Missing("authData"))?;
        if format == COMPOUND {
            if !cbor::is_array(statement) {
                return Err(Error::WrongType("attStmt"));
            }
        } else {
            if !cbor::is_map(statement) {
                return Err(Error::WrongType("attStmt"));
            }
            cbor::check(bytes, DEPTH).map_err(Error::Cbor)?;
        }
        Ok(Self { format, statement, authenticator_data, has_unknown_members, deviations })
    }
}

/// Bytes are not an attestation object. The code is `attestation-object-malformed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationObjectError {
    /// The object has more than [`ATTESTATION_OBJECT_MAX`] bytes.
    #[error("the attestation object has {length} bytes, at most {ATTESTATION_OBJECT_MAX} expected")]
    TooLong {
        /// The number of bytes.
        length: usize,
    },
    /// The bytes are not one strict CBOR item.
    #[error("the attestation object is not strict cbor")]
    Cbor(#[source] CborError),
    /// The CBOR item is not a map.
    #[error("the attestation object is not a map")]
    NotMap,
    /// A required member is missing.
    #[error("the attestation object has no {0}")]
    Missing(&'static str),
    /// A member has the wrong type.
    #[error("the attestation object's {0} has the wrong type")]
    WrongType(&'static str),
}

impl AttestationObjectError {
    /// `attestation-object-malformed`.
    pub const fn code(&self) -> Code {
        Code::AttestationObjectMalformed
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::{AttestationObjectError as Error, *};

    const FMT: &[u8] = b"\x63fmt";
    const STATEMENT: &[u8] = b"\x67attStmt";
    const DATA: &[u8] = b"\x68authData";

    fn map(members: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0xa0 | u8::try_from(members.len()).unwrap()];
        for (key, value) in members {
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(value);
        }
        bytes
    }

    fn object(format: &[u8], statement: &[u8], data: &[u8]) -> Vec<u8> {
        map(&[(FMT, format), (STATEMENT, statement), (DATA, data)])
    }

    fn rejected(bytes: &[u8]) -> Error {
        let error = AttestationObject::parse(bytes).unwrap_err();
        assert_eq!(error.code(), Code::AttestationObjectMalformed);
        error
    }

    #[test]
    fn the_three_members_are_read() {
        let bytes = object(b"\x64none", &[0xa0], &[0x42, 1, 2]);
        let object = AttestationObject::parse(&bytes).unwrap();
        assert_eq!(
            (object.format, object.statement, object.authenticator_data),
            ("none", &[0xa0][..], &[1, 2][..])
        );
        assert!(!object.has_unknown_members);
        assert_eq!(object.deviations, Deviations::default());
    }

    #[test]
    fn rule_126_anything_but_a_map_is_rejected() {
        for bytes in [&[0x80][..], &[0xf6], &[0x01], &[0x41, 0xa0], &[0x61, b'a']] {
            assert_eq!(rejected(bytes), Error::NotMap);
        }
    }

    #[test]
    fn rule_127_each_member_must_be_there() {
        let members: [(&[u8], &[u8]); 3] = [(FMT, b"\x64none"), (STATEMENT, &[0xa0]), (DATA, &[0x40])];
        AttestationObject::parse(&map(&members)).unwrap();
        for (absent, name) in ["fmt", "attStmt", "authData"].into_iter().enumerate() {
            let mut others = members.to_vec();
            others.remove(absent);
            assert_eq!(rejected(&map(&others)), Error::Missing(name));
        }
    }

    #[test]
    fn rule_128_each_member_has_its_type() {
        assert_eq!(rejected(&object(b"\x44none", &[0xa0], &[0x40])), Error::WrongType("fmt"));
        assert_eq!(rejected(&object(b"\x64none", &[0x80], &[0x40])), Error::WrongType("attStmt"));
        assert_eq!(rejected(&object(b"\x64none", &[0xa0], &[0x60])), Error::WrongType("authData"));
        assert_eq!(rejected(&object(b"\x68compound", &[0xa0], &[0x40])), Error::WrongType("attStmt"));
        AttestationObject::parse(&object(b"\x68compound", &[0x80], &[0x40])).unwrap();
    }

    #[test]
    fn rule_081_a_duplicate_member_is_rejected() {
        let members: [(&[u8], &[u8]); 4] =
            [(FMT, b"\x64none"), (FMT, b"\x64none"), (STATEMENT, &[0xa0]), (DATA, &[0x40])];
        assert_eq!(rejected(&map(&members)), Error::Cbor(CborError::DuplicateKey { at: 0 }));
    }

    #[test]
    fn rule_083_a_compound_statement_may_nest_one_level_deeper() {
        let four = [0xa1, 0x01, 0x81, 0x81, 0x00];
        let five = [0xa1, 0x01, 0x81, 0x81, 0x80];
        AttestationObject::parse(&object(b"\x64none", &four, &[0x40])).unwrap();
        let error = rejected(&object(b"\x64none", &five, &[0x40]));
        assert!(matches!(error, Error::Cbor(CborError::TooDeep { .. })));
        AttestationObject::parse(&object(b"\x68compound", &[0x81, 0xa1, 0x01, 0x81, 0x80], &[0x40])).unwrap();
        let error = rejected(&object(b"\x68compound", &[0x81, 0xa1, 0x01, 0x81, 0x81, 0x80], &[0x40]));
        assert!(matches!(error, Error::Cbor(CborError::TooDeep { .. })));
    }

    #[test]
    fn rule_129_unknown_members_are_reported() {
        let mut bytes = object(b"\x64none", &[0xa0], &[0x40]);
        bytes[0] += 1;
        bytes.extend(b"\x61x\x01");
        assert!(AttestationObject::parse(&bytes).unwrap().has_unknown_members);
    }

    #[test]
    fn rule_130_trailing_bytes_are_rejected() {
        let mut bytes = object(b"\x64none", &[0xa0], &[0x40]);
        let length = bytes.len();
        bytes.push(0xf6);
        assert_eq!(rejected(&bytes), Error::Cbor(CborError::TrailingData { at: length }));
    }

    #[test]
    fn more_bytes_than_the_limit_are_rejected() {
        let data = |length: u32| {
            [&[0x5a][..], &length.to_be_bytes(), &vec![0; usize::try_from(length).unwrap()]].concat()
        };
        let overhead = object(b"\x64none", &[0xa0], &data(0)).len();
        let fits = ATTESTATION_OBJECT_MAX - overhead;
        let bytes = object(b"\x64none", &[0xa0], &data(u32::try_from(fits).unwrap()));
        AttestationObject::parse(&bytes).unwrap();
        let bytes = object(b"\x64none", &[0xa0], &data(u32::try_from(fits + 1).unwrap()));
        assert_eq!(rejected(&bytes), Error::TooLong { length: ATTESTATION_OBJECT_MAX + 1 });
    }
}
