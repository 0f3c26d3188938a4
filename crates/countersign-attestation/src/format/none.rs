//! [Section 8.7](https://www.w3.org/TR/webauthn-3/#sctn-none-attestation): none attestation.

use crate::{
    attestation::Attestation,
    attestation_type::AttestationType,
    error::{AttestationError, statement::StatementError},
    format::table::{AttestationFormat, Formats},
    input::VerificationInput,
    statement_map::StatementMap,
};

/// The format `none`: no attestation information, and an empty map as the statement.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoneFormat;

impl AttestationFormat for NoneFormat {
    fn identifier(&self) -> &'static str {
        "none"
    }

    fn verify(&self, input: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
        if !StatementMap::read(input.statement)?.is_empty() {
            return Err(StatementError::NotEmpty.into());
        }
        Ok(Attestation::without_certificates(self.identifier(), AttestationType::None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{
        certificates::Key,
        statements::{AAGUID, Registration},
    };
    use countersign_types::Code;

    fn verify(statement: &[u8]) -> Result<Attestation, AttestationError> {
        Registration::new(&Key::p256(3), AAGUID).verify("none", statement)
    }

    #[test]
    fn an_empty_map_is_accepted() {
        let attestation = verify(&[0xa0]).unwrap();
        assert_eq!(attestation.format(), "none");
        assert_eq!(attestation.attestation_type(), AttestationType::None);
        assert!(attestation.trust_path().is_empty());
    }

    #[test]
    fn rule_244_anything_but_an_empty_map_is_malformed() {
        for (statement, fault) in [
            // {"alg": -7}
            (&[0xa1, 0x63, b'a', b'l', b'g', 0x26][..], StatementError::NotEmpty),
            // {"": null}
            (&[0xa1, 0x60, 0xf6], StatementError::NotEmpty),
            // []
            (&[0x80], StatementError::NotMap),
        ] {
            let error = verify(statement).unwrap_err();
            assert_eq!(error, AttestationError::StatementMalformed(fault));
            assert_eq!(error.code(), Code::AttestationStatementMalformed);
        }
    }
}
