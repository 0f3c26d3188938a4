//! Tests of TPM attestation. [`good`] makes what a good statement is made of; each test of a rule changes one thing.

mod certificate;
mod rs1;
mod structures;

use ciborium::{Value, cbor};
use countersign_cose::{Hash, KeyError, MalformedKeyError, Verifiers};
use countersign_types::{Aaguid, AlgorithmIdentifier, Code};
use proptest::prelude::*;

use super::{
    TpmManufacturer,
    test_support::{ATTRIBUTES, CertifyInfo, PublicArea, name_of},
};
use crate::{
    attestation::Attestation,
    attestation_type::AttestationType,
    certificate::Certificate,
    details::Details,
    error::{AttestationError, certificate::AttestationCertificateError, statement::StatementError},
    format::table::Formats,
    oid::{self, Oid},
    path::{limits::PathLimits, validate_path},
    revocation::Revocation,
    test_support::{
        NOW,
        certificates::{Builder, Key, common_name, root, text},
        mutations::{Acceptance, Example, Material},
        statements::{
            AAGUID, CLIENT_DATA_HASH, Registration, counts_of_unused_bits, encode, removed, replaced, x5c,
        },
    },
};
use countersign_authenticator::{
    Attribute,
    certificate::name,
    der::{element, octet_string, sequence},
};

const ES256: i64 = -7;
const ES384: i64 = -35;
const RS256: i64 = -257;

type Members = Vec<(Value, Value)>;

/// What a statement is made of.
struct Parts {
    registration: Registration,
    algorithm: i64,
    key: Key,
    leaf: Builder,
    certify_info: CertifyInfo,
    public_area: Vec<u8>,
}

/// An ES256 credential's, certified with an ES256 attestation key.
fn good() -> Parts {
    let point = Key::p256(3).public_bytes();
    let public_area = PublicArea::ecc(0x0003, 0x0010, &point[1..33], &point[33..]);
    of(Registration::new(&Key::p256(3), AAGUID), &public_area)
}

fn of(registration: Registration, public_area: &PublicArea) -> Parts {
    let public_area = public_area.bytes();
    let extra_data = Hash::Sha256.digest(&[&registration.signed_data()]);
    Parts {
        registration,
        algorithm: ES256,
        key: Key::p256(2),
        leaf: leaf(&Key::p256(2)),
        certify_info: CertifyInfo::new(extra_data, name_of(&public_area)),
        public_area,
    }
}

/// An ES256 credential with these coordinates, and the public area's parts that follow the scheme.
fn with_point(x: &[u8], y: &[u8], curve: u16, area: (&[u8], &[u8])) -> Parts {
    let registration = Registration::with_coordinates(x, y, AAGUID);
    of(registration, &PublicArea::ecc(curve, 0x0010, area.0, area.1))
}

const MODULUS: [u8; 256] = [0xc1; 256];

/// An RS256 credential with this exponent, and the public area's parts that follow the scheme.
fn with_rsa(exponent: &[u8], area: (u16, u32, &[u8])) -> Parts {
    of(rsa_registration(exponent), &PublicArea::rsa(area.0, area.1, area.2))
}

fn rsa_registration(exponent: &[u8]) -> Registration {
    let (n, e) = (Value::Bytes(MODULUS.into()), Value::Bytes(exponent.into()));
    let key = cbor!({ 1 => 3, 3 => RS256, -1 => n, -2 => e }).unwrap();
    Registration::with_credential_key(encode(&key), AAGUID)
}

/// An attestation key's certificate.
fn leaf(key: &Key) -> Builder {
    let mut leaf = Builder::attestation(key)
        .with_extension(oid::SUBJECT_ALT_NAME, true, &alternative_name(&tpm()))
        .with_extension(oid::EXTENDED_KEY_USAGE, false, &purposes(&[oid::TPM_AIK_CERTIFICATE]));
    leaf.subject.clear();
    leaf
}

/// The attributes that name a TPM.
fn tpm() -> Vec<Attribute> {
    vec![
        text(&oid::TPM_MANUFACTURER, "id:49465800"),
        text(&oid::TPM_MODEL, "SLB9670"),
        text(&oid::TPM_VERSION, "id:0007003D"),
    ]
}

fn alternative_name(attributes: &[Attribute]) -> Vec<u8> {
    sequence(&[&element(0xa4, &name(attributes))])
}

fn purposes(purposes: &[Oid<'_>]) -> Vec<u8> {
    let purposes: Vec<_> = purposes.iter().map(|purpose| element(0x06, purpose.as_contents())).collect();
    element(0x30, &purposes.concat())
}

impl Parts {
    /// The same with an attestation key of another kind.
    fn with_attestation_key(mut self, algorithm: i64, key: Key, hash: Hash) -> Self {
        self.certify_info.extra_data = hash.digest(&[&self.registration.signed_data()]);
        self.leaf = leaf(&key);
        (self.algorithm, self.key) = (algorithm, key);
        self
    }

    fn with_leaf(mut self, leaf: Builder) -> Self {
        self.leaf = leaf;
        self
    }

    /// The same with another public area, which was certified.
    fn with_public_area(mut self, bytes: Vec<u8>) -> Self {
        self.certify_info.name = name_of(&bytes);
        self.public_area = bytes;
        self
    }

    fn members(&self) -> Members {
        self.signed(self.certify_info.bytes())
    }

    /// With other bytes as `certInfo`, which were signed.
    fn signed(&self, certify_info: Vec<u8>) -> Members {
        let certificate = self.leaf.der(&common_name("root"), &root().1);
        let bytes = Value::Bytes;
        [
            ("ver", "2.0".into()),
            ("alg", self.algorithm.into()),
            ("x5c", Value::Array(vec![bytes(certificate)])),
            ("sig", bytes(self.key.sign(&certify_info))),
            ("certInfo", bytes(certify_info)),
            ("pubArea", bytes(self.public_area.clone())),
        ]
        .map(|(member, value)| (member.into(), value))
        .into()
    }

    fn verify_members(&self, members: Members) -> Result<Attestation, AttestationError> {
        self.registration.verify("tpm", &encode(&Value::Map(members)))
    }

    fn verify(&self) -> Result<Attestation, AttestationError> {
        self.verify_members(self.members())
    }

    fn assert_error(&self, expected: &AttestationError, code: Code) {
        assert_error(self.verify(), expected, code);
    }
}

fn assert_error(result: Result<Attestation, AttestationError>, expected: &AttestationError, code: Code) {
    let error = result.unwrap_err();
    assert_eq!(error, *expected);
    assert_eq!(error.code(), code);
}

fn with(member: &str, value: Value) -> Members {
    replaced(good().members(), member, value)
}

fn without(member: &str) -> Members {
    removed(good().members(), member)
}

fn assert_malformed(members: Members, fault: StatementError) {
    let expected = AttestationError::StatementMalformed(fault);
    assert_error(good().verify_members(members), &expected, Code::AttestationStatementMalformed);
}

fn details(attestation: &Attestation) -> &super::TpmDetails {
    let Details::Tpm(details) = attestation.details() else { panic!("{:?}", attestation.details()) };
    details
}

#[test]
fn a_certified_key_is_accepted_and_its_tpm_reported() {
    let attestation = good().verify().unwrap();
    assert_eq!(attestation.format(), "tpm");
    assert_eq!(attestation.attestation_type(), AttestationType::AttCa);
    // What it signs, software wrote: rule 387.
    assert_eq!(attestation.aaguid_source(), crate::AaguidSource::Software);
    assert_eq!(attestation.trust_path()[0].as_der(), good().leaf.der(&common_name("root"), &root().1));
    let details = details(&attestation);
    assert_eq!(details.manufacturer, TpmManufacturer::from_bytes(*b"IFX\0"));
    assert_eq!((&details.model[..], &details.version[..]), ("SLB9670", "id:0007003D"));
    assert_eq!(details.firmware_version, 0x0007_0002_0000_0003);
    assert_eq!(details.key_attributes.bits(), ATTRIBUTES);
}

#[test]
fn an_attestation_key_of_another_algorithm_hashes_with_its_own_function() {
    good().with_attestation_key(ES384, Key::p384(2), Hash::Sha384).verify().unwrap();
}

#[test]
fn the_trust_path_has_all_certificates_in_their_order() {
    let leaf = good().leaf.der(&common_name("root"), &root().1);
    let certificates = [leaf, root().0.certificate().as_der().to_vec()];
    let attestation = good().verify_members(with("x5c", x5c(&certificates))).unwrap();
    let path: Vec<_> = attestation.trust_path().iter().map(Certificate::as_der).collect();
    assert_eq!(path, certificates);
}

#[test]
fn unknown_members_are_passed_over() {
    let mut members = good().members();
    members.push(("extra".into(), Value::Null));
    good().verify_members(members).unwrap();
}

#[test]
fn rule_164_ver_is_the_text_2_0() {
    assert_malformed(without("ver"), StatementError::Missing("ver"));
    let another_type = StatementError::WrongType { member: "ver", expected: "a text" };
    for value in [Value::Null, 2.0.into(), Value::Bytes(b"2.0".into())] {
        assert_malformed(with("ver", value), another_type.clone());
    }
    assert_malformed(with("ver", "".into()), StatementError::Empty("ver"));
    for value in ["1.2", "2", "2.0 ", "2.00"] {
        let another_text = StatementError::WrongType { member: "ver", expected: "2.0" };
        assert_malformed(with("ver", value.into()), another_text);
    }
}

#[test]
fn rule_165_alg_is_an_integer() {
    assert_malformed(without("alg"), StatementError::Missing("alg"));
    let fault = StatementError::WrongType { member: "alg", expected: "an integer of 64 bits" };
    for value in [Value::Null, "ES256".into(), u64::MAX.into(), (-7.0).into()] {
        assert_malformed(with("alg", value), fault.clone());
    }
}

#[test]
fn rule_166_sig_certinfo_and_pubarea_are_byte_strings_and_not_empty() {
    for member in ["sig", "certInfo", "pubArea"] {
        assert_malformed(without(member), StatementError::Missing(member));
        for value in [Value::Null, "text".into(), Value::Array(Vec::new())] {
            let fault = StatementError::WrongType { member, expected: "a byte string" };
            assert_malformed(with(member, value), fault);
        }
        assert_malformed(with(member, Value::Bytes(Vec::new())), StatementError::Empty(member));
    }
}

#[test]
fn rule_167_x5c_has_certificates() {
    assert_malformed(without("x5c"), StatementError::Missing("x5c"));
    let fault = |expected| StatementError::WrongType { member: "x5c", expected };
    for value in [Value::Null, "text".into(), Value::Bytes(vec![0x30])] {
        assert_malformed(with("x5c", value), fault("an array"));
    }
    assert_malformed(with("x5c", Value::Array(Vec::new())), StatementError::Empty("x5c"));
    for element in [Value::Null, "text".into()] {
        assert_malformed(with("x5c", Value::Array(vec![element])), fault("an array of byte strings"));
    }
    let empty = Value::Array(vec![Value::Bytes(Vec::new())]);
    assert_malformed(with("x5c", empty), StatementError::Empty("x5c"));
}

#[test]
fn rule_168_ecdaa_is_no_longer_part_of_the_format() {
    let mut members = good().members();
    members.push(("ecdaaKeyId".into(), Value::Bytes(vec![1; 32])));
    assert_malformed(members, StatementError::Removed("ecdaaKeyId"));
}

#[test]
fn rule_190_the_signature_is_of_the_attestation_key_over_certinfo() {
    let certify_info = good().certify_info.bytes();
    let mut flipped = good().key.sign(&certify_info);
    *flipped.last_mut().unwrap() ^= 1;
    // TPM_ALG_ECDSA, TPM_ALG_SHA256, r and s: the TPM's own structure of a signature.
    let structure = [&[0x00, 0x18, 0x00, 0x0b, 0x00, 0x20][..], &[1; 32], &[0x00, 0x20], &[1; 32]].concat();
    for signature in [
        flipped,
        good().key.sign(&good().registration.signed_data()),
        Key::p256(3).sign(&certify_info),
        structure,
    ] {
        let result = good().verify_members(with("sig", Value::Bytes(signature)));
        assert_error(result, &AttestationError::SignatureInvalid, Code::AttestationSignatureInvalid);
    }
}

#[test]
fn rule_191_alg_is_supported_and_fits_the_attestation_key() {
    for algorithm in [RS256, -37, ES384, -8] {
        let expected = AttestationError::AlgorithmUnfit(AlgorithmIdentifier(algorithm));
        let result = good().verify_members(with("alg", algorithm.into()));
        assert_error(result, &expected, Code::AttestationSignatureInvalid);
    }
    let expected = AttestationError::AlgorithmUnsupported(AlgorithmIdentifier(5));
    assert_error(good().verify_members(with("alg", 5.into())), &expected, Code::AlgorithmUnsupported);

    let mut parts = good();
    parts.registration.verifiers = Verifiers::none();
    let expected = AttestationError::VerifierMissing(countersign_cose::Algorithm::Es256.scheme());
    parts.assert_error(&expected, Code::VerifierMissing);
}

#[test]
fn rule_191_an_algorithm_without_its_own_hash_function_is_rejected() {
    let parts = good().with_attestation_key(-8, Key::ed25519(2), Hash::Sha512);
    let expected = AttestationError::AlgorithmUnfit(AlgorithmIdentifier(-8));
    parts.assert_error(&expected, Code::AttestationSignatureInvalid);
}

#[test]
fn the_keys_attributes_are_reported() {
    // fixedTPM, sensitiveDataOrigin.
    for attributes in [ATTRIBUTES, ATTRIBUTES & !(1 << 1), ATTRIBUTES & !(1 << 5)] {
        let point = Key::p256(3).public_bytes();
        let mut public_area = PublicArea::ecc(0x0003, 0x0010, &point[1..33], &point[33..]);
        public_area.attributes = attributes;
        let attestation = of(Registration::new(&Key::p256(3), AAGUID), &public_area).verify().unwrap();
        assert_eq!(details(&attestation).key_attributes.bits(), attributes);
    }
}

/// Whether the statement is accepted, and its certificates lead to the anchor.
fn is_trusted(statement: &[u8]) -> bool {
    let registration = good().registration;
    registration.verify("tpm", statement).is_ok_and(|attestation| {
        let anchors = [root().0];
        let path = attestation.trust_path();
        validate_path(
            path,
            &anchors,
            &Revocation::none(),
            NOW,
            &registration.verifiers,
            &PathLimits::default(),
        )
        .is_ok()
    })
}

#[test]
fn no_statement_with_a_flipped_bit_is_trusted() {
    let statement = encode(&Value::Map(good().members()));
    assert!(is_trusted(&statement));
    let counts = counts_of_unused_bits(&statement);
    assert_eq!(counts.len(), 1);
    for position in (0..statement.len()).filter(|position| !counts.contains(position)) {
        let mut flipped = statement.clone();
        flipped[position] ^= 1 << (position % 8);
        assert!(!is_trusted(&flipped), "byte {position}");
    }
}

proptest! {
    #[test]
    fn no_mutated_statement_is_trusted(
        at in any::<prop::sample::Index>(),
        until in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let statement = encode(&Value::Map(good().members()));
        let (at, until) = (at.index(statement.len()), until.index(statement.len()));
        let until = at.max(until.min(at + 8));
        let mutated = [&statement[..at], &bytes, &statement[until..]].concat();
        // The count of a signature's unused bits decides nothing.
        let mut counted = mutated.clone();
        for position in counts_of_unused_bits(&mutated) {
            counted[position] = 0;
        }
        prop_assert!(counted == statement || !is_trusted(&mutated));
    }
}

#[test]
fn mutations_of_a_good_statement_are_not_accepted() {
    for parts in [good(), with_rsa(&[1, 0, 1], (2048, 0, &MODULUS))] {
        let statement = Value::Map(parts.members());
        let example = Example {
            format: "tpm",
            formats: Formats::standard(),
            registration: parts.registration,
            statement,
            material: Material::Members(&["ver", "alg", "sig", "x5c", "certInfo", "pubArea"]),
            acceptance: Acceptance::Trusted,
        };
        example.assert_no_mutation_is_accepted();
    }
}
