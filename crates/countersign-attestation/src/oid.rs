//! Object identifiers, in the encoding of DER.

use std::borrow::Cow;

use core::fmt;

use countersign_types::hex::Hex;

/// An object identifier: the contents octets of its DER, [X.690](https://www.itu.int/rec/T-REC-X.690) section 8.19.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid<'a>(Cow<'a, [u8]>);

impl<'a> Oid<'a> {
    /// Creates an identifier from its contents octets, such as `[0x55, 0x1d, 0x13]` for 2.5.29.19.
    pub const fn from_contents(contents: &'a [u8]) -> Self {
        Self(Cow::Borrowed(contents))
    }

    /// The contents octets.
    pub fn as_contents(&self) -> &[u8] {
        &self.0
    }

    /// Converts to an identifier that borrows nothing.
    pub fn into_owned(self) -> Oid<'static> {
        Oid(Cow::Owned(self.0.into_owned()))
    }

    /// The arcs, or `None` if one does not fit 64 bits or the last is truncated.
    fn arcs(&self) -> Option<Vec<u64>> {
        let mut arcs = Vec::new();
        let mut arc = 0_u64;
        let mut complete = true;
        for byte in self.0.iter() {
            arc = arc.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
            complete = byte & 0x80 == 0;
            if complete {
                if arcs.is_empty() {
                    let first = (arc / 40).min(2);
                    arcs.extend([first, arc.checked_sub(first.checked_mul(40)?)?]);
                } else {
                    arcs.push(arc);
                }
                arc = 0;
            }
        }
        (complete && !arcs.is_empty()).then_some(arcs)
    }
}

impl fmt::Display for Oid<'_> {
    /// Writes dotted decimal, or the contents octets in hexadecimal if they are not arcs of 64 bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(arcs) = self.arcs() else {
            return Hex(&self.0).fmt(f);
        };
        for (position, arc) in arcs.iter().enumerate() {
            write!(f, "{}{arc}", if position == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

macro_rules! oids {
    ($($(#[doc = $doc:literal])+ $name:ident = [$($byte:literal),+];)+) => {
        $($(#[doc = $doc])+ pub const $name: Oid<'static> = Oid::from_contents(&[$($byte),+]);)+
    };
}

oids! {
    /// 2.5.4.3, commonName.
    COMMON_NAME = [0x55, 0x04, 0x03];
    /// 2.5.4.5, serialNumber: an attribute of a name.
    SERIAL_NUMBER = [0x55, 0x04, 0x05];
    /// 2.5.4.6, countryName.
    COUNTRY = [0x55, 0x04, 0x06];
    /// 2.5.4.10, organizationName.
    ORGANIZATION = [0x55, 0x04, 0x0a];
    /// 2.5.4.11, organizationalUnitName.
    ORGANIZATIONAL_UNIT = [0x55, 0x04, 0x0b];
    /// 2.5.29.14, subjectKeyIdentifier.
    SUBJECT_KEY_IDENTIFIER = [0x55, 0x1d, 0x0e];
    /// 2.5.29.15, keyUsage.
    KEY_USAGE = [0x55, 0x1d, 0x0f];
    /// 2.5.29.17, subjectAltName.
    SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];
    /// 2.5.29.19, basicConstraints.
    BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];
    /// 2.5.29.20, cRLNumber.
    CRL_NUMBER = [0x55, 0x1d, 0x14];
    /// 2.5.29.21, reasonCode.
    REASON_CODE = [0x55, 0x1d, 0x15];
    /// 2.5.29.24, invalidityDate.
    INVALIDITY_DATE = [0x55, 0x1d, 0x18];
    /// 2.5.29.27, deltaCRLIndicator.
    DELTA_CRL_INDICATOR = [0x55, 0x1d, 0x1b];
    /// 2.5.29.28, issuingDistributionPoint.
    ISSUING_DISTRIBUTION_POINT = [0x55, 0x1d, 0x1c];
    /// 2.5.29.30, nameConstraints.
    NAME_CONSTRAINTS = [0x55, 0x1d, 0x1e];
    /// 2.5.29.31, cRLDistributionPoints.
    CRL_DISTRIBUTION_POINTS = [0x55, 0x1d, 0x1f];
    /// 2.5.29.32, certificatePolicies.
    CERTIFICATE_POLICIES = [0x55, 0x1d, 0x20];
    /// 2.5.29.35, authorityKeyIdentifier.
    AUTHORITY_KEY_IDENTIFIER = [0x55, 0x1d, 0x23];
    /// 2.5.29.37, extKeyUsage.
    EXTENDED_KEY_USAGE = [0x55, 0x1d, 0x25];
    /// 1.3.6.1.5.5.7.3.1, id-kp-serverAuth.
    SERVER_AUTHENTICATION = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
    /// 1.3.6.1.5.5.7.3.2, id-kp-clientAuth.
    CLIENT_AUTHENTICATION = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];
    /// 1.3.6.1.5.5.7.3.3, id-kp-codeSigning.
    CODE_SIGNING = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];
    /// 1.3.6.1.5.5.7.3.4, id-kp-emailProtection.
    EMAIL_PROTECTION = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04];
    /// 1.3.6.1.5.5.7.3.8, id-kp-timeStamping.
    TIME_STAMPING = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
    /// 1.3.6.1.5.5.7.3.9, id-kp-OCSPSigning.
    OCSP_SIGNING = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];
    /// 1.3.6.1.4.1.11129.2.1.17, the description of a key in Android's key store.
    ANDROID_KEY_DESCRIPTION = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x01, 0x11];
    /// 1.2.840.113635.100.8.2, the nonce in Apple's attestation certificates.
    APPLE_NONCE = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 0x08, 0x02];
    /// 1.3.6.1.4.1.45724.1.1.2, id-fido-gen-ce-sernum.
    FIDO_SERIAL_NUMBER = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x02];
    /// 1.3.6.1.4.1.45724.1.1.4, id-fido-gen-ce-aaguid.
    FIDO_AAGUID = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04];
    /// 1.3.6.1.4.1.45724.1.1.5, id-fido-gen-ce-fw-version.
    FIDO_FIRMWARE_VERSION = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x05];
    /// 1.3.6.1.4.1.45724.2.1.1, id-fido-u2f-ce-transports.
    FIDO_U2F_TRANSPORTS = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x02, 0x01, 0x01];
    /// 2.23.133.2.1, tcg-at-tpmManufacturer.
    TPM_MANUFACTURER = [0x67, 0x81, 0x05, 0x02, 0x01];
    /// 2.23.133.2.2, tcg-at-tpmModel.
    TPM_MODEL = [0x67, 0x81, 0x05, 0x02, 0x02];
    /// 2.23.133.2.3, tcg-at-tpmVersion.
    TPM_VERSION = [0x67, 0x81, 0x05, 0x02, 0x03];
    /// 2.23.133.8.3, tcg-kp-AIKCertificate.
    TPM_AIK_CERTIFICATE = [0x67, 0x81, 0x05, 0x08, 0x03];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_shown_in_dotted_decimal() {
        assert_eq!(FIDO_AAGUID.to_string(), "1.3.6.1.4.1.45724.1.1.4");
        assert_eq!(BASIC_CONSTRAINTS.to_string(), "2.5.29.19");
        assert_eq!(Oid::from_contents(&[0x88, 0x37]).to_string(), "2.999");
        assert_eq!(format!("{COUNTRY:?}"), "Oid(2.5.4.6)");
    }

    #[test]
    fn a_malformed_identifier_is_shown_in_hexadecimal() {
        for (contents, shown) in
            [(&[0x55, 0x84][..], "5584"), (&[], ""), (&[0xff; 12], "ffffffffffffffffffffffff")]
        {
            assert_eq!(Oid::from_contents(contents).to_string(), shown);
        }
    }
}
