//! What the extensions of FIDO's own say in an attestation certificate of `packed`
//! ([sections 8.2.1 and 8.2.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)) or
//! `fido-u2f`.

use crate::{
    certificate::Certificate,
    der,
    oid::{self, Oid},
};

/// What an attestation certificate tells of its authenticator: claims, worth as much as a path to an anchor makes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FidoDetails {
    /// The serial number of the device (1.3.6.1.4.1.45724.1.1.2), of any form: enterprise attestation tells it.
    pub serial_number: Option<Vec<u8>>,
    /// The firmware's version (1.3.6.1.4.1.45724.1.1.5), a number that grows with each release.
    pub firmware_version: Option<u64>,
    /// How the authenticator can be reached (1.3.6.1.4.1.45724.2.1.1).
    pub transports: Option<CertifiedTransports>,
    /// Which of these extensions are there and can't be read. Of `packed`, such a serial number or version is refused,
    /// but for a version of more than 64 bits.
    pub unreadable: Vec<Oid<'static>>,
}

/// The
/// [transports extension](https://fidoalliance.org/specs/fido-u2f-v1.2-ps-20170411/fido-u2f-authenticator-transports-extension-v1.2-ps-20170411.html)
/// of U2F: one bit for each transport, of which some may not be known here.
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
    /// What the certificate's extensions say.
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

/// The contents of the OCTET STRING that a serial number is.
pub(super) fn read_serial_number(value: &[u8]) -> Option<Vec<u8>> {
    der::only(value, der::OCTET_STRING).ok().map(<[u8]>::to_vec)
}

/// The magnitude of the non-negative INTEGER that a firmware's version is.
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
