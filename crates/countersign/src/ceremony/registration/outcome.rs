//! What a finished registration yields
//! ([section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential)).
use countersign_attestation::{Attestation, AttestedAaguid, Trust, TrustedPath};

use crate::{
    ceremony::extensions::outcome::RegistrationExtensions, record::credential_record::CredentialRecord,
};

/// What the caller's store says of a credential ID, whichever account it is in.
///
/// The look-up says it early, to the person; what decides is the store, which must refuse a second record with the same
/// ID when two registrations run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialIdStatus {
    /// No account has a credential with this ID.
    Unregistered,
    /// Some account has one.
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

impl Registered {
    /// The record to store in the account.
    pub fn credential(&self) -> &CredentialRecord {
        &self.credential
    }

    /// The record, taken out.
    pub fn into_credential(self) -> CredentialRecord {
        self.credential
    }

    /// The attestation as its format's verification procedure left it.
    pub fn attestation(&self) -> &Attestation {
        &self.attestation
    }

    /// The path to a trust anchor; `None` where none was demanded. Of a compound attestation it is the first one.
    pub fn trusted_path(&self) -> Option<&TrustedPath> {
        self.trusted_paths().first()
    }

    /// The paths to trust anchors: none where none was demanded, and one for each trusted part of a compound
    /// attestation.
    pub fn trusted_paths(&self) -> &[TrustedPath] {
        self.trust.as_ref().map_or(&[], Trust::paths)
    }

    /// The authenticator's model, where a trust anchor vouches for it. `None` also for a format such as `fido-u2f`, which
    /// does not sign it.
    pub fn attested_aaguid(&self) -> Option<AttestedAaguid> {
        self.trust.as_ref().and_then(Trust::attested_aaguid)
    }

    /// Whether the user was verified.
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// What was learned from extensions.
    pub fn extensions(&self) -> &RegistrationExtensions {
        &self.extensions
    }
}
