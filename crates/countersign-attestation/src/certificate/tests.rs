//! Tests of reading certificates.

use countersign_cose::{Curve, KeyError, MalformedKeyError};
use countersign_types::Code;
use proptest::prelude::*;

mod second_opinion;

use super::*;
use crate::limits::EXTENSIONS_MAX;
use crate::test_support::certificates::{Builder, Key, common_name, extension, rsa_spki, text};
use countersign_authenticator::{
    Attribute,
    certificate::{Time, name},
    der::{UTC_TIME, bit_string, element, sequence},
};

fn key() -> Key {
    Key::p256(2)
}

fn builder() -> Builder {
    Builder::attestation(&key())
}

fn read(builder: &Builder) -> Result<Certificate, CertificateError> {
    builder.try_signed_by("root", &key())
}

fn der() -> Vec<u8> {
    builder().der(&common_name("root"), &key())
}

fn assert_rejected(der: &[u8], expected: &CertificateError) {
    let error = Certificate::from_der(der).unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.code(), Code::AttestationCertificateInvalid);
}

fn algorithm(identifier: &[u8], parameters: &[u8]) -> Vec<u8> {
    sequence(&[&element(0x06, identifier), parameters])
}

fn with_algorithm(algorithm: &[u8]) -> Certificate {
    let mut changed = builder();
    changed.inner_algorithm = Some(algorithm.to_vec());
    changed.outer_algorithm = Some(algorithm.to_vec());
    read(&changed).unwrap()
}

#[test]
fn a_certificate_is_read_and_its_der_kept() {
    let certificate = read(&builder()).unwrap();
    assert_eq!(certificate.as_der(), der());
    assert_eq!(certificate.version(), 3);
    assert_eq!(certificate.serial_number(), [1]);
    assert_eq!(certificate.issuer().as_der(), name(&common_name("root")));
    assert_eq!(certificate.subject_public_key_info(), key().spki());
    assert_eq!(certificate.not_before().unix_seconds(), 1_704_067_200);
    assert_eq!(certificate.not_after().unix_seconds(), 33_260_976_000);
    assert!(!certificate.is_self_issued());
    assert_eq!(certificate.basic_constraints().unwrap(), BasicConstraints { ca: false, path_length: None });
    assert_eq!(certificate.key_usage(), None);
    assert_eq!(certificate.extended_key_usage(), None);
    assert_eq!(certificate.extensions().count(), 1);
    assert_eq!(*certificate.signature_algorithm(), SignatureAlgorithm::Ecdsa(countersign_cose::Hash::Sha256));
    assert_eq!(certificate.signed_data()[0], 0x30);
    assert_eq!(certificate.signature(), key().sign(certificate.signed_data()));
    assert!(matches!(
        certificate.public_key().unwrap().material(),
        countersign_cose::KeyMaterial::Ec { curve: Curve::P256, .. }
    ));
}

#[test]
fn a_names_attributes_are_read_in_their_order() {
    let mut changed = builder();
    changed.subject.push(text(&oid::ORGANIZATIONAL_UNIT, "Second"));
    changed.subject.push(Attribute::with_tag(oid::ORGANIZATION.as_contents(), 0x1e, b"\0X"));
    let certificate = read(&changed).unwrap();
    let subject = certificate.subject();
    let units: Vec<_> =
        subject.values(SubjectAttribute::OrganizationalUnit).map(|unit| unit.text()).collect();
    assert_eq!(units, [Some("Authenticator Attestation"), Some("Second")]);
    assert_eq!(subject.only_value(SubjectAttribute::OrganizationalUnit), None);
    assert_eq!(subject.only_value(SubjectAttribute::CommonName).unwrap().text(), Some("Model 1"));
    // A BMPString is not decoded.
    assert_eq!(subject.attributes().last().unwrap().text(), None);
    assert_eq!(subject.attributes().last().unwrap().as_bytes(), b"\0X");
    assert_eq!(*subject.attributes().last().unwrap().attribute_type(), oid::ORGANIZATION);
    assert!(!subject.is_empty());

    changed.subject.clear();
    assert!(read(&changed).unwrap().subject().is_empty());
}

#[test]
fn key_usage_and_purposes_are_read() {
    let usage = |bits: &[u8]| {
        let changed = builder().with_extension(oid::KEY_USAGE, true, &element(0x03, bits));
        let usage = read(&changed).unwrap().key_usage().unwrap();
        (usage.digital_signature(), usage.key_cert_sign())
    };
    assert_eq!(usage(&[7, 0x80]), (true, false));
    assert_eq!(usage(&[1, 0x06]), (false, true));
    assert_eq!(usage(&[7, 0x84, 0x80]), (true, true));
    assert_eq!(usage(&[0]), (false, false));

    let purposes = sequence(&[&[0x06, 0x02, 0x2a, 0x03], &[0x06, 0x01, 0x2a]]);
    let certificate = read(&builder().with_extension(oid::EXTENDED_KEY_USAGE, false, &purposes)).unwrap();
    let expected = [Oid::from_contents(&[0x2a, 0x03]), Oid::from_contents(&[0x2a])];
    assert_eq!(certificate.extended_key_usage().unwrap(), expected);
}

#[test]
fn years_of_utc_time_from_50_on_are_of_the_last_century() {
    for (time, seconds) in [
        (Time::with_tag(UTC_TIME, b"490101000000Z"), 2_493_072_000),
        (Time::with_tag(UTC_TIME, b"500101000000Z"), -631_152_000),
        (Time::with_tag(UTC_TIME, b"991231235959Z"), 946_684_799),
        (Time::new("99991231235959Z"), 253_402_300_799),
        (Time::new("20500101000000Z"), 2_524_608_000),
    ] {
        let mut changed = builder();
        changed.not_before = time;
        assert_eq!(read(&changed).unwrap().not_before().unix_seconds(), seconds);
    }
}

#[test]
fn what_certificates_in_use_have_is_accepted() {
    let mut negative = builder();
    negative.serial_number = vec![0xff, 0x01];
    assert_eq!(read(&negative).unwrap().serial_number(), [0xff, 0x01]);

    let explicit = builder().with_extension(oid::BASIC_CONSTRAINTS, false, &[0x30, 0x03, 0x01, 0x01, 0x00]);
    assert!(!read(&explicit).unwrap().basic_constraints().unwrap().ca);

    let mut version_1 = builder();
    version_1.version = 1;
    version_1.extensions = Vec::new();
    assert_eq!(read(&version_1).unwrap().version(), 1);

    let named = builder().with_extension(oid::SUBJECT_ALT_NAME, false, &sequence(&[]));
    assert!(!read(&named).unwrap().extension(&oid::SUBJECT_ALT_NAME).unwrap().critical);
}

#[test]
fn an_unknown_key_is_an_error_only_when_used() {
    let mut unknown = builder();
    unknown.public_key = sequence(&[&algorithm(&[0x2a, 0x03], &[]), &bit_string(&[1])]);
    assert_eq!(read(&unknown).unwrap().public_key(), Err(KeyError::UnsupportedKeyType));
    let mut short = builder();
    short.public_key = rsa_spki(128);
    let fault = MalformedKeyError::ModulusSize { bits: 1024 };
    assert_eq!(read(&short).unwrap().public_key(), Err(KeyError::Malformed(fault)));
}

#[test]
fn rule_273_all_input_is_taken() {
    let mut surplus = der();
    surplus.push(0);
    assert_rejected(&surplus, &CertificateError::TrailingData { length: 1 });
    assert_rejected(&der()[..der().len() - 1], &CertificateError::NotDer);
    assert_rejected(&[], &CertificateError::NotDer);
}

#[test]
fn rule_273_a_certificate_has_its_three_parts_and_no_more() {
    let der = der();
    let parts = der::only(&der, der::SEQUENCE).unwrap();
    assert_rejected(&sequence(&[parts, &[0x05, 0x00]]), &CertificateError::NotDer);
    let mut changed = builder();
    changed.surplus = vec![0x05, 0x00];
    let error = read(&changed).unwrap_err();
    assert_eq!(error, CertificateError::Malformed("structure"));
}

/// A certificate whose key's length takes a byte more than it needs.
fn with_long_length() -> Vec<u8> {
    let mut changed = builder();
    changed.public_key = [&[0x30, 0x81], &changed.public_key[1..]].concat();
    changed.der(&common_name("root"), &key())
}

#[test]
fn rule_273_lengths_are_definite_and_minimal() {
    let der = der();
    let contents = der::only(&der, der::SEQUENCE).unwrap();
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    let padded = [&[0x30, 0x83, 0x00], &length[..], contents].concat();
    assert_rejected(&padded, &CertificateError::NotDer);
    let indefinite = [&[0x30, 0x80], contents, &[0x00, 0x00]].concat();
    assert_rejected(&indefinite, &CertificateError::NotDer);

    assert_rejected(&with_long_length(), &CertificateError::NotDer);
}

#[test]
fn rule_273_nothing_nests_deeper_than_the_limit() {
    let nested = (0..20).fold(Vec::new(), |inner, _| sequence(&[&inner]));
    let mut changed = builder();
    changed.surplus = nested;
    assert_eq!(read(&changed).unwrap_err(), CertificateError::NotDer);
}

#[test]
fn rule_281_a_certificate_has_no_more_bytes_than_the_limit() {
    let padded = |length| builder().with_extension(Oid::from_contents(&[0x2a]), false, &vec![0; length]);
    let room = CERTIFICATE_MAX - der().len() - 40;
    read(&padded(room)).unwrap();
    let length = padded(room + 40).der(&common_name("root"), &key()).len();
    assert!(length > CERTIFICATE_MAX);
    let error = read(&padded(room + 40)).unwrap_err();
    assert!(matches!(error, CertificateError::TooLong { .. }), "{error:?}");
    assert_eq!(error.code(), Code::AttestationCertificateInvalid);
    // The bound itself is none too many, whatever else is wrong.
    let fault = |length| Certificate::from_der(&vec![0x30; length]).unwrap_err();
    assert!(!matches!(fault(CERTIFICATE_MAX), CertificateError::TooLong { .. }));
    assert!(matches!(fault(CERTIFICATE_MAX + 1), CertificateError::TooLong { .. }));
}

#[test]
fn rule_281_a_certificate_has_no_more_extensions_than_the_limit() {
    let with = |count: usize| {
        let mut changed = builder();
        changed.extensions = (0..count)
            .map(|number| {
                let contents = [0x2a, u8::try_from(number).unwrap()];
                extension(&Oid::from_contents(&contents), false, &[0x05, 0x00])
            })
            .collect();
        changed
    };
    read(&with(EXTENSIONS_MAX)).unwrap();
    assert_eq!(read(&with(EXTENSIONS_MAX + 1)).unwrap_err(), CertificateError::TooManyExtensions(65));
}

#[test]
fn the_two_signature_algorithms_agree() {
    let mut changed = builder();
    changed.outer_algorithm = Some(Key::p384(1).signature_algorithm());
    assert_eq!(read(&changed).unwrap_err(), CertificateError::SignatureAlgorithmsDiffer);
    let mut parameters = builder();
    parameters.outer_algorithm =
        Some(algorithm(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02], &[0x05, 0x00]));
    assert_eq!(read(&parameters).unwrap_err(), CertificateError::SignatureAlgorithmsDiffer);
    // An identifier with a tag that is none's.
    let mut tag = builder();
    let mut signed = Key::p256(1).signature_algorithm();
    signed[2] = 0x46;
    tag.outer_algorithm = Some(signed);
    assert_eq!(read(&tag).unwrap_err(), CertificateError::SignatureAlgorithmsDiffer);
}

#[test]
fn an_extension_occurs_once() {
    let mut changed = builder();
    changed.extensions.push(extension(&oid::BASIC_CONSTRAINTS, false, &sequence(&[])));
    let error = read(&changed).unwrap_err();
    assert_eq!(error, CertificateError::DuplicateExtension(oid::BASIC_CONSTRAINTS));
}

#[test]
fn a_version_is_1_to_3() {
    let mut changed = builder();
    changed.version = 4;
    assert_eq!(read(&changed).unwrap_err(), CertificateError::Version(3));
}

#[test]
fn a_malformed_time_is_rejected() {
    for time in [&b"251301000000Z"[..], b"25010100000Z", b"2501010000", b"not a time"] {
        let mut changed = builder();
        changed.not_before = Time::with_tag(UTC_TIME, time);
        assert_eq!(read(&changed).unwrap_err(), CertificateError::Malformed("validity"), "{time:?}");
    }
}

#[test]
fn key_extensions_have_their_syntax() {
    for (identifier, value) in [
        (oid::BASIC_CONSTRAINTS, &[0x30, 0x03, 0x01, 0x01, 0x01][..]),
        (oid::BASIC_CONSTRAINTS, &[0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, 0xff]),
        (oid::BASIC_CONSTRAINTS, &[0x30, 0x02, 0x05, 0x00]),
        (oid::BASIC_CONSTRAINTS, &[0x30, 0x00, 0x00]),
        (oid::KEY_USAGE, &[0x03, 0x02, 0x08, 0x80]),
        (oid::KEY_USAGE, &[0x03, 0x00]),
        (oid::KEY_USAGE, &[0x04, 0x02, 0x07, 0x80]),
        (oid::EXTENDED_KEY_USAGE, &[0x30, 0x00]),
        (oid::EXTENDED_KEY_USAGE, &[0x30, 0x02, 0x05, 0x00]),
    ] {
        let changed = builder().with_extension(identifier.clone(), true, value);
        assert_eq!(read(&changed).unwrap_err(), CertificateError::Extension(identifier), "{value:?}");
    }
}

/// A certificate whose signature's BIT STRING has these contents.
fn with_signature(contents: &[u8]) -> Vec<u8> {
    let der = der();
    let mut parts = Reader::new(der::only(&der, der::SEQUENCE).unwrap());
    let (tbs, algorithm) = (parts.element().unwrap().whole, parts.element().unwrap().whole);
    sequence(&[tbs, algorithm, &element(0x03, contents)])
}

#[test]
fn a_certificate_whose_signature_claims_unused_bits_is_read_and_all_octets_are_the_signature() {
    for unused in 0..=7 {
        // All bits of the last octet are set, and some of them are claimed to be unused.
        let certificate = Certificate::from_der(&with_signature(&[unused, 0x30, 0xff])).unwrap();
        assert_eq!(certificate.signature(), [0x30, 0xff], "{unused}");
    }
}

#[test]
fn a_signature_claims_no_more_unused_bits_than_an_octet_has() {
    let malformed = CertificateError::Malformed("signature");
    assert_eq!(Certificate::from_der(&with_signature(&[0])).unwrap().signature(), [0; 0]);
    for contents in [&[][..], &[1], &[7], &[8, 0x30, 0xff], &[0xff, 0x30, 0xff]] {
        assert_rejected(&with_signature(contents), &malformed);
    }
}

#[test]
fn signature_algorithms_have_identifiers_and_parameters() {
    use countersign_cose::Hash::{Sha256, Sha384, Sha512};
    const NULL: &[u8] = &[0x05, 0x00];
    let ecdsa = |last| vec![0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last];
    let rsa = |last| vec![0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last];
    let owned = |contents: &[u8]| Oid::from_contents(contents).into_owned();
    for (identifier, parameters, expected) in [
        (ecdsa(2), &[][..], SignatureAlgorithm::Ecdsa(Sha256)),
        (ecdsa(3), &[], SignatureAlgorithm::Ecdsa(Sha384)),
        (ecdsa(4), NULL, SignatureAlgorithm::Ecdsa(Sha512)),
        (ecdsa(2), &[0x04, 0x00], SignatureAlgorithm::Unknown(owned(&ecdsa(2)))),
        (ecdsa(3), &[0x04, 0x00], SignatureAlgorithm::Unknown(owned(&ecdsa(3)))),
        (ecdsa(4), &[0x04, 0x00], SignatureAlgorithm::Unknown(owned(&ecdsa(4)))),
        (ecdsa(1), &[], SignatureAlgorithm::Unknown(owned(&ecdsa(1)))),
        (rsa(11), NULL, SignatureAlgorithm::RsaPkcs1(Sha256)),
        (rsa(12), &[], SignatureAlgorithm::RsaPkcs1(Sha384)),
        (rsa(13), NULL, SignatureAlgorithm::RsaPkcs1(Sha512)),
        (rsa(11), &[0x04, 0x00], SignatureAlgorithm::Unknown(owned(&rsa(11)))),
        (rsa(12), &[0x04, 0x00], SignatureAlgorithm::Unknown(owned(&rsa(12)))),
        (rsa(13), &[0x04, 0x00], SignatureAlgorithm::Unknown(owned(&rsa(13)))),
        (rsa(4), NULL, SignatureAlgorithm::Weak(owned(&rsa(4)))),
        (rsa(5), NULL, SignatureAlgorithm::Weak(owned(&rsa(5)))),
        (rsa(10), NULL, SignatureAlgorithm::Unknown(owned(&rsa(10)))),
        (vec![0x2b, 0x65, 0x70], &[], SignatureAlgorithm::Ed25519),
        (vec![0x2b, 0x65, 0x70], NULL, SignatureAlgorithm::Unknown(owned(&[0x2b, 0x65, 0x70]))),
    ] {
        let certificate = with_algorithm(&algorithm(&identifier, parameters));
        assert_eq!(*certificate.signature_algorithm(), expected);
    }
}

#[test]
fn the_parameters_of_pss_are_one_hash_and_a_salt_of_its_length() {
    use countersign_cose::Hash::{Sha256, Sha384, Sha512};
    let pss_identifier = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
    let sha2 = |last| algorithm(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last], &[0x05, 0x00]);
    let mgf1 = |hash: &[u8]| algorithm(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08], hash);
    let (hash, mask) = (element(0xa0, &sha2(1)), element(0xa1, &mgf1(&sha2(1))));
    let salt = |length| element(0xa2, &[0x02, 0x01, length]);
    let read = |members: &[&[u8]]| {
        let certificate = with_algorithm(&algorithm(&pss_identifier, &sequence(members)));
        certificate.signature_algorithm().clone()
    };
    let weak = SignatureAlgorithm::Weak(Oid::from_contents(&pss_identifier).into_owned());
    let unknown = SignatureAlgorithm::Unknown(Oid::from_contents(&pss_identifier).into_owned());
    let trailer = |value| element(0xa3, &[0x02, 0x01, value]);

    assert_eq!(read(&[&hash, &mask, &salt(32)]), SignatureAlgorithm::RsaPss(Sha256));
    for (last, length, expected) in [(2, 48, Sha384), (3, 64, Sha512)] {
        let (hash, mask) = (element(0xa0, &sha2(last)), element(0xa1, &mgf1(&sha2(last))));
        assert_eq!(read(&[&hash, &mask, &salt(length)]), SignatureAlgorithm::RsaPss(expected));
        assert_eq!(read(&[&hash, &mask, &salt(32)]), unknown);
    }
    assert_eq!(read(&[&hash, &mask, &salt(32), &trailer(1)]), SignatureAlgorithm::RsaPss(Sha256));
    assert_eq!(read(&[&hash, &mask, &salt(32), &trailer(2)]), unknown);
    assert_eq!(read(&[&hash, &mask, &salt(20)]), unknown);
    assert_eq!(read(&[&hash, &mask]), unknown);
    assert_eq!(read(&[&hash, &element(0xa1, &mgf1(&sha2(2))), &salt(32)]), unknown);
    assert_eq!(read(&[&hash, &element(0xa1, &sha2(1)), &salt(32)]), unknown);
    assert_eq!(read(&[&mask, &hash, &salt(32)]), unknown);
    assert_eq!(read(&[&hash, &salt(32)]), weak);
    assert_eq!(read(&[]), weak);
}

#[test]
fn the_scheme_is_the_algorithm_on_the_issuers_key() {
    use countersign_cose::{Hash, PublicKey, Scheme};
    let p384 = PublicKey::from_spki(&Key::p384(1).spki()).unwrap();
    let rsa = PublicKey::from_spki(&rsa_spki(256)).unwrap();
    let ed25519 = PublicKey::from_spki(&Key::ed25519(1).spki()).unwrap();
    let (hash, ecdsa) = (Hash::Sha256, SignatureAlgorithm::Ecdsa(Hash::Sha256));
    assert_eq!(ecdsa.scheme(&p384), Some(Scheme::Ecdsa { curve: Curve::P384, hash }));
    assert_eq!(ecdsa.scheme(&rsa), None);
    assert_eq!(SignatureAlgorithm::RsaPkcs1(hash).scheme(&rsa), Some(Scheme::RsaPkcs1 { hash }));
    assert_eq!(SignatureAlgorithm::RsaPss(hash).scheme(&rsa), Some(Scheme::RsaPss { hash }));
    assert_eq!(SignatureAlgorithm::RsaPss(hash).scheme(&ed25519), None);
    assert_eq!(SignatureAlgorithm::Ed25519.scheme(&ed25519), Some(Scheme::Ed25519));
}

proptest! {
    #[test]
    fn a_changed_certificate_is_rejected_or_read_without_a_panic(
        position in 0..400_usize, value: u8, cut in 0..400_usize,
    ) {
        let mut der = der();
        let position = position % der.len();
        der[position] = value;
        if let Ok(certificate) = Certificate::from_der(&der) {
            prop_assert_eq!(certificate.as_der(), &der);
            let _ = (format!("{certificate:?}"), certificate.public_key());
        }
        prop_assert!(Certificate::from_der(&der[..cut % der.len()]).is_err());
    }
}
