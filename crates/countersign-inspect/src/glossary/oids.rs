//! Object identifiers.

use super::term::Term;
use crate::source::{self, rfc, webauthn};

const NAMES: &str = rfc!("5280", "appendix-A.1");
const EXTENSIONS: &str = rfc!("5280", "section-4.2");
const CRL: &str = rfc!("5280", "section-5");
const PURPOSES: &str = rfc!("5280", "section-4.2.1.12");
const PACKED: &str = webauthn!("sctn-packed-attestation-cert-requirements");
const ENTERPRISE: &str = webauthn!("sctn-enterprise-packed-attestation-cert-requirements");
const TPM: &str = webauthn!("sctn-tpm-cert-requirements");
const ECC: &str = rfc!("5480", "section-2.1.1.1");
const SIGNATURES: &str = rfc!("5758", "section-3.2");
const RSA: &str = rfc!("4055", "section-5");
const EDWARDS: &str = rfc!("8410", "section-3");
const ML_DSA: &str = rfc!("9881", "section-2");

const fn oid(word: &'static str, name: &'static str, meaning: &'static str, source: &'static str) -> Term {
    Term { word, name, meaning, source }
}

pub(super) const OIDS: &[Term] = &[
    oid("0.9.2342.19200300.100.1.25", "domainComponent", "One label of a domain name, in a name.", NAMES),
    oid("1.2.840.10045.2.1", "id-ecPublicKey", "A key on an elliptic curve, which the parameters name.", ECC),
    oid("1.2.840.10045.3.1.7", "secp256r1", "The curve P-256 of NIST.", ECC),
    oid("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", "A signature by ECDSA with SHA-256.", SIGNATURES),
    oid("1.2.840.10045.4.3.3", "ecdsa-with-SHA384", "A signature by ECDSA with SHA-384.", SIGNATURES),
    oid("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", "A signature by ECDSA with SHA-512.", SIGNATURES),
    oid("1.2.840.113549.1.1.1", "rsaEncryption", "An RSA key.", rfc!("8017", "appendix-A.1")),
    oid(
        "1.2.840.113549.1.1.5",
        "sha1WithRSAEncryption",
        "A signature by RSA with SHA-1, which is no longer trusted.",
        RSA,
    ),
    oid(
        "1.2.840.113549.1.1.10",
        "id-RSASSA-PSS",
        "A signature by RSASSA-PSS, whose hash the parameters name.",
        RSA,
    ),
    oid("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", "A signature by RSA with SHA-256.", RSA),
    oid("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", "A signature by RSA with SHA-384.", RSA),
    oid("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", "A signature by RSA with SHA-512.", RSA),
    oid("1.2.840.113549.1.9.1", "emailAddress", "An e-mail address, in a name.", NAMES),
    oid(
        "1.2.840.113635.100.8.2",
        "Apple anonymous attestation nonce",
        "The nonce in Apple's attestation certificates: SHA-256 of authenticator data and the hash of client data.",
        webauthn!("sctn-apple-anonymous-attestation"),
    ),
    oid("1.3.101.112", "id-Ed25519", "An Ed25519 key or signature.", EDWARDS),
    oid("1.3.101.113", "id-Ed448", "An Ed448 key or signature.", EDWARDS),
    oid("1.3.132.0.10", "secp256k1", "The curve secp256k1 of SEC 2.", "https://www.secg.org/sec2-v2.pdf"),
    oid("1.3.132.0.34", "secp384r1", "The curve P-384 of NIST.", ECC),
    oid("1.3.132.0.35", "secp521r1", "The curve P-521 of NIST.", ECC),
    oid(
        "1.3.6.1.4.1.11129.2.1.17",
        "Android key description",
        "What Android's key store says about a key, in the certificate that it issues for the key.",
        source::ANDROID_KEY,
    ),
    oid(
        "1.3.6.1.4.1.11129.2.1.30",
        "Android provisioning information",
        "How many certificates the provisioning of the device issued of late.",
        source::ANDROID_KEY,
    ),
    oid(
        "1.3.6.1.4.1.11129.2.4.2",
        "signedCertificateTimestamps",
        "Promises that the certificate is logged publicly, as those of web servers are.",
        rfc!("6962", "section-3.3"),
    ),
    oid(
        "1.3.6.1.4.1.41482.1.1",
        "Yubico U2F device, first series",
        "The model of a Yubico security key of the first series, in its attestation certificate.",
        "https://developers.yubico.com/U2F/Attestation_and_Metadata/",
    ),
    oid(
        "1.3.6.1.4.1.41482.2",
        "Yubico U2F device identifier",
        "The model of a Yubico security key, as text of a private identifier.",
        "https://developers.yubico.com/U2F/Attestation_and_Metadata/",
    ),
    oid(
        "1.3.6.1.4.1.45724.1.1.2",
        "id-fido-gen-ce-sernum",
        "The serial number of one device, for enterprise attestation.",
        ENTERPRISE,
    ),
    oid(
        "1.3.6.1.4.1.45724.1.1.4",
        "id-fido-gen-ce-aaguid",
        "The AAGUID of the models that the certificate attests: an OCTET STRING of 16 bytes within the value.",
        PACKED,
    ),
    oid(
        "1.3.6.1.4.1.45724.1.1.5",
        "id-fido-gen-ce-fw-version",
        "The firmware version of the device, a number that grows.",
        PACKED,
    ),
    oid(
        "1.3.6.1.4.1.45724.2.1.1",
        "id-fido-u2f-ce-transports",
        "The transports of a U2F authenticator, a bit for each.",
        "https://fidoalliance.org/specs/fido-u2f-v1.2-ps-20170411/fido-u2f-authenticator-transports-extension-v1.2-ps-20170411.html",
    ),
    oid(
        "1.3.6.1.5.5.7.1.1",
        "authorityInfoAccess",
        "Where the issuer's certificate and its status service are.",
        EXTENSIONS,
    ),
    oid("1.3.6.1.5.5.7.3.1", "id-kp-serverAuth", "The purpose of authenticating a TLS server.", PURPOSES),
    oid("1.3.6.1.5.5.7.3.2", "id-kp-clientAuth", "The purpose of authenticating a TLS client.", PURPOSES),
    oid("1.3.6.1.5.5.7.3.3", "id-kp-codeSigning", "The purpose of signing programs.", PURPOSES),
    oid("1.3.6.1.5.5.7.3.4", "id-kp-emailProtection", "The purpose of protecting e-mail.", PURPOSES),
    oid("1.3.6.1.5.5.7.3.8", "id-kp-timeStamping", "The purpose of signing times.", PURPOSES),
    oid(
        "1.3.6.1.5.5.7.3.9",
        "id-kp-OCSPSigning",
        "The purpose of signing the status of certificates.",
        PURPOSES,
    ),
    oid("2.16.840.1.101.3.4.2.1", "id-sha256", "The hash function SHA-256.", RSA),
    oid("2.16.840.1.101.3.4.3.17", "id-ml-dsa-44", "An ML-DSA-44 key or signature.", ML_DSA),
    oid("2.16.840.1.101.3.4.3.18", "id-ml-dsa-65", "An ML-DSA-65 key or signature.", ML_DSA),
    oid("2.16.840.1.101.3.4.3.19", "id-ml-dsa-87", "An ML-DSA-87 key or signature.", ML_DSA),
    oid(
        "2.23.133.2.1",
        "tcg-at-tpmManufacturer",
        "The manufacturer of a TPM, as id: and eight hexadecimal digits.",
        TPM,
    ),
    oid("2.23.133.2.2", "tcg-at-tpmModel", "The manufacturer's name of a TPM's model.", TPM),
    oid("2.23.133.2.3", "tcg-at-tpmVersion", "The firmware version of a TPM.", TPM),
    oid(
        "2.23.133.8.3",
        "tcg-kp-AIKCertificate",
        "The purpose of attesting keys of a TPM, which its attestation certificate must have.",
        TPM,
    ),
    oid("2.5.4.3", "commonName", "The name of a person or thing, in a name.", NAMES),
    oid("2.5.4.4", "surname", "A family name, in a name.", NAMES),
    oid("2.5.4.5", "serialNumber", "A number of a person or device, in a name.", NAMES),
    oid("2.5.4.6", "countryName", "A country by two letters, in a name.", NAMES),
    oid("2.5.4.7", "localityName", "A town, in a name.", NAMES),
    oid("2.5.4.8", "stateOrProvinceName", "A state or province, in a name.", NAMES),
    oid(
        "2.5.4.10",
        "organizationName",
        "An organization, in a name: the vendor of the authenticator.",
        NAMES,
    ),
    oid(
        "2.5.4.11",
        "organizationalUnitName",
        "A part of an organization; packed attestation certificates say Authenticator Attestation.",
        NAMES,
    ),
    oid("2.5.4.12", "title", "A title, in a name: Android says TEE or StrongBox there.", NAMES),
    oid(
        "2.5.4.97",
        "organizationIdentifier",
        "A registered identifier of an organization, in a name.",
        NAMES,
    ),
    oid("2.5.29.14", "subjectKeyIdentifier", "An identifier of the subject's key.", EXTENSIONS),
    oid("2.5.29.15", "keyUsage", "What the key may be used for.", EXTENSIONS),
    oid("2.5.29.17", "subjectAltName", "Further names of the subject; a TPM is described there.", EXTENSIONS),
    oid("2.5.29.19", "basicConstraints", "Whether the subject is a certificate authority.", EXTENSIONS),
    oid("2.5.29.20", "cRLNumber", "The number of a revocation list.", CRL),
    oid("2.5.29.21", "reasonCode", "Why a certificate was revoked.", CRL),
    oid("2.5.29.24", "invalidityDate", "Since when a revoked certificate is no longer to be trusted.", CRL),
    oid("2.5.29.27", "deltaCRLIndicator", "The list has changes to another list only.", CRL),
    oid("2.5.29.28", "issuingDistributionPoint", "Which certificates a revocation list is about.", CRL),
    oid("2.5.29.30", "nameConstraints", "Which names the certificates of an authority may have.", EXTENSIONS),
    oid("2.5.29.31", "cRLDistributionPoints", "Where the issuer's revocation list is.", EXTENSIONS),
    oid("2.5.29.32", "certificatePolicies", "Under which policies the certificate was issued.", EXTENSIONS),
    oid("2.5.29.35", "authorityKeyIdentifier", "An identifier of the issuer's key.", EXTENSIONS),
    oid("2.5.29.37", "extKeyUsage", "The purposes of the key.", EXTENSIONS),
];
