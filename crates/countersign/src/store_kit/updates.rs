//! Checks of updates as compare-and-swap
//! ([section 7.2, update the credential record](https://www.w3.org/TR/webauthn-3/#authn-ceremony-update-credential-record)).

use crate::record::credential_record::CredentialRecord;
use crate::record::store::traits::{CredentialStore as _, Updated};
use crate::store_kit::harness::{Outcome, StoreHarness, answer, checks, expect};
use crate::store_kit::samples::{NOW, apply, full_record, holds, insert, record, update};

checks! {
    "an update is stored, and changes nothing else" => stored,
    "an update that was decided on another counter is refused" => another_counter,
    "an update that was decided on another backup state is refused" => another_backup_state,
    "an update that was decided on another uvInitialized is refused" => another_uv_initialized,
    "an update that was decided on another backup eligibility is refused" => another_backup_eligibility,
    "an update is not stored twice" => not_twice,
    "a flag that was set meanwhile stays" => flag_stays,
    "an update of a missing record makes none" => missing,
    "a counter of 32 bits is kept whole" => whole_counter,
}

fn stored<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let (before, bystander) = (full_record(), record(&[9; 16], 1));
    insert(&store, &before)?;
    insert(&store, &bystander)?;
    let mut after = before
        .clone()
        .with_sign_count(0)
        .with_backup_eligible(true)
        .with_backup_state(false)
        .with_uv_initialized(false);
    after.clear_flag();
    apply(&store, &update(&before, &after), Updated::Stored)?;
    holds(&store, before.id(), Some(&after))?;
    holds(&store, bystander.id(), Some(&bystander))
}

/// What is stored is `other`; an update that was decided on the plain record finds that out.
fn refused<H: StoreHarness>(harness: &mut H, other: &CredentialRecord) -> Outcome {
    let store = harness.empty();
    insert(&store, other)?;
    let before = record(&[1; 16], 1);
    apply(&store, &update(&before, &before.clone().with_sign_count(8)), Updated::Changed)?;
    holds(&store, other.id(), Some(other))
}

fn another_counter<H: StoreHarness>(harness: &mut H) -> Outcome {
    refused(harness, &record(&[1; 16], 1).with_sign_count(6))?;
    refused(harness, &record(&[1; 16], 1).with_sign_count(4))
}

fn another_backup_state<H: StoreHarness>(harness: &mut H) -> Outcome {
    refused(harness, &record(&[1; 16], 1).with_backup_state(true))
}

fn another_uv_initialized<H: StoreHarness>(harness: &mut H) -> Outcome {
    refused(harness, &record(&[1; 16], 1).with_uv_initialized(true))
}

fn another_backup_eligibility<H: StoreHarness>(harness: &mut H) -> Outcome {
    refused(harness, &record(&[1; 16], 1).with_backup_eligible(false))?;
    refused(harness, &record(&[1; 16], 1).with_backup_eligible(None))
}

fn not_twice<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let before = record(&[1; 16], 1);
    insert(&store, &before)?;
    let after = before.clone().with_sign_count(6);
    let update = update(&before, &after);
    apply(&store, &update, Updated::Stored)?;
    apply(&store, &update, Updated::Changed)?;
    holds(&store, before.id(), Some(&after))
}

fn flag_stays<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let before = record(&[1; 16], 1);
    insert(&store, &before)?;
    let judged = update(&before, &before.clone().with_sign_count(6));
    let mut flagged = before.clone();
    flagged.flag("stolen", NOW);
    apply(&store, &update(&before, &flagged), Updated::Stored)?;
    // Refused or not, it must not be what takes the flag away.
    answer("update", store.update(&judged))?;
    let found = answer("find", store.find(before.id()))?;
    let standing = found.as_ref().map(CredentialRecord::standing);
    expect("the standing", &standing, &Some(flagged.standing()))
}

fn missing<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    insert(&store, &record(&[2; 16], 1))?;
    let before = record(&[1; 16], 1);
    apply(&store, &update(&before, &before.clone().with_sign_count(6)), Updated::Missing)?;
    holds(&store, before.id(), None)
}

fn whole_counter<H: StoreHarness>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let mut before = record(&[1; 16], 1);
    insert(&store, &before)?;
    for count in [0x7fff_ffff, 0x8000_0000, u32::MAX] {
        let after = before.clone().with_sign_count(count);
        apply(&store, &update(&before, &after), Updated::Stored)?;
        holds(&store, before.id(), Some(&after))?;
        before = after;
    }
    Ok(())
}
