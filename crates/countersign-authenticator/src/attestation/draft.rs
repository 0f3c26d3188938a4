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

/// When every SafetyNet statement is made: a second before 2026, in milliseconds since 1970.
const SAFETYNET_MADE: u64 = 1_767_225_599_000;

/// An attestation statement before it is signed. A format ignores the fields that it does not use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttestationDraft {
    /// The format's identifier.
    pub format: String,
    /// The algorithm that the statement names.
    pub algorithm: i64,
    /// The key that signs.
    pub signer: SignerRole,
    /// The signed message.
    pub message: Vec<u8>,
    /// The attestation certificate.
    pub leaf: Option<CertificateDraft>,
    /// The certificates of the authorities below the root, the one that issued the attestation certificate first.
    pub intermediates: Vec<CertificateDraft>,
    /// The owner of the key that signs the attestation certificate.
    pub issuer: IssuerRole,
    /// The nonce of Apple and SafetyNet, which binds the statement to the ceremony.
    pub nonce: Vec<u8>,
    /// The key as a TPM encodes it.
    pub public_area: PublicArea,
    /// The structure that a TPM signs.
    pub certify_info: CertifyInfo,
    /// Android's description of the key.
    pub key_description: KeyDescription,
    /// The header of SafetyNet's JWS, apart from `x5c`.
    pub header: Members,
    /// The payload of SafetyNet's JWS, apart from the nonce.
    pub payload: Members,
}

/// The owner of the key that signs a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerRole {
    /// The attester; the credential in self attestation and if its key is the certified one.
    Attester,
    /// The credential.
    Credential,
    /// A stranger with a key of the same algorithm.
    Stranger,
}

/// The owner of the key that signs the attestation certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerRole {
    /// The authority.
    Authority,
    /// A stranger in the authority's name.
    Stranger,
    /// The authority, whose certificate is sent as well.
    AuthorityWithRoot,
    /// A stranger in the authority's name, whose root is sent as well.
    StrangerWithRoot,
}

impl AttestationDraft {
    /// Changes the attestation certificate if there is one.
    pub(crate) fn change_leaf(&mut self, change: impl FnOnce(&mut CertificateDraft)) {
        self.leaf.as_mut().map(change);
    }

    /// Changes the certificate of the authority that issued the attestation certificate.
    pub(crate) fn change_intermediate(&mut self, change: impl FnOnce(&mut CertificateDraft)) {
        self.intermediates.first_mut().map(change);
    }

    /// Certifies a stranger's key instead of the attestation key.
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
                ("timestampMs".to_owned(), json!(SAFETYNET_MADE)),
                ("apkPackageName".to_owned(), json!("com.google.android.gms")),
                ("ctsProfileMatch".to_owned(), json!(true)),
                ("basicIntegrity".to_owned(), json!(true)),
            ]),
        }
    }
}
