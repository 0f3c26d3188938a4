//! Public keys as other stores have them
//! ([section 6.5.1.1](https://www.w3.org/TR/webauthn-3/#sctn-encoded-credPubKey-examples)).

use countersign_cose::{Algorithm, Curve, KeyMaterial, ParameterSet, PublicKey};

use crate::lifecycle::import::encoded::{Encoded, EncodingError, EncodingErrorKind};
use crate::lifecycle::import::error::ImportError;

/// A public key in an encoding.
///
/// A `SubjectPublicKeyInfo` names no algorithm, and a JSON Web Key need not. Keys on curves and ML-DSA keys have a
/// usual one (ES256 with P-256, EdDSA with Ed25519, and so on); for an RSA key it must be given.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ImportedKey<'a> {
    /// The bytes of a `COSE_Key`, which become the record's as they are.
    Cose(&'a [u8]),
    /// A `COSE_Key` as text, such as [`Encoded::Base64`].
    CoseText(Encoded<'a>),
    /// The DER of a `SubjectPublicKeyInfo`.
    Spki(&'a [u8], Option<Algorithm>),
    /// The DER of a `SubjectPublicKeyInfo` as text, without the lines of PEM around it.
    SpkiText(Encoded<'a>, Option<Algorithm>),
    /// A `SubjectPublicKeyInfo` in PEM: `-----BEGIN PUBLIC KEY-----`
    /// ([RFC 7468 section 13](https://www.rfc-editor.org/rfc/rfc7468#section-13)).
    Pem(&'a str, Option<Algorithm>),
    /// A JSON Web Key; the algorithm is for keys that name none.
    #[cfg(feature = "jwk")]
    Jwk(&'a [u8], Option<Algorithm>),
    /// The public key of a U2F registration: an uncompressed point on P-256, 65 bytes
    /// ([FIDO U2F Raw Message Formats, section
    /// 4.3](https://fidoalliance.org/specs/fido-u2f-v1.2-ps-20170411/fido-u2f-raw-message-formats-v1.2-ps-20170411.html#registration-response-message-success)).
    /// The key handle is the credential ID. It works only through the `appid` extension, so the relying party must have
    /// an AppID.
    U2f(&'a [u8]),
}

/// A `SubjectPublicKeyInfo` of a point on P-256, up to the point
/// ([RFC 5480 section 2](https://www.rfc-editor.org/rfc/rfc5480#section-2)).
const P256_SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// 0x04 and two coordinates.
const U2F_KEY_LENGTH: usize = 65;

/// The first line of a `SubjectPublicKeyInfo` in PEM; a certificate or a bare RSA key has another label.
const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";

impl ImportedKey<'_> {
    /// The key, its algorithm, and the `COSE_Key` to store: the received one, if it is in that encoding.
    pub(super) fn read(self) -> Result<(PublicKey, Algorithm, Vec<u8>), ImportError> {
        let received = match &self {
            Self::Cose(cose) => Some(cose.to_vec()),
            Self::CoseText(text) => Some(text.decode().map_err(ImportError::KeyEncoding)?),
            _ => None,
        };
        let (key, said) = match self {
            Self::Cose(_) | Self::CoseText(_) => {
                (PublicKey::from_cose(received.as_deref().unwrap_or_default()), None)
            }
            Self::Spki(der, said) => (PublicKey::from_spki(der), said),
            Self::SpkiText(text, said) => {
                (PublicKey::from_spki(&text.decode().map_err(ImportError::KeyEncoding)?), said)
            }
            Self::Pem(text, said) => {
                (PublicKey::from_spki(&pem(text).map_err(ImportError::KeyEncoding)?), said)
            }
            #[cfg(feature = "jwk")]
            Self::Jwk(json, said) => (PublicKey::from_jwk(json), said),
            Self::U2f(point) if point.len() == U2F_KEY_LENGTH => {
                (PublicKey::from_spki(&[&P256_SPKI, point].concat()), Some(Algorithm::Es256))
            }
            Self::U2f(point) => {
                let fault = EncodingErrorKind::Length { length: point.len() };
                return Err(ImportError::KeyEncoding(EncodingError::of_form("a point of 65 bytes", fault)));
            }
        };
        let key = key.map_err(ImportError::PublicKey)?;
        let meant = key.algorithm().or(said).or_else(|| usual(key.material()));
        let algorithm = meant.ok_or(ImportError::AlgorithmUnknown)?;
        let written = key.to_cose(algorithm).ok().filter(|_| said.is_none_or(|said| said == algorithm));
        let written = written.ok_or(ImportError::AlgorithmMismatch(said.unwrap_or(algorithm)))?;
        Ok((key, algorithm, received.unwrap_or(written)))
    }
}

/// The usual algorithm of such a key, if there is one.
fn usual(material: &KeyMaterial) -> Option<Algorithm> {
    Some(match material {
        KeyMaterial::Ec { curve: Curve::P256, .. } => Algorithm::Es256,
        KeyMaterial::Ec { curve: Curve::P384, .. } => Algorithm::Es384,
        KeyMaterial::Ec { curve: Curve::P521, .. } => Algorithm::Es512,
        KeyMaterial::Ec { curve: Curve::Secp256k1, .. } => Algorithm::Es256K,
        KeyMaterial::Ed25519 { .. } => Algorithm::EdDsa,
        KeyMaterial::Ed448 { .. } => Algorithm::Ed448,
        KeyMaterial::MlDsa { parameter_set: ParameterSet::MlDsa44, .. } => Algorithm::MlDsa44,
        KeyMaterial::MlDsa { parameter_set: ParameterSet::MlDsa65, .. } => Algorithm::MlDsa65,
        KeyMaterial::MlDsa { parameter_set: ParameterSet::MlDsa87, .. } => Algorithm::MlDsa87,
        _ => return None,
    })
}

/// The DER in PEM text: one block of this type, with nothing but white space around it.
fn pem(text: &str) -> Result<Vec<u8>, EncodingError> {
    let wrong = |fault| EncodingError::of_form("pem", fault);
    let body = text.trim().strip_prefix(PEM_BEGIN).ok_or(wrong(EncodingErrorKind::Beginning(PEM_BEGIN)))?;
    let body = body.strip_suffix("-----END PUBLIC KEY-----").ok_or(wrong(EncodingErrorKind::End))?;
    let base64: String = body.split_ascii_whitespace().collect();
    Encoded::Base64(&base64).decode()
}
