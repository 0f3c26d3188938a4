//! The credential record: [section 4](https://www.w3.org/TR/webauthn-3/#credential-record).

use countersign_types::enumerations::{CredentialType, Transport};
use countersign_types::{
    Aaguid, AlgorithmIdentifier, CredentialId, Timestamp, UserHandle, options::CredentialDescriptor,
};

use crate::record::dynamic_part::{DynamicPart, Flagged, Standing};
use crate::record::update::{CredentialUpdate, UpdateError};
use crate::record::{evidence::AttestationEvidence, static_part::StaticPart};

/// What a relying party stores for a credential: a static part, a part that each authentication may change, and the
/// attestation as evidence.
///
/// The serialised form has a version: forms that earlier versions of this crate wrote are read without loss; a later
/// version and an unknown member are rejected. Each part can be serialised by itself too, so that a store can write only
/// the [`DynamicPart`]. The public key and the evidence are the bytes as received. A record with a member that is empty or
/// longer than a registration can make it is neither written nor read.
///
/// Only the credential ID is unique. A user may have several credentials on one authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRecord {
    pub(crate) fixed: StaticPart,
    pub(crate) dynamic: DynamicPart,
    pub(crate) evidence: Option<AttestationEvidence>,
}

impl CredentialRecord {
    /// Creates a record of a credential that was registered elsewhere: its ID, the RP ID it is scoped to, its account, and its
    /// public key as `COSE_Key` bytes. The counter is 0, BE unknown and every flag clear, until the `with_…` methods
    /// change them.
    ///
    /// Nothing is checked here: with an unusable key each authentication fails.
    pub fn new(
        id: CredentialId,
        rp_id: impl Into<String>,
        user_handle: UserHandle,
        public_key: impl Into<Vec<u8>>,
    ) -> Self {
        let fixed = StaticPart::new(id, rp_id.into(), user_handle, public_key.into());
        Self { fixed, dynamic: DynamicPart::default(), evidence: None }
    }

    /// Creates a record from its parts.
    pub fn from_parts(
        fixed: StaticPart,
        dynamic: DynamicPart,
        evidence: Option<AttestationEvidence>,
    ) -> Self {
        Self { fixed, dynamic, evidence }
    }
}

setters! {
    CredentialRecord:

    /// Sets the signature counter.
    pub fn with_sign_count(self, sign_count: u32) { self.dynamic.sign_count = sign_count }

    /// Sets BE; `None` if it was not kept at registration.
    pub fn with_backup_eligible(self, backup_eligible: impl Into<Option<bool>>) {
        self.dynamic.backup_eligible = backup_eligible.into()
    }

    /// Sets BS.
    pub fn with_backup_state(self, backup_state: bool) { self.dynamic.backup_state = backup_state }

    /// Sets `uvInitialized`.
    pub fn with_uv_initialized(self, uv_initialized: bool) { self.dynamic.uv_initialized = uv_initialized }

    /// Sets the transports.
    pub fn with_transports(self, transports: impl IntoIterator<Item = Transport>) {
        self.fixed.transports = transports.into_iter().collect()
    }

    /// Sets the algorithm.
    pub fn with_algorithm(self, algorithm: AlgorithmIdentifier) { self.fixed.algorithm = Some(algorithm) }

    /// Sets the AAGUID, which is a claim.
    pub fn with_aaguid(self, aaguid: Aaguid) { self.fixed.aaguid = aaguid }

    /// Moves the record to another account.
    pub fn with_user_handle(self, user_handle: UserHandle) { self.fixed.user_handle = user_handle }

    /// Sets the attestation evidence.
    pub fn with_evidence(self, evidence: impl Into<Option<AttestationEvidence>>) {
        self.evidence = evidence.into()
    }

    /// Sets the dynamic part, for stores that keep it separately.
    pub fn with_dynamic_part(self, dynamic: DynamicPart) { self.dynamic = dynamic }
}

getters! {
    CredentialRecord:

    /// The part that never changes.
    pub fn static_part(&self) -> &StaticPart { &self.fixed }

    /// The part that an authentication may change.
    pub fn dynamic_part(&self) -> &DynamicPart { &self.dynamic }

    /// The attestation evidence, if it is kept.
    pub fn evidence(&self) -> Option<&AttestationEvidence> { self.evidence.as_ref() }

    /// The kind of credential.
    pub fn credential_type(&self) -> &CredentialType { &self.fixed.credential_type }

    /// The credential ID.
    pub fn id(&self) -> &CredentialId { &self.fixed.id }

    /// The RP ID that the credential is scoped to.
    pub fn rp_id(&self) -> &str { &self.fixed.rp_id }

    /// The user handle of the credential's account.
    pub fn user_handle(&self) -> &UserHandle { &self.fixed.user_handle }

    /// The public key: the `COSE_Key` as received.
    pub fn public_key(&self) -> &[u8] { &self.fixed.public_key }

    /// The public key's algorithm, if it was kept.
    pub fn algorithm(&self) -> Option<AlgorithmIdentifier> { self.fixed.algorithm }

    /// The transports that the client reported. A hint for later options.
    pub fn transports(&self) -> &[Transport] { &self.fixed.transports }

    /// The authenticator model's AAGUID, which is a claim.
    pub fn aaguid(&self) -> Aaguid { self.fixed.aaguid }

    /// The signature counter of the latest ceremony.
    pub fn sign_count(&self) -> u32 { self.dynamic.sign_count }

    /// Whether the user was ever verified with the credential. While it is false, as after a conditional registration, user
    /// verification is no factor: if it is required, an authentication fails unless a further factor was checked.
    pub fn uv_initialized(&self) -> bool { self.dynamic.uv_initialized }

    /// BE at registration: whether the credential may be backed up, and so be on more than one device. `None` in an imported
    /// record, until the first authentication.
    pub fn backup_eligible(&self) -> Option<bool> { self.dynamic.backup_eligible }

    /// BS at the latest ceremony: whether the credential was backed up.
    pub fn backup_state(&self) -> bool { self.dynamic.backup_state }

    /// Whether the credential is active or flagged.
    pub fn standing(&self) -> &Standing { &self.dynamic.standing }

    /// The attestation statement format, if the evidence is kept.
    pub fn attestation_format(&self) -> Option<&str> {
        self.evidence.as_ref().map(AttestationEvidence::format)
    }

    /// The attestation type as a word (`none`, `self`, `basic`, …), if the evidence is kept.
    pub fn attestation_type(&self) -> Option<&str> {
        self.evidence.as_ref().map(AttestationEvidence::attestation_type)
    }

    /// The attestation object as received, if it is kept.
    pub fn attestation_object(&self) -> Option<&[u8]> {
        self.evidence.as_ref().map(AttestationEvidence::object)
    }

    /// The client data of the registration as received, if it is kept.
    pub fn attestation_client_data(&self) -> Option<&[u8]> {
        self.evidence.as_ref().map(AttestationEvidence::client_data)
    }
}

impl CredentialRecord {
    /// The credential's descriptor, as options list it.
    pub fn descriptor(&self) -> CredentialDescriptor {
        let mut descriptor = CredentialDescriptor::new(self.fixed.id.clone(), self.fixed.transports.clone());
        descriptor.credential_type = self.fixed.credential_type.clone();
        descriptor
    }

    /// Flags the credential for this reason, so that it can't authenticate until
    /// [`clear_flag`](Self::clear_flag) is called.
    pub fn flag(&mut self, reason: impl Into<String>, now: Timestamp) {
        self.dynamic.standing = Standing::Flagged(Flagged::new(reason, now));
    }

    /// Removes the flag, so that the credential can authenticate again.
    pub fn clear_flag(&mut self) {
        self.dynamic.standing = Standing::Active;
    }

    /// Applies `update`, unless the record has changed since the authentication was verified against it: then the record
    /// stays as it is, and [`Authenticated::update_for`](crate::Authenticated::update_for) checks the authentication against
    /// it.
    pub fn apply(&mut self, update: &CredentialUpdate) -> Result<(), UpdateError> {
        if update.credential_id != self.fixed.id {
            return Err(UpdateError::OtherCredential);
        }
        if update.previous != self.dynamic {
            return Err(UpdateError::Changed);
        }
        self.dynamic.clone_from(&update.next);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
