//! [Section 8.4.1](https://www.w3.org/TR/webauthn-3/#sctn-key-attstn-cert-requirements): the extension that describes
//! an attested key.
//!
//! Its schema, for all attestation versions from 1 to 400, is in the
//! [Android documentation](https://source.android.com/docs/security/features/keystore/attestation);
//! AOSP has it in `KeyCreationResult.aidl` of
//! [KeyMint](https://android.googlesource.com/platform/hardware/interfaces/+/refs/heads/main/security/keymint/aidl/android/hardware/security/keymint/KeyCreationResult.aidl).
//! Versions differ in the tags of authorization lists; otherwise only in names.

use core::fmt;

use crate::der::{self, NotDer, Reader};

/// The most elements of an authorization list, and the most purposes. The schema of version 400 has 44
/// tags, and there are 7 purposes.
const ELEMENTS_MAX: usize = 128;

/// `KeyDescription`: Android's description of a key. It is a claim until a path to an anchor is found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyDescription {
    /// `attestationVersion`: 1 to 4 for Keymaster, 100 to 400 for its successor KeyMint.
    pub attestation_version: u32,
    /// `attestationSecurityLevel`: the protection of the key that signed the attestation.
    pub attestation_security_level: SecurityLevel,
    /// `keymasterVersion`, in later versions `keyMintVersion`: the version of the key store's interface.
    pub keymaster_version: u32,
    /// `keymasterSecurityLevel`, in later versions `keyMintSecurityLevel`: the protection of the attested key.
    pub keymaster_security_level: SecurityLevel,
    /// `attestationChallenge`: the hash of client data.
    pub attestation_challenge: Vec<u8>,
    /// `uniqueId`: an identifier of the device for the application, empty unless the application is entitled to one.
    pub unique_id: Vec<u8>,
    /// `softwareEnforced`: the authorizations that Android enforces.
    pub software_enforced: AuthorizationList,
    /// `teeEnforced`, in later versions `hardwareEnforced`: the authorizations that a secure environment enforces.
    pub hardware_enforced: AuthorizationList,
}

/// The members of an `AuthorizationList` that relying parties use. Others are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorizationList {
    /// `purpose`: the permitted uses of the key; 2 is signing.
    pub purpose: Option<Vec<u32>>,
    /// `allApplications`: whether every application on the device may use the key.
    pub all_applications: bool,
    /// `origin`: the origin of the key; 0 is generated in the key store.
    pub origin: Option<u32>,
    /// `rootOfTrust`: the system that the device booted.
    pub root_of_trust: Option<RootOfTrust>,
    /// `osVersion`: six decimal digits, two each for major, minor and sub-minor version; 0 if there is none.
    pub os_version: Option<u32>,
    /// `osPatchLevel`: year and month of the system's security patches, as YYYYMM.
    pub os_patch_level: Option<u32>,
    /// `vendorPatchLevel`: the date of the vendor image's security patches, as YYYYMMDD.
    pub vendor_patch_level: Option<u32>,
    /// `bootPatchLevel`: the date of the boot image's security patches, as YYYYMMDD.
    pub boot_patch_level: Option<u32>,
}

/// `RootOfTrust`: the system that the device booted. Only a secure environment can vouch for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RootOfTrust {
    /// `verifiedBootKey`: the hash of the key that verified the system.
    pub verified_boot_key: Vec<u8>,
    /// `deviceLocked`: whether the boot loader is locked.
    pub device_locked: bool,
    /// `verifiedBootState`: how the system was verified.
    pub verified_boot_state: VerifiedBootState,
    /// `verifiedBootHash`: the hash of everything that was verified; absent in attestation versions 1 and 2.
    pub verified_boot_hash: Option<Vec<u8>>,
}

/// The protection of a key or of its attestation key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecurityLevel {
    /// Protected by Android.
    Software,
    /// Protected by a trusted execution environment (TEE).
    TrustedEnvironment,
    /// Protected by a dedicated secure element.
    StrongBox,
    /// An unknown level.
    Other(u32),
}

/// How the system that the device booted was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerifiedBootState {
    /// Verified with a key of the device's vendor.
    Verified,
    /// Verified with a key of the device's owner.
    SelfSigned,
    /// Not verified: the boot loader is unlocked.
    Unverified,
    /// The verification failed.
    Failed,
    /// An unknown state.
    Other(u32),
}

impl SecurityLevel {
    /// Whether this level is `minimum` or better. An unknown level is never at least another.
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

    /// Reads the whole value of the extension.
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
    /// Reads the list's elements. Each is an explicit tag around one element; the contents of unknown tags are not checked.
    ///
    /// The elements may be in any order, because devices differ; a known tag may be there once.
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

/// Reads a `SET OF INTEGER`. Any order is accepted, because it does not change the meaning.
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
