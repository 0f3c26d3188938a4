//! Checks of open ceremonies
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::{record::store::traits::CeremonyStore, store_kit::samples::NOW};

checks! {
    empty:
    "a state comes back as it was" => comes_back,
    "a state is taken once" => taken_once,
    "a state is taken by its own id" => own_id,
    "a state that has expired is not given" => expired,
}

pub(super) fn put<S: CeremonyStore>(store: &S, id: &[u8], state: &[u8]) -> Outcome {
    answer("put", store.put(id, state, NOW.plus_seconds(300)))
}

pub(super) fn take<S: CeremonyStore>(store: &S, id: &[u8], expected: Option<&[u8]>) -> Outcome {
    expect("take", &answer("take", store.take(id, NOW))?.as_deref(), &expected)
}

fn comes_back<S: CeremonyStore>(store: &S) -> Outcome {
    let long = "{\"challenge\":\"\u{1f511}'\"}".repeat(1000);
    for state in [long.as_bytes(), b"{}"] {
        put(store, &[1; 32], state)?;
        take(store, &[1; 32], Some(state))?;
    }
    Ok(())
}

fn taken_once<S: CeremonyStore>(store: &S) -> Outcome {
    put(store, &[1; 32], b"{}")?;
    take(store, &[1; 32], Some(b"{}"))?;
    take(store, &[1; 32], None)
}

fn own_id<S: CeremonyStore>(store: &S) -> Outcome {
    put(store, &[1; 32], b"{\"one\":1}")?;
    put(store, &[2; 32], b"{\"two\":2}")?;
    take(store, &[3; 32], None)?;
    take(store, &[2; 32], Some(b"{\"two\":2}"))?;
    take(store, &[1; 32], Some(b"{\"one\":1}"))
}

fn expired<S: CeremonyStore>(store: &S) -> Outcome {
    answer("put", store.put(&[1; 32], b"{}", NOW.plus_seconds(-1)))?;
    take(store, &[1; 32], None)?;
    // The time is the caller's, later than when it was put.
    put(store, &[2; 32], b"{}")?;
    let late = answer("take", store.take(&[2; 32], NOW.plus_seconds(301)))?;
    expect("take after expiry", &late, &None)
}
