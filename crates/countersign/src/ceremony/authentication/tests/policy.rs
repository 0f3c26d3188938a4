//! What policy demands of authentications.

use countersign_cose::Algorithm;

use super::*;
use crate::ceremony::authentication::factor::AdditionalFactor;
use crate::relying_party::policy::backup::{BackupEligibilityChange, BackupPolicy};
use crate::relying_party::policy::{Policy, algorithms::StoredAlgorithms};
use crate::report::ceremony_report::{Outcome, Reason};
use crate::report::{error::ErrorKind, policy_error::PolicyErrorKind};

fn with(policy: Policy) -> RelyingPartyBuilder {
    rp().policy(policy)
}

fn flagged(flags: u8) -> Get {
    Get { flags: UP | UV | flags, ..get() }
}

/// The fault of a policy at this step.
fn fault(result: Result<Authenticated, Error>, step: Step) -> PolicyErrorKind {
    let error = result.unwrap_err();
    assert_eq!(error.step(), step.into());
    assert_eq!(error.to_string(), format!("{} ({})", error.kind(), error.step()));
    match error.kind() {
        ErrorKind::Policy(fault) => fault.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rule_304_a_stored_key_of_a_withdrawn_algorithm_is_rejected() {
    let only = |algorithm| {
        let stored = StoredAlgorithms::Only(vec![algorithm]);
        with(Policy::passkeys().with_algorithms([algorithm]).with_stored_algorithms(stored))
    };
    let _ = finish(&get(), Some(&record()), only(Algorithm::Es256)).unwrap();
    let error = fault(finish(&get(), Some(&record()), only(Algorithm::EdDsa)), Step::Signature);
    assert_eq!(error, PolicyErrorKind::StoredAlgorithmNotAllowed(Algorithm::Es256.identifier()));
    assert_eq!(error.code(), Code::AlgorithmNotAllowed);
    assert_eq!(error.to_string(), "the stored key is for -7, which is no longer accepted");
    // What is no longer offered may go on working.
    let _ = finish(&get(), Some(&record()), with(Policy::passkeys().with_algorithms([Algorithm::EdDsa])))
        .unwrap();
}

#[test]
fn the_algorithm_is_that_of_the_stored_key_and_not_the_noted_one() {
    let only = |algorithm| {
        let stored = StoredAlgorithms::Only(vec![algorithm]);
        with(Policy::passkeys().with_algorithms([algorithm]).with_stored_algorithms(stored))
    };
    let noted = record().with_algorithm(Algorithm::EdDsa.identifier());
    let _ = finish(&get(), Some(&noted), only(Algorithm::Es256)).unwrap();
    let error = fault(finish(&get(), Some(&noted), only(Algorithm::EdDsa)), Step::Signature);
    assert_eq!(error, PolicyErrorKind::StoredAlgorithmNotAllowed(Algorithm::Es256.identifier()));
}

#[test]
fn the_backup_of_a_credential_follows_the_policy() {
    let step = Step::BackupEligibility;
    let not_eligible = || Some(PolicyErrorKind::BackupEligibilityNotAccepted { eligible: false });
    let eligible = || Some(PolicyErrorKind::BackupEligibilityNotAccepted { eligible: true });
    for (policy, single, movable, moved) in [
        (BackupPolicy::Accept, None, None, None),
        (BackupPolicy::Reject, None, eligible(), eligible()),
        (BackupPolicy::EligibleRequired, not_eligible(), None, None),
        (BackupPolicy::Required, not_eligible(), Some(PolicyErrorKind::NotBackedUp), None),
    ] {
        for (flags, expected) in [(0, single), (BE, movable), (BE | BS, moved)] {
            let record = record().with_backup_eligible(flags & BE != 0);
            let result = finish(&flagged(flags), Some(&record), with(Policy::passkeys().with_backup(policy)));
            match expected {
                None => {
                    let outcome = result.unwrap();
                    let is = (outcome.backup_eligible(), outcome.backup_state());
                    assert_eq!(is, (flags & BE != 0, flags & BS != 0), "{policy:?} {flags}");
                }
                Some(expected) => {
                    let got = fault(result, step);
                    assert_eq!(
                        (got.code(), &got),
                        (Code::BackupNotAccepted, &expected),
                        "{policy:?} {flags}"
                    );
                }
            }
        }
    }
}

#[test]
fn an_upgrade_of_backup_eligibility_is_accepted_only_by_a_named_option() {
    let upgraded = |change| {
        let policy = Policy::passkeys().with_backup_eligibility_change(change);
        finish(&flagged(BE), Some(&record().with_backup_eligible(false)), with(policy))
    };
    let refused = upgraded(BackupEligibilityChange::Reject).unwrap_err();
    assert_eq!(refused.code(), Code::BackupEligibilityChanged);
    let accepted = upgraded(BackupEligibilityChange::DangerousAcceptUpgrade).unwrap();
    assert_eq!(accepted.update().next.backup_eligible(), Some(true));
    let down = with(
        Policy::passkeys().with_backup_eligibility_change(BackupEligibilityChange::DangerousAcceptUpgrade),
    );
    let error = finish(&get(), Some(&record().with_backup_eligible(true)), down).unwrap_err();
    assert_eq!(error.code(), Code::BackupEligibilityChanged);
}

#[test]
fn an_ignored_counter_is_stored_and_not_checked() {
    let rp = || with(Policy::passkeys().with_sign_count(SignCountPolicy::Accept));
    for (received, kept) in [(4, 5), (5, 5), (6, 6), (0, 5)] {
        let authenticated = finish(&Get { sign_count: received, ..get() }, Some(&record()), rp()).unwrap();
        assert_eq!(authenticated.update().next.sign_count(), kept);
    }
    let rp = rp().build().unwrap();
    let state = authentication_state(&rp, Some(handle(7)));
    let mut report = Report::default();
    let _ = rp.finish_authentication(
        state,
        &get().response(),
        &record(),
        FinishOptions::at(NOW).with_report(&mut report),
    );
    let step = report.step(Step::SignCount).unwrap();
    assert_eq!(*step.outcome(), Outcome::Skipped(Reason::NoPolicy));
}

#[test]
fn rule_302_uv_initialized_is_set_only_with_an_additional_factor_of_the_account() {
    let authenticated = |flags, initialized| {
        let record = record().with_uv_initialized(initialized);
        finish(&Get { flags, ..get() }, Some(&record), rp()).unwrap()
    };
    let first = authenticated(UP | UV, false);
    assert!(first.user_verified() && !first.user_verification_is_factor());
    assert!(!first.update().next.uv_initialized());
    let factor = AdditionalFactor::vouched(handle(7));
    let update = first.update_authorized_by(&factor).unwrap();
    assert!(update.next.uv_initialized() && !update.previous.uv_initialized());
    assert_eq!(first.update_authorized_by(&AdditionalFactor::vouched(handle(8))), None);
    // Where the user was not verified there is nothing to set.
    assert_eq!(
        authenticated(UP, false).update_authorized_by(&factor).as_ref(),
        Some(authenticated(UP, false).update())
    );
    // Another authentication is a factor if its own verification is one.
    assert_eq!(AdditionalFactor::authenticated(&first), None);
    assert_eq!(AdditionalFactor::authenticated(&authenticated(UP, true)), None);
    let later = authenticated(UP | UV, true);
    assert!(later.user_verification_is_factor());
    assert_eq!(AdditionalFactor::authenticated(&later), Some(factor));
}

#[test]
fn rule_390_user_verification_that_was_never_seen_before_is_not_a_factor() {
    use crate::relying_party::policy::choices::UninitializedUserVerification as Option;
    let clear = record().with_uv_initialized(false);
    let finish = |record: &CredentialRecord, rp: RelyingPartyBuilder| {
        finish(&get(), Some(record), rp).map(drop).map_err(|error| (error.code(), error.step()))
    };
    let refused = Err((Code::UserVerificationNotInitialized, Step::Done.into()));
    assert_eq!(finish(&clear, with(Policy::passkeys())), refused);
    assert_eq!(finish(&record(), with(Policy::passkeys())), Ok(()));
    let named = Policy::passkeys().with_uninitialized_user_verification(Option::DangerousAccept);
    assert_eq!(finish(&clear, with(named)), Ok(()));
    // Where the user need not be verified nothing relies on it.
    assert_eq!(finish(&clear, with(Policy::second_factor())), Ok(()));
}

#[test]
fn rule_390_an_additional_factor_of_the_account_enables_user_verification() {
    let rp = with(Policy::passkeys()).build().unwrap();
    let clear = record().with_uv_initialized(false);
    let (own, other) = (AdditionalFactor::vouched(handle(7)), AdditionalFactor::vouched(handle(8)));
    for user in [None, Some(handle(7))] {
        let finish = |factor: &AdditionalFactor, get: &Get| {
            let state = authentication_state(&rp, user.clone()).with_additional_factor(factor);
            // It is kept with the state.
            let state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
            rp.finish_authentication(state, &get.response(), &clear, NOW)
        };
        let first = finish(&own, &get()).unwrap();
        assert!(!first.user_verification_is_factor() && first.update().next.uv_initialized());
        let error = finish(&other, &get()).unwrap_err();
        assert_eq!(error.code(), Code::UserVerificationNotInitialized);
        let mut record = clear.clone();
        record.apply(first.update()).unwrap();
        let later = Get { sign_count: 7, ..get() };
        let state = authentication_state(&rp, user.clone());
        let second = rp.finish_authentication(state, &later.response(), &record, NOW).unwrap();
        assert!(second.user_verification_is_factor());
    }
}

#[test]
fn an_additional_factor_has_no_effect_if_the_user_was_not_verified() {
    let rp = rp().build().unwrap();
    let clear = record().with_uv_initialized(false);
    let state = authentication_state(&rp, None).with_additional_factor(&AdditionalFactor::vouched(handle(7)));
    let unverified = Get { flags: UP, ..get() };
    let authenticated = rp.finish_authentication(state, &unverified.response(), &clear, NOW).unwrap();
    assert!(!authenticated.update().next.uv_initialized());
}

#[test]
fn only_the_holder_of_the_credential_learns_that_user_verification_was_never_seen() {
    let clear = record().with_uv_initialized(false);
    let stranger = Get { key: signing_key(9), ..get() };
    let error = finish(&stranger, Some(&clear), with(Policy::passkeys())).unwrap_err();
    assert_eq!(error.code(), Code::SignatureInvalid);
}
