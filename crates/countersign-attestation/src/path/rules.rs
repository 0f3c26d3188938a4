//! The rules for each certificate of a path and each link
//! ([RFC 5280, section 6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1)).

use std::sync::Arc;

use countersign_cose::{KeyError, MalformedKeyError, PreparedKey, PublicKey, Scheme, Verifiers};

use super::{
    error::UntrustedError,
    links::{KeyId, Link, LinkId, VerifiedLinks},
};
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

/// Verifies the signature on `certificate` with the issuer's key, unless this link is known to verify.
///
/// Returns what to remember if the path turns out to be trusted; `None` without `known`.
pub(super) fn check_signature(
    certificate: &Certificate,
    issuer: &Certificate,
    verifiers: &Verifiers,
    known: Option<&VerifiedLinks>,
) -> Result<Option<Link>, UntrustedError> {
    let (data, algorithm) = (certificate.signed_data(), certificate.signature_algorithm());
    let Some(known) = known else {
        verify_signature(data, algorithm, certificate.signature(), issuer, verifiers)?;
        return Ok(None);
    };
    reject_weak(algorithm)?;
    let id = LinkId::of(certificate, issuer);
    if known.contains(&id, verifiers) {
        return Ok(Some(Link { id, key: None }));
    }
    let (key, scheme) = key_for(algorithm, issuer)?;
    let key_id = KeyId::of(issuer, scheme);
    let prepared = match known.key(&key_id, verifiers) {
        Some(prepared) => prepared,
        None => Arc::from(prepare(&key, scheme, verifiers)?),
    };
    verify(&*prepared, data, certificate.signature())?;
    Ok(Some(Link { id, key: Some((key_id, prepared)) }))
}

/// Verifies a signature on `data` with the issuer's key.
pub(crate) fn verify_signature(
    data: &[u8],
    algorithm: &SignatureAlgorithm,
    signature: &[u8],
    issuer: &Certificate,
    verifiers: &Verifiers,
) -> Result<(), UntrustedError> {
    reject_weak(algorithm)?;
    let (key, scheme) = key_for(algorithm, issuer)?;
    verify(&*prepare(&key, scheme, verifiers)?, data, signature)
}

fn reject_weak(algorithm: &SignatureAlgorithm) -> Result<(), UntrustedError> {
    match algorithm {
        SignatureAlgorithm::Weak(identifier) => Err(UntrustedError::WeakSignature(identifier.clone())),
        _ => Ok(()),
    }
}

/// The issuer's key, and the scheme of signatures with it by this algorithm.
fn key_for(
    algorithm: &SignatureAlgorithm,
    issuer: &Certificate,
) -> Result<(PublicKey, Scheme), UntrustedError> {
    let key = issuer.public_key().map_err(UntrustedError::Key)?;
    let scheme = algorithm.scheme(&key).ok_or(UntrustedError::SignatureAlgorithm)?;
    Ok((key, scheme))
}

fn prepare(
    key: &PublicKey,
    scheme: Scheme,
    verifiers: &Verifiers,
) -> Result<Box<dyn PreparedKey>, UntrustedError> {
    verifiers.prepare(key, scheme).map_err(|error| match error {
        KeyError::Malformed(MalformedKeyError::SchemeMismatch(_)) => UntrustedError::SignatureAlgorithm,
        error => UntrustedError::Key(error),
    })
}

fn verify(key: &dyn PreparedKey, data: &[u8], signature: &[u8]) -> Result<(), UntrustedError> {
    key.verify(&[data], signature).map_err(|_| UntrustedError::SignatureInvalid)
}
