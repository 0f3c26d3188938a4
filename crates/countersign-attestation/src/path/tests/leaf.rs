//! Tests of the purposes of `packed` and `fido-u2f` attestation certificates.

use super::*;

const FORMATS: [&str; 2] = ["packed", "fido-u2f"];

/// anyExtendedKeyUsage, 2.5.29.37.0.
const ANY: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
/// 1.2.3.4, a purpose that is not the web's.
const OTHER: &[u8] = &[0x2a, 0x03, 0x04];

/// id-kp of RFC 5280, section 4.2.1.12, and the last arc of each purpose of the web.
const PURPOSES: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03];
const WEB: [u8; 6] = [1, 2, 3, 4, 8, 9];

fn web(last: u8) -> Vec<u8> {
    [PURPOSES, &[last]].concat()
}

fn for_purposes(purposes: &[Vec<u8>]) -> Builder {
    let purposes = purposes.iter().flat_map(|purpose| element(0x06, purpose)).collect::<Vec<_>>();
    leaf().with_extension(oid::EXTENDED_KEY_USAGE, false, &element(0x30, &purposes))
}

/// With the contents of the key usage's BIT STRING.
fn with_usage(bits: &[u8]) -> Builder {
    leaf().with_extension(oid::KEY_USAGE, true, &element(0x03, bits))
}

fn assess(format: &str, path: &[Certificate], anchors: &[TrustAnchor]) -> Result<(), PathError> {
    let attestation = Attestation::with_certificates(format, AttestationType::Uncertain, path.to_vec());
    let anchors = AnchorList::new(anchors.to_vec());
    links::assess(&attestation, Aaguid::ZERO, &anchors, &PathLimits::default()).map(drop)
}

fn accepted(leaf: &Builder) {
    let path = [leaf.signed_by("root", &root().1)];
    for format in FORMATS {
        assess(format, &path, &[root().0]).unwrap();
    }
}

fn rejected(leaf: &Builder, expected: &UntrustedError) {
    let path = [leaf.signed_by("root", &root().1)];
    for format in FORMATS {
        let error = assess(format, &path, &[root().0]).unwrap_err();
        assert_eq!(error, PathError::Untrusted(expected.clone()));
        assert_eq!(error.code(), Code::AttestationUntrusted);
    }
}

#[test]
fn rule_384_a_leaf_for_the_web_only_attests_nothing() {
    for last in WEB {
        rejected(&for_purposes(&[web(last)]), &UntrustedError::WebPurposes);
        accepted(&for_purposes(&[web(last), OTHER.to_vec()]));
        accepted(&for_purposes(&[ANY.to_vec(), web(last)]));
    }
    rejected(&for_purposes(&WEB.map(web)), &UntrustedError::WebPurposes);
}

#[test]
fn rule_384_a_leaf_for_another_purpose_or_for_none_in_particular_attests() {
    accepted(&leaf());
    accepted(&for_purposes(&[ANY.to_vec()]));
    accepted(&for_purposes(&[OTHER.to_vec()]));
    // id-kp-dvcs, and an identifier that is a prefix of the web's.
    accepted(&for_purposes(&[web(10)]));
    accepted(&for_purposes(&[PURPOSES.to_vec()]));
}

#[test]
fn rule_385_a_leaf_whose_key_may_not_sign_data_attests_nothing() {
    // keyEncipherment; keyCertSign and cRLSign; nonRepudiation; no bit at all.
    for bits in [&[5, 0x20][..], &[1, 0x06], &[6, 0x40], &[0]] {
        rejected(&with_usage(bits), &UntrustedError::MayNotSignData);
    }
    for bits in [&[7, 0x80][..], &[5, 0xa0], &[0, 0xff]] {
        accepted(&with_usage(bits));
    }
}

#[test]
fn rules_384_and_385_are_not_for_a_leaf_that_is_itself_the_anchor() {
    for leaf in [for_purposes(&[web(1)]), with_usage(&[5, 0x20])] {
        let certificate = leaf.signed_by("root", &root().1);
        // An anchor with the same key and name but other bytes.
        let mut twin = leaf.clone();
        twin.serial_number = vec![2];
        let twin = anchor(&twin.signed_by("root", &root().1));
        for format in FORMATS {
            assess(format, std::slice::from_ref(&certificate), &[anchor(&certificate)]).unwrap();
            let error = assess(format, std::slice::from_ref(&certificate), &[root().0, twin.clone()]);
            assert_eq!(error.unwrap_err().code(), Code::AttestationUntrusted);
        }
    }
}

#[test]
fn rules_384_and_385_are_not_for_issuers() {
    let purposes = sequence(&[&element(0x06, &web(1))]);
    let issuer = middle().with_extension(oid::EXTENDED_KEY_USAGE, false, &purposes);
    let path = path_through(&issuer);
    for format in FORMATS {
        assess(format, &path, &[root().0]).unwrap();
    }
}

#[test]
fn rules_384_and_385_are_for_the_formats_whose_roots_serve_the_web_too() {
    for leaf in [for_purposes(&[web(1)]), with_usage(&[5, 0x20])] {
        let path = [leaf.signed_by("root", &root().1)];
        for format in ["tpm", "android-key", "android-safetynet", "apple", "one-to-come"] {
            assess(format, &path, &[root().0]).unwrap();
        }
        validate(&path, &[root().0]).unwrap();
    }
}

#[test]
fn an_obstacle_of_the_leaf_is_a_sentence() {
    let shown =
        [UntrustedError::WebPurposes, UntrustedError::MayNotSignData].map(|obstacle| obstacle.to_string());
    let expected = [
        "the attestation certificate's extended key usage has only purposes of the web",
        "the attestation certificate's key may not sign data",
    ];
    assert_eq!(shown, expected);
}
