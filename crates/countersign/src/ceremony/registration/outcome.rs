//! The outcome of a finished registration
//! ([section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential)).
use countersign_attestation::{Attestation, AttestedAaguid, Trust, TrustedPath};

use crate::ceremony::extensions::outcome::RegistrationExtensions;
use crate::record::credential_record::CredentialRecord;

/// Whether the credential ID is already registered, to any account.
///
/// The look-up rejects the registration early; the store decides, and must reject a second record with the same ID when
/// two registrations run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialIdStatus {
    /// No account has a credential with this ID.
    Unregistered,
    /// Some account has a credential with this ID.
    Registered,
}

/// A registration that passed every step.
#[derive(Debug, Clone)]
#[must_use = "the credential is not registered until its record is stored"]
pub struct Registered {
    pub(super) credential: CredentialRecord,
    pub(super) attestation: Attestation,
    pub(super) trust: Option<Trust>,
    pub(super) user_verified: bool,
    pub(super) extensions: RegistrationExtensions,
}

getters! {
    Registered:

    /// The record to store in the account.
    pub fn credential(&self) -> &CredentialRecord { &self.credential }

    /// The attestation, verified by the procedure of its format.
    pub fn attestation(&self) -> &Attestation { &self.attestation }

    /// Whether the user was verified.
    pub fn user_verified(&self) -> bool { self.user_verified }

    /// The accepted outputs of extensions.
    pub fn extensions(&self) -> &RegistrationExtensions { &self.extensions }
}

impl Registered {
    /// Returns the record.
    pub fn into_credential(self) -> CredentialRecord {
        self.credential
    }

    /// The path to a trust anchor; `None` if the policy does not require one. For a compound attestation it is the
    /// first path.
    pub fn trusted_path(&self) -> Option<&TrustedPath> {
        self.trusted_paths().first()
    }

    /// The paths to trust anchors: empty if the policy does not require one, and one path for each trusted part of a
    /// compound attestation.
    pub fn trusted_paths(&self) -> &[TrustedPath] {
        self.trust.as_ref().map_or(&[], Trust::paths)
    }

    /// The authenticator model, if a trust anchor vouches for it. `None` also for a format such as `fido-u2f`, which
    /// does not sign it.
    pub fn attested_aaguid(&self) -> Option<AttestedAaguid> {
        self.trust.as_ref().and_then(Trust::attested_aaguid)
    }
}
