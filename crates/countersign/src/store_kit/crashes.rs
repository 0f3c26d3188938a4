//! Checks of what a crash leaves, between the steps of registration and authentication
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use crate::record::store::traits::{CredentialStore as _, Removed, Updated};
use crate::store_kit::ceremonies::{put, take};
use crate::store_kit::harness::{Outcome, StoreHarness, answer, checks, expect};
use crate::store_kit::samples::{apply, holds, insert, lists, record, update, user};

checks! {
    "an inserted record survives a crash" => inserted,
    "an update survives a crash" => updated,
    "a removal survives a crash" => removed,
    "an open ceremony survives a crash" => opened,
    "a taken state stays taken after a crash" => taken,
}

fn inserted<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let first = record(&[1; 16], 1);
    insert(&store, &first)?;
    let store = harness.crash(store);
    lists(&store, &user(1), &[&first])
}

fn updated<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let before = record(&[1; 16], 1);
    insert(&store, &before)?;
    let after = before.clone().with_sign_count(6).with_backup_state(true);
    apply(&store, &update(&before, &after), Updated::Stored)?;
    let store = harness.crash(store);
    holds(&store, before.id(), Some(&after))?;
    // The client, which had no answer, tries again: what it was judged by is no longer there.
    apply(&store, &update(&before, &after), Updated::Changed)
}

fn removed<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let (first, second) = (record(&[1; 16], 1), record(&[2; 16], 1));
    insert(&store, &first)?;
    insert(&store, &second)?;
    expect("remove", &answer("remove", store.remove(&user(1), first.id()))?, &Removed::Gone)?;
    let store = harness.crash(store);
    lists(&store, &user(1), &[&second])
}

fn opened<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    put(&store, &[1; 32], b"{}")?;
    let store = harness.crash(store);
    take(&store, &[1; 32], Some(b"{}"))
}

fn taken<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    put(&store, &[1; 32], b"{}")?;
    take(&store, &[1; 32], Some(b"{}"))?;
    // Between the step that takes the state and the one that stores what came of it.
    let store = harness.crash(store);
    take(&store, &[1; 32], None)
}
