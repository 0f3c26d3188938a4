//! A vendor's root certificate.

use countersign_types::{Timestamp, base64url};

use crate::certificate::{Certificate, error::CertificateError};

/// A vendor's root certificate and its description.
///
/// The SHA-256 of each root was compared with at least one further source, and its own signature verifies unless it uses
/// SHA-1. `docs/attestation/roots.md` names the sources, and which of them may depend on each other.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct VendorRoot {
    /// The vendor.
    pub vendor: &'static str,
    /// The vendor's name for the root.
    pub name: &'static str,
    /// The purposes of the root.
    pub purposes: &'static [Purpose],
    /// SHA-256 of its DER, in lower-case hexadecimal.
    pub sha256: &'static str,
    /// The first second of its validity period.
    pub not_before: Timestamp,
    /// The last second of its validity period.
    pub not_after: Timestamp,
    /// The address of publication, if known.
    pub source: Option<&'static str>,
    /// Whether the root is still needed.
    pub standing: Standing,
    pub(super) pem: &'static str,
}

/// A purpose of a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Attestation statements of the format with this identifier.
    Format(&'static str),
    /// The BLOB of the FIDO Metadata Service, but no attestation.
    Metadata,
}

/// Whether a root is still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// New certificates lead to it.
    Current,
    /// The root with this SHA-256 replaces it; only older certificates lead to this root.
    SupersededBy(&'static str),
    /// No new certificates lead to it; it serves existing ones.
    Retired,
}

impl VendorRoot {
    /// Parses the certificate.
    pub fn certificate(&self) -> Result<Certificate, CertificateError> {
        let base64: String = self.pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = base64url::decode(base64url::from_base64(&base64)).map_err(|_| CertificateError::NotDer)?;
        Certificate::from_der(&der)
    }

    /// Whether the root serves statements of this format.
    pub fn is_for_format(&self, format: &str) -> bool {
        self.formats().any(|own| own == format)
    }

    /// The formats that it serves.
    pub(super) fn formats(&self) -> impl Iterator<Item = &'static str> {
        self.purposes.iter().filter_map(|purpose| match purpose {
            Purpose::Format(format) => Some(*format),
            Purpose::Metadata => None,
        })
    }
}
