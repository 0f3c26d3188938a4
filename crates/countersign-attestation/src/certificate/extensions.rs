//! Certificate extensions ([RFC 5280, section 4.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.2)).

use crate::{
    der::{self, NotDer, Reader},
    oid::Oid,
};

use super::name::Name;

/// The deepest nesting of alternative names. A directory name is 5 levels down; attributes with structured values are
/// deeper.
const GENERAL_NAMES_DEPTH_MAX: usize = 8;

/// One extension of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extension<'a> {
    /// The identifier.
    pub identifier: Oid<'a>,
    /// Whether the certificate must be rejected if the extension is not understood.
    pub critical: bool,
    /// The contents of `extnValue`, in DER.
    pub value: &'a [u8],
}

/// [Basic constraints](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BasicConstraints {
    /// Whether the subject is a CA.
    pub ca: bool,
    /// How many CA certificates, self-issued ones not counted, may come between this certificate and the last of a path.
    pub path_length: Option<u32>,
}

impl BasicConstraints {
    pub(super) fn read(value: &[u8]) -> Result<Self, NotDer> {
        let mut members = Reader::new(der::only(value, der::SEQUENCE)?);
        // An explicit FALSE is not DER, but certificates in use have it.
        let ca = members.optional(der::BOOLEAN)?.map_or(Ok(false), der::boolean)?;
        let path_length = members.optional(der::INTEGER)?.map(der::small_unsigned).transpose()?;
        members.end()?;
        Ok(Self { ca, path_length })
    }
}

/// [Key usage](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    first_octet: u8,
}

impl KeyUsage {
    pub(super) fn read(value: &[u8]) -> Result<Self, NotDer> {
        let octets = der::bit_string(der::only(value, der::BIT_STRING)?)?;
        Ok(Self { first_octet: octets.first().copied().unwrap_or_default() })
    }

    /// Bit 0, `digitalSignature`: the key may verify signatures on data other than certificates and CRLs.
    pub const fn digital_signature(self) -> bool {
        self.first_octet & 0x80 != 0
    }

    /// Bit 5, `keyCertSign`: the key may verify signatures on certificates.
    pub const fn key_cert_sign(self) -> bool {
        self.first_octet & 0x04 != 0
    }

    /// Bit 6, `cRLSign`: the key may verify signatures on CRLs.
    pub const fn crl_sign(self) -> bool {
        self.first_octet & 0x02 != 0
    }
}

/// The purposes in an [extended key usage](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12) extension.
pub(super) fn purposes(value: &[u8]) -> Result<Vec<Oid<'_>>, NotDer> {
    let mut members = Reader::new(der::only(value, der::SEQUENCE)?);
    let mut purposes = Vec::new();
    while !members.is_at_end() {
        purposes.push(Oid::from_contents(members.expect(der::OBJECT_IDENTIFIER)?));
    }
    if purposes.is_empty() { Err(NotDer) } else { Ok(purposes) }
}

/// The directory names in a [subject alternative name](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6)
/// extension. Names of other kinds are ignored.
pub(super) fn directory_names(value: &[u8]) -> Result<Vec<Name<'_>>, NotDer> {
    /// `directoryName` of `GeneralName`, with an explicit tag because a name is a CHOICE.
    const DIRECTORY_NAME: u8 = 0xa4;
    der::check(value, GENERAL_NAMES_DEPTH_MAX)?;
    let mut members = Reader::new(der::only(value, der::SEQUENCE)?);
    let mut names = Vec::new();
    while !members.is_at_end() {
        let member = members.element()?;
        if member.tag == DIRECTORY_NAME {
            der::only(member.contents, der::SEQUENCE)?;
            names.push(Name::new(member.contents));
        }
    }
    Ok(names)
}
