//! X.509 certificates ([RFC 5280, section 4](https://www.rfc-editor.org/rfc/rfc5280#section-4)), read without
//! deciding on trust.

use core::{fmt, ops::Range};
use std::sync::Arc;

use countersign_cose::{KeyError, PublicKey};
use countersign_types::Timestamp;

use self::signed_part::SignedPart;
use crate::{
    der::{self, Reader},
    limits::CERTIFICATE_MAX,
    oid::{self, Oid},
};

pub(crate) mod error;
pub(crate) mod extensions;
mod identifiers;
pub(crate) mod name;
pub(crate) mod signature;
mod signed_part;

pub use error::CertificateError;
pub use extensions::{BasicConstraints, Extension, KeyUsage};
pub use name::{Name, NameAttribute, SubjectAttribute};
pub use signature::SignatureAlgorithm;

/// The deepest nesting of a certificate's DER outside the extensions. The parameters of RSASSA-PSS nest 7 levels; one
/// more is spare.
const DEPTH_MAX: usize = 8;

/// A certificate: its DER as received, and its parsed contents. Clones share both.
///
/// Two certificates are equal if their DER is. The subject's public key is not read before it is used, because a
/// certificate with a key of an unknown kind can be an anchor among others.
///
/// ```
/// # use countersign_attestation::Certificate;
/// let error = Certificate::from_der(b"not a certificate").unwrap_err();
/// assert_eq!(error.code().as_str(), "attestation-certificate-invalid");
/// ```
#[derive(Clone)]
pub struct Certificate(Arc<Contents>);

/// Ranges are into `der`.
struct Contents {
    der: Box<[u8]>,
    tbs: Range<usize>,
    version: u8,
    serial_number: Range<usize>,
    issuer: Range<usize>,
    not_before: Timestamp,
    not_after: Timestamp,
    subject: Range<usize>,
    subject_public_key_info: Range<usize>,
    extensions: Vec<ExtensionRange>,
    basic_constraints: Option<BasicConstraints>,
    key_usage: Option<KeyUsage>,
    signature_algorithm: SignatureAlgorithm,
    signature: Range<usize>,
}

struct ExtensionRange {
    identifier: Range<usize>,
    critical: bool,
    value: Range<usize>,
}

impl Certificate {
    /// Reads one certificate from DER, without trailing data.
    ///
    /// Rejected are: more than [`CERTIFICATE_MAX`] bytes, bytes left over, lengths that are indefinite or longer than
    /// needed, a version other than 1 to 3, times that are not in the form of DER (with seconds, in UTC) or name no
    /// day, a `critical` that is neither 00 nor ff, two different signature algorithms, an extension that occurs twice,
    /// more than [`EXTENSIONS_MAX`](crate::limits::EXTENSIONS_MAX) extensions, and key extensions without their syntax
    /// (basic constraints, key usage, extended key usage).
    ///
    /// Accepted, although RFC 5280 or DER forbid it, because certificates in use have it or it changes no verdict:
    ///
    /// - a serial number that is zero, negative, of more than 20 octets, or with superfluous leading octets;
    /// - a default that is written out: version 1, a `critical` or a `cA` that is false;
    /// - a `GeneralizedTime` before 2050, and a period of validity that ends before it begins;
    /// - extensions or unique identifiers in a certificate of version 1 or 2, and an empty list of extensions;
    /// - a name with a set that is not sorted;
    /// - a signature, a key or a unique identifier whose BIT STRING claims unused bits, set or not; all octets of the
    ///   signature's are the [`signature`](Self::signature);
    /// - an object identifier that is empty or has superfluous octets: it equals no known one.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > CERTIFICATE_MAX {
            return Err(CertificateError::TooLong { length: der.len() });
        }
        let first = Reader::new(der).element().map_err(|_| CertificateError::NotDer)?;
        if first.whole.len() != der.len() {
            return Err(CertificateError::TrailingData {
                length: der.len().saturating_sub(first.whole.len()),
            });
        }
        der::check(der, DEPTH_MAX).map_err(|_| CertificateError::NotDer)?;
        let parts = Parts::read(der).map_err(|_| CertificateError::NotDer)?;
        let signed = SignedPart::read(parts.tbs)?;
        Contents::read(der, &parts, &signed).map(|contents| Self(Arc::new(contents)))
    }

    /// The DER as received.
    pub fn as_der(&self) -> &[u8] {
        &self.0.der
    }

    /// The version: 1, 2 or 3.
    pub fn version(&self) -> u8 {
        self.0.version
    }

    /// The serial number: the contents octets of its INTEGER, in two's complement and possibly negative.
    pub fn serial_number(&self) -> &[u8] {
        self.slice(&self.0.serial_number)
    }

    /// The issuer's name.
    pub fn issuer(&self) -> Name<'_> {
        Name::new(self.slice(&self.0.issuer))
    }

    /// The subject's name.
    pub fn subject(&self) -> Name<'_> {
        Name::new(self.slice(&self.0.subject))
    }

    /// Whether issuer and subject are equal, byte by byte. The signature is not checked.
    pub fn is_self_issued(&self) -> bool {
        self.issuer() == self.subject()
    }

    /// The first second of the validity period.
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// The last second of the validity period.
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// Whether `now` is in the validity period, ends included.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        (self.0.not_before..=self.0.not_after).contains(&now)
    }

    /// The DER of the subject's `SubjectPublicKeyInfo`.
    pub fn subject_public_key_info(&self) -> &[u8] {
        self.slice(&self.0.subject_public_key_info)
    }

    /// The subject's public key, read anew with each call.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_spki(self.subject_public_key_info())
    }

    /// The extensions in their order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.0.extensions.iter().map(|extension| Extension {
            identifier: Oid::from_contents(self.slice(&extension.identifier)),
            critical: extension.critical,
            value: self.slice(&extension.value),
        })
    }

    /// The extension with this identifier, which occurs at most once.
    pub fn extension(&self, identifier: &Oid<'_>) -> Option<Extension<'_>> {
        self.extensions().find(|extension| extension.identifier == *identifier)
    }

    /// The basic constraints extension.
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.0.basic_constraints
    }

    /// The key usage extension.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.key_usage
    }

    /// The purposes in the extended key usage extension, or `None` without the extension.
    pub fn extended_key_usage(&self) -> Option<Vec<Oid<'_>>> {
        let extension = self.extension(&oid::EXTENDED_KEY_USAGE)?;
        extensions::purposes(extension.value).ok()
    }

    /// The directory names in the subject alternative name extension, or `None` without the extension. Names of other
    /// kinds are ignored; a malformed extension is an error.
    pub fn alternative_directory_names(&self) -> Option<Result<Vec<Name<'_>>, CertificateError>> {
        let extension = self.extension(&oid::SUBJECT_ALT_NAME)?;
        let names = extensions::directory_names(extension.value);
        Some(names.map_err(|_| CertificateError::Extension(oid::SUBJECT_ALT_NAME)))
    }

    /// The algorithm of the issuer's signature.
    pub fn signature_algorithm(&self) -> &SignatureAlgorithm {
        &self.0.signature_algorithm
    }

    /// The message that the issuer signed: the DER of `tbsCertificate`.
    pub fn signed_data(&self) -> &[u8] {
        self.slice(&self.0.tbs)
    }

    /// The issuer's signature: all octets of its BIT STRING, whatever number of unused bits it claims.
    pub fn signature(&self) -> &[u8] {
        self.slice(&self.0.signature)
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or_default()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("issuer", &self.issuer())
            .field("length", &self.0.der.len())
            .finish_non_exhaustive()
    }
}

impl Contents {
    fn read(der: &[u8], parts: &Parts<'_>, signed: &SignedPart<'_>) -> Result<Self, CertificateError> {
        let range = |part: &[u8]| range_of(der, part);
        // The other copy is not signed.
        if signed.algorithm != parts.algorithm {
            return Err(CertificateError::SignatureAlgorithmsDiffer);
        }
        let signature_algorithm = SignatureAlgorithm::from_der(signed.algorithm)
            .ok_or(CertificateError::Malformed("algorithm identifier"))?;
        if let Some(value) = signed.extension(&oid::EXTENDED_KEY_USAGE) {
            extensions::purposes(value).map_err(|_| CertificateError::Extension(oid::EXTENDED_KEY_USAGE))?;
        }
        let (not_before, not_after) = signed.validity;
        let ranges = |extension: &Extension<'_>| {
            Ok(ExtensionRange {
                identifier: range(extension.identifier.as_contents())?,
                critical: extension.critical,
                value: range(extension.value)?,
            })
        };
        Ok(Self {
            tbs: range(parts.tbs)?,
            version: signed.version,
            serial_number: range(signed.serial_number)?,
            issuer: range(signed.issuer)?,
            not_before,
            not_after,
            subject: range(signed.subject)?,
            subject_public_key_info: range(signed.subject_public_key_info)?,
            extensions: signed.extensions.iter().map(ranges).collect::<Result<_, _>>()?,
            basic_constraints: signed
                .extension(&oid::BASIC_CONSTRAINTS)
                .map(BasicConstraints::read)
                .transpose()
                .map_err(|_| CertificateError::Extension(oid::BASIC_CONSTRAINTS))?,
            key_usage: signed
                .extension(&oid::KEY_USAGE)
                .map(KeyUsage::read)
                .transpose()
                .map_err(|_| CertificateError::Extension(oid::KEY_USAGE))?,
            signature_algorithm,
            // A signature is whole octets, for ECDSA the DER of two numbers (RFC 3279, section 2.2.3). Early U2F
            // certificates of Yubico claim unused bits nevertheless; these belong to the signature, which verifies
            // only with them.
            signature: range(
                der::bit_string(parts.signature).map_err(|_| CertificateError::Malformed("signature"))?,
            )?,
            der: der.into(),
        })
    }
}

/// The three parts of a certificate ([RFC 5280, section 4.1.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.1)).
struct Parts<'a> {
    /// The whole `tbsCertificate`.
    tbs: &'a [u8],
    /// The whole `signatureAlgorithm`, the copy that is not signed.
    algorithm: &'a [u8],
    /// The contents of `signatureValue`.
    signature: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(der: &'a [u8]) -> Result<Self, der::NotDer> {
        let mut parts = Reader::new(der::only(der, der::SEQUENCE)?);
        let (tbs, algorithm) = (parts.element()?.whole, parts.element()?.whole);
        let signature = parts.expect(der::BIT_STRING)?;
        parts.end()?;
        Ok(Self { tbs, algorithm, signature })
    }
}

/// The range of `part`, a slice of `whole`.
fn range_of(whole: &[u8], part: &[u8]) -> Result<Range<usize>, CertificateError> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr());
    start
        .and_then(|start| Some(start..start.checked_add(part.len())?))
        .filter(|range| whole.get(range.clone()) == Some(part))
        .ok_or(CertificateError::NotDer)
}

#[cfg(test)]
mod tests;
