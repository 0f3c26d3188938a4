//! Before and after ceremonies: import of credentials, assessment of stored attestations, signals to authenticators, and
//! decoys for unknown user names.
//!
//! Everything here works on stored records, for a relying party; no ceremony runs here.

pub(crate) mod decoys;
pub(crate) mod import;
pub(crate) mod reassessment;
pub(crate) mod signals;

pub use decoys::{
    DecoyAccount, DecoyKey, DecoyKeyLengthError, DecoyProfile, DecoyProfileError, DecoyShape, Decoys,
    Observation,
};
pub use import::{Encoded, EncodingError, Import, ImportError, ImportedKey};
#[cfg(feature = "rows")]
pub use import::{ImportedRow, Library, RowError};
pub use reassessment::{Change, EvidenceError, Reassessment, ReassessmentSummary, Reassessor, Verdict};
