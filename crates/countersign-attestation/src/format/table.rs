//! The interface of a statement format, and the table of formats.

use core::fmt;
use std::{collections::BTreeMap, sync::Arc};

use crate::{attestation::Attestation, error::AttestationError, input::VerificationInput};

/// The verification procedure of an attestation statement format.
pub trait AttestationFormat: fmt::Debug + Send + Sync {
    /// The format's identifier, compared exactly with `fmt`.
    fn identifier(&self) -> &str;

    /// Verifies a statement of this format.
    ///
    /// `formats` is the table that this format was found in, for statements that contain statements of other formats.
    /// Whether the certificates are trusted is not decided here.
    fn verify(
        &self,
        input: &VerificationInput<'_>,
        formats: &Formats,
    ) -> Result<Attestation, AttestationError>;
}

/// The supported attestation statement formats, by identifier. Clones share them.
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
    /// Creates a table without formats.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Adds `format`, replacing any with the same identifier.
    pub fn with_format(mut self, format: Arc<dyn AttestationFormat>) -> Self {
        self.by_identifier.insert(format.identifier().to_owned(), format);
        self
    }

    /// The identifiers of the formats, in alphabetical order.
    pub fn identifiers(&self) -> impl Iterator<Item = &str> {
        self.by_identifier.keys().map(String::as_str)
    }

    /// Verifies a statement by its format's procedure.
    ///
    /// A format that is not in the table is [`AttestationError::FormatUnsupported`]; the identifier is compared byte by
    /// byte. A text that is not an identifier ([section 8.1](https://www.w3.org/TR/webauthn-3/#sctn-attstn-fmt-ids)) is
    /// rejected even if the table has it.
    pub fn verify(&self, input: &VerificationInput<'_>) -> Result<Attestation, AttestationError> {
        if !is_identifier(input.format) {
            return Err(AttestationError::FormatIdentifier { length: input.format.len() });
        }
        let format = self
            .by_identifier
            .get(input.format)
            .ok_or_else(|| AttestationError::FormatUnsupported(input.format.to_owned()))?;
        format.verify(input, self)
    }
}

/// The most bytes of a format's identifier, by section 8.1.
const IDENTIFIER_MAX: usize = 32;

/// Whether a text has 1 to 32 printable ASCII characters without space, `"` and `\`, as section 8.1 requires.
fn is_identifier(text: &str) -> bool {
    let is_allowed = |byte: u8| matches!(byte, 0x21..=0x7e) && byte != b'"' && byte != b'\\';
    (1..=IDENTIFIER_MAX).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        attestation_type::AttestationType,
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

            fn verify(
                &self,
                _: &VerificationInput<'_>,
                _: &Formats,
            ) -> Result<Attestation, AttestationError> {
                Ok(Attestation::without_certificates("named", AttestationType::None))
            }
        }

        let registration = Registration::new(&Key::p256(3), AAGUID);
        let verify = |name: &str| {
            let formats = Formats::empty().with_format(Arc::new(Named(name.to_owned())));
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

        fn verify(&self, _: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
            Ok(Attestation::without_certificates("always", AttestationType::None))
        }
    }

    #[test]
    fn a_format_takes_the_place_of_one_with_its_identifier() {
        assert_eq!(Formats::empty().identifiers().count(), 0);
        let formats = Formats::standard().with_format(Arc::new(Always));
        assert!(formats.identifiers().eq(Formats::standard().identifiers()));
        assert!(format!("{formats:?}").contains("Always"));
    }
}
