//! Requirements on the device that holds a credential's key, by what the attestation formats report.

use std::{borrow::Cow, collections::BTreeSet};

use countersign_attestation::format::android_key::{KeyDescription, SecurityLevel, VerifiedBootState};
use countersign_attestation::format::tpm::{TpmDetails, TpmManufacturer};
use countersign_attestation::{
    AnchorQuery, Attestation, Certificate, Details, PathError, Revocation, TrustAnchor, TrustAnchors,
    VerifiedLinks, format::android_safetynet::SafetyNetDetails,
};
use countersign_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::report::device_error::DeviceError;

/// Requirements on the devices of attested credentials. Each applies to the formats that report on it; other
/// authenticators are judged by trust anchors and models.
///
/// They apply only if the policy requires trust: at registration, at the import of an attestation, and when a
/// [`Reassessor`](crate::lifecycle::Reassessor) judges a record. Without required trust nothing here is checked, not even
/// the age of a SafetyNet response; a reassessment never checks that age.
///
/// A part of a compound attestation whose device does not meet them does not count. Whether the others are enough is
/// decided by the quorum, as for [formats](super::AttestationPolicy::with_formats) that are not accepted.
///
/// By default, an Android key may have any known protection, and a SafetyNet response may be a minute old.
///
/// ```
/// use countersign::relying_party::policy::{
///     AndroidKeyProtection, AndroidVerifiedBoot, DevicePolicy, TpmKeyBinding,
/// };
///
/// let strict = DevicePolicy::new()
///     .with_android_key_protection(AndroidKeyProtection::StrongBox)
///     .with_android_verified_boot(AndroidVerifiedBoot::Verified)
///     .with_tpm_key_binding(TpmKeyBinding::Required);
/// assert_eq!(strict.tpm_key_binding(), TpmKeyBinding::Required);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevicePolicy {
    #[serde(deserialize_with = "Option::deserialize")]
    android_key_protection: Option<AndroidKeyProtection>,
    #[serde(deserialize_with = "Option::deserialize")]
    android_verified_boot: Option<AndroidVerifiedBoot>,
    tpm_key_binding: TpmKeyBinding,
    rejected_tpm_manufacturers: BTreeSet<TpmManufacturer>,
    safetynet_max_age_seconds: u32,
    safetynet_clock_skew_seconds: u32,
}

/// How an Android device must protect a credential's key, and the key that attests it
/// ([security levels](https://source.android.com/docs/security/features/keystore/attestation#securitylevel)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AndroidKeyProtection {
    /// In a trusted execution environment or better.
    TrustedEnvironment,
    /// In a dedicated secure element.
    StrongBox,
}

/// The system that an Android device must have booted, with a locked boot loader
/// ([verified boot](https://source.android.com/docs/security/features/verifiedboot)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AndroidVerifiedBoot {
    /// A system signed by the device's vendor.
    Verified,
    /// A system signed by the device's vendor or with a key of its owner.
    VerifiedOrSelfSigned,
}

/// Whether a credential's key must have been made in the TPM and stay there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TpmKeyBinding {
    /// Accepts any key that the TPM certifies, as the specification does.
    #[default]
    Any,
    /// Accepts only keys with `fixedTPM` and `sensitiveDataOrigin`.
    Required,
}

impl Default for DevicePolicy {
    fn default() -> Self {
        Self {
            android_key_protection: None,
            android_verified_boot: None,
            tpm_key_binding: TpmKeyBinding::Any,
            rejected_tpm_manufacturers: BTreeSet::new(),
            safetynet_max_age_seconds: 60,
            safetynet_clock_skew_seconds: 0,
        }
    }
}

impl DevicePolicy {
    /// Creates the default policy.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! {
    DevicePolicy:

    /// Requires at least this protection for Android keys. By default any known protection is accepted.
    pub fn with_android_key_protection(self, protection: AndroidKeyProtection) {
        self.android_key_protection = Some(protection)
    }

    /// Requires such a system on Android devices, as their secure environment reports it. By default any is accepted.
    pub fn with_android_verified_boot(self, verified_boot: AndroidVerifiedBoot) {
        self.android_verified_boot = Some(verified_boot)
    }

    /// Sets whether a key must be bound to its TPM.
    pub fn with_tpm_key_binding(self, key_binding: TpmKeyBinding) { self.tpm_key_binding = key_binding }

    /// Sets the manufacturers whose TPMs are rejected. By default none are.
    pub fn with_rejected_tpm_manufacturers(self, manufacturers: impl IntoIterator<Item = TpmManufacturer>) {
        self.rejected_tpm_manufacturers = manufacturers.into_iter().collect()
    }

    /// Sets how old a SafetyNet response may be; by default a minute, because it is made during the ceremony.
    pub fn with_safetynet_max_age_seconds(self, seconds: u32) { self.safetynet_max_age_seconds = seconds }

    /// Sets by how much Google's clock may be ahead of this server's; by default not at all.
    pub fn with_safetynet_clock_skew_seconds(self, seconds: u32) {
        self.safetynet_clock_skew_seconds = seconds
    }
}

getters! {
    DevicePolicy:

    /// The least protection that Android keys must have, if there is a requirement.
    pub fn android_key_protection(&self) -> Option<AndroidKeyProtection> { self.android_key_protection }

    /// The system that Android devices must have booted, if there is a requirement.
    pub fn android_verified_boot(&self) -> Option<AndroidVerifiedBoot> { self.android_verified_boot }

    /// Whether a key must be bound to its TPM.
    pub fn tpm_key_binding(&self) -> TpmKeyBinding { self.tpm_key_binding }

    /// The manufacturers whose TPMs are rejected.
    pub fn rejected_tpm_manufacturers(&self) -> &BTreeSet<TpmManufacturer> {
        &self.rejected_tpm_manufacturers
    }

    /// How old a SafetyNet response may be.
    pub fn safetynet_max_age_seconds(&self) -> u32 { self.safetynet_max_age_seconds }

    /// By how much Google's clock may be ahead of this server's.
    pub fn safetynet_clock_skew_seconds(&self) -> u32 { self.safetynet_clock_skew_seconds }
}

impl DevicePolicy {
    /// Checks what a format other than `compound` reports. `registration` is the time of the ceremony; `None` later, when
    /// the age of a SafetyNet response no longer says anything.
    pub(crate) fn check(
        &self,
        details: &Details,
        registration: Option<Timestamp>,
    ) -> Result<(), DeviceError> {
        match (details, registration) {
            (Details::Android(key), _) => self.check_android(key),
            (Details::Tpm(tpm), _) => self.check_tpm(tpm),
            (Details::SafetyNet(response), Some(registration)) => {
                self.check_safetynet(response, registration)
            }
            _ => Ok(()),
        }
    }

    fn check_android(&self, key: &KeyDescription) -> Result<(), DeviceError> {
        let minimum = match self.android_key_protection {
            None => SecurityLevel::Software,
            Some(AndroidKeyProtection::TrustedEnvironment) => SecurityLevel::TrustedEnvironment,
            Some(AndroidKeyProtection::StrongBox) => SecurityLevel::StrongBox,
        };
        if key.below(minimum).is_some() {
            return Err(DeviceError::KeyProtectionTooWeak);
        }
        let Some(required) = self.android_verified_boot else { return Ok(()) };
        // Only the secure environment can vouch for what was booted.
        let root = key.hardware_enforced.root_of_trust.as_ref();
        let is_accepted = root.is_some_and(|root| {
            let is_of_owner = root.verified_boot_state == VerifiedBootState::SelfSigned;
            let is_accepted_of_owner = required == AndroidVerifiedBoot::VerifiedOrSelfSigned && is_of_owner;
            root.device_locked
                && (root.verified_boot_state == VerifiedBootState::Verified || is_accepted_of_owner)
        });
        let state = root.map(|root| root.verified_boot_state);
        if is_accepted { Ok(()) } else { Err(DeviceError::VerifiedBootNotAccepted(state)) }
    }

    fn check_tpm(&self, tpm: &TpmDetails) -> Result<(), DeviceError> {
        if self.rejected_tpm_manufacturers.contains(&tpm.manufacturer) {
            return Err(DeviceError::TpmManufacturerNotAccepted(tpm.manufacturer));
        }
        let key = tpm.key_attributes;
        match self.tpm_key_binding {
            TpmKeyBinding::Required if !(key.is_fixed_to_tpm() && key.originated_in_tpm()) => {
                Err(DeviceError::TpmKeyNotBound)
            }
            _ => Ok(()),
        }
    }

    fn check_safetynet(&self, response: &SafetyNetDetails, now: Timestamp) -> Result<(), DeviceError> {
        let milliseconds = response.timestamp_milliseconds;
        let earliest = now.plus_seconds(i64::from(self.safetynet_max_age_seconds).saturating_neg());
        let latest = now.plus_seconds(self.safetynet_clock_skew_seconds.into());
        let made = i64::try_from(milliseconds / 1000).map(Timestamp::from_unix_seconds);
        let is_recent = made.is_ok_and(|made| (earliest..=latest).contains(&made));
        if is_recent { Ok(()) } else { Err(DeviceError::SafetyNetTime { milliseconds }) }
    }
}

/// The trust anchors for an attestation. A part of a compound attestation whose device does not meet the requirements has
/// none, so that it does not count.
#[derive(Debug)]
pub(crate) struct OfDevices<'a> {
    pub(crate) device: &'a DevicePolicy,
    pub(crate) registration: Option<Timestamp>,
    pub(crate) attestation: &'a Attestation,
    pub(crate) anchors: &'a dyn TrustAnchors,
}

impl OfDevices<'_> {
    /// What is wrong with the first certified part that does not count because of its device, if the attestation is
    /// untrusted.
    pub(crate) fn error_of_part(&self, error: &PathError) -> Option<DeviceError> {
        if !matches!(error, PathError::Untrusted(_)) {
            return None;
        }
        let verified = self.attestation.parts().iter().filter_map(|part| part.result().ok());
        let mut certified = verified.filter(|part| part.attestation_type().is_certified());
        certified.find_map(|part| self.device.check(part.details(), self.registration).err())
    }
}

impl TrustAnchors for OfDevices<'_> {
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        let is_part = !self.attestation.parts().is_empty();
        if is_part && self.device.check(query.details, self.registration).is_err() {
            Cow::Borrowed(&[])
        } else {
            self.anchors.anchors(query)
        }
    }

    fn intermediates(&self, query: &AnchorQuery<'_>) -> Cow<'_, [Certificate]> {
        self.anchors.intermediates(query)
    }

    fn revocation(&self, query: &AnchorQuery<'_>) -> Cow<'_, Revocation> {
        self.anchors.revocation(query)
    }

    fn verified_links(&self) -> Option<&VerifiedLinks> {
        self.anchors.verified_links()
    }
}
