//! [Section 8.4](https://www.w3.org/TR/webauthn-3/#sctn-android-key-attestation): Android key attestation, with the
//! [key description](https://source.android.com/docs/security/features/keystore/attestation#schema) of Android.

use super::{AttestationDraft, AttestationInput};
use crate::{
    CertificateDraft,
    certificate::{Critical, oid},
    der::{self, element, explicit, integer, octet_string, sequence},
};

/// The elements of an authorization list: tag and DER of the value, in their order.
pub type Authorizations = Vec<(u32, Vec<u8>)>;

/// What Android says of a key, to be encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyDescription {
    /// The version of the schema.
    pub attestation_version: u16,
    /// 0 for software, 1 for a trusted environment, 2 for a `StrongBox`.
    pub attestation_security_level: u8,
    /// The version of the key master.
    pub keymaster_version: u16,
    /// As that of the attestation.
    pub keymaster_security_level: u8,
    /// The hash of client data.
    pub challenge: Vec<u8>,
    /// What software vouches for.
    pub software_enforced: Authorizations,
    /// What the trusted environment vouches for.
    pub hardware_enforced: Authorizations,
    /// DER after the lists.
    pub trailing: Vec<u8>,
}

impl KeyDescription {
    /// The tag of `purpose`.
    pub const PURPOSE: u32 = 1;
    /// The tag of `allApplications`.
    pub const ALL_APPLICATIONS: u32 = 600;
    /// The tag of `origin`.
    pub const ORIGIN: u32 = 702;

    /// A key that a trusted environment generated for signatures, as version 300 describes it.
    pub fn new(client_data_hash: [u8; 32]) -> Self {
        const NULL: [u8; 2] = [0x05, 0x00];
        Self {
            attestation_version: 300,
            attestation_security_level: 1,
            keymaster_version: 300,
            keymaster_security_level: 1,
            challenge: client_data_hash.to_vec(),
            software_enforced: vec![(701, integer(&[0x01, 0x94, 0x1f, 0x29, 0x7c, 0x00]))],
            hardware_enforced: vec![
                (Self::PURPOSE, Self::purposes(&[2])),
                (2, integer(&[3])),
                (503, NULL.to_vec()),
                (Self::ORIGIN, integer(&[0])),
            ],
            trailing: Vec::new(),
        }
    }

    /// A set of purposes: 2 is to sign.
    pub fn purposes(purposes: &[u8]) -> Vec<u8> {
        der::set_of(purposes.iter().map(|purpose| integer(&[*purpose])).collect())
    }

    /// The DER.
    pub fn to_vec(&self) -> Vec<u8> {
        let list = |list: &Authorizations| {
            let elements: Vec<u8> = list.iter().flat_map(|(tag, value)| explicit(*tag, value)).collect();
            element(der::SEQUENCE, &elements)
        };
        sequence(&[
            &integer(&self.attestation_version.to_be_bytes()),
            &element(der::ENUMERATED, &[self.attestation_security_level]),
            &integer(&self.keymaster_version.to_be_bytes()),
            &element(der::ENUMERATED, &[self.keymaster_security_level]),
            &octet_string(&self.challenge),
            &octet_string(&[]),
            &list(&self.software_enforced),
            &list(&self.hardware_enforced),
            &self.trailing,
        ])
    }
}

/// The certificate is for the credential's key, which signs as well.
pub(super) fn prepare(draft: &mut AttestationDraft, input: &AttestationInput<'_>) {
    draft.signer = super::SignerRole::Credential;
    draft.algorithm = input.credential_key.algorithm().identifier().0;
    if let Some(leaf) = &mut draft.leaf {
        leaf.certify(&input.credential_key.spki());
        // In its place among the extensions; its value is set once the description is final.
        leaf.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, Vec::new());
    }
}

/// Puts the description, changed or not, into the certificate, unless somebody put something else there.
pub(super) fn finish(draft: &mut AttestationDraft) {
    let description = draft.key_description.to_vec();
    let extension = draft.leaf.as_mut().and_then(|leaf| leaf.extension_mut(oid::ANDROID_KEY_DESCRIPTION));
    if let Some(extension) = extension.filter(|extension| extension.value.is_empty()) {
        extension.value = description;
    }
}

/// Turns an authority's certificate into a batch certificate: not a CA's by basic constraints and key usage, and with
/// name constraints.
pub(super) fn make_batch(draft: &mut CertificateDraft) {
    let permitted = explicit(0, &sequence(&[&element(0x82, b"invalid")]));
    draft.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, sequence(&[]));
    draft.set_extension(oid::KEY_USAGE, Critical::Yes, element(der::BIT_STRING, &[7, 0x80]));
    draft.set_extension(oid::NAME_CONSTRAINTS, Critical::No, sequence(&[&permitted]));
}
