//! How many parts of a compound statement must verify, and lead to a trust anchor.

use core::num::NonZeroUsize;

/// The parts that a compound statement must have.
///
/// The configuration counts twice: this many parts must verify for the statement to verify, and this many parts must
/// lead to a trust anchor for the attestation to be trusted ([`Attestation::assess_trust`]). Parts of type none and
/// self never lead to an anchor; for trust, [`Quorum::All`] means all others, and at least one.
///
/// [`Attestation::assess_trust`]: crate::Attestation::assess_trust
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompoundConfiguration {
    quorum: Quorum,
    required_formats: Vec<String>,
}

/// A number of parts of a compound statement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quorum {
    /// All parts. A part of an unsupported format fails the whole.
    #[default]
    All,
    /// Any one part.
    Any,
    /// At least this many parts. For trust, parts with the same attestation key count once.
    AtLeast(NonZeroUsize),
}

impl Quorum {
    /// The least number of parts that can meet the quorum.
    pub(crate) const fn least(self) -> usize {
        match self {
            Self::All | Self::Any => 1,
            Self::AtLeast(least) => least.get(),
        }
    }
}

impl CompoundConfiguration {
    /// Requires this many parts, of any formats.
    pub const fn new(quorum: Quorum) -> Self {
        Self { quorum, required_formats: Vec::new() }
    }

    /// Requires a part of this format among those that count. Further calls add further formats.
    pub fn with_required_format(mut self, format: impl Into<String>) -> Self {
        self.required_formats.push(format.into());
        self
    }

    /// The number of parts that must verify.
    pub const fn quorum(&self) -> Quorum {
        self.quorum
    }

    /// The formats that must be among the parts.
    pub fn required_formats(&self) -> &[String] {
        &self.required_formats
    }
}
