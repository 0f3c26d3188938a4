//! FIDO's extensions in attestation certificates of `packed`
//! ([sections 8.2.1 and 8.2.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)) and
//! `fido-u2f`.

use crate::{
    certificate::Certificate,
    der,
    oid::{self, Oid},
};

/// FIDO's extensions in an attestation certificate. They are claims until a path to an anchor is found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FidoDetails {
    /// The serial number of the device (1.3.6.1.4.1.45724.1.1.2), in any form; part of enterprise attestation.
    pub serial_number: Option<Vec<u8>>,
    /// The firmware version (1.3.6.1.4.1.45724.1.1.5), a number that grows with each release.
    pub firmware_version: Option<u64>,
    /// The transports of the authenticator (1.3.6.1.4.1.45724.2.1.1).
    pub transports: Option<CertifiedTransports>,
    /// Those of these extensions that are malformed, or a version of more than 64 bits. The format `packed` rejects
    /// malformed serial numbers and versions.
    pub unreadable: Vec<Oid<'static>>,
}

/// The
/// [transports extension](https://fidoalliance.org/specs/fido-u2f-v1.2-ps-20170411/fido-u2f-authenticator-transports-extension-v1.2-ps-20170411.html)
/// of U2F: one bit for each transport. Bits without a method here may be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CertifiedTransports {
    first_octet: u8,
}

impl CertifiedTransports {
    /// The first eight bits, bit 0 the most significant.
    pub const fn first_octet(self) -> u8 {
        self.first_octet
    }

    /// Bit 0, `bluetoothRadio`: Bluetooth Classic.
    pub const fn bluetooth_classic(self) -> bool {
        self.first_octet & 0x80 != 0
    }

    /// Bit 1, `bluetoothLowEnergyRadio`.
    pub const fn bluetooth_low_energy(self) -> bool {
        self.first_octet & 0x40 != 0
    }

    /// Bit 2, `uSB`.
    pub const fn usb(self) -> bool {
        self.first_octet & 0x20 != 0
    }

    /// Bit 3, `nFC`.
    pub const fn nfc(self) -> bool {
        self.first_octet & 0x10 != 0
    }
}

impl FidoDetails {
    /// Reads the certificate's extensions.
    pub(super) fn read(certificate: &Certificate) -> Self {
        let mut unreadable = Vec::new();
        let serial_number = read(certificate, oid::FIDO_SERIAL_NUMBER, read_serial_number, &mut unreadable);
        let firmware_version = |value: &[u8]| read_firmware_version(value).and_then(small);
        let firmware_version =
            read(certificate, oid::FIDO_FIRMWARE_VERSION, firmware_version, &mut unreadable);
        let transports = read(certificate, oid::FIDO_U2F_TRANSPORTS, read_transports, &mut unreadable);
        Self { serial_number, firmware_version, transports, unreadable }
    }
}

fn read<T>(
    certificate: &Certificate,
    identifier: Oid<'static>,
    read: impl Fn(&[u8]) -> Option<T>,
    unreadable: &mut Vec<Oid<'static>>,
) -> Option<T> {
    let value = read(certificate.extension(&identifier)?.value);
    if value.is_none() {
        unreadable.push(identifier);
    }
    value
}

/// Reads a serial number: the contents of an OCTET STRING.
pub(super) fn read_serial_number(value: &[u8]) -> Option<Vec<u8>> {
    der::only(value, der::OCTET_STRING).ok().map(<[u8]>::to_vec)
}

/// Reads a firmware version: the magnitude of a non-negative INTEGER.
pub(super) fn read_firmware_version(value: &[u8]) -> Option<&[u8]> {
    der::only(value, der::INTEGER).and_then(der::unsigned).ok()
}

fn small(magnitude: &[u8]) -> Option<u64> {
    (magnitude.len() <= 8).then(|| magnitude.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn read_transports(value: &[u8]) -> Option<CertifiedTransports> {
    match der::only(value, der::BIT_STRING).ok()? {
        [0] => Some(CertifiedTransports { first_octet: 0 }),
        [0..=7, first_octet, ..] => Some(CertifiedTransports { first_octet: *first_octet }),
        _ => None,
    }
}
