//! Identifiers of a certificate's subject: the key identifier
//! ([RFC 5280, section 4.2.1.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.2)) and the DNS names
//! ([section 4.2.1.6](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6)).

use countersign_cose::Hash;

use super::{Certificate, error::CertificateError};
use crate::{
    der::{self, NotDer, Reader},
    oid,
};

impl Certificate {
    /// SHA-1 of the subject's public key, by method 1 of RFC 5280: of the BIT STRING's bytes only. The FIDO metadata
    /// lists U2F models by it. `None` if the key is not in whole bytes.
    pub fn key_identifier(&self) -> Option<[u8; 20]> {
        let key = public_key_bits(self.subject_public_key_info()).ok()?;
        Hash::Sha1.digest(&[key]).try_into().ok()
    }

    /// The DNS names in the subject alternative name extension, as written, or `None` without the extension. Names of
    /// other kinds are ignored; a malformed extension is an error.
    pub fn alternative_dns_names(&self) -> Option<Result<Vec<&str>, CertificateError>> {
        let extension = self.extension(&oid::SUBJECT_ALT_NAME)?;
        Some(dns_names(extension.value).map_err(|_| CertificateError::Extension(oid::SUBJECT_ALT_NAME)))
    }
}

fn public_key_bits(spki: &[u8]) -> Result<&[u8], NotDer> {
    let mut members = Reader::new(der::only(spki, der::SEQUENCE)?);
    members.expect(der::SEQUENCE)?;
    let bits = members.expect(der::BIT_STRING)?;
    match bits.split_first() {
        Some((0, key)) => Ok(key),
        _ => Err(NotDer),
    }
}

fn dns_names(value: &[u8]) -> Result<Vec<&str>, NotDer> {
    /// The context-specific tag of `dNSName`.
    const DNS_NAME: u8 = 0x82;
    let mut members = Reader::new(der::only(value, der::SEQUENCE)?);
    let mut names = Vec::new();
    while !members.is_at_end() {
        let member = members.element()?;
        if member.tag == DNS_NAME {
            names.push(core::str::from_utf8(member.contents).map_err(|_| NotDer)?);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::certificates::{Builder, Key};
    use countersign_authenticator::der::{element, sequence};

    fn certificate(names: &[&[u8]]) -> Certificate {
        let key = Key::p256(1);
        Builder::attestation(&key)
            .with_extension(oid::SUBJECT_ALT_NAME, false, &sequence(names))
            .signed_by("root", &key)
    }

    #[test]
    fn a_key_is_identified_by_the_hash_of_its_bits() {
        let key = Key::p256(1);
        let expected = Hash::Sha1.digest(&[&key.public_bytes()]);
        let certificate = Builder::attestation(&key).signed_by("root", &key);
        assert_eq!(certificate.key_identifier().unwrap().as_slice(), expected);
    }

    #[test]
    fn dns_names_are_found_among_others() {
        let names =
            [element(0x82, b"a.example"), element(0x86, b"https://b.example"), element(0x82, b"C.example")];
        let certificate = certificate(&[&names[0], &names[1], &names[2]]);
        assert_eq!(certificate.alternative_dns_names(), Some(Ok(vec!["a.example", "C.example"])));
    }

    #[test]
    fn an_absent_extension_is_not_a_broken_one() {
        let key = Key::p256(1);
        assert_eq!(Builder::attestation(&key).signed_by("root", &key).alternative_dns_names(), None);
        let error = CertificateError::Extension(oid::SUBJECT_ALT_NAME);
        assert_eq!(certificate(&[&element(0x82, &[0xff])]).alternative_dns_names(), Some(Err(error)));
    }
}
