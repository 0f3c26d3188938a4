//! Checks of open ceremonies
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use crate::store::ceremonies::CeremonyStore;
use crate::store_kit::at_once::{ROUNDS, at_once, winner};
use crate::store_kit::harness::{Outcome, StoreHarness, answer, checks, expect, on_empty};
use crate::store_kit::samples::NOW;

checks! {
    CeremonyStore:
    "a state comes back as it was" => (|harness| on_empty(harness, comes_back)),
    "a state is taken once" => (|harness| on_empty(harness, taken_once)),
    "a state is taken by its own id" => (|harness| on_empty(harness, own_id)),
    "a state that has expired is not given" => (|harness| on_empty(harness, expired)),
    "of several takes of one state at once, one gets it" => takes,
    "an open ceremony survives a crash" => opened,
    "a taken state stays taken after a crash" => taken,
}

async fn put<S: CeremonyStore>(store: &S, id: &[u8], state: &[u8]) -> Outcome {
    answer("put", store.put(id, state, NOW.plus_seconds(300)).await)
}

async fn take<S: CeremonyStore>(store: &S, id: &[u8], expected: Option<&[u8]>) -> Outcome {
    expect("take", &answer("take", store.take(id, NOW).await)?.as_deref(), &expected)
}

async fn comes_back<S: CeremonyStore>(store: &S) -> Outcome {
    let long = "{\"challenge\":\"\u{1f511}'\"}".repeat(1000);
    for state in [long.as_bytes(), b"{}"] {
        put(store, &[1; 32], state).await?;
        take(store, &[1; 32], Some(state)).await?;
    }
    Ok(())
}

async fn taken_once<S: CeremonyStore>(store: &S) -> Outcome {
    put(store, &[1; 32], b"{}").await?;
    take(store, &[1; 32], Some(b"{}")).await?;
    take(store, &[1; 32], None).await
}

async fn own_id<S: CeremonyStore>(store: &S) -> Outcome {
    put(store, &[1; 32], b"{\"one\":1}").await?;
    put(store, &[2; 32], b"{\"two\":2}").await?;
    take(store, &[3; 32], None).await?;
    take(store, &[2; 32], Some(b"{\"two\":2}")).await?;
    take(store, &[1; 32], Some(b"{\"one\":1}")).await
}

async fn expired<S: CeremonyStore>(store: &S) -> Outcome {
    answer("put", store.put(&[1; 32], b"{}", NOW.plus_seconds(-1)).await)?;
    take(store, &[1; 32], None).await?;
    // The time is the caller's, later than when it was put.
    put(store, &[2; 32], b"{}").await?;
    let late = answer("take", store.take(&[2; 32], NOW.plus_seconds(301)).await)?;
    expect("take after expiry", &late, &None)
}

fn takes<H: StoreHarness<Store: CeremonyStore>>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    for round in 0..ROUNDS {
        harness.block_on(put(&store, &[round; 32], b"{}"))?;
        let outcomes = at_once(harness, async |_| answer("take", store.take(&[round; 32], NOW).await))?;
        winner(&outcomes, Option::is_some)?;
        harness.block_on(take(&store, &[round; 32], None))?;
    }
    Ok(())
}

fn opened<H: StoreHarness<Store: CeremonyStore>>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    harness.block_on(put(&store, &[1; 32], b"{}"))?;
    let store = harness.crash(store);
    harness.block_on(take(&store, &[1; 32], Some(b"{}")))
}

fn taken<H: StoreHarness<Store: CeremonyStore>>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    harness.block_on(put(&store, &[1; 32], b"{}"))?;
    harness.block_on(take(&store, &[1; 32], Some(b"{}")))?;
    // Between the step that takes the state and the one that stores what came of it.
    let store = harness.crash(store);
    harness.block_on(take(&store, &[1; 32], None))
}
