//! Checks of what happens at once
//! ([section 7.1, step 26](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-cred-id-unregistered), and others).

use std::{sync::Barrier, thread};

use countersign_types::CredentialId;

use crate::record::store::traits::{CeremonyStore, CredentialStore, Inserted, Removed, Updated};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::samples::{NOW, holds, id, insert, record, update, user};
use crate::{record::credential_record::CredentialRecord, store_kit::ceremonies::put};

checks! {
    empty:
    "of several inserts of one id at once, one is stored" => inserts,
    "of several updates of one record at once, one is stored" => updates,
    "of several removals of one record at once, one succeeds" => removals,
    "of several takes of one state at once, one gets it" => takes,
}

/// Threads that do the same at once: enough to get in each other's way on a small machine.
const THREADS: u8 = 6;

/// How often they do: a window of a few instructions is met within this many rounds, as a rule.
const ROUNDS: u8 = 12;

/// Runs `work` in every thread at once, and returns what each came to.
pub(super) fn at_once<T: Send>(work: impl Fn(u8) -> Result<T, String> + Sync) -> Result<Vec<T>, String> {
    let start = Barrier::new(usize::from(THREADS));
    let (start, work) = (&start, &work);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                scope.spawn(move || {
                    start.wait();
                    work(number)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a panic".to_owned())))
            .collect()
    })
}

/// The one thread that came to `won`.
fn winner<T: PartialEq>(outcomes: &[T], won: impl Fn(&T) -> bool) -> Result<u8, String> {
    let mut winners = (0..).zip(outcomes).filter(|(_, outcome)| won(outcome)).map(|(number, _)| number);
    match (winners.next(), winners.count()) {
        (Some(winner), 0) => Ok(winner),
        (None, _) => Err("none of them succeeded".to_owned()),
        (Some(_), more) => Err(format!("{} of them succeeded", more.saturating_add(1))),
    }
}

fn sample_id(round: u8) -> CredentialId {
    id(&[round.saturating_add(1); 16])
}

fn inserts<S: CredentialStore + Sync>(store: &S) -> Outcome {
    for round in 0..ROUNDS {
        let of = |number: u8| record(sample_id(round).as_bytes(), number).with_sign_count(u32::from(number));
        let outcomes = at_once(|number| answer("insert", store.insert(&of(number))))?;
        let winner = winner(&outcomes, |outcome| *outcome == Inserted::Stored)?;
        holds(store, &sample_id(round), Some(&of(winner)))?;
    }
    Ok(())
}

fn updates<S: CredentialStore + Sync>(store: &S) -> Outcome {
    for round in 0..ROUNDS {
        let before = record(sample_id(round).as_bytes(), 1);
        insert(store, &before)?;
        let of = |number: u8| before.clone().with_sign_count(u32::from(number).saturating_add(6));
        let outcomes = at_once(|number| answer("update", store.update(&update(&before, &of(number)))))?;
        let winner = winner(&outcomes, |outcome| *outcome == Updated::Stored)?;
        holds(store, before.id(), Some(&of(winner)))?;
    }
    Ok(())
}

fn removals<S: CredentialStore + Sync>(store: &S) -> Outcome {
    // Stores may refuse to remove an account's last credential.
    insert(store, &record(&[0xff; 16], 1))?;
    for round in 0..ROUNDS {
        let before: CredentialRecord = record(sample_id(round).as_bytes(), 1);
        insert(store, &before)?;
        let outcomes = at_once(|_| answer("remove", store.remove(&user(1), before.id())))?;
        winner(&outcomes, |outcome| *outcome == Removed::Gone)?;
        holds(store, before.id(), None)?;
    }
    Ok(())
}

fn takes<S: CeremonyStore + Sync>(store: &S) -> Outcome {
    for round in 0..ROUNDS {
        put(store, &[round; 32], b"{}")?;
        let outcomes = at_once(|_| answer("take", store.take(&[round; 32], NOW)))?;
        winner(&outcomes, Option::is_some)?;
        expect("a later take", &answer("take", store.take(&[round; 32], NOW))?, &None)?;
    }
    Ok(())
}
