//! What is stored: the [credential record](https://www.w3.org/TR/webauthn-3/#credential-record), its parts and its
//! serialised form.
//!
//! Nothing here uses relying parties, ceremonies or their errors.

pub(crate) mod bounds;
pub(crate) mod credential_record;
pub(crate) mod dynamic_part;
pub(crate) mod evidence;
pub(crate) mod form;
pub(crate) mod static_part;
pub(crate) mod update;
pub(crate) mod version;

pub use credential_record::CredentialRecord;
pub use dynamic_part::{DynamicPart, Flagged, Standing};
pub use evidence::{AttestationEvidence, Trusted};
pub use static_part::StaticPart;
pub use update::{CredentialUpdate, UpdateError};
