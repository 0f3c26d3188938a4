//! `TBSCertificate`, the part that the issuer signs
//! ([RFC 5280, section 4.1.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2)).

use countersign_types::Timestamp;

use super::{error::CertificateError, extensions::Extension};
use crate::{
    der::{self, NotDer, Reader},
    limits::EXTENSIONS_MAX,
    oid::Oid,
};

/// The explicit tags of `version` and `extensions`, and the implicit ones of the two unique identifiers between them.
const VERSION: u8 = 0xa0;
const ISSUER_UNIQUE_ID: u8 = 0x81;
const SUBJECT_UNIQUE_ID: u8 = 0x82;
const EXTENSIONS: u8 = 0xa3;

/// The fields. The algorithm, the names and the public key are whole elements.
pub(super) struct SignedPart<'a> {
    pub(super) version: u8,
    pub(super) serial_number: &'a [u8],
    pub(super) algorithm: &'a [u8],
    pub(super) issuer: &'a [u8],
    pub(super) validity: (Timestamp, Timestamp),
    pub(super) subject: &'a [u8],
    pub(super) subject_public_key_info: &'a [u8],
    pub(super) extensions: Vec<Extension<'a>>,
}

impl<'a> SignedPart<'a> {
    /// Reads all of `tbs`.
    pub(super) fn read(tbs: &'a [u8]) -> Result<Self, CertificateError> {
        let malformed = |part| move |_: NotDer| CertificateError::Malformed(part);
        let mut fields = Reader::new(der::only(tbs, der::SEQUENCE).map_err(malformed("structure"))?);
        // The values are evaluated in this order, which is that of the fields.
        let part = Self {
            version: version(&mut fields)?,
            serial_number: serial_number(&mut fields).map_err(malformed("serial number"))?,
            algorithm: fields.element().map_err(malformed("algorithm identifier"))?.whole,
            issuer: name(&mut fields).map_err(malformed("name"))?,
            validity: validity(&mut fields).map_err(malformed("validity"))?,
            subject: name(&mut fields).map_err(malformed("name"))?,
            subject_public_key_info: key(&mut fields).map_err(malformed("subject public key info"))?,
            extensions: extensions(&mut fields)?,
        };
        fields.end().map_err(malformed("structure"))?;
        Ok(part)
    }

    /// The value of the extension with this identifier.
    pub(super) fn extension(&self, identifier: &Oid<'_>) -> Option<&'a [u8]> {
        let mut extensions = self.extensions.iter();
        extensions.find(|extension| extension.identifier == *identifier).map(|extension| extension.value)
    }
}

/// The number of the version, which is one more than its encoded value.
fn version(fields: &mut Reader<'_>) -> Result<u8, CertificateError> {
    let encoded = fields.optional(VERSION).and_then(|explicit| {
        explicit.map_or(Ok(0), |explicit| der::small_unsigned(der::only(explicit, der::INTEGER)?))
    });
    match encoded.map_err(|_| CertificateError::Malformed("version"))? {
        0 => Ok(1),
        1 => Ok(2),
        2 => Ok(3),
        other => Err(CertificateError::Version(other)),
    }
}

/// Certificates in use have negative numbers, and numbers with superfluous leading octets.
fn serial_number<'a>(fields: &mut Reader<'a>) -> Result<&'a [u8], NotDer> {
    let contents = fields.expect(der::INTEGER)?;
    if contents.is_empty() { Err(NotDer) } else { Ok(contents) }
}

/// Reads a name: a list of sets of at least one attribute, each an identifier and a value of any type.
fn name<'a>(fields: &mut Reader<'a>) -> Result<&'a [u8], NotDer> {
    let name = fields.element()?;
    let mut sets = Reader::new(der::only(name.whole, der::SEQUENCE)?);
    while !sets.is_at_end() {
        let mut attributes = Reader::new(sets.expect(der::SET)?);
        loop {
            let mut attribute = Reader::new(attributes.expect(der::SEQUENCE)?);
            attribute.expect(der::OBJECT_IDENTIFIER)?;
            attribute.element()?;
            attribute.end()?;
            if attributes.is_at_end() {
                break;
            }
        }
    }
    Ok(name.whole)
}

/// The first and the last second.
fn validity(fields: &mut Reader<'_>) -> Result<(Timestamp, Timestamp), NotDer> {
    let mut times = Reader::new(fields.expect(der::SEQUENCE)?);
    let validity = (der::time(times.element()?)?, der::time(times.element()?)?);
    times.end()?;
    Ok(validity)
}

/// Reads a `SubjectPublicKeyInfo` as far as every key has it: an algorithm and a BIT STRING.
fn key<'a>(fields: &mut Reader<'a>) -> Result<&'a [u8], NotDer> {
    let key = fields.element()?;
    let mut members = Reader::new(der::only(key.whole, der::SEQUENCE)?);
    der::algorithm_identifier(members.element()?.whole)?;
    der::bit_string(members.expect(der::BIT_STRING)?)?;
    members.end()?;
    Ok(key.whole)
}

/// Reads what may follow the public key: the unique identifiers, which nothing uses, and the extensions.
fn extensions<'a>(fields: &mut Reader<'a>) -> Result<Vec<Extension<'a>>, CertificateError> {
    let malformed = |_| CertificateError::Malformed("extensions");
    for unique_identifier in [ISSUER_UNIQUE_ID, SUBJECT_UNIQUE_ID] {
        let contents = fields.optional(unique_identifier).map_err(malformed)?;
        contents.map(der::bit_string).transpose().map_err(malformed)?;
    }
    let Some(explicit) = fields.optional(EXTENSIONS).map_err(malformed)? else { return Ok(Vec::new()) };
    let mut rest = Reader::new(der::only(explicit, der::SEQUENCE).map_err(malformed)?);
    let mut extensions: Vec<Extension<'_>> = Vec::new();
    let mut count = 0_usize;
    while !rest.is_at_end() {
        let extension = extension(&mut rest).map_err(malformed)?;
        count = count.saturating_add(1);
        if count > EXTENSIONS_MAX {
            continue;
        }
        if extensions.iter().any(|other| other.identifier == extension.identifier) {
            return Err(CertificateError::DuplicateExtension(extension.identifier.into_owned()));
        }
        extensions.push(extension);
    }
    if count > EXTENSIONS_MAX { Err(CertificateError::TooManyExtensions(count)) } else { Ok(extensions) }
}

fn extension<'a>(rest: &mut Reader<'a>) -> Result<Extension<'a>, NotDer> {
    let mut members = Reader::new(rest.expect(der::SEQUENCE)?);
    let identifier = Oid::from_contents(members.expect(der::OBJECT_IDENTIFIER)?);
    // An explicit FALSE is not DER, but certificates in use have it.
    let critical = members.optional(der::BOOLEAN)?.map_or(Ok(false), der::boolean)?;
    let value = members.expect(der::OCTET_STRING)?;
    members.end()?;
    Ok(Extension { identifier, critical, value })
}
