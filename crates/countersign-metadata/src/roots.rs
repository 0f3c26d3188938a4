//! The root certificates of FIDO's own service.
//!
//! The service used GlobalSign's R3 until 2026 and uses R46 since, with a certificate in which R3 vouches for R46. A
//! path to either is accepted.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::{Certificate, CertificateError, TrustAnchor};

/// A root certificate with its name and hash.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct MetadataRoot {
    /// The name that its owner gave it.
    pub name: &'static str,
    /// The SHA-256 of its DER, in lower-case hexadecimal.
    pub sha256: &'static str,
    pem: &'static str,
}

/// The roots of FIDO's own service. Each SHA-256 is that of Debian's `ca-certificates`.
pub const GLOBALSIGN: &[MetadataRoot] = &[
    MetadataRoot {
        name: "GlobalSign Root CA - R3",
        sha256: "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b",
        pem: include_str!("roots/globalsign-root-r3.pem"),
    },
    MetadataRoot {
        name: "GlobalSign Root R46",
        sha256: "4fa3126d8d3a11d1c4855a4f807cbad6cf919d3a5a88b03bea2c6372d93c40c9",
        pem: include_str!("roots/globalsign-root-r46.pem"),
    },
];

impl MetadataRoot {
    /// The certificate in PEM.
    pub const fn pem(&self) -> &'static str {
        self.pem
    }

    /// The root as a trust anchor.
    pub fn anchor(&self) -> Result<TrustAnchor, CertificateError> {
        anchor_from_pem(self.pem)
    }
}

/// Reads a trust anchor from the PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)) of one certificate.
pub fn anchor_from_pem(pem: &str) -> Result<TrustAnchor, CertificateError> {
    let base64: String = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(base64).map_err(|_| CertificateError::NotDer)?;
    Certificate::from_der(&der).map(TrustAnchor::from_certificate)
}

#[cfg(test)]
mod tests {
    use countersign_cose::sha256;
    use countersign_types::hex::Hex;

    use super::*;

    #[test]
    fn rule_343_each_root_is_the_one_that_it_says() {
        for root in GLOBALSIGN {
            let anchor = root.anchor().unwrap();
            let digest = sha256(&[anchor.certificate().as_der()]);
            assert_eq!(Hex(&digest).to_string(), root.sha256, "{}", root.name);
        }
        assert!(anchor_from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").is_err());
    }
}
