//! Tests of how a key description is read.

use super::{
    builder::{Description, NULL, enumerated, explicit, explicit_tag, integer, purposes, root_of_trust},
    *,
};
use crate::der::{self, Reader};
use countersign_authenticator::der::{element, octet_string, sequence};

fn details(description: &Description) -> KeyDescription {
    match verify_description(description).unwrap().details() {
        Details::Android(details) => (**details).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_details_are_those_of_the_key_and_its_device() {
    let details = details(&Description::new());
    assert_eq!((details.attestation_version, details.keymaster_version), (200, 200));
    assert_eq!(details.attestation_security_level, SecurityLevel::TrustedEnvironment);
    assert_eq!(details.keymaster_security_level, SecurityLevel::TrustedEnvironment);
    assert_eq!(details.attestation_challenge, CLIENT_DATA_HASH);
    assert!(details.unique_id.is_empty());
    assert_eq!(details.software_enforced, AuthorizationList::default());
    let list = details.hardware_enforced;
    assert_eq!((list.purpose.as_deref(), list.origin), (Some(&[2][..]), Some(0)));
    assert!(!list.all_applications);
    assert_eq!((list.os_version, list.os_patch_level), (Some(130_000), Some(202_209)));
    assert_eq!((list.vendor_patch_level, list.boot_patch_level), (Some(20_220_905), Some(20_220_905)));
    let root = list.root_of_trust.unwrap();
    assert_eq!(root.verified_boot_key, [1; 32]);
    assert!(root.device_locked);
    assert_eq!(root.verified_boot_state, VerifiedBootState::Verified);
    assert_eq!(root.verified_boot_hash.as_deref(), Some(&[2; 32][..]));
}

#[test]
fn every_attestation_version_is_read() {
    for (contents, version) in [
        (&[1][..], 1),
        (&[2], 2),
        (&[3], 3),
        (&[4], 4),
        (&[0x64], 100),
        (&[0x00, 0xc8], 200),
        (&[0x01, 0x2c], 300),
        (&[0x01, 0x90], 400),
        (&[0x01, 0xf4], 500),
    ] {
        let mut description = Description::new();
        description.attestation_version = contents.to_vec();
        assert_eq!(details(&description).attestation_version, version);
    }
}

#[test]
fn a_root_of_trust_of_the_first_versions_has_no_hash() {
    let root = sequence(&[&octet_string(&[1; 32]), &element(0x01, &[0xff]), &enumerated(0)]);
    let details = details(&Description::new().replaced(704, &root));
    assert_eq!(details.hardware_enforced.root_of_trust.unwrap().verified_boot_hash, None);
}

#[test]
fn unknown_levels_and_states_are_kept() {
    let details = details(&Description::new().replaced(704, &root_of_trust(0xff, 9)));
    let state = details.hardware_enforced.root_of_trust.unwrap().verified_boot_state;
    assert_eq!(state, VerifiedBootState::Other(9));
    assert_eq!(state.to_string(), "unknown (9)");
    assert!(!SecurityLevel::Other(3).is_at_least(SecurityLevel::Software));
    assert!(!SecurityLevel::StrongBox.is_at_least(SecurityLevel::Other(3)));
}

#[test]
fn rule_207_the_description_is_one_sequence() {
    let good = Description::new().der();
    let contents = der::only(&good, der::SEQUENCE).unwrap();
    let mut surplus = Description::new();
    surplus.surplus = NULL.to_vec();
    for extension in [
        &[][..],
        &NULL,
        &good[..good.len() - 1],
        &[&good[..], &[0]].concat(),
        &octet_string(&good),
        &element(0x31, contents),
        &surplus.der(),
    ] {
        assert_unreadable(extension);
    }
}

#[test]
fn rule_207_the_description_has_all_of_its_members() {
    let der = Description::new().der();
    let mut members = Reader::new(der::only(&der, der::SEQUENCE).unwrap());
    let members: Vec<_> = core::iter::from_fn(|| members.element().ok().map(|it| it.whole)).collect();
    assert_eq!(members.len(), 8);
    for left_out in 0..members.len() {
        let mut rest = members.clone();
        rest.remove(left_out);
        assert_unreadable(&sequence(&rest));
    }
}

#[test]
fn rule_207_numbers_are_der() {
    for contents in [&[][..], &[0x00, 0x04], &[0xff], &[1; 5]] {
        let mut description = Description::new();
        description.attestation_version = contents.to_vec();
        assert_unreadable(&description.der());
        assert_unreadable(&Description::new().replaced(702, &integer(contents)).der());
    }
}

#[test]
fn rule_207_members_of_a_list_have_their_types() {
    for (number, contents) in [
        (1, integer(&[2])),
        (1, sequence(&[&integer(&[2])])),
        (1, element(0x31, &NULL)),
        (702, enumerated(0)),
        (702, NULL.to_vec()),
        (704, octet_string(&[1; 32])),
        (704, root_of_trust(0x01, 0)),
        (704, sequence(&[&octet_string(&[1; 32]), &element(0x01, &[0xff])])),
        (706, octet_string(b"202209")),
    ] {
        assert_unreadable(&Description::new().replaced(number, &contents).der());
    }
    for contents in [&integer(&[1])[..], &[0x05, 0x01, 0x00]] {
        assert_unreadable(&Description::new().with_hardware(explicit(600, contents)).der());
    }
}

#[test]
fn rule_207_a_tag_that_is_read_is_in_a_list_once() {
    for number in [1, 702, 704, 705, 706, 718, 719] {
        let mut description = Description::new();
        let tag = explicit_tag(number);
        let again = description.hardware_enforced.iter().find(|it| it.starts_with(&tag)).unwrap().clone();
        description.hardware_enforced.push(again);
        assert_unreadable(&description.der());
    }
}

#[test]
fn rule_207_a_list_has_no_more_elements_than_the_limit() {
    let with = |count| {
        let mut description = Description::new();
        description.software_enforced = vec![explicit(900, &NULL); count];
        description
    };
    verify_description(&with(128)).unwrap();
    assert_unreadable(&with(129).der());
    let purposes = |count| Description::new().replaced(1, &element(0x31, &integer(&[2]).repeat(count)));
    verify_description(&purposes(128)).unwrap();
    assert_unreadable(&purposes(129).der());
}

#[test]
fn rule_217_unknown_tags_are_ignored_and_hide_nothing() {
    let unknown = [
        explicit(30, &NULL),
        explicit(31, &NULL),
        explicit(127, &NULL),
        explicit(128, &octet_string(b"any")),
        explicit(900, &NULL),
        explicit(16_000, &sequence(&[&NULL, &NULL])),
        explicit(70_000, &element(0xa0, &NULL)),
    ];
    let after_unknown = |mut description: Description| {
        description.hardware_enforced = [&unknown[..], &description.hardware_enforced].concat();
        description
    };
    verify_description(&after_unknown(Description::new())).unwrap();
    let imported = Description::new().replaced(702, &integer(&[2]));
    assert_fault(&after_unknown(imported), AndroidKeyError::NotGenerated { origin: 2 });
    let unscoped = Description::new().with_hardware(explicit(600, &NULL));
    assert_fault(&after_unknown(unscoped), AndroidKeyError::AllApplications);
    let verifying = Description::new().without(1).with_hardware(purposes(&[3]));
    assert_fault(&after_unknown(verifying), AndroidKeyError::NotForSigning);
}

#[test]
fn rule_217_the_order_of_a_list_does_not_matter() {
    let mut description = Description::new();
    description.hardware_enforced.reverse();
    verify_description(&description).unwrap();
}

#[test]
fn rule_218_elements_of_a_list_are_explicit_tags() {
    let with = |element: &[u8]| Description::new().with_software(element.to_vec()).der();
    verify(statement(&[leaf(&with(&[0xbf, 0x87, 0x04, 0x02, 0x05, 0x00]))])).unwrap();
    for element in [
        // Universal, application and private tags, and one that is not constructed.
        &[0x02, 0x01, 0x00][..],
        &[0x7f, 0x87, 0x04, 0x02, 0x05, 0x00],
        &[0xff, 0x87, 0x04, 0x02, 0x05, 0x00],
        &[0x9f, 0x87, 0x04, 0x02, 0x05, 0x00],
        // Tag numbers that are longer than needed, too large, or cut short.
        &[0xbf, 0x80, 0x87, 0x04, 0x02, 0x05, 0x00],
        &[0xbf, 0x1e, 0x02, 0x05, 0x00],
        &[0xbf, 0x90, 0x80, 0x80, 0x80, 0x00, 0x02, 0x05, 0x00],
        &[0xbf, 0x87],
        // A length that is longer than needed, and an indefinite one.
        &[0xbf, 0x87, 0x04, 0x81, 0x02, 0x05, 0x00],
        &[0xbf, 0x87, 0x04, 0x80, 0x05, 0x00, 0x00, 0x00],
    ] {
        assert_unreadable(&with(element));
    }
}

#[test]
fn rule_218_an_explicit_tag_is_around_one_element() {
    for number in [702, 706] {
        for contents in [vec![], [integer(&[0]), NULL.to_vec()].concat(), vec![0x02, 0x01, 0x00, 0x00]] {
            assert_unreadable(&Description::new().replaced(number, &contents).der());
        }
    }
    for contents in [&[][..], &[0x05, 0x00, 0x05, 0x00], &[0x05, 0x00, 0x00], &[0x04, 0x02, 0x00]] {
        assert_unreadable(&Description::new().with_hardware(explicit(900, contents)).der());
        assert_unreadable(&Description::new().with_hardware(explicit(600, contents)).der());
    }
}

#[test]
fn a_truncated_or_changed_description_is_rejected_or_read() {
    let good = Description::new().der();
    for length in 0..good.len() {
        KeyDescription::read(&good[..length]).unwrap_err();
    }
    for position in 0..good.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[position] ^= 1 << bit;
            if let Ok(description) = KeyDescription::read(&changed) {
                assert!(description.software_enforced.purpose.is_none(), "at {position}");
            }
        }
    }
}
