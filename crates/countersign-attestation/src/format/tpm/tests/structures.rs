//! `pubArea` and `certInfo`.

use super::*;
use crate::{
    error::key_mismatch::KeyMismatchError,
    format::tpm::{ObjectAttributes, TpmError, error::STRUCTURE_MAX, test_support::sized},
};

fn ecc() -> PublicArea {
    let point = Key::p256(3).public_bytes();
    PublicArea::ecc(0x0003, 0x0010, &point[1..33], &point[33..])
}

fn malformed(fault: TpmError) -> AttestationError {
    AttestationError::StatementMalformed(StatementError::Tpm(fault))
}

fn assert_public_area(bytes: Vec<u8>, fault: TpmError) {
    good().with_public_area(bytes).assert_error(&malformed(fault), Code::AttestationStatementMalformed);
}

fn assert_value(public_area: &PublicArea, field: &'static str, got: u32) {
    assert_public_area(public_area.bytes(), TpmError::Value { field, got });
}

fn assert_mismatch(parts: &Parts, property: &'static str) {
    let expected = AttestationError::KeyMismatch(KeyMismatchError::Property(property));
    parts.assert_error(&expected, Code::AttestationKeyMismatch);
}

/// Asserts of `certInfo` that is signed.
fn assert_certify_info(bytes: Vec<u8>, fault: TpmError) {
    let parts = good();
    let result = parts.verify_members(parts.signed(bytes));
    assert_error(result, &malformed(fault), Code::AttestationStatementMalformed);
}

fn assert_unbound(parts: &Parts, member: &'static str) {
    parts.assert_error(&AttestationError::BindingMismatch(member), Code::AttestationBindingMismatch);
}

#[test]
fn an_rsa_key_is_accepted_with_its_exponent_or_with_0_for_65537() {
    for exponent in [0, 65_537] {
        with_rsa(&[1, 0, 1], (2048, exponent, &MODULUS)).verify().unwrap();
    }
    with_rsa(&[3], (2048, 3, &MODULUS)).verify().unwrap();
}

#[test]
fn coordinates_may_come_without_their_leading_zeros() {
    let short = [&[0, 0][..], &[5; 30]].concat();
    for (x, y) in [(&short[..], &[1; 32][..]), (&[1; 32], &short)] {
        with_point(x, y, 0x0003, (x, y)).verify().unwrap();
        let trim = |full: &'_ [u8]| full.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<_>>();
        with_point(x, y, 0x0003, (&trim(x), &trim(y))).verify().unwrap();
    }
}

#[test]
fn keys_on_other_curves_are_accepted() {
    for (algorithm, curve, identifier, length) in [(-35, 2, 0x0004, 48), (-36, 3, 0x0005, 66)] {
        let coordinate = |byte| Value::Bytes(vec![0; 1].into_iter().chain(vec![byte; length - 1]).collect());
        let (x, y) = (coordinate(5), coordinate(6));
        let key = cbor!({ 1 => 2, 3 => algorithm, -1 => curve, -2 => x.clone(), -3 => y.clone() }).unwrap();
        let area = PublicArea::ecc(identifier, 0x0010, x.as_bytes().unwrap(), &y.as_bytes().unwrap()[1..]);
        of(Registration::with_credential_key(encode(&key), AAGUID), &area).verify().unwrap();
    }
}

#[test]
fn the_hash_functions_of_names_are_sha_1_and_sha_2() {
    for name_hash in [0x0004, 0x000b, 0x000c, 0x000d] {
        good().with_public_area(PublicArea { name_hash, ..ecc() }.bytes()).verify().unwrap();
    }
}

#[test]
fn attributes_and_policy_are_not_judged() {
    for attributes in [1 << 18, ATTRIBUTES | 1 << 16, u32::MAX] {
        good().with_public_area(PublicArea { attributes, ..ecc() }.bytes()).verify().unwrap();
    }
    let policy = vec![9; 32];
    good().with_public_area(PublicArea { policy, ..ecc() }.bytes()).verify().unwrap();
}

#[test]
fn each_attribute_is_its_own_bit() {
    let of = |attributes: ObjectAttributes| {
        [
            attributes.is_fixed_to_tpm(),
            attributes.originated_in_tpm(),
            attributes.user_with_auth(),
            attributes.no_dictionary_attack_protection(),
            attributes.signs(),
        ]
    };
    for (index, bit) in [1, 5, 6, 10, 18].into_iter().enumerate() {
        let mut expected = [false; 5];
        expected[index] = true;
        assert_eq!(of(ObjectAttributes::from_bits(1 << bit)), expected, "{bit}");
        assert_eq!(of(ObjectAttributes::from_bits(!(1 << bit))), expected.map(|is_set| !is_set), "{bit}");
    }
}

#[test]
fn a_manufacturer_is_its_four_bytes() {
    let text: TpmManufacturer = "id:494E5443".parse().unwrap();
    assert_eq!(text.as_bytes(), b"INTC");
}

#[test]
fn rule_169_pubarea_is_one_structure() {
    let bytes = ecc().bytes();
    for length in 1..bytes.len() {
        let error = good().with_public_area(bytes[..length].to_vec()).verify().unwrap_err();
        assert!(
            matches!(
                error,
                AttestationError::StatementMalformed(StatementError::Tpm(TpmError::Truncated {
                    structure: "pubArea",
                    ..
                }))
            ),
            "{length}: {error:?}"
        );
    }
    let trailing = [&bytes[..], &[0; 32]].concat();
    assert_public_area(trailing, TpmError::TrailingData { structure: "pubArea", length: 32 });
    let rsa = [PublicArea::rsa(2048, 0, &MODULUS).bytes(), vec![0]].concat();
    assert_public_area(rsa, TpmError::TrailingData { structure: "pubArea", length: 1 });

    let long = PublicArea { policy: vec![0; STRUCTURE_MAX], ..ecc() }.bytes();
    let length = long.len();
    assert_public_area(long, TpmError::TooLong { structure: "pubArea", length });
}

#[test]
fn rule_170_pubarea_is_not_wrapped_with_its_length() {
    let wrapped = sized(&ecc().bytes());
    let length = u32::try_from(wrapped.len() - 2).unwrap();
    assert_public_area(wrapped, TpmError::Value { field: "type", got: length });
}

#[test]
fn rule_171_pubarea_is_of_an_rsa_or_ecc_key() {
    // KEYEDHASH, SYMCIPHER, and an algorithm that is no object's.
    for object_type in [0x0008, 0x0025, 0x000b] {
        assert_value(&PublicArea { object_type, ..ecc() }, "type", object_type.into());
    }
}

#[test]
fn rule_172_namealg_is_known() {
    // TPM_ALG_NULL, SM3, SHA3-256.
    for name_hash in [0x0010, 0x0012, 0x0027, 0x7fff] {
        assert_value(&PublicArea { name_hash, ..ecc() }, "nameAlg", name_hash.into());
    }
}

#[test]
fn rule_173_the_modulus_is_the_credentials() {
    let mut other = MODULUS;
    other[255] ^= 2;
    for modulus in [&other[..], &MODULUS[1..], &[&[0][..], &MODULUS].concat(), &[]] {
        assert_mismatch(&with_rsa(&[1, 0, 1], (2048, 0, modulus)), "modulus");
    }
    assert_mismatch(&with_rsa(&[1, 0, 1], (1024, 0, &MODULUS)), "keyBits");
}

#[test]
fn rule_174_the_exponent_is_the_credentials() {
    for (of_credential, exponent) in [(&[1, 0, 1][..], 3), (&[3], 0), (&[3], 65_537), (&[1, 0, 1], 1)] {
        assert_mismatch(&with_rsa(of_credential, (2048, exponent, &MODULUS)), "exponent");
    }
}

#[test]
fn rule_175_the_curve_is_the_credentials() {
    let (x, y) = ([1; 32], [2; 32]);
    // P-192, P-384, BN P-256, SM2 P-256.
    for curve in [0x0001, 0x0004, 0x0010, 0x0020] {
        assert_mismatch(&with_point(&x, &y, curve, (&x, &y)), "curve");
    }
}

#[test]
fn rule_176_the_coordinates_are_the_credentials() {
    let (x, y) = ([1; 32], [2; 32]);
    let prefixed = [&[0][..], &[1; 32]].concat();
    for other in [&[3; 32][..], &[1; 31], &[], &prefixed] {
        assert_mismatch(&with_point(&x, &y, 0x0003, (other, &y)), "x");
    }
    // The negative of the point has another y.
    for other in [&[3; 32][..], &[2; 31], &[], &x] {
        assert_mismatch(&with_point(&x, &y, 0x0003, (&x, other)), "y");
    }
    // Only zeros may be left out.
    let short = [&[9][..], &[5; 31]].concat();
    assert_mismatch(&with_point(&short, &y, 0x0003, (&short[1..], &y)), "x");
}

#[test]
fn rule_177_the_type_is_the_credentials() {
    assert_mismatch(&good().with_public_area(PublicArea::rsa(2048, 0, &MODULUS).bytes()), "type");
    assert_mismatch(&of(rsa_registration(&[1, 0, 1]), &ecc()), "type");
}

#[test]
fn rule_178_the_key_makes_signatures() {
    let attributes = ATTRIBUTES & !(1 << 18);
    let parts = good().with_public_area(PublicArea { attributes, ..ecc() }.bytes());
    assert_mismatch(&parts, "objectAttributes");
}

#[test]
fn rule_179_the_key_has_no_symmetric_algorithm() {
    // AES-128 in CFB mode, as keys have that protect other objects.
    let symmetric = vec![0x0006, 128, 0x0043];
    assert_value(&PublicArea { symmetric, ..ecc() }, "symmetric", 0x0006);
    // Nor a function to derive keys.
    let (x, y) = ([1; 32], [2; 32]);
    let registration = Registration::with_coordinates(&x, &y, AAGUID);
    let parts = of(registration, &PublicArea::ecc(0x0003, 0x0020, &x, &y));
    let fault = TpmError::Value { field: "kdf", got: 0x0020 };
    parts.assert_error(&malformed(fault), Code::AttestationStatementMalformed);
}

#[test]
fn rule_180_the_key_signs_as_the_credential_does() {
    let with_scheme = |scheme: &[u16]| {
        let scheme = scheme.to_vec();
        good().with_public_area(PublicArea { scheme, ..ecc() }.bytes())
    };
    with_scheme(&[0x0018, 0x000b]).verify().unwrap();
    // ECDSA with SHA-384, with SHA-1; RSASSA, RSAPSS.
    for scheme in [[0x0018, 0x000c], [0x0018, 0x0004], [0x0014, 0x000b], [0x0016, 0x000b]] {
        assert_mismatch(&with_scheme(&scheme), "scheme");
    }
    // ECDH, ECDAA, SM2, RSAES, OAEP.
    for scheme in [0x0019, 0x001a, 0x001b, 0x0015, 0x0017] {
        assert_value(&PublicArea { scheme: vec![scheme, 0x000b], ..ecc() }, "scheme", scheme.into());
    }
    let unknown_hash = PublicArea { scheme: vec![0x0018, 0x0010], ..ecc() };
    assert_value(&unknown_hash, "scheme hashAlg", 0x0010);

    let rsa = |scheme: &[u16]| {
        let area = PublicArea { scheme: scheme.to_vec(), ..PublicArea::rsa(2048, 0, &MODULUS) };
        of(rsa_registration(&[1, 0, 1]), &area)
    };
    rsa(&[0x0014, 0x000b]).verify().unwrap();
    assert_mismatch(&rsa(&[0x0016, 0x000b]), "scheme");
}

#[test]
fn the_tpms_clock_versions_and_qualified_names_are_not_judged() {
    let mut parts = good();
    parts.certify_info.clock_info = [0x33; 17];
    parts.certify_info.firmware_version = 0;
    parts.certify_info.qualified_signer = Vec::new();
    parts.certify_info.qualified_name = Vec::new();
    assert_eq!(details(&parts.verify().unwrap()).firmware_version, 0);
}

#[test]
fn rule_182_certinfo_is_one_structure() {
    let bytes = good().certify_info.bytes();
    for length in 1..bytes.len() {
        let parts = good();
        let error = parts.verify_members(parts.signed(bytes[..length].to_vec())).unwrap_err();
        assert!(
            matches!(
                error,
                AttestationError::StatementMalformed(StatementError::Tpm(TpmError::Truncated {
                    structure: "certInfo",
                    ..
                }))
            ),
            "{length}: {error:?}"
        );
    }
    let trailing = [&bytes[..], &[0]].concat();
    assert_certify_info(trailing, TpmError::TrailingData { structure: "certInfo", length: 1 });
    // The length of the structure before it, which is no magic.
    let wrapped = sized(&bytes);
    let got = u32::from_be_bytes(*wrapped.first_chunk().unwrap());
    assert_certify_info(wrapped, TpmError::Value { field: "magic", got });
}

#[test]
fn rule_183_certinfo_is_of_a_tpms_making() {
    for magic in [0x4743_54ff, 0, 0xff54_4348] {
        let mut certify_info = good().certify_info;
        certify_info.magic = magic;
        assert_certify_info(certify_info.bytes(), TpmError::Value { field: "magic", got: magic });
    }
}

#[test]
fn rule_184_certinfo_is_of_a_certified_object() {
    // A quote, a creation, a time.
    for attestation_type in [0x1780, 0x8018, 0x801a, 0x8019] {
        let mut certify_info = good().certify_info;
        certify_info.attestation_type = attestation_type;
        let fault = TpmError::Value { field: "type", got: attestation_type.into() };
        assert_certify_info(certify_info.bytes(), fault);
    }
}

#[test]
fn rule_185_extradata_is_not_empty() {
    let mut parts = good();
    parts.certify_info.extra_data = Vec::new();
    assert_unbound(&parts, "extraData");
}

#[test]
fn rule_186_extradata_is_the_hash_of_authenticator_data_and_client_data_hash() {
    let data = good().registration.signed_data();
    let digest = Hash::Sha256.digest(&[&data]);
    let (authenticator_data, _) = data.split_at(data.len() - 32);
    for extra_data in [
        Hash::Sha384.digest(&[&data]),
        Hash::Sha256.digest(&[&CLIENT_DATA_HASH, authenticator_data]),
        Hash::Sha256.digest(&[authenticator_data]),
        CLIENT_DATA_HASH.to_vec(),
        digest[..20].to_vec(),
        [&digest[..], &[0]].concat(),
        data.clone(),
    ] {
        let mut parts = good();
        parts.certify_info.extra_data = extra_data;
        assert_unbound(&parts, "extraData");
    }
}

#[test]
fn rule_187_the_certified_name_is_a_digest_with_its_algorithm() {
    let name = good().certify_info.name;
    // A handle, a bare digest, a name in one more structure.
    let handle = vec![0x80, 0, 0, 1];
    for name in [handle, Vec::new(), name[2..].to_vec(), [&name[..], &[0]].concat(), sized(&name)] {
        let mut parts = good();
        parts.certify_info.name = name;
        assert_unbound(&parts, "name");
    }
}

#[test]
fn rule_188_the_certified_name_has_pubareas_hash_function() {
    let area = ecc().bytes();
    let sha384 = name_of(&PublicArea { name_hash: 0x000c, ..ecc() }.bytes());
    let mut relabelled = name_of(&area);
    relabelled[1] = 0x04;
    for name in [sha384, relabelled] {
        let mut parts = good();
        parts.certify_info.name = name;
        assert_unbound(&parts, "name");
    }
}

#[test]
fn rule_189_the_certified_name_is_of_this_pubarea() {
    let mut other = good();
    other.certify_info.name = name_of(&sized(&ecc().bytes()));
    assert_unbound(&other, "name");
    // Certified with other attributes than the statement says.
    let mut altered = good();
    altered.public_area = PublicArea { attributes: ATTRIBUTES ^ 1 << 10, ..ecc() }.bytes();
    assert_unbound(&altered, "name");
}

#[test]
fn an_error_is_one_line_with_its_cause() {
    let mut parts = good();
    parts.certify_info.magic = 0;
    let error = parts.verify().unwrap_err();
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let text: Vec<_> = causes.map(ToString::to_string).collect();
    assert_eq!(
        text,
        ["malformed attestation statement", "malformed tpm structure", "magic has the invalid value 0x0"]
    );
}
