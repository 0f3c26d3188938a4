//! [Section 8.9](https://www.w3.org/TR/webauthn-3/#sctn-compound-attestation): compound attestation.

use core::num::NonZeroUsize;

use countersign_types::cbor::{self, Key};

use crate::{
    Attestation, AttestationError, AttestationFormat, AttestationType, Formats, Statement,
    error::StatementFault,
};

mod error;

pub use error::CompoundFault;

const IDENTIFIER: &str = "compound";

/// The most parts of a compound statement. The specification has no limit; nobody is known to send more than a handful,
/// and each costs a signature check.
pub const PARTS_MAX: usize = 16;

/// The most certificates of all parts of a compound statement. Three for each of ten parts, and two to spare.
pub const PART_CERTIFICATES_MAX: usize = 32;

/// The format `compound`: two or more statements of other formats on the same authenticator data and client data.
///
/// The parts are verified by the [`Formats`] table that this format is in. How many must verify is a
/// [`CompoundPolicy`]; unless said otherwise, all.
///
/// ```
/// use core::num::NonZeroUsize;
/// use std::sync::Arc;
///
/// use countersign_attestation::{Formats, format::compound::{CompoundFormat, CompoundPolicy, Quorum}};
///
/// let policy = CompoundPolicy::new(Quorum::AtLeast(NonZeroUsize::MIN)).requiring("packed");
/// let formats = Formats::standard().with(Arc::new(CompoundFormat::new(policy)));
/// ```
#[derive(Debug, Clone, Default)]
pub struct CompoundFormat {
    policy: CompoundPolicy,
}

impl CompoundFormat {
    /// With this policy.
    pub const fn new(policy: CompoundPolicy) -> Self {
        Self { policy }
    }
}

impl AttestationFormat for CompoundFormat {
    fn identifier(&self) -> &'static str {
        IDENTIFIER
    }

    /// With the parts verified by [`Formats::standard`].
    fn verify(&self, input: &Statement<'_>) -> Result<Attestation, AttestationError> {
        self.verify_among(input, &Formats::standard())
    }

    fn verify_among(
        &self,
        input: &Statement<'_>,
        formats: &Formats,
    ) -> Result<Attestation, AttestationError> {
        let statements = read(input.statement)?;
        let mut parts = Vec::with_capacity(statements.len());
        for (position, (format, statement)) in statements.into_iter().enumerate() {
            let result = formats.verify(&Statement { format, statement, ..*input });
            if let Err(error) = &result
                && (self.policy.quorum == Quorum::All || contradicts(error))
            {
                return Err(CompoundFault::PartFailed { position, error: Box::new(error.clone()) }.into());
            }
            parts.push(Part { format: format.to_owned(), result });
        }
        self.policy.check(&parts)?;
        Ok(Attestation::compound(
            self.identifier(),
            conveyed(&parts),
            Compound { parts, policy: self.policy.clone() },
        ))
    }
}

/// Whether the part says something of the authenticator that the authenticator data, and so each other part, denies.
/// Then one of them lies, whatever the others' number.
fn contradicts(error: &AttestationError) -> bool {
    matches!(error, AttestationError::AaguidMismatch { .. })
}

/// What the whole conveys: what its certified parts do, where they agree. Without one, the whole is no better than self
/// attestation.
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

/// How many parts of a compound statement are enough.
///
/// It decides twice. That many parts must verify, or the statement does not. And where a trust path is demanded
/// ([`Attestation::assess_trust`]), that many parts must lead to a trust anchor. Parts of type none and self never count
/// then: [`Quorum::All`] means all others, and at least one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompoundPolicy {
    quorum: Quorum,
    required: Vec<String>,
}

/// A number of parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quorum {
    /// All. A part of a format that is not known fails the whole.
    #[default]
    All,
    /// Any one.
    Any,
    /// At least this many. As to trust, parts with the same attestation key count once.
    AtLeast(NonZeroUsize),
}

impl Quorum {
    /// The least number of parts; of [`Quorum::All`], what it takes even where nothing fails.
    pub(crate) const fn least(self) -> usize {
        match self {
            Self::All | Self::Any => 1,
            Self::AtLeast(least) => least.get(),
        }
    }
}

impl CompoundPolicy {
    /// This many parts, whatever their formats.
    pub const fn new(quorum: Quorum) -> Self {
        Self { quorum, required: Vec::new() }
    }

    /// A part of this format must be among them. May be called again for further ones.
    pub fn requiring(mut self, format: impl Into<String>) -> Self {
        self.required.push(format.into());
        self
    }

    /// How many parts.
    pub const fn quorum(&self) -> Quorum {
        self.quorum
    }

    /// The formats that must be among them.
    pub fn required(&self) -> &[String] {
        &self.required
    }

    /// Whether enough parts verify.
    fn check(&self, parts: &[Part]) -> Result<(), CompoundFault> {
        let verified = parts.iter().filter(|part| part.result.is_ok()).count();
        let least = self.quorum.least();
        if verified < least {
            let short = CompoundFault::TooFewVerified { expected: least, got: verified };
            return Err(first_failure(parts, |_| true).unwrap_or(short));
        }
        for format in &self.required {
            let is_of_format = |part: &Part| part.format == *format;
            if !parts.iter().any(|part| is_of_format(part) && part.result.is_ok()) {
                let missing = CompoundFault::FormatMissing(format.clone());
                return Err(first_failure(parts, is_of_format).unwrap_or(missing));
            }
        }
        Ok(())
    }
}

fn first_failure(parts: &[Part], among: impl Fn(&Part) -> bool) -> Option<CompoundFault> {
    parts.iter().enumerate().filter(|(_, part)| among(part)).find_map(|(position, part)| {
        let error = part.result.as_ref().err()?;
        Some(CompoundFault::PartFailed { position, error: Box::new(error.clone()) })
    })
}

/// One statement of a compound one, and what its format's procedure made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    format: String,
    result: Result<Attestation, AttestationError>,
}

impl Part {
    /// Its `fmt`, as received.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// What it conveys, or why it does not verify: the policy may have been content with the others.
    pub const fn result(&self) -> Result<&Attestation, &AttestationError> {
        self.result.as_ref()
    }
}

/// What a compound attestation has in place of a trust path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compound {
    pub(crate) parts: Vec<Part>,
    pub(crate) policy: CompoundPolicy,
}

/// `fmt` and `attStmt` of each part.
fn read(statement: &[u8]) -> Result<Vec<(&str, &[u8])>, AttestationError> {
    // The walker took one level more for the attestation object around it.
    cbor::check(statement, cbor::MAX_DEPTH).map_err(|_| StatementFault::NotCbor)?;
    let elements = cbor::array_elements(statement).ok_or(StatementFault::NotArray)?;
    let mut parts = Vec::new();
    let mut count = 0_usize;
    let mut certificates = 0_usize;
    for (position, element) in elements.enumerate() {
        count = count.saturating_add(1);
        if count > PARTS_MAX {
            continue;
        }
        let part =
            read_part(element).map_err(|fault| StatementFault::Part { position, fault: Box::new(fault) })?;
        certificates = certificates.saturating_add(certificates_of(part.1));
        parts.push(part);
    }
    match count {
        0 | 1 => Err(StatementFault::TooFewParts(count).into()),
        _ if count > PARTS_MAX => Err(CompoundFault::TooManyParts(count).into()),
        _ if certificates > PART_CERTIFICATES_MAX => {
            Err(CompoundFault::TooManyCertificates(certificates).into())
        }
        _ => Ok(parts),
    }
}

fn read_part(element: &[u8]) -> Result<(&str, &[u8]), StatementFault> {
    let mut format = None;
    let mut statement = None;
    for (key, value) in cbor::map_members(element).ok_or(StatementFault::NotMap)? {
        match key {
            Key::Text("fmt") => {
                let fault = StatementFault::WrongType { member: "fmt", expected: "a text" };
                format = Some(cbor::as_text(value).ok_or(fault)?);
            }
            Key::Text("attStmt") => statement = Some(value),
            _ => {}
        }
    }
    let format = format.ok_or(StatementFault::Missing("fmt"))?;
    if format == IDENTIFIER {
        return Err(StatementFault::Nested);
    }
    Ok((format, statement.ok_or(StatementFault::Missing("attStmt"))?))
}

/// How many elements `x5c` has, whatever they are.
fn certificates_of(statement: &[u8]) -> usize {
    cbor::map_members(statement)
        .and_then(|mut members| members.find(|(key, _)| *key == Key::Text("x5c")))
        .and_then(|(_, x5c)| cbor::array_elements(x5c))
        .map_or(0, Iterator::count)
}

#[cfg(test)]
mod tests;
