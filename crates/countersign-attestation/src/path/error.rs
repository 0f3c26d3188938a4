//! Errors of the search for a path.

use countersign_cose::{KeyError, Scheme};
use countersign_types::{Code, Timestamp};

use crate::{oid::Oid, revocation::reason::RevocationReason};

/// Why an attestation's certificates do not lead to a trust anchor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// There is no path to an anchor; holds what ended the longest attempt. Code `attestation-untrusted`.
    #[error("no certificate path to a trust anchor")]
    Untrusted(#[source] UntrustedError),
    /// There is a path, but one of its certificates is not valid now. Code `attestation-certificate-expired`.
    #[error("certificate {position} of the path is valid from {not_before} to {not_after}, not at {now}")]
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
    #[error("certificate {position} of the path is revoked: {reason}")]
    Revoked {
        /// The certificate's position in the path, from 0 for the attestation certificate.
        position: usize,
        /// The reason of the revocation.
        reason: RevocationReason,
    },
    /// The search took more signature checks than
    /// [`PathLimits::with_signature_checks`](super::limits::PathLimits::with_signature_checks) allows; holds how many that is.
    /// Code `attestation-untrusted`.
    #[error("no certificate path to a trust anchor within {0} signature checks")]
    BudgetExceeded(usize),
    /// There may be a path, but the key of one of the caller's certificates has no verifier; holds the scheme. Code
    /// `verifier-missing`.
    #[error("no certificate path to a trust anchor: no verifier for {0}")]
    VerifierMissing(Scheme),
}

/// Why there is no path to a trust anchor. Code `attestation-untrusted`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UntrustedError {
    /// No certificate was given.
    #[error("there is no attestation certificate")]
    NoCertificate,
    /// No anchor was given.
    #[error("there are no trust anchors")]
    NoAnchor,
    /// No anchor and no other given certificate has the issuer's name.
    #[error("no certificate of the issuer")]
    IssuerUnknown,
    /// The path would have more certificates than
    /// [`PathLimits::with_certificates`](super::limits::PathLimits::with_certificates) allows; holds how many that is.
    #[error("the path has more than {0} certificates")]
    TooLong(usize),
    /// The issuer's basic constraints do not say that it is a CA.
    #[error("the issuer is not a ca")]
    NotCa,
    /// The issuer's key usage does not allow its key to sign certificates.
    #[error("the issuer's key may not sign certificates")]
    MayNotSignCertificates,
    /// More certificates follow the issuer's than its path length constraint allows; holds the constraint.
    #[error("the issuer's path length constraint is {0}")]
    PathLength(u32),
    /// A certificate has name constraints, which are not supported.
    #[error("a certificate has name constraints")]
    NameConstraints,
    /// A certificate has a critical extension that is not supported; holds its identifier.
    #[error("critical extension {0} is unknown")]
    UnknownCritical(Oid<'static>),
    /// The attestation certificate is not an anchor, and its extended key usage has only purposes of the web (server or
    /// client authentication, code signing, e-mail protection, time stamping, OCSP signing); rule 384.
    #[error("the attestation certificate's extended key usage has only purposes of the web")]
    WebPurposes,
    /// The attestation certificate is not an anchor, and its key usage lacks `digitalSignature`; rule 385.
    #[error("the attestation certificate's key may not sign data")]
    MayNotSignData,
    /// The issuer's public key can't be used.
    #[error("the issuer's public key can't be used")]
    Key(#[source] KeyError),
    /// The certificate is signed with a weak algorithm; holds its identifier.
    #[error("signature algorithm {0} is weak")]
    WeakSignature(Oid<'static>),
    /// The certificate's signature algorithm is unknown, or does not fit the issuer's key.
    #[error("the signature algorithm is unknown, or does not fit the issuer's key")]
    SignatureAlgorithm,
    /// The certificate's signature does not verify with the issuer's key.
    #[error("the certificate's signature does not verify")]
    SignatureInvalid,
    /// There is a path, but a required revocation list of one of its issuers is missing.
    #[error("no revocation list of an issuer")]
    RevocationListMissing,
    /// There is a path, but the revocation lists of one of its issuers are outdated, or from the future.
    #[error("the revocation list of an issuer is outdated: its next update was due at {next_update}")]
    RevocationListOutdated {
        /// When the next list was due.
        next_update: Timestamp,
    },
    /// There is a path, but no revocation list with the name of one of its issuers is signed with the issuer's key, or the
    /// key may not sign lists; or a list that names the certificate is not signed with the issuer's key.
    #[error("the revocation list of an issuer is not signed with its key")]
    RevocationListInvalid,
    /// There is a path, but the attestation certificate does not name the model, and the anchor is that of several; holds
    /// their number.
    #[error("the attestation certificate names no model, and its anchor is that of {0}")]
    ModelNotCertified(usize),
    /// Too few parts of a compound attestation lead to an anchor.
    #[error("{got} parts have a path, at least {expected} expected")]
    TooFewParts {
        /// The number of parts that the configuration requires, each with its own attestation key.
        expected: usize,
        /// The number of parts with a path.
        got: usize,
    },
    /// No part of this format, which the configuration requires, leads to an anchor.
    #[error("no part of format {0:?} has a path")]
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
