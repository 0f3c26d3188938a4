//! Backup as policy: [section 6.1.3](https://www.w3.org/TR/webauthn-3/#sctn-credential-backup), and the steps that read
//! BE and BS.

use countersign_types::authenticator_data::Flags;
use serde::{Deserialize, Serialize};

use crate::report::{error::ErrorKind, policy_error::PolicyErrorKind};

/// Whether credentials may or must be backed up, at registration and at each authentication.
///
/// The flags are the authenticator's word: without attestation, a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BackupPolicy {
    /// They may. The record tells.
    #[default]
    Accept,
    /// They must not be able to be: BE is clear, so that each is on one device.
    Reject,
    /// They must be able to be: BE is set. Whether they are may change, and often does some time after registration.
    EligibleRequired,
    /// They must be: BE and BS are set.
    Required,
}

impl BackupPolicy {
    /// What BE must be.
    pub(crate) fn check_eligibility(self, flags: Flags) -> Result<(), PolicyErrorKind> {
        let eligible = flags.backup_eligible();
        match (self, eligible) {
            (Self::Reject, true) | (Self::EligibleRequired | Self::Required, false) => {
                Err(PolicyErrorKind::BackupEligibilityNotAccepted { eligible })
            }
            _ => Ok(()),
        }
    }

    /// What BS must be.
    pub(crate) fn check_state(self, flags: Flags) -> Result<(), PolicyErrorKind> {
        if self == Self::Required && !flags.backup_state() {
            Err(PolicyErrorKind::NotBackedUp)
        } else {
            Ok(())
        }
    }
}

/// What to do where BE is set on a credential whose record says that it was clear at registration. The other way round is
/// always refused.
///
/// The specification takes BE for what never changes
/// ([section 6.1.3](https://www.w3.org/TR/webauthn-3/#sctn-credential-backup)); some password managers set it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BackupEligibilityChange {
    /// The authentication fails.
    #[default]
    Reject,
    /// It is accepted, although a credential that was on one device may be on others from then on. The record takes it
    /// over.
    DangerousAcceptUpgrade,
}

impl BackupEligibilityChange {
    /// Step 19 of section 7.2: BE is as it was, or may have changed as it did.
    ///
    /// Unknown, as in a record from elsewhere, it is [`UnknownBackupEligibility`]'s.
    pub(crate) fn check(self, registered: Option<bool>, flags: Flags) -> Result<(), ErrorKind> {
        match (registered, flags.backup_eligible()) {
            (Some(false), true) if self == Self::DangerousAcceptUpgrade => Ok(()),
            (Some(registered), now) if registered != now => {
                Err(ErrorKind::BackupEligibilityChanged { registered })
            }
            _ => Ok(()),
        }
    }
}

/// What to do where a record does not say what BE was at registration: one that was imported from a store that never
/// noted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UnknownBackupEligibility {
    /// The value that is seen first is taken for it, and recorded. Such a record is there only because the relying party
    /// imported it so, and the value is signed with the credential's key.
    #[default]
    Accept,
    /// The authentication fails: the credential has to be registered again.
    Reject,
}

impl UnknownBackupEligibility {
    /// Step 19 of section 7.2, where there is nothing to compare with.
    pub(crate) fn check(self, registered: Option<bool>) -> Result<(), PolicyErrorKind> {
        if self == Self::Reject && registered.is_none() {
            Err(PolicyErrorKind::BackupEligibilityUnknown)
        } else {
            Ok(())
        }
    }
}
