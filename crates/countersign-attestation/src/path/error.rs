//! Errors of the search for a path.

use core::fmt;

use countersign_cose::{KeyError, Scheme};
use countersign_types::{Code, Timestamp};

use crate::{oid::Oid, revocation::reason::RevocationReason};

/// Why an attestation's certificates do not lead to a trust anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathError {
    /// There is no path to an anchor; holds what ended the longest attempt. Code `attestation-untrusted`.
    Untrusted(UntrustedError),
    /// There is a path, but one of its certificates is not valid now. Code `attestation-certificate-expired`.
    Expired {
        /// The certificate's position in the path, from 0 for the attestation certificate.
        position: usize,
        /// The first second of the certificate's validity period.
        not_before: Timestamp,
        /// The last second of the certificate's validity period.
        not_after: Timestamp,
        /// The time of the check.
        now: Timestamp,
    },
    /// There is a path, but one of its certificates is revoked. Code `attestation-certificate-revoked`.
    Revoked {
        /// The certificate's position in the path, from 0 for the attestation certificate.
        position: usize,
        /// The reason of the revocation.
        reason: RevocationReason,
    },
    /// The search took more signature checks than
    /// [`PathLimits::with_signature_checks`](super::limits::PathLimits::with_signature_checks) allows; holds how many that is.
    /// Code `attestation-untrusted`.
    BudgetExceeded(usize),
    /// There may be a path, but the key of one of the caller's certificates has no verifier; holds the scheme. Code
    /// `verifier-missing`.
    VerifierMissing(Scheme),
}

/// Why there is no path to a trust anchor. Code `attestation-untrusted`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UntrustedError {
    /// No certificate was given.
    NoCertificate,
    /// No anchor was given.
    NoAnchor,
    /// No anchor and no other given certificate has the issuer's name.
    IssuerUnknown,
    /// The path would have more certificates than
    /// [`PathLimits::with_certificates`](super::limits::PathLimits::with_certificates) allows; holds how many that is.
    TooLong(usize),
    /// The issuer's basic constraints do not say that it is a CA.
    NotCa,
    /// The issuer's key usage does not allow its key to sign certificates.
    MayNotSignCertificates,
    /// More certificates follow the issuer's than its path length constraint allows; holds the constraint.
    PathLength(u32),
    /// A certificate has name constraints, which are not supported.
    NameConstraints,
    /// A certificate has a critical extension that is not supported; holds its identifier.
    UnknownCritical(Oid<'static>),
    /// The attestation certificate is not an anchor, and its extended key usage has only purposes of the web (server or
    /// client authentication, code signing, e-mail protection, time stamping, OCSP signing); rule 384.
    WebPurposes,
    /// The attestation certificate is not an anchor, and its key usage lacks `digitalSignature`; rule 385.
    MayNotSignData,
    /// The issuer's public key can't be used.
    Key(KeyError),
    /// The certificate is signed with a weak algorithm; holds its identifier.
    WeakSignature(Oid<'static>),
    /// The certificate's signature algorithm is unknown, or does not fit the issuer's key.
    SignatureAlgorithm,
    /// The certificate's signature does not verify with the issuer's key.
    SignatureInvalid,
    /// There is a path, but a required revocation list of one of its issuers is missing.
    RevocationListMissing,
    /// There is a path, but the revocation lists of one of its issuers are outdated, or from the future.
    RevocationListOutdated {
        /// When the next list was due.
        next_update: Timestamp,
    },
    /// There is a path, but no revocation list with the name of one of its issuers is signed with the issuer's key, or the
    /// key may not sign lists; or a list that names the certificate is not signed with the issuer's key.
    RevocationListInvalid,
    /// There is a path, but the attestation certificate does not name the model, and the anchor is that of several; holds
    /// their number.
    ModelNotCertified(usize),
    /// Too few parts of a compound attestation lead to an anchor.
    TooFewParts {
        /// The number of parts that the configuration requires, each with its own attestation key.
        expected: usize,
        /// The number of parts with a path.
        got: usize,
    },
    /// No part of this format, which the configuration requires, leads to an anchor.
    PartMissing(String),
}

impl PathError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        match self {
            Self::Untrusted(_) | Self::BudgetExceeded(_) => Code::AttestationUntrusted,
            Self::Expired { .. } => Code::AttestationCertificateExpired,
            Self::Revoked { .. } => Code::AttestationCertificateRevoked,
            Self::VerifierMissing(_) => Code::VerifierMissing,
        }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untrusted(_) => f.write_str("no certificate path to a trust anchor"),
            Self::Expired { position, not_before, not_after, now } => write!(
                f,
                "certificate {position} of the path is valid from {not_before} to {not_after}, not at {now}"
            ),
            Self::Revoked { position, reason } => {
                write!(f, "certificate {position} of the path is revoked: {reason}")
            }
            Self::BudgetExceeded(checks) => {
                write!(f, "no certificate path to a trust anchor within {checks} signature checks")
            }
            Self::VerifierMissing(scheme) => {
                write!(f, "no certificate path to a trust anchor: no verifier for {scheme}")
            }
        }
    }
}

impl core::error::Error for PathError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Untrusted(obstacle) => Some(obstacle),
            _ => None,
        }
    }
}

impl fmt::Display for UntrustedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("there is no attestation certificate"),
            Self::NoAnchor => f.write_str("there are no trust anchors"),
            Self::IssuerUnknown => f.write_str("no certificate of the issuer"),
            Self::TooLong(limit) => write!(f, "the path has more than {limit} certificates"),
            Self::NotCa => f.write_str("the issuer is not a ca"),
            Self::MayNotSignCertificates => f.write_str("the issuer's key may not sign certificates"),
            Self::PathLength(limit) => write!(f, "the issuer's path length constraint is {limit}"),
            Self::NameConstraints => f.write_str("a certificate has name constraints"),
            Self::UnknownCritical(identifier) => write!(f, "critical extension {identifier} is unknown"),
            Self::WebPurposes => {
                f.write_str("the attestation certificate's extended key usage has only purposes of the web")
            }
            Self::MayNotSignData => f.write_str("the attestation certificate's key may not sign data"),
            Self::Key(_) => f.write_str("the issuer's public key can't be used"),
            Self::WeakSignature(identifier) => write!(f, "signature algorithm {identifier} is weak"),
            Self::SignatureAlgorithm => {
                f.write_str("the signature algorithm is unknown, or does not fit the issuer's key")
            }
            Self::SignatureInvalid => f.write_str("the certificate's signature does not verify"),
            Self::RevocationListMissing => f.write_str("no revocation list of an issuer"),
            Self::RevocationListOutdated { next_update } => write!(
                f,
                "the revocation list of an issuer is outdated: its next update was due at {next_update}"
            ),
            Self::RevocationListInvalid => {
                f.write_str("the revocation list of an issuer is not signed with its key")
            }
            Self::ModelNotCertified(count) => {
                write!(f, "the attestation certificate names no model, and its anchor is that of {count}")
            }
            Self::TooFewParts { expected, got } => {
                write!(f, "{got} parts have a path, at least {expected} expected")
            }
            Self::PartMissing(format) => write!(f, "no part of format {format:?} has a path"),
        }
    }
}

impl core::error::Error for UntrustedError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Key(error) => Some(error),
            _ => None,
        }
    }
}
