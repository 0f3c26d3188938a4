//! A builder of key descriptions, good and bad ones.

use crate::test_support::statements::CLIENT_DATA_HASH;
use countersign_authenticator::der::{element, octet_string, sequence};

pub(super) const NULL: [u8; 2] = [0x05, 0x00];

/// A `KeyDescription` to be: change one thing, then encode.
#[derive(Clone)]
pub(super) struct Description {
    /// The contents of the INTEGER.
    pub(super) attestation_version: Vec<u8>,
    pub(super) attestation_security_level: u8,
    pub(super) keymaster_security_level: u8,
    pub(super) attestation_challenge: Vec<u8>,
    /// The elements of each list, in DER.
    pub(super) software_enforced: Vec<Vec<u8>>,
    pub(super) hardware_enforced: Vec<Vec<u8>>,
    /// DER that follows the lists.
    pub(super) surplus: Vec<u8>,
}

impl Description {
    /// What a device with version 200 says of a key made for a credential.
    pub(super) fn new() -> Self {
        Self {
            attestation_version: vec![0x00, 0xc8],
            attestation_security_level: 1,
            keymaster_security_level: 1,
            attestation_challenge: CLIENT_DATA_HASH.to_vec(),
            software_enforced: vec![
                explicit(701, &integer(&[0x01, 0x94, 0x1f, 0x29, 0x7c, 0x00])),
                explicit(709, &octet_string(b"an application")),
            ],
            hardware_enforced: vec![
                purposes(&[2]),
                explicit(2, &integer(&[3])),
                explicit(503, &NULL),
                explicit(702, &integer(&[0])),
                explicit(704, &root_of_trust(0xff, 0)),
                // 130000, 202209, and 20220905 twice.
                explicit(705, &integer(&[0x01, 0xfb, 0xd0])),
                explicit(706, &integer(&[0x03, 0x15, 0xe1])),
                explicit(718, &integer(&[0x01, 0x34, 0x8b, 0xe9])),
                explicit(719, &integer(&[0x01, 0x34, 0x8b, 0xe9])),
            ],
            surplus: Vec::new(),
        }
    }

    pub(super) fn with_software(mut self, element: Vec<u8>) -> Self {
        self.software_enforced.push(element);
        self
    }

    pub(super) fn with_hardware(mut self, element: Vec<u8>) -> Self {
        self.hardware_enforced.push(element);
        self
    }

    /// Without the element of this tag in the hardware-enforced list.
    pub(super) fn without(mut self, number: u32) -> Self {
        let tag = explicit_tag(number);
        let before = self.hardware_enforced.len();
        self.hardware_enforced.retain(|element| !element.starts_with(&tag));
        assert_eq!(self.hardware_enforced.len() + 1, before);
        self
    }

    /// With another element in the place of that one.
    pub(super) fn replaced(self, number: u32, contents: &[u8]) -> Self {
        self.without(number).with_hardware(explicit(number, contents))
    }

    pub(super) fn der(&self) -> Vec<u8> {
        sequence(&[
            &integer(&self.attestation_version),
            &enumerated(self.attestation_security_level),
            &integer(&[0x00, 0xc8]),
            &enumerated(self.keymaster_security_level),
            &octet_string(&self.attestation_challenge),
            &octet_string(&[]),
            &element(0x30, &self.software_enforced.concat()),
            &element(0x30, &self.hardware_enforced.concat()),
            &self.surplus,
        ])
    }
}

pub(super) fn integer(contents: &[u8]) -> Vec<u8> {
    element(0x02, contents)
}

pub(super) fn enumerated(value: u8) -> Vec<u8> {
    element(0x0a, &[value])
}

pub(super) fn explicit_tag(number: u32) -> Vec<u8> {
    let digit = |shift: u32| u8::try_from(number >> shift & 0x7f).unwrap();
    match number {
        0..=30 => vec![0xa0 | digit(0)],
        31..=127 => vec![0xbf, digit(0)],
        128..=16383 => vec![0xbf, 0x80 | digit(7), digit(0)],
        _ => vec![0xbf, 0x80 | digit(14), 0x80 | digit(7), digit(0)],
    }
}

pub(super) fn explicit(number: u32, contents: &[u8]) -> Vec<u8> {
    let length_and_contents = element(0, contents).split_off(1);
    [explicit_tag(number), length_and_contents].concat()
}

pub(super) fn purposes(values: &[u8]) -> Vec<u8> {
    let members: Vec<_> = values.iter().map(|value| integer(&[*value])).collect();
    explicit(1, &element(0x31, &members.concat()))
}

pub(super) fn root_of_trust(device_locked: u8, verified_boot_state: u8) -> Vec<u8> {
    sequence(&[
        &octet_string(&[1; 32]),
        &element(0x01, &[device_locked]),
        &enumerated(verified_boot_state),
        &octet_string(&[2; 32]),
    ])
}
