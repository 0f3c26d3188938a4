//! Signed metadata BLOBs
//! ([FIDO Metadata Service, section 3.2](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-object-processing-rules)).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_cose::Algorithm;
use countersign_types::base64url;
use serde_json::{Value, json};

use crate::{certificate::draft::CertificateDraft, generator::Generator, private_key::PrivateKey};

/// The host that is named in the certificate of a [`BlobSigner`].
pub const METADATA_HOST: &str = "mds.example.org";

/// A signer of FIDO metadata BLOBs for tests: a root, an authority below it, and a certificate for [`METADATA_HOST`].
///
/// ```
/// use countersign_authenticator::BlobSigner;
/// let signer = BlobSigner::new();
/// let blob = signer.sign(br#"{"no": 1, "nextUpdate": "2026-02-01", "entries": []}"#);
/// let anchor = signer.root;
/// # let _ = (blob, anchor);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BlobSigner {
    /// The DER of the root certificate: a trust anchor.
    pub root: Vec<u8>,
    /// The DER of the certificates in the header: the signer's, and the authority's.
    pub x5c: Vec<Vec<u8>>,
    /// The key that signs.
    pub key: PrivateKey,
    /// The key of the root.
    pub root_key: PrivateKey,
    /// The key of the authority, whose name is `ca`.
    pub authority_key: PrivateKey,
}

impl BlobSigner {
    /// A signer that is always the same one. The serial numbers of its certificates are 1 for authorities and 2 for the
    /// signer's.
    pub fn new() -> Self {
        let mut generator = Generator::new("metadata", "BLOB signer");
        let mut key = || PrivateKey::es256(&mut generator);
        let (root_key, authority_key, key) = (key(), key(), key());
        let authority = CertificateDraft::ca("ca", &authority_key.spki()).with_issuer("root").sign(&root_key);
        let mut signer = Self {
            root: CertificateDraft::ca("root", &root_key.spki()).sign(&root_key),
            x5c: vec![authority],
            key,
            root_key,
            authority_key,
        };
        let own = signer.leaf().with_key_usage(&[7, 0x80]).with_dns_name(METADATA_HOST);
        signer.x5c.insert(0, own.sign(&signer.authority_key));
        signer
    }

    /// Drafts a certificate for the signer's key, without extensions. Sign it with the authority's key.
    pub fn leaf(&self) -> CertificateDraft {
        CertificateDraft::new("signer", &self.key.spki()).with_issuer("ca").with_serial_number([2])
    }

    /// Replaces the signer's own certificate by this one, signed with the authority's key.
    pub fn with_leaf(mut self, leaf: &CertificateDraft) -> Self {
        let leaf = leaf.sign(&self.authority_key);
        self.x5c.splice(..1, [leaf]);
        self
    }

    /// The header of the JWS: `alg`, `typ` and `x5c`.
    pub fn header(&self) -> Value {
        let x5c: Vec<_> = self.x5c.iter().map(|der| STANDARD.encode(der)).collect();
        json!({"alg": Algorithm::Es256.name(), "typ": "JWT", "x5c": x5c})
    }

    /// Signs a payload, given as JSON text.
    pub fn sign(&self, payload: &[u8]) -> Vec<u8> {
        self.sign_with_header(&self.header().to_string(), payload)
    }

    /// Signs a payload under another header; both are given as JSON text and not checked.
    pub fn sign_with_header(&self, header: &str, payload: &[u8]) -> Vec<u8> {
        let signed = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
        let signature = base64url::encode(self.key.sign_plain(signed.as_bytes()));
        format!("{signed}.{signature}").into_bytes()
    }
}

impl Default for BlobSigner {
    fn default() -> Self {
        Self::new()
    }
}
