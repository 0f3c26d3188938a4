//! The checks of an authentication against what may change in the stored record: steps 19, 22 and the last of
//! [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion). They can run again if the record changed
//! before the authentication was stored.

use countersign_types::authenticator_data::Flags;

use crate::record::{
    credential_record::CredentialRecord, dynamic_part::DynamicPart, update::CredentialUpdate,
};
use crate::relying_party::policy::Policy;
use crate::relying_party::policy::choices::{SignCountPolicy, UninitializedUserVerification};
use crate::report::error::{Error, ErrorKind};
use crate::report::{
    ceremony_report::Reason, evidence::Evidence, recorder::Recorder, step::AuthenticationStep as Step,
};

/// What a verified response and its state say, as far as the stored record is checked against it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presented {
    pub(super) flags: Flags,
    pub(super) sign_count: u32,
    pub(super) user_verification_required: bool,
    /// Whether a further factor of the record's account was checked.
    pub(super) is_authorized: bool,
}

/// The result of step 22.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CheckedCount {
    /// The counter to store.
    pub(super) next: u32,
    pub(super) is_increased: bool,
}

impl Presented {
    /// Step 19: BE is as it was, and BE and BS are accepted by the policy.
    pub(super) fn backup_eligibility(
        self,
        policy: &Policy,
        stored: &DynamicPart,
        steps: &mut impl Recorder,
    ) -> Result<(), Error> {
        let flags = self.flags;
        let accepted = policy
            .backup_eligibility_change
            .check(stored.backup_eligible, flags)
            .and_then(|()| Ok(policy.unknown_backup_eligibility.check(stored.backup_eligible)?))
            .and_then(|()| Ok(policy.backup.check_eligibility(flags)?))
            .and_then(|()| Ok(policy.backup.check_state(flags)?));
        steps.check_with(Step::BackupEligibility, accepted, |()| Evidence::flags(flags))
    }

    /// Step 22: the signature counter increased, or the policy accepts that it did not.
    pub(super) fn sign_count(
        self,
        policy: &Policy,
        stored: &DynamicPart,
        steps: &mut impl Recorder,
    ) -> Result<CheckedCount, Error> {
        let (policy, stored, received) = (policy.sign_count, stored.sign_count, self.sign_count);
        if policy == SignCountPolicy::Accept {
            steps.skipped(Step::SignCount, Reason::NoPolicy);
            return Ok(CheckedCount { next: stored.max(received), is_increased: received > stored });
        }
        let checked = counter(policy, stored, received);
        steps.check_with(Step::SignCount, checked, |_| Evidence::SignCount { stored, received })
    }

    /// Step 25: the credential is not flagged, and user verification can be relied on if it is required.
    ///
    /// User verification that was never seen with a credential is no factor
    /// ([section 4, `uvInitialized`](https://www.w3.org/TR/webauthn-3/#credential-record)): the finder of an authenticator
    /// without a PIN can set one. This is checked last, so that only the holder of the credential learns the result.
    pub(super) fn reliance(
        self,
        policy: &Policy,
        record: &CredentialRecord,
        steps: &mut impl Recorder,
    ) -> Result<(), Error> {
        steps.check(Step::Done, policy.flagged_credentials.check(record))?;
        let is_accepted = record.uv_initialized()
            || self.is_authorized
            || !self.user_verification_required
            || policy.uninitialized_user_verification == UninitializedUserVerification::DangerousAccept;
        let initialized = if is_accepted { Ok(()) } else { Err(ErrorKind::UserVerificationNotInitialized) };
        steps.check(Step::Done, initialized)
    }

    /// Step 24: the change of the record with this counter.
    pub(super) fn update(self, record: &CredentialRecord, sign_count: u32) -> CredentialUpdate {
        let is_verified = self.is_authorized && self.flags.user_verified();
        CredentialUpdate {
            credential_id: record.id().clone(),
            previous: record.dynamic.clone(),
            next: DynamicPart {
                sign_count,
                backup_eligible: Some(self.flags.backup_eligible()),
                backup_state: self.flags.backup_state(),
                uv_initialized: record.dynamic.uv_initialized || is_verified,
                standing: record.dynamic.standing.clone(),
            },
        }
    }
}

fn counter(policy: SignCountPolicy, stored: u32, received: u32) -> Result<CheckedCount, ErrorKind> {
    if received > stored {
        return Ok(CheckedCount { next: received, is_increased: true });
    }
    // An authenticator without a counter leaves it at 0.
    let unused = stored == 0 && received == 0;
    match policy {
        SignCountPolicy::Reject if !unused => Err(ErrorKind::SignCountNotIncreased { stored, received }),
        // A copy that is behind must not pull the stored counter back, or its next use would look like an increase.
        _ => Ok(CheckedCount { next: stored, is_increased: false }),
    }
}
