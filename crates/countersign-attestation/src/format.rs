//! [Section 8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats): the attestation statement
//! formats, and the table of those that a relying party can verify.

use core::fmt;
use std::{collections::BTreeMap, sync::Arc};

use crate::{Attestation, AttestationError, Statement};

mod aaguid;
pub mod android_key;
pub mod android_safetynet;
pub mod apple;
pub mod apple_appattest;
pub mod compound;
mod fido;
pub mod fido_u2f;
pub mod none;
pub mod packed;
mod signature;
pub mod tpm;

pub use fido::{CertifiedTransports, FidoDetails};

/// The most certificates that `x5c` may have: the longest chains in use have four, root included.
pub const X5C_MAX: usize = 8;

/// The verification procedure of one attestation statement format.
pub trait AttestationFormat: fmt::Debug + Send + Sync {
    /// The format's identifier, compared exactly with `fmt`.
    fn identifier(&self) -> &str;

    /// Verifies a statement of this format, and says what it conveys.
    ///
    /// Whether any of its certificates is to be believed is not asked here.
    fn verify(&self, input: &Statement<'_>) -> Result<Attestation, AttestationError>;

    /// Verifies a statement by means of the table that this format was found in. Only a format whose statements hold
    /// those of other formats has to implement it.
    fn verify_among(
        &self,
        input: &Statement<'_>,
        formats: &Formats,
    ) -> Result<Attestation, AttestationError> {
        let _ = formats;
        self.verify(input)
    }
}

/// The formats that can be verified, by identifier. A clone shares them.
///
/// ```
/// # use countersign_attestation::Formats;
/// assert!(Formats::standard().identifiers().any(|identifier| identifier == "packed"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Formats {
    by_identifier: BTreeMap<String, Arc<dyn AttestationFormat>>,
}

impl Formats {
    /// No format at all.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The formats of the specification that this crate verifies.
    pub fn standard() -> Self {
        Self::empty()
            .with(Arc::new(android_key::AndroidKeyFormat::default()))
            .with(Arc::new(apple::AppleFormat))
            .with(Arc::new(compound::CompoundFormat::default()))
            .with(Arc::new(fido_u2f::FidoU2fFormat))
            .with(Arc::new(none::NoneFormat))
            .with(Arc::new(packed::PackedFormat))
            .with(Arc::new(tpm::TpmFormat::default()))
    }

    /// These and one more; it takes the place of one with the same identifier.
    pub fn with(mut self, format: Arc<dyn AttestationFormat>) -> Self {
        self.by_identifier.insert(format.identifier().to_owned(), format);
        self
    }

    /// The identifiers, in alphabetical order.
    pub fn identifiers(&self) -> impl Iterator<Item = &str> {
        self.by_identifier.keys().map(String::as_str)
    }

    /// Verifies a statement by its format's procedure.
    ///
    /// A format that is not in the table is [`AttestationError::FormatUnsupported`]; the identifier is compared
    /// byte by byte. What can't be an identifier
    /// ([section 8.1](https://www.w3.org/TR/webauthn-3/#sctn-attstn-fmt-ids)) is none even if the table has it.
    pub fn verify(&self, input: &Statement<'_>) -> Result<Attestation, AttestationError> {
        if !is_identifier(input.format) {
            return Err(AttestationError::FormatIdentifier { length: input.format.len() });
        }
        let format = self
            .by_identifier
            .get(input.format)
            .ok_or_else(|| AttestationError::FormatUnsupported(input.format.to_owned()))?;
        format.verify_among(input, self)
    }
}

/// The most bytes of a format's identifier, by section 8.1.
const IDENTIFIER_MAX: usize = 32;

/// Whether a text is of 1 to 32 printable ASCII characters without space, `"` and `\`, as section 8.1 has it.
fn is_identifier(text: &str) -> bool {
    let is_allowed = |byte: u8| matches!(byte, 0x21..=0x7e) && byte != b'"' && byte != b'\\';
    (1..=IDENTIFIER_MAX).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AttestationType,
        test_support::{
            certificates::Key,
            statements::{AAGUID, Registration},
        },
    };
    use countersign_types::Code;

    #[test]
    fn rule_132_an_identifier_is_compared_exactly() {
        let registration = Registration::new(&Key::p256(3), AAGUID);
        registration.verify("none", &[0xa0]).unwrap();
        for format in ["None", "NONE", "no", "none2", "none/2"] {
            let error = registration.verify(format, &[0xa0]).unwrap_err();
            assert_eq!(error, AttestationError::FormatUnsupported(format.to_owned()));
            assert_eq!(error.code(), Code::AttestationFormatUnsupported);
        }
    }

    #[test]
    fn rule_133_an_identifier_is_of_at_most_32_ascii_characters() {
        #[derive(Debug)]
        struct Named(String);

        impl AttestationFormat for Named {
            fn identifier(&self) -> &str {
                &self.0
            }

            fn verify(&self, _: &Statement<'_>) -> Result<Attestation, AttestationError> {
                Ok(Attestation::without_certificates("named", AttestationType::None))
            }
        }

        let registration = Registration::new(&Key::p256(3), AAGUID);
        let verify = |name: &str| {
            let formats = Formats::empty().with(Arc::new(Named(name.to_owned())));
            registration.verify_with(&formats, name, &[0xa0])
        };
        for name in [&"a".repeat(32)[..], "!", "~", "example.org/1"] {
            verify(name).unwrap();
        }
        for name in [&"a".repeat(33)[..], "", "a b", "a\"b", "a\\b", "none\0", "\u{7f}", "formät"] {
            let error = verify(name).unwrap_err();
            assert_eq!(error, AttestationError::FormatIdentifier { length: name.len() });
            assert_eq!(error.code(), Code::AttestationFormatUnsupported);
        }
    }

    #[derive(Debug)]
    struct Always;

    impl AttestationFormat for Always {
        fn identifier(&self) -> &'static str {
            "none"
        }

        fn verify(&self, _: &Statement<'_>) -> Result<Attestation, AttestationError> {
            Ok(Attestation::without_certificates("always", AttestationType::None))
        }
    }

    #[test]
    fn a_format_takes_the_place_of_one_with_its_identifier() {
        assert_eq!(Formats::empty().identifiers().count(), 0);
        let formats = Formats::standard().with(Arc::new(Always));
        assert!(formats.identifiers().eq(Formats::standard().identifiers()));
        assert!(format!("{formats:?}").contains("Always"));
    }
}
