//! Checks of what a crash leaves, between the steps of registration and authentication
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use crate::store::credentials::{CredentialStore, Removed, Updated};
use crate::store_kit::harness::{Outcome, StoreHarness, answer, checks, expect};
use crate::store_kit::samples::{apply, holds, insert, lists, record, update, user};

checks! {
    CredentialStore:
    "an inserted record survives a crash" => inserted,
    "an update survives a crash" => updated,
    "a removal survives a crash" => removed,
}

fn inserted<H: StoreHarness<Store: CredentialStore>>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let first = record(&[1; 16], 1);
    harness.block_on(insert(&store, &first))?;
    let store = harness.crash(store);
    harness.block_on(lists(&store, &user(1), &[&first]))
}

fn updated<H: StoreHarness<Store: CredentialStore>>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let before = record(&[1; 16], 1);
    harness.block_on(insert(&store, &before))?;
    let after = before.clone().with_sign_count(6).with_backup_state(true);
    harness.block_on(apply(&store, &update(&before, &after), Updated::Stored))?;
    let store = harness.crash(store);
    harness.block_on(async {
        holds(&store, before.id(), Some(&after)).await?;
        // The client, which had no answer, tries again: what it was judged by is no longer there.
        apply(&store, &update(&before, &after), Updated::Changed).await
    })
}

fn removed<H: StoreHarness<Store: CredentialStore>>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let (first, second) = (record(&[1; 16], 1), record(&[2; 16], 1));
    harness.block_on(async {
        insert(&store, &first).await?;
        insert(&store, &second).await?;
        expect("remove", &answer("remove", store.remove(&user(1), first.id()).await)?, &Removed::Gone)
    })?;
    let store = harness.crash(store);
    harness.block_on(lists(&store, &user(1), &[&second]))
}
