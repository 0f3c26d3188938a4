//! BLOBs for tests: certificates with known keys, and payloads signed below them. Nothing here may be trusted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test has no use for errors, and no code but tests has this module"
)]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::{Certificate, CertificateRevocationList, TrustAnchor, TrustedPath};
use countersign_cose::Hash;
use countersign_types::{Timestamp, base64url};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};

use crate::{Blob, BlobFault, payload::Payload};

/// 2026-01-01T00:00:00Z, within the validity period of the certificates made here.
pub const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

/// The host that the signer's certificate names, unless told otherwise.
pub const HOST: &str = "mds.example.org";

/// A private key, made from a number that is not 0.
pub struct Key(SigningKey);

impl Key {
    /// The key of this number.
    pub fn new(number: u8) -> Self {
        Self(SigningKey::from_slice(&[number; 32]).expect("a number between 0 and the order"))
    }

    /// An ECDSA signature in DER.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(message);
        signature.to_der().as_bytes().to_vec()
    }

    /// An ECDSA signature as JSON Web Signatures have it.
    pub fn sign_fixed(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(message);
        signature.to_bytes().to_vec()
    }

    /// The public key, uncompressed.
    pub fn point(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }
}

/// A certificate to be.
#[derive(Debug, Clone)]
pub struct CertificateBuilder {
    subject: Vec<u8>,
    serial_number: u8,
    validity: [&'static str; 2],
    extensions: Vec<Vec<u8>>,
}

impl CertificateBuilder {
    /// Of a CA.
    pub fn ca(subject: &str) -> Self {
        Self::plain(subject).extension(&[0x55, 0x1d, 0x13], &sequence(&[&[0x01, 0x01, 0xff]])).key_usage(0x06)
    }

    /// Of something that is no CA.
    pub fn leaf(subject: &str) -> Self {
        Self { serial_number: 2, ..Self::plain(subject) }.extension(&[0x55, 0x1d, 0x13], &sequence(&[]))
    }

    fn plain(subject: &str) -> Self {
        Self {
            subject: name(subject),
            serial_number: 1,
            validity: ["20250101000000Z", "20550101000000Z"],
            extensions: Vec::new(),
        }
    }

    /// With this name in place of a CN: the contents octets of each attribute's identifier, and its text.
    pub fn subject(mut self, attributes: &[(&[u8], &str)]) -> Self {
        let set = |(identifier, text): &(&[u8], &str)| attribute(identifier, text);
        self.subject = tlv(0x30, &attributes.iter().map(set).collect::<Vec<_>>().concat());
        self
    }

    /// The certificate of `key`, signed in its own name.
    pub fn self_signed(&self, key: &Key) -> Certificate {
        self.signed_in_name(key, &self.subject, key)
    }

    /// With these uses of its key: the first octet of the extension.
    pub fn key_usage(self, bits: u8) -> Self {
        self.extension(&[0x55, 0x1d, 0x0f], &[0x03, 0x02, 0x00, bits])
    }

    /// With this DNS name.
    pub fn dns_name(self, name: &str) -> Self {
        self.extension(&[0x55, 0x1d, 0x11], &sequence(&[&tlv(0x82, name.as_bytes())]))
    }

    /// With this extension; `identifier` holds its contents octets.
    pub fn extension(mut self, identifier: &[u8], value: &[u8]) -> Self {
        self.extensions.push(sequence(&[&tlv(0x06, identifier), &tlv(0x04, value)]));
        self
    }

    /// Valid in this period, in `GeneralizedTime`.
    pub fn valid(mut self, from: &'static str, to: &'static str) -> Self {
        self.validity = [from, to];
        self
    }

    /// The certificate of `key`, signed in the name `issuer` with `issuer_key`.
    pub fn signed(&self, key: &Key, issuer: &str, issuer_key: &Key) -> Certificate {
        self.signed_in_name(key, &name(issuer), issuer_key)
    }

    /// The certificate of `key`, signed by the subject of `issuer` with `issuer_key`.
    pub fn signed_below(&self, key: &Key, issuer: &Certificate, issuer_key: &Key) -> Certificate {
        self.signed_in_name(key, issuer.subject().as_der(), issuer_key)
    }

    fn signed_in_name(&self, key: &Key, issuer: &[u8], issuer_key: &Key) -> Certificate {
        let tbs = sequence(&[
            &[0xa0, 0x03, 0x02, 0x01, 0x02],
            &[0x02, 0x01, self.serial_number],
            ECDSA_WITH_SHA256,
            issuer,
            &sequence(&[&tlv(0x18, self.validity[0].as_bytes()), &tlv(0x18, self.validity[1].as_bytes())]),
            &self.subject,
            &spki(key),
            &tlv(0xa3, &tlv(0x30, &self.extensions.concat())),
        ]);
        let signature = [&[0][..], &issuer_key.sign(&tbs)].concat();
        let der = sequence(&[&tbs, ECDSA_WITH_SHA256, &tlv(0x03, &signature)]);
        Certificate::from_der(&der).expect("a certificate")
    }
}

const ECDSA_WITH_SHA256: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

/// The list of a CA's revoked certificates, by serial number, that is current in a period in `GeneralizedTime`.
/// [`CertificateBuilder::ca`] has serial number 1, [`CertificateBuilder::leaf`] 2.
pub fn revocation_list(
    issuer: &str,
    key: &Key,
    serial_numbers: &[u8],
    period: [&str; 2],
) -> CertificateRevocationList {
    let date = tlv(0x18, period[0].as_bytes());
    let revoked: Vec<_> = serial_numbers.iter().map(|it| sequence(&[&[0x02, 0x01, *it], &date])).collect();
    let tbs = sequence(&[
        &[0x02, 0x01, 0x01],
        ECDSA_WITH_SHA256,
        &name(issuer),
        &date,
        &tlv(0x18, period[1].as_bytes()),
        &if revoked.is_empty() { Vec::new() } else { tlv(0x30, &revoked.concat()) },
    ]);
    let signature = [&[0][..], &key.sign(&tbs)].concat();
    let der = sequence(&[&tbs, ECDSA_WITH_SHA256, &tlv(0x03, &signature)]);
    CertificateRevocationList::from_der(&der).expect("a list")
}

/// A root, an intermediate and a signer of BLOBs.
pub struct TestChain {
    /// The root, as an anchor for the policy.
    pub root: TrustAnchor,
    /// What goes into `x5c`: the signer's certificate and the intermediate.
    pub x5c: Vec<Certificate>,
    signer: Key,
}

impl TestChain {
    /// One whose signer is [`HOST`].
    pub fn new() -> Self {
        Self::with_signer(&CertificateBuilder::leaf("signer").key_usage(0x80).dns_name(HOST))
    }

    /// One with another certificate for the signer.
    pub fn with_signer(signer: &CertificateBuilder) -> Self {
        let [root, ca, key] = [1, 2, 3].map(Key::new);
        let root_certificate = CertificateBuilder::ca("root").signed(&root, "root", &root);
        let ca_certificate = CertificateBuilder::ca("ca").signed(&ca, "root", &root);
        Self {
            root: TrustAnchor::from_certificate(root_certificate),
            x5c: vec![signer.signed(&key, "ca", &ca), ca_certificate],
            signer: key,
        }
    }

    /// The BLOB with this payload.
    pub fn sign(&self, payload: &[u8]) -> Vec<u8> {
        let x5c: Vec<_> = self.x5c.iter().map(|it| format!("\"{}\"", STANDARD.encode(it.as_der()))).collect();
        let header = format!(r#"{{"alg":"ES256","typ":"JWT","x5c":[{}]}}"#, x5c.join(","));
        self.sign_with_header(&header, payload)
    }

    /// The same with another header.
    pub fn sign_with_header(&self, header: &str, payload: &[u8]) -> Vec<u8> {
        let mut blob = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
        let signature = self.signer.sign_fixed(blob.as_bytes());
        blob.push('.');
        blob.push_str(&base64url::encode(signature));
        blob.into_bytes()
    }
}

/// The BLOB with this payload as if `signer` had signed it: for tests of so many payloads that signatures take too long.
pub fn read_unsigned(payload: &[u8], signer: &TrustedPath) -> Result<Blob, BlobFault> {
    let payload = Payload::read(base64url::encode(payload).as_bytes())?;
    Ok(Blob::new(payload, signer.clone(), Hash::Sha256))
}

impl Default for TestChain {
    fn default() -> Self {
        Self::new()
    }
}

fn spki(key: &Key) -> Vec<u8> {
    const P256: &[u8] = &[
        0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
        0x3d, 0x03, 0x01, 0x07,
    ];
    sequence(&[P256, &tlv(0x03, &[&[0][..], &key.point()].concat())])
}

/// A name with one attribute, its CN.
fn name(common_name: &str) -> Vec<u8> {
    sequence(&[&attribute(&[0x55, 0x04, 0x03], common_name)])
}

fn attribute(identifier: &[u8], text: &str) -> Vec<u8> {
    tlv(0x31, &sequence(&[&tlv(0x06, identifier), &tlv(0x0c, text.as_bytes())]))
}

fn sequence(members: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &members.concat())
}

/// The DER of an element with these contents, below 64 KiB.
fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(contents.len()).expect("a short element").to_be_bytes();
    let head: &[u8] = match contents.len() {
        0..=0x7f => &[tag, low],
        0x80..=0xff => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [head, contents].concat()
}
