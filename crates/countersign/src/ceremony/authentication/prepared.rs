//! Public keys that are parsed once, to verify many signatures.

use core::fmt;

use countersign_cose::{Algorithm, KeyError, PreparedKey, PublicKey, Verifiers};

use crate::report::{error::Error, step::AuthenticationStep as Step};
use crate::{record::credential_record::CredentialRecord, relying_party::party::RelyingParty};

/// The public key of a credential record, parsed once to verify many signatures: for a cache next to the store.
///
/// It belongs to the `COSE_Key` that it was made from, and is not used with a record that has another. It can be shared
/// between threads. It verifies with the [`Verifiers`] of the relying party that prepared it: relying parties with
/// different ones each prepare their own.
///
/// It holds the `COSE_Key` and the parsed key: some 400 bytes for elliptic curves, 4 KiB for RSA, more for ML-DSA (see
/// [`Verifiers`]).
pub struct PreparedCredential {
    public_key: Vec<u8>,
    /// The algorithm that the public key names; the one that the record notes is a copy.
    pub(super) algorithm: Algorithm,
    pub(super) key: Box<dyn PreparedKey>,
}

impl PreparedCredential {
    fn new(record: &CredentialRecord, verifiers: &Verifiers) -> Result<Self, KeyError> {
        let key = PublicKey::from_cose(record.public_key())?;
        let algorithm = key.algorithm().ok_or(KeyError::UnsupportedKeyType)?;
        let key = verifiers.prepare(&key, algorithm.scheme())?;
        Ok(Self { public_key: record.public_key().to_vec(), algorithm, key })
    }

    /// Whether the record has the public key that this was made from.
    pub(super) fn is_of(&self, record: &CredentialRecord) -> bool {
        self.public_key == record.public_key()
    }
}

impl fmt::Debug for PreparedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedCredential").finish_non_exhaustive()
    }
}

impl RelyingParty {
    /// Parses the record's public key, for [`CredentialRecord::with_key`].
    ///
    /// It fails like the step that verifies the signature: with `public-key-malformed` or `algorithm-unsupported`.
    pub fn prepare(&self, record: &CredentialRecord) -> Result<PreparedCredential, Error> {
        PreparedCredential::new(record, &self.verifiers).map_err(|error| Error::new(Step::Signature, error))
    }
}
