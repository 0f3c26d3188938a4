//! The [key description](https://source.android.com/docs/security/features/keystore/attestation#schema) of Android.

use crate::der::{self, element, explicit, integer, octet_string, sequence};

/// The elements of an authorization list: tag and DER of the value, in their order.
pub type Authorizations = Vec<(u32, Vec<u8>)>;

/// Android's description of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyDescription {
    /// The version of the schema.
    pub attestation_version: u16,
    /// 0 for software, 1 for a trusted environment, 2 for a StrongBox.
    pub attestation_security_level: u8,
    /// The version of the key master.
    pub keymaster_version: u16,
    /// The security level of the key master, as for the attestation.
    pub keymaster_security_level: u8,
    /// The hash of client data.
    pub challenge: Vec<u8>,
    /// The authorizations that software enforces.
    pub software_enforced: Authorizations,
    /// The authorizations that the trusted environment enforces.
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

    /// Encodes the description as DER.
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
