//! Checks of what happens at once
//! ([section 7.1, step 26](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-cred-id-unregistered), and others).

use countersign_types::CredentialId;

use crate::store::credentials::{CredentialStore, Inserted, Removed, Updated};
use crate::store_kit::at_once::{ROUNDS, at_once, winner};
use crate::store_kit::harness::{Outcome, StoreHarness, answer, checks};
use crate::store_kit::samples::{holds, id, insert, record, update, user};

checks! {
    at once CredentialStore:
    "of several inserts of one id at once, one is stored" => inserts,
    "of several updates of one record at once, one is stored" => updates,
    "of several removals of one record at once, one succeeds" => removals,
}

fn sample_id(round: u8) -> CredentialId {
    id(&[round.saturating_add(1); 16])
}

fn inserts<H: StoreHarness<Store: CredentialStore>>(harness: &H, store: &H::Store) -> Outcome {
    for round in 0..ROUNDS {
        let of = |number: u8| record(sample_id(round).as_bytes(), number).with_sign_count(u32::from(number));
        let outcomes = at_once(harness, async |number| answer("insert", store.insert(&of(number)).await))?;
        let winner = winner(&outcomes, |outcome| *outcome == Inserted::Stored)?;
        harness.block_on(holds(store, &sample_id(round), Some(&of(winner))))?;
    }
    Ok(())
}

fn updates<H: StoreHarness<Store: CredentialStore>>(harness: &H, store: &H::Store) -> Outcome {
    for round in 0..ROUNDS {
        let before = record(sample_id(round).as_bytes(), 1);
        harness.block_on(insert(store, &before))?;
        let of = |number: u8| before.clone().with_sign_count(u32::from(number).saturating_add(6));
        let outcomes = at_once(harness, async |number| {
            answer("update", store.update(&update(&before, &of(number))).await)
        })?;
        let winner = winner(&outcomes, |outcome| *outcome == Updated::Stored)?;
        harness.block_on(holds(store, before.id(), Some(&of(winner))))?;
    }
    Ok(())
}

fn removals<H: StoreHarness<Store: CredentialStore>>(harness: &H, store: &H::Store) -> Outcome {
    // Stores may reject the removal of an account's last credential.
    harness.block_on(insert(store, &record(&[0xff; 16], 1)))?;
    for round in 0..ROUNDS {
        let before = record(sample_id(round).as_bytes(), 1);
        harness.block_on(insert(store, &before))?;
        let outcomes =
            at_once(harness, async |_| answer("remove", store.remove(&user(1), before.id()).await))?;
        winner(&outcomes, |outcome| *outcome == Removed::Gone)?;
        harness.block_on(holds(store, before.id(), None))?;
    }
    Ok(())
}
