//! [Section 8.9](https://www.w3.org/TR/webauthn-3/#sctn-compound-attestation): compound attestation.

use countersign_types::cbor::{self, Key};

use crate::{
    attestation::{Attestation, Compound, Part},
    attestation_type::AttestationType,
    error::{AttestationError, CompoundError, statement::StatementError},
    format::table::{AttestationFormat, Formats},
    input::VerificationInput,
    limits::{PART_CERTIFICATES_MAX, PARTS_MAX},
};

pub(crate) mod configuration;

pub use configuration::{CompoundConfiguration, Quorum};

const IDENTIFIER: &str = "compound";

/// The format `compound`: two or more statements of other formats on the same authenticator data and client data.
///
/// The parts are verified by the [`Formats`] table that this format is in. How many must verify is a
/// [`CompoundConfiguration`]; by default, all.
///
/// ```
/// use core::num::NonZeroUsize;
/// use std::sync::Arc;
///
/// use countersign_attestation::{
///     Formats,
///     format::compound::{CompoundConfiguration, CompoundFormat, Quorum},
/// };
///
/// let any = Quorum::AtLeast(NonZeroUsize::MIN);
/// let configuration = CompoundConfiguration::new(any).with_required_format("packed");
/// let formats = Formats::standard().with_format(Arc::new(CompoundFormat::new(configuration)));
/// ```
#[derive(Debug, Clone, Default)]
pub struct CompoundFormat {
    configuration: CompoundConfiguration,
}

impl CompoundFormat {
    /// Creates the format with this configuration.
    pub const fn new(configuration: CompoundConfiguration) -> Self {
        Self { configuration }
    }
}

impl AttestationFormat for CompoundFormat {
    fn identifier(&self) -> &'static str {
        IDENTIFIER
    }

    fn verify(
        &self,
        input: &VerificationInput<'_>,
        formats: &Formats,
    ) -> Result<Attestation, AttestationError> {
        let statements = read(input.statement)?;
        let mut parts = Vec::with_capacity(statements.len());
        for (position, (format, statement)) in statements.into_iter().enumerate() {
            let result = formats.verify(&VerificationInput { format, statement, ..*input });
            if let Err(error) = &result
                && (self.configuration.quorum() == Quorum::All || contradicts(error))
            {
                return Err(CompoundError::PartFailed { position, error: Box::new(error.clone()) }.into());
            }
            parts.push(Part { format: format.to_owned(), result });
        }
        check(&parts, &self.configuration)?;
        let compound = Compound { configuration: self.configuration.clone(), parts };
        Ok(Attestation::compound(IDENTIFIER, conveyed(&compound.parts), compound))
    }
}

/// Whether the part contradicts the authenticator data, and so each other part. One of them is false then, whatever the
/// others' number.
fn contradicts(error: &AttestationError) -> bool {
    matches!(error, AttestationError::AaguidMismatch { .. })
}

/// The type of the whole: that of the certified parts, if they agree. Without a certified part, the whole is no better
/// than self attestation.
fn conveyed(parts: &[Part]) -> AttestationType {
    let types =
        || parts.iter().filter_map(|part| part.result.as_ref().ok()).map(Attestation::attestation_type);
    let mut certified = types().filter(|kind| kind.is_certified());
    match certified.next() {
        Some(first) if certified.all(|other| other == first) => first,
        Some(_) => AttestationType::Uncertain,
        None if types().any(|kind| kind == AttestationType::SelfAttestation) => {
            AttestationType::SelfAttestation
        }
        None => AttestationType::None,
    }
}

/// Checks that the parts that verify meet the configuration.
fn check(parts: &[Part], configuration: &CompoundConfiguration) -> Result<(), CompoundError> {
    let verified = parts.iter().filter(|part| part.result.is_ok()).count();
    let least = configuration.quorum().least();
    if verified < least {
        let short = CompoundError::TooFewVerified { expected: least, got: verified };
        return Err(first_failure(parts, |_| true).unwrap_or(short));
    }
    for format in configuration.required_formats() {
        let is_of_format = |part: &Part| part.format == *format;
        if !parts.iter().any(|part| is_of_format(part) && part.result.is_ok()) {
            let missing = CompoundError::FormatMissing(format.clone());
            return Err(first_failure(parts, is_of_format).unwrap_or(missing));
        }
    }
    Ok(())
}

fn first_failure(parts: &[Part], among: impl Fn(&Part) -> bool) -> Option<CompoundError> {
    parts.iter().enumerate().filter(|(_, part)| among(part)).find_map(|(position, part)| {
        let error = part.result.as_ref().err()?;
        Some(CompoundError::PartFailed { position, error: Box::new(error.clone()) })
    })
}

/// Reads `fmt` and `attStmt` of each part.
fn read(statement: &[u8]) -> Result<Vec<(&str, &[u8])>, AttestationError> {
    // The walker allowed one more level, for the attestation object around the statement.
    cbor::check(statement, cbor::MAX_DEPTH).map_err(|_| StatementError::NotCbor)?;
    let elements = cbor::array_elements(statement).ok_or(StatementError::NotArray)?;
    let mut parts = Vec::new();
    let mut count = 0_usize;
    let mut certificates = 0_usize;
    for (position, element) in elements.enumerate() {
        count = count.saturating_add(1);
        if count > PARTS_MAX {
            continue;
        }
        let part =
            read_part(element).map_err(|error| StatementError::Part { position, error: Box::new(error) })?;
        certificates = certificates.saturating_add(certificates_of(part.1));
        parts.push(part);
    }
    match count {
        0 | 1 => Err(StatementError::TooFewParts(count).into()),
        _ if count > PARTS_MAX => Err(CompoundError::TooManyParts(count).into()),
        _ if certificates > PART_CERTIFICATES_MAX => {
            Err(CompoundError::TooManyCertificates(certificates).into())
        }
        _ => Ok(parts),
    }
}

fn read_part(element: &[u8]) -> Result<(&str, &[u8]), StatementError> {
    let mut format = None;
    let mut statement = None;
    for (key, value) in cbor::map_members(element).ok_or(StatementError::NotMap)? {
        match key {
            Key::Text("fmt") => {
                let error = StatementError::WrongType { member: "fmt", expected: "a text" };
                format = Some(cbor::as_text(value).ok_or(error)?);
            }
            Key::Text("attStmt") => statement = Some(value),
            _ => {}
        }
    }
    let format = format.ok_or(StatementError::Missing("fmt"))?;
    if format == IDENTIFIER {
        return Err(StatementError::Nested);
    }
    Ok((format, statement.ok_or(StatementError::Missing("attStmt"))?))
}

/// The number of elements of `x5c`, of any kind.
fn certificates_of(statement: &[u8]) -> usize {
    cbor::map_members(statement)
        .and_then(|mut members| members.find(|(key, _)| *key == Key::Text("x5c")))
        .and_then(|(_, x5c)| cbor::array_elements(x5c))
        .map_or(0, Iterator::count)
}

#[cfg(test)]
mod tests;
