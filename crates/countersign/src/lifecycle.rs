//! Before and afterwards: credentials that come from elsewhere, attestations that are judged again, what authenticators are
//! told of changes, and imaginary credentials for unknown names.
//!
//! It works on stored records, for a relying party; no ceremony runs here.

pub(crate) mod decoys;
pub(crate) mod import;
pub(crate) mod reassessment;
pub(crate) mod signals;

pub use decoys::{
    DecoyAccount, DecoyKey, DecoyKeyLengthError, DecoyProfile, DecoyProfileError, DecoyShape, Decoys,
    Observation,
};
pub use import::{Encoded, EncodingError, Import, ImportError, ImportedKey};
pub use reassessment::{Change, EvidenceError, Reassessment, ReassessmentSummary, Reassessor, Verdict};
