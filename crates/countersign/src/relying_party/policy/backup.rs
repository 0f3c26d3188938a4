//! Backup as policy: [section 6.1.3](https://www.w3.org/TR/webauthn-3/#sctn-credential-backup), and the steps that read
//! BE and BS.

use countersign_types::authenticator_data::Flags;
use serde::{Deserialize, Serialize};

use crate::report::{error::ErrorKind, policy_error::PolicyErrorKind};

/// Whether credentials may or must be backed up, at registration and at each authentication.
///
/// The flags are set by the authenticator: without attestation, they are a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BackupPolicy {
    /// Credentials may be backed up or not; the record says which.
    #[default]
    Accept,
    /// Rejects credentials that can be backed up (BE set), so that each lives on a single device.
    Reject,
    /// Requires credentials that can be backed up (BE set). Whether they are may change, and often does after registration.
    EligibleRequired,
    /// Requires credentials that are backed up (BE and BS set).
    Required,
}

impl BackupPolicy {
    /// Checks BE.
    pub(crate) fn check_eligibility(self, flags: Flags) -> Result<(), PolicyErrorKind> {
        let eligible = flags.backup_eligible();
        match (self, eligible) {
            (Self::Reject, true) | (Self::EligibleRequired | Self::Required, false) => {
                Err(PolicyErrorKind::BackupEligibilityNotAccepted { eligible })
            }
            _ => Ok(()),
        }
    }

    /// Checks BS.
    pub(crate) fn check_state(self, flags: Flags) -> Result<(), PolicyErrorKind> {
        let is_missing = self == Self::Required && !flags.backup_state();
        if is_missing { Err(PolicyErrorKind::NotBackedUp) } else { Ok(()) }
    }
}

/// What happens if BE is set on a credential whose record says that it was clear at registration. The opposite change is
/// always rejected.
///
/// In the specification BE never changes
/// ([section 6.1.3](https://www.w3.org/TR/webauthn-3/#sctn-credential-backup)); some password managers set it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BackupEligibilityChange {
    /// The authentication fails.
    #[default]
    Reject,
    /// The change is accepted and recorded, although a credential that was on one device may then be on others.
    DangerousAcceptUpgrade,
}

impl BackupEligibilityChange {
    /// Step 19 of section 7.2: BE is as it was, or may have changed as it did.
    ///
    /// An unknown value, as in an imported record, is checked by [`UnknownBackupEligibility`].
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

/// What happens if a record does not say what BE was at registration, because it was imported from a store that did not
/// keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UnknownBackupEligibility {
    /// The first value is accepted and recorded. Such a record exists only because the relying party imported it, and the
    /// value is signed with the credential's key.
    #[default]
    Accept,
    /// The authentication fails: the credential has to be registered again.
    Reject,
}

impl UnknownBackupEligibility {
    /// Step 19 of section 7.2, if there is nothing to compare with.
    pub(crate) fn check(self, registered: Option<bool>) -> Result<(), PolicyErrorKind> {
        let is_rejected = self == Self::Reject && registered.is_none();
        if is_rejected { Err(PolicyErrorKind::BackupEligibilityUnknown) } else { Ok(()) }
    }
}
