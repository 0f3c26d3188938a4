use std::sync::Barrier;

use super::*;
use crate::ceremony::single_use::memory::{OneProcessSingleUse, OneProcessSingleUseFullError};
use crate::ceremony::state::authentication::AuthenticationState;
use crate::test_ceremony::{
    CHALLENGE, NOW, get, handle, policy, record, registration_state, rp, spend, unspent,
};

fn expected(challenge: &[u8]) -> Unspent<AuthenticationState> {
    let rp = rp().policy(policy().with_timeout_seconds(60)).build().unwrap();
    unspent(&rp, challenge, Some(&handle(7)), NOW)
}

#[test]
fn rule_283_374_a_challenge_is_used_once() {
    let store = OneProcessSingleUse::new(10);
    let state = spend(expected(&CHALLENGE), &store, NOW).unwrap();
    let _ = rp().build().unwrap().finish_authentication(state, &get().response(), &record(), NOW).unwrap();
    let error = spend(expected(&CHALLENGE), &store, NOW).unwrap_err();
    assert_eq!((error.code(), &error), (Some(Code::ChallengeExpired), &SpendError::AlreadyUsed));
    assert!(spend(expected(&[9; 32]), &store, NOW).is_ok());
}

#[test]
fn rule_374_a_challenge_of_the_other_ceremony_is_used_too() {
    let store = OneProcessSingleUse::new(10);
    spend(expected(&CHALLENGE), &store, NOW).unwrap();
    let rp = rp().build().unwrap();
    let state = registration_state(&rp);
    let error = spend(Unspent::new(state), &store, NOW).unwrap_err();
    assert_eq!(error.code(), Some(Code::ChallengeExpired));
}

#[test]
fn rule_287_a_state_whose_ceremony_failed_is_used_up() {
    let store = OneProcessSingleUse::new(10);
    let rp = rp().build().unwrap();
    let mut forged = get();
    forged.flags = 0;
    let state = spend(expected(&CHALLENGE), &store, NOW).unwrap();
    rp.finish_authentication(state, &forged.response(), &record(), NOW).unwrap_err();
    assert_eq!(spend(expected(&CHALLENGE), &store, NOW).unwrap_err(), SpendError::AlreadyUsed);
}

#[test]
fn rule_288_of_several_uses_at_once_one_is_the_first() {
    const THREADS: usize = 8;
    let store = OneProcessSingleUse::new(1000);
    for round in 0..50_u8 {
        let barrier = Barrier::new(THREADS);
        let spent = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        let state = expected(&[round; 32]);
                        barrier.wait();
                        spend(state, &store, NOW).is_ok()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|ok| *ok).count()
        });
        assert_eq!(spent, 1, "round {round}");
    }
}

#[test]
fn what_has_expired_is_forgotten_and_nothing_else_is() {
    let store = OneProcessSingleUse::new(2);
    let at_expiry = expected(&[1; 32]).expires_at();
    spend(expected(&[1; 32]), &store, NOW).unwrap();
    spend(expected(&[2; 32]), &store, NOW).unwrap();
    let full = SpendError::Store(OneProcessSingleUseFullError { capacity: 2 });
    assert_eq!(spend(expected(&[3; 32]), &store, at_expiry).unwrap_err(), full);
    assert_eq!((full.code(), store.len()), (None, 2));
    assert_eq!(spend(expected(&[1; 32]), &store, at_expiry).unwrap_err(), SpendError::AlreadyUsed);

    let later = at_expiry.plus_seconds(1);
    let fresh = unspent(&rp().build().unwrap(), [3; 32], None, later);
    spend(fresh, &store, later).unwrap();
    assert_eq!(store.len(), 1);
}

#[test]
fn a_clock_that_was_put_back_revives_nothing() {
    let store = OneProcessSingleUse::new(10);
    assert!(store.is_empty());
    spend(expected(&CHALLENGE), &store, NOW).unwrap();
    let later = NOW.plus_seconds(1000);
    let fresh = unspent(&rp().build().unwrap(), [3; 32], None, later);
    spend(fresh, &store, later).unwrap();
    assert_eq!(spend(expected(&CHALLENGE), &store, NOW).unwrap_err(), SpendError::AlreadyUsed);
}

#[test]
fn another_store_is_taken_at_its_word() {
    assert!(expected(&CHALLENGE).spent(Consumption::First).is_ok());
    let error = expected(&CHALLENGE).spent(Consumption::Repeated).unwrap_err();
    assert_eq!(error.code(), Code::ChallengeExpired);
    assert_eq!(error.to_string(), "the ceremony was used already");
}

#[test]
fn a_ceremonys_name_does_not_tell_its_challenge() {
    let ceremony = expected(&CHALLENGE).ceremony();
    assert_eq!(ceremony, expected(&CHALLENGE).ceremony());
    assert_ne!(ceremony.as_bytes(), &CHALLENGE);
}
