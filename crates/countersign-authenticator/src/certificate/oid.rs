//! Object identifiers of names and extensions ([X.690, 8.19](https://www.itu.int/rec/T-REC-X.690)).

/// The contents of an object identifier's DER.
pub type ObjectIdentifier = &'static [u8];

/// 2.5.4.3, commonName.
pub const COMMON_NAME: ObjectIdentifier = &[0x55, 0x04, 0x03];
/// 2.5.4.5, serialNumber, of a subject.
pub const SERIAL_NUMBER: ObjectIdentifier = &[0x55, 0x04, 0x05];
/// 2.5.4.6, countryName.
pub const COUNTRY: ObjectIdentifier = &[0x55, 0x04, 0x06];
/// 2.5.4.10, organizationName.
pub const ORGANIZATION: ObjectIdentifier = &[0x55, 0x04, 0x0a];
/// 2.5.4.11, organizationalUnitName.
pub const ORGANIZATIONAL_UNIT: ObjectIdentifier = &[0x55, 0x04, 0x0b];
/// 2.5.29.14, subjectKeyIdentifier.
pub const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = &[0x55, 0x1d, 0x0e];
/// 2.5.29.15, keyUsage.
pub const KEY_USAGE: ObjectIdentifier = &[0x55, 0x1d, 0x0f];
/// 2.5.29.17, subjectAltName.
pub const SUBJECT_ALT_NAME: ObjectIdentifier = &[0x55, 0x1d, 0x11];
/// 2.5.29.19, basicConstraints.
pub const BASIC_CONSTRAINTS: ObjectIdentifier = &[0x55, 0x1d, 0x13];
/// 2.5.29.30, nameConstraints.
pub const NAME_CONSTRAINTS: ObjectIdentifier = &[0x55, 0x1d, 0x1e];
/// 2.5.29.35, authorityKeyIdentifier.
pub const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = &[0x55, 0x1d, 0x23];
/// 2.5.29.37, extKeyUsage.
pub const EXTENDED_KEY_USAGE: ObjectIdentifier = &[0x55, 0x1d, 0x25];
/// 1.3.6.1.4.1.45724.1.1.4, id-fido-gen-ce-aaguid.
pub const FIDO_AAGUID: ObjectIdentifier = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04];
/// 1.3.6.1.4.1.45724.1.1.5, id-fido-gen-ce-fw-version.
pub const FIDO_FIRMWARE_VERSION: ObjectIdentifier =
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x05];
/// 1.3.6.1.4.1.11129.2.1.17, Android's key description.
pub const ANDROID_KEY_DESCRIPTION: ObjectIdentifier =
    &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x01, 0x11];
/// 1.2.840.113635.100.8.2, Apple's nonce.
pub const APPLE_NONCE: ObjectIdentifier = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 0x08, 0x02];
/// 2.23.133.2.1, a TPM's manufacturer.
pub const TPM_MANUFACTURER: ObjectIdentifier = &[0x67, 0x81, 0x05, 0x02, 0x01];
/// 2.23.133.2.2, a TPM's model.
pub const TPM_MODEL: ObjectIdentifier = &[0x67, 0x81, 0x05, 0x02, 0x02];
/// 2.23.133.2.3, a TPM's version.
pub const TPM_VERSION: ObjectIdentifier = &[0x67, 0x81, 0x05, 0x02, 0x03];
/// 2.23.133.8.3, the purpose of a TPM's attestation key.
pub const TPM_AIK_CERTIFICATE: ObjectIdentifier = &[0x67, 0x81, 0x05, 0x08, 0x03];
