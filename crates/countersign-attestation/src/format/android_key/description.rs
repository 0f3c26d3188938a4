//! [Section 8.4.1](https://www.w3.org/TR/webauthn-3/#sctn-key-attstn-cert-requirements): the extension that describes
//! an attested key.
//!
//! Its schema, for all attestation versions from 1 to 400, is in the
//! [Android documentation](https://source.android.com/docs/security/features/keystore/attestation);
//! AOSP has it in `KeyCreationResult.aidl` of
//! [KeyMint](https://android.googlesource.com/platform/hardware/interfaces/+/refs/heads/main/security/keymint/aidl/android/hardware/security/keymint/KeyCreationResult.aidl).
//! Versions differ in the tags that an authorization list may have, and in names only besides.

use core::fmt;

use crate::der::{self, NotDer, Reader};

/// The most elements of an authorization list, and the most purposes. The schema of version 400 has 44
/// tags, and there are 7 purposes.
const ELEMENTS_MAX: usize = 128;

/// `KeyDescription`: what Android's key store says of a key. All of it is a claim, worth what a path to an anchor
/// makes it worth.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyDescription {
    /// `attestationVersion`: 1 to 4 of Keymaster, 100 to 400 of its successor `KeyMint`.
    pub attestation_version: u32,
    /// `attestationSecurityLevel`: where the attestation was made.
    pub attestation_security_level: SecurityLevel,
    /// `keymasterVersion`, in later versions `keyMintVersion`: the version of the key store's interface.
    pub keymaster_version: u32,
    /// `keymasterSecurityLevel`, in later versions `keyMintSecurityLevel`: where the key is kept.
    pub keymaster_security_level: SecurityLevel,
    /// `attestationChallenge`: the hash of client data.
    pub attestation_challenge: Vec<u8>,
    /// `uniqueId`: an identifier of the device for the application that asked, empty unless it is entitled to one.
    pub unique_id: Vec<u8>,
    /// `softwareEnforced`: what Android enforces.
    pub software_enforced: AuthorizationList,
    /// `teeEnforced`, in later versions `hardwareEnforced`: what a secure environment enforces.
    pub hardware_enforced: AuthorizationList,
}

/// The members of an `AuthorizationList` that are of use to a relying party; the others are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorizationList {
    /// `purpose`: what the key may be used for; 2 is to sign.
    pub purpose: Option<Vec<u32>>,
    /// `allApplications`: whether every application on the device may use the key.
    pub all_applications: bool,
    /// `origin`: where the key comes from; 0 is generated in the key store.
    pub origin: Option<u32>,
    /// `rootOfTrust`: what the device booted.
    pub root_of_trust: Option<RootOfTrust>,
    /// `osVersion`: six decimal digits, two each for major, minor and sub-minor version; 0 where there is none.
    pub os_version: Option<u32>,
    /// `osPatchLevel`: year and month of the system's security patches, as YYYYMM.
    pub os_patch_level: Option<u32>,
    /// `vendorPatchLevel`: the date of the vendor image's security patches, as YYYYMMDD.
    pub vendor_patch_level: Option<u32>,
    /// `bootPatchLevel`: the date of the boot image's security patches, as YYYYMMDD.
    pub boot_patch_level: Option<u32>,
}

/// `RootOfTrust`: what the device booted. Only a secure environment's word counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RootOfTrust {
    /// `verifiedBootKey`: the hash of the key that verified the system.
    pub verified_boot_key: Vec<u8>,
    /// `deviceLocked`: whether the boot loader is locked.
    pub device_locked: bool,
    /// `verifiedBootState`: how the system was verified.
    pub verified_boot_state: VerifiedBootState,
    /// `verifiedBootHash`: the hash of all that was verified; attestation versions 1 and 2 don't have it.
    pub verified_boot_hash: Option<Vec<u8>>,
}

/// Where a key is kept, or an attestation made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecurityLevel {
    /// In Android.
    Software,
    /// In a trusted execution environment (TEE).
    TrustedEnvironment,
    /// In a secure element of its own.
    StrongBox,
    /// At a level that is not known.
    Other(u32),
}

/// How the system that the device booted was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerifiedBootState {
    /// With a key of the device's maker.
    Verified,
    /// With a key of the device's owner.
    SelfSigned,
    /// Not at all: the boot loader is unlocked.
    Unverified,
    /// It was not what was signed.
    Failed,
    /// In a way that is not known.
    Other(u32),
}

impl SecurityLevel {
    /// Whether this level is as good as `minimum` or better. Of an unknown level nothing can be said.
    pub const fn is_at_least(self, minimum: Self) -> bool {
        use SecurityLevel::{Software, StrongBox, TrustedEnvironment};
        match minimum {
            Software => matches!(self, Software | TrustedEnvironment | StrongBox),
            TrustedEnvironment => matches!(self, TrustedEnvironment | StrongBox),
            StrongBox => matches!(self, StrongBox),
            Self::Other(_) => false,
        }
    }

    fn read(contents: &[u8]) -> Result<Self, NotDer> {
        Ok(match der::small_unsigned(contents)? {
            0 => Self::Software,
            1 => Self::TrustedEnvironment,
            2 => Self::StrongBox,
            other => Self::Other(other),
        })
    }
}

impl fmt::Display for SecurityLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Software => f.write_str("software"),
            Self::TrustedEnvironment => f.write_str("trusted environment"),
            Self::StrongBox => f.write_str("strongbox"),
            Self::Other(level) => write!(f, "unknown ({level})"),
        }
    }
}

impl VerifiedBootState {
    fn read(contents: &[u8]) -> Result<Self, NotDer> {
        Ok(match der::small_unsigned(contents)? {
            0 => Self::Verified,
            1 => Self::SelfSigned,
            2 => Self::Unverified,
            3 => Self::Failed,
            other => Self::Other(other),
        })
    }
}

impl fmt::Display for VerifiedBootState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified => f.write_str("verified"),
            Self::SelfSigned => f.write_str("self-signed"),
            Self::Unverified => f.write_str("unverified"),
            Self::Failed => f.write_str("failed"),
            Self::Other(state) => write!(f, "unknown ({state})"),
        }
    }
}

impl KeyDescription {
    /// The security level of the attestation or of the key, if it is below `minimum` or unknown.
    pub fn below(&self, minimum: SecurityLevel) -> Option<SecurityLevel> {
        let levels = [self.attestation_security_level, self.keymaster_security_level];
        levels.into_iter().find(|level| !level.is_at_least(minimum))
    }

    /// Reads the extension's value, all of it.
    pub(super) fn read(value: &[u8]) -> Result<Self, NotDer> {
        let mut members = Reader::new(der::only(value, der::SEQUENCE)?);
        let description = Self {
            attestation_version: members.expect(der::INTEGER).and_then(der::small_unsigned)?,
            attestation_security_level: members.expect(der::ENUMERATED).and_then(SecurityLevel::read)?,
            keymaster_version: members.expect(der::INTEGER).and_then(der::small_unsigned)?,
            keymaster_security_level: members.expect(der::ENUMERATED).and_then(SecurityLevel::read)?,
            attestation_challenge: members.expect(der::OCTET_STRING)?.to_vec(),
            unique_id: members.expect(der::OCTET_STRING)?.to_vec(),
            software_enforced: AuthorizationList::read(members.expect(der::SEQUENCE)?)?,
            hardware_enforced: AuthorizationList::read(members.expect(der::SEQUENCE)?)?,
        };
        members.end()?;
        Ok(description)
    }
}

impl AuthorizationList {
    /// Reads the list's elements. Every one is an explicit tag around one element; what is below an unknown tag isn't
    /// looked at.
    ///
    /// The schema's order is not asked for, as devices differ; a tag that is read may be there once.
    fn read(contents: &[u8]) -> Result<Self, NotDer> {
        let mut list = Self::default();
        let mut elements = Reader::new(contents);
        for _ in 0..=ELEMENTS_MAX {
            if elements.is_at_end() {
                return Ok(list);
            }
            let (number, explicit) = elements.context_specific()?;
            let integer = || der::only(explicit, der::INTEGER).and_then(der::small_unsigned);
            match number {
                1 => once(&mut list.purpose, purposes(explicit)?)?,
                600 => {
                    let [] = der::only(explicit, der::NULL)? else { return Err(NotDer) };
                    list.all_applications = true;
                }
                702 => once(&mut list.origin, integer()?)?,
                704 => once(&mut list.root_of_trust, RootOfTrust::read(explicit)?)?,
                705 => once(&mut list.os_version, integer()?)?,
                706 => once(&mut list.os_patch_level, integer()?)?,
                718 => once(&mut list.vendor_patch_level, integer()?)?,
                719 => once(&mut list.boot_patch_level, integer()?)?,
                _ => only_one(explicit)?,
            }
        }
        Err(NotDer)
    }
}

impl RootOfTrust {
    fn read(der: &[u8]) -> Result<Self, NotDer> {
        let mut members = Reader::new(der::only(der, der::SEQUENCE)?);
        let root = Self {
            verified_boot_key: members.expect(der::OCTET_STRING)?.to_vec(),
            device_locked: members.expect(der::BOOLEAN).and_then(der::boolean)?,
            verified_boot_state: members.expect(der::ENUMERATED).and_then(VerifiedBootState::read)?,
            verified_boot_hash: members.optional(der::OCTET_STRING)?.map(<[u8]>::to_vec),
        };
        members.end()?;
        Ok(root)
    }
}

/// `SET OF INTEGER`. The order that DER asks for is not: a set in another order says the same.
fn purposes(der: &[u8]) -> Result<Vec<u32>, NotDer> {
    let mut members = Reader::new(der::only(der, der::SET)?);
    let mut purposes = Vec::new();
    while !members.is_at_end() {
        if purposes.len() >= ELEMENTS_MAX {
            return Err(NotDer);
        }
        purposes.push(members.expect(der::INTEGER).and_then(der::small_unsigned)?);
    }
    Ok(purposes)
}

fn only_one(der: &[u8]) -> Result<(), NotDer> {
    let mut reader = Reader::new(der);
    reader.element()?;
    reader.end()
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), NotDer> {
    slot.replace(value).map_or(Ok(()), |_| Err(NotDer))
}
