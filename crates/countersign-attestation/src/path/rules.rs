//! The rules for each certificate of a path and each link
//! ([RFC 5280, section 6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1)).

use countersign_cose::{KeyError, MalformedKeyError, Verifiers};

use super::error::UntrustedError;
use crate::{
    certificate::{Certificate, extensions::Extension, signature::SignatureAlgorithm},
    oid::{self, Oid},
};

/// The supported extensions, which may be critical.
const UNDERSTOOD: [Oid<'static>; 5] = [
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXTENDED_KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::CERTIFICATE_POLICIES,
];

/// Checks the extensions of a certificate in a path.
pub(super) fn check_extensions(certificate: &Certificate) -> Result<(), UntrustedError> {
    check_extensions_but(certificate, |_| false)
}

/// Checks the extensions of a certificate, except those for which `is_exempt` holds.
pub(super) fn check_extensions_but(
    certificate: &Certificate,
    is_exempt: impl Fn(&Extension<'_>) -> bool,
) -> Result<(), UntrustedError> {
    for extension in certificate.extensions().filter(|extension| !is_exempt(extension)) {
        if extension.identifier == oid::NAME_CONSTRAINTS {
            return Err(UntrustedError::NameConstraints);
        }
        if extension.critical && !UNDERSTOOD.contains(&extension.identifier) {
            return Err(UntrustedError::UnknownCritical(extension.identifier.into_owned()));
        }
    }
    Ok(())
}

/// Checks the certificate that comes next in `path`, as an issuer.
pub(super) fn check_issuer(
    issuer: &Certificate,
    kind: Kind,
    path: &[&Certificate],
) -> Result<(), UntrustedError> {
    check_extensions(issuer)?;
    match issuer.basic_constraints() {
        Some(constraints) if constraints.ca => {
            let below = path.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
            if let Some(limit) = constraints.path_length
                && u32::try_from(below).map_or(true, |below| below > limit)
            {
                return Err(UntrustedError::PathLength(limit));
            }
        }
        _ if kind == Kind::Anchor && (issuer.is_self_issued() || issuer.version() < 3) => {}
        _ => return Err(UntrustedError::NotCa),
    }
    if issuer.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(UntrustedError::MayNotSignCertificates);
    }
    Ok(())
}

/// The origin of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A trust anchor.
    Anchor,
    /// An intermediate that the caller knows.
    Intermediate,
    /// A certificate that the sender of the response chose.
    Sent,
}

/// Verifies the signature on `certificate` with the issuer's key.
pub(super) fn check_signature(
    certificate: &Certificate,
    issuer: &Certificate,
    verifiers: &Verifiers,
) -> Result<(), UntrustedError> {
    let (data, algorithm) = (certificate.signed_data(), certificate.signature_algorithm());
    verify_signature(data, algorithm, certificate.signature(), issuer, verifiers)
}

/// Verifies a signature on `data` with the issuer's key.
pub(crate) fn verify_signature(
    data: &[u8],
    algorithm: &SignatureAlgorithm,
    signature: &[u8],
    issuer: &Certificate,
    verifiers: &Verifiers,
) -> Result<(), UntrustedError> {
    if let SignatureAlgorithm::Weak(identifier) = algorithm {
        return Err(UntrustedError::WeakSignature(identifier.clone()));
    }
    let key = issuer.public_key().map_err(UntrustedError::Key)?;
    let scheme = algorithm.scheme(&key).ok_or(UntrustedError::SignatureAlgorithm)?;
    let prepared = verifiers.prepare(&key, scheme).map_err(|error| match error {
        KeyError::Malformed(MalformedKeyError::SchemeMismatch(_)) => UntrustedError::SignatureAlgorithm,
        error => UntrustedError::Key(error),
    })?;
    prepared.verify(&[data], signature).map_err(|_| UntrustedError::SignatureInvalid)
}
