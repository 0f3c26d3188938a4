//! [Section 8.3.1](https://www.w3.org/TR/webauthn-3/#sctn-tpm-cert-requirements): requirements on the
//! certificate of an attestation key.

use super::details::TpmManufacturer;
use crate::{
    certificate::{
        Certificate,
        name::{Name, NameAttribute},
    },
    error::certificate::AttestationCertificateError,
    oid::{self, Oid},
};

/// The description of the TPM in the certificate.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) manufacturer: TpmManufacturer,
    pub(super) model: &'a str,
    pub(super) version: &'a str,
}

/// Checks the requirements.
///
/// An alternative name that is not critical is accepted, against RFC 5280; callers can see it in the certificate.
pub(super) fn check_requirements(
    certificate: &Certificate,
) -> Result<Subject<'_>, AttestationCertificateError> {
    if certificate.version() != 3 {
        return Err(AttestationCertificateError::Version(certificate.version()));
    }
    if !certificate.subject().is_empty() {
        return Err(AttestationCertificateError::SubjectNotEmpty);
    }
    let subject = Subject::read(certificate)?;
    let purposes = certificate
        .extended_key_usage()
        .ok_or(AttestationCertificateError::ExtensionMissing(oid::EXTENDED_KEY_USAGE))?;
    if !purposes.contains(&oid::TPM_AIK_CERTIFICATE) {
        return Err(AttestationCertificateError::Purpose(oid::TPM_AIK_CERTIFICATE));
    }
    match certificate.basic_constraints() {
        None => Err(AttestationCertificateError::BasicConstraintsMissing),
        Some(constraints) if constraints.ca => Err(AttestationCertificateError::IsCa),
        Some(_) => Ok(subject),
    }
}

impl<'a> Subject<'a> {
    /// Reads the three attributes that section 3.1.2 of the TCG's profile of endorsement key certificates requires in a
    /// directory name, in one relative name or in one each.
    fn read(certificate: &'a Certificate) -> Result<Self, AttestationCertificateError> {
        const IDENTIFIER: Oid<'_> = oid::SUBJECT_ALT_NAME;
        let names = certificate
            .alternative_directory_names()
            .ok_or(AttestationCertificateError::ExtensionMissing(IDENTIFIER))?
            .map_err(|_| AttestationCertificateError::Extension(IDENTIFIER))?;
        let attributes: Vec<_> = names.iter().flat_map(Name::attributes).collect();
        let text = |attribute| {
            only_text(&attributes, &attribute).ok_or(AttestationCertificateError::AlternativeName(attribute))
        };
        let manufacturer = text(oid::TPM_MANUFACTURER)?
            .parse()
            .map_err(|_| AttestationCertificateError::AlternativeName(oid::TPM_MANUFACTURER))?;
        Ok(Self { manufacturer, model: text(oid::TPM_MODEL)?, version: text(oid::TPM_VERSION)? })
    }
}

/// The text of the only attribute of this type, unless it is empty.
fn only_text<'a>(attributes: &[NameAttribute<'a>], wanted: &Oid<'_>) -> Option<&'a str> {
    let mut values = attributes.iter().filter(|attribute| attribute.attribute_type() == wanted);
    let first = values.next()?;
    values.next().is_none().then(|| first.text()).flatten().filter(|text| !text.is_empty())
}
