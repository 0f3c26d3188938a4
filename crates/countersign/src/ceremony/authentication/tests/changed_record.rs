//! An authentication whose record changed before its update was stored.

use countersign_types::enumerations::UserVerificationRequirement;

use super::*;
use crate::ceremony::authentication::factor::AdditionalFactor;
use crate::record::update::UpdateError;
use crate::relying_party::policy::{Policy, flagged::FlaggedCredentials};
use crate::report::error::ErrorKind;
use crate::test_ceremony::cose_key;

fn strict() -> RelyingParty {
    rp().policy(policy().with_sign_count(SignCountPolicy::Reject)).build().unwrap()
}

/// An authentication with counter 6, against the record with counter 5.
fn authenticated(rp: &RelyingParty) -> Authenticated {
    finished(rp, &get(), &record())
}

fn finished(rp: &RelyingParty, get: &Get, record: &CredentialRecord) -> Authenticated {
    rp.finish_authentication(authentication_state(rp, None), &get.response(), record, NOW).unwrap()
}

fn rejected(rp: &RelyingParty, authenticated: &Authenticated, fresh: &CredentialRecord) -> (Code, Step) {
    let mut checked = authenticated.clone();
    let error = checked.update_for(rp, fresh).unwrap_err();
    let outcome = |it: &Authenticated| (it.update().clone(), it.sign_count_increased());
    assert_eq!(outcome(&checked), outcome(authenticated));
    let step = Step::ALL.iter().find(|step| error.step() == (**step).into()).unwrap();
    (error.code(), *step)
}

#[test]
fn an_unchanged_record_has_the_update_of_the_authentication() {
    let rp = strict();
    let mut authenticated = authenticated(&rp);
    let (user, update) = authenticated.user_and_update();
    assert_eq!(user, &handle(7));
    let update = update.clone();
    assert_eq!(authenticated.update_for(&rp, &record()).unwrap(), &update);
    assert_eq!(authenticated.update(), &update);
}

#[test]
fn a_record_that_changed_gets_an_update_that_applies() {
    let rp = strict();
    let (first, second) = (finished(&rp, &get(), &record()), Get { sign_count: 7, ..get() });
    let mut second = finished(&rp, &second, &record());
    let mut stored = record();
    stored.apply(first.update()).unwrap();
    assert_eq!(stored.apply(second.update()), Err(UpdateError::Changed));
    stored.apply(second.update_for(&rp, &stored).unwrap()).unwrap();
    assert_eq!(stored.sign_count(), 7);
}

#[test]
fn a_counter_that_is_behind_the_fresh_record_is_rejected_or_leaves_it() {
    let strict = strict();
    let fresh = record().with_sign_count(6);
    let rejection = rejected(&strict, &authenticated(&strict), &fresh);
    assert_eq!(rejection, (Code::SignCountNotIncreased, Step::SignCount));
    let lenient = rp().policy(policy().with_sign_count(SignCountPolicy::Accept)).build().unwrap();
    let mut authenticated = authenticated(&lenient);
    let update = authenticated.update_for(&lenient, &record().with_sign_count(9)).unwrap();
    assert_eq!(update.next.sign_count(), 9);
}

#[test]
fn a_counter_that_is_only_reported_is_reported_of_the_fresh_record() {
    let rp = rp().policy(policy().with_sign_count(SignCountPolicy::Report)).build().unwrap();
    let mut authenticated = authenticated(&rp);
    assert!(authenticated.sign_count_increased());
    let update = authenticated.update_for(&rp, &record().with_sign_count(9)).unwrap();
    assert_eq!((update.previous.sign_count(), update.next.sign_count()), (9, 9));
    assert!(!authenticated.sign_count_increased());
    authenticated.update_for(&rp, &record()).unwrap();
    assert!(authenticated.sign_count_increased());
}

#[test]
fn a_flag_that_is_only_reported_is_reported_of_the_fresh_record() {
    let rp = rp().policy(policy().with_flagged_credentials(FlaggedCredentials::Report)).build().unwrap();
    let mut authenticated = authenticated(&rp);
    let mut fresh = record();
    fresh.flag("stolen", NOW);
    assert_ne!(authenticated.update().next.standing(), fresh.standing());
    authenticated.update_for(&rp, &fresh).unwrap();
    assert_eq!(authenticated.update().next.standing(), fresh.standing());
    fresh.apply(authenticated.update()).unwrap();
}

#[test]
fn a_flag_that_was_set_meanwhile_is_respected() {
    let rp = strict();
    let mut fresh = record();
    fresh.flag("stolen", NOW);
    assert_eq!(rejected(&rp, &authenticated(&rp), &fresh), (Code::AuthenticatorNotAccepted, Step::Done));
}

#[test]
fn backup_eligibility_that_was_noted_meanwhile_is_compared() {
    let rp = strict();
    let eligible = Get { flags: UP | UV | BE, ..get() };
    let mut authenticated = finished(&rp, &eligible, &record().with_backup_eligible(None));
    assert_eq!(
        authenticated.update_for(&rp, &record().with_backup_eligible(true)).unwrap().next.backup_eligible(),
        Some(true)
    );
    let rejection = rejected(&rp, &authenticated, &record().with_backup_eligible(false));
    assert_eq!(rejection, (Code::BackupEligibilityChanged, Step::BackupEligibility));
}

#[test]
fn user_verification_that_the_fresh_record_never_saw_is_rejected() {
    let required = Policy::passkeys().with_user_verification(UserVerificationRequirement::Required);
    let rp = rp().policy(required).build().unwrap();
    let fresh = record().with_uv_initialized(false);
    let rejection = rejected(&rp, &authenticated(&rp), &fresh);
    assert_eq!(rejection, (Code::UserVerificationNotInitialized, Step::Done));
    let factor = AdditionalFactor::vouched(handle(7));
    let state = authentication_state(&rp, None).with_additional_factor(&factor);
    let mut authorized = rp.finish_authentication(state, &get().response(), &record(), NOW).unwrap();
    assert!(authorized.update_for(&rp, &fresh).unwrap().next.uv_initialized());
}

#[test]
fn user_verification_is_a_factor_if_the_fresh_record_says_so() {
    let rp = strict();
    let (never, seen) = (record().with_uv_initialized(false), record());
    let mut authenticated = authenticated(&rp);
    let factor = AdditionalFactor::vouched(handle(7));
    for (fresh, expected) in [(never, None), (seen, Some(factor))] {
        authenticated.update_for(&rp, &fresh).unwrap();
        assert_eq!(authenticated.user_verification_is_factor(), expected.is_some());
        assert_eq!(AdditionalFactor::authenticated(&authenticated), expected);
    }
}

#[test]
fn a_factor_that_is_checked_after_the_passkey_counts_with_the_fresh_record_too() {
    let rp = strict();
    let mut stored = record().with_uv_initialized(false);
    let mut first = finished(&rp, &Get { sign_count: 7, ..get() }, &stored);
    let second = finished(&rp, &get(), &stored);
    let factor = AdditionalFactor::vouched(handle(7));
    stored.apply(second.update()).unwrap();
    assert_eq!(stored.apply(&first.update_authorized_by(&factor).unwrap()), Err(UpdateError::Changed));
    assert!(!first.update_for(&rp, &stored).unwrap().next.uv_initialized());
    stored.apply(&first.update_authorized_by(&factor).unwrap()).unwrap();
    assert_eq!((stored.sign_count(), stored.uv_initialized()), (7, true));
}

#[test]
fn a_relying_party_of_another_purpose_gets_no_update() {
    let rp = strict();
    let step_up = super::rp().purpose("step-up").build().unwrap();
    let rejection = rejected(&step_up, &authenticated(&rp), &record());
    assert_eq!(rejection, (Code::StateInvalid, Step::Options));
}

#[test]
fn a_record_of_another_credential_account_or_key_is_unknown() {
    let rp = strict();
    let mut authenticated = authenticated(&rp);
    let id = |byte| CredentialId::new(vec![byte; 16]).unwrap();
    let key = || cose_key(&signing_key(0x11));
    let made = |id: CredentialId, rp_id: &str, user: UserHandle, key: Vec<u8>| {
        CredentialRecord::new(id, rp_id, user, key)
            .with_sign_count(5)
            .with_backup_eligible(false)
            .with_uv_initialized(true)
    };
    assert!(authenticated.update_for(&rp, &made(id(0x1d), RP_ID, handle(7), key())).is_ok());
    for other in [
        made(id(0x1e), RP_ID, handle(7), key()),
        made(id(0x1d), "example.net", handle(7), key()),
        made(id(0x1d), RP_ID, handle(8), key()),
        made(id(0x1d), RP_ID, handle(7), cose_key(&signing_key(0x12))),
    ] {
        let error = authenticated.update_for(&rp, &other).unwrap_err();
        assert_eq!((error.kind(), error.step()), (&ErrorKind::CredentialUnknown, Step::User.into()));
        assert_eq!(error.code(), Code::CredentialUnknown);
    }
}
