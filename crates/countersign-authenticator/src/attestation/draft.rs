//! Attestation statements that have yet to be signed.

use countersign_cose::{Algorithm, hash::sha256};
use serde_json::json;

use super::{
    android_key::description::KeyDescription,
    attester::Attester,
    input::AttestationInput,
    tpm::structures::{CertifyInfo, PublicArea},
};
use crate::{certificate::draft::CertificateDraft, members::Members, private_key::PrivateKey};

/// An attestation statement in the making. What a format has no use for is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttestationDraft {
    /// The format's identifier.
    pub format: String,
    /// The algorithm that the statement names.
    pub algorithm: i64,
    /// Whose key signs.
    pub signer: SignerRole,
    /// What is signed.
    pub message: Vec<u8>,
    /// The attestation certificate.
    pub leaf: Option<CertificateDraft>,
    /// The certificates of the authorities below the root, the one that issued the attestation certificate first.
    pub intermediates: Vec<CertificateDraft>,
    /// Whose key signs the attestation certificate.
    pub issuer: IssuerRole,
    /// What is bound to the ceremony: the nonce of Apple and `SafetyNet`.
    pub nonce: Vec<u8>,
    /// The key as a TPM has it.
    pub public_area: PublicArea,
    /// What a TPM signs.
    pub certify_info: CertifyInfo,
    /// What Android says of a key.
    pub key_description: KeyDescription,
    /// The header of `SafetyNet`'s JWS, apart from `x5c`.
    pub header: Members,
    /// The payload of `SafetyNet`'s JWS, apart from the nonce.
    pub payload: Members,
}

/// Whose key signs a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerRole {
    /// The attestation key's; the credential's in self attestation and where it is the certified one.
    Attester,
    /// The credential's.
    Credential,
    /// Somebody else's, of the same algorithm.
    Stranger,
}

/// Whose key signs the attestation certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerRole {
    /// The authority's.
    Authority,
    /// Somebody else's, in the authority's name.
    Stranger,
    /// The authority's, whose certificate is sent as well.
    AuthorityWithRoot,
    /// Somebody else's, in the authority's name, and the root of theirs is sent as well.
    StrangerWithRoot,
}

impl AttestationDraft {
    /// Changes the attestation certificate, where there is one.
    pub(crate) fn change_leaf(&mut self, change: impl FnOnce(&mut CertificateDraft)) {
        self.leaf.as_mut().map(change);
    }

    /// Changes the certificate of the authority that issued the attestation certificate.
    pub(crate) fn change_intermediate(&mut self, change: impl FnOnce(&mut CertificateDraft)) {
        self.intermediates.first_mut().map(change);
    }

    /// Makes the attestation certificate one for somebody else's key.
    pub(crate) fn certify_stranger(&mut self, algorithm: Algorithm) {
        if let Some(key) = PrivateKey::stranger(algorithm) {
            self.change_leaf(|leaf| leaf.certify(&key.spki()));
        }
    }

    pub(super) fn new(format: &str, input: &AttestationInput<'_>, attester: Option<&Attester>) -> Self {
        let key = attester.map_or(input.credential_key, |attester| &attester.key);
        let leaf = attester.map(|attester| {
            attester.issuer().attestation_certificate(&attester.key.spki(), &attester.serial_number)
        });
        let intermediates = attester.into_iter().flat_map(|attester| attester.intermediates.iter().rev());
        Self {
            format: format.to_owned(),
            algorithm: key.algorithm().identifier().0,
            signer: SignerRole::Attester,
            message: input.message(),
            leaf,
            intermediates: intermediates.map(|(_, draft)| draft.clone()).collect(),
            issuer: IssuerRole::Authority,
            nonce: sha256(&[&input.message()]).to_vec(),
            public_area: PublicArea::default(),
            certify_info: CertifyInfo::default(),
            key_description: KeyDescription::new(input.client_data_hash),
            header: Members::default(),
            payload: Members(vec![
                ("timestampMs".to_owned(), json!(input.milliseconds)),
                ("apkPackageName".to_owned(), json!("com.google.android.gms")),
                ("ctsProfileMatch".to_owned(), json!(true)),
                ("basicIntegrity".to_owned(), json!(true)),
            ]),
        }
    }
}
