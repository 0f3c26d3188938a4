//! Checks of updates as compare-and-swap
//! ([section 7.2, update the credential record](https://www.w3.org/TR/webauthn-3/#authn-ceremony-update-credential-record)).

use crate::record::credential_record::CredentialRecord;
use crate::store::credentials::{CredentialStore, Updated};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::samples::{NOW, apply, full_record, holds, insert, record, update};

checks! {
    empty CredentialStore:
    "an update is stored, and changes nothing else" => stored,
    "an update that was decided on another counter is rejected" => another_counter,
    "an update that was decided on another backup state is rejected" => another_backup_state,
    "an update that was decided on another uvInitialized is rejected" => another_uv_initialized,
    "an update that was decided on another backup eligibility is rejected" => another_backup_eligibility,
    "an update is not stored twice" => not_twice,
    "a flag that was set meanwhile stays" => flag_stays,
    "an update of a missing record makes none" => missing,
    "a counter of 32 bits is kept whole" => whole_counter,
}

async fn stored<S: CredentialStore>(store: &S) -> Outcome {
    let (before, bystander) = (full_record(), record(&[9; 16], 1));
    insert(store, &before).await?;
    insert(store, &bystander).await?;
    let mut after = before
        .clone()
        .with_sign_count(0)
        .with_backup_eligible(true)
        .with_backup_state(false)
        .with_uv_initialized(false);
    after.clear_flag();
    apply(store, &update(&before, &after), Updated::Stored).await?;
    holds(store, before.id(), Some(&after)).await?;
    holds(store, bystander.id(), Some(&bystander)).await
}

/// What is stored is `other`; an update that was decided on the plain record finds that out.
async fn rejected<S: CredentialStore>(store: &S, other: &CredentialRecord) -> Outcome {
    insert(store, other).await?;
    let before = record(other.id().as_bytes(), 1);
    apply(store, &update(&before, &before.clone().with_sign_count(8)), Updated::Changed).await?;
    holds(store, other.id(), Some(other)).await
}

async fn another_counter<S: CredentialStore>(store: &S) -> Outcome {
    rejected(store, &record(&[1; 16], 1).with_sign_count(6)).await?;
    rejected(store, &record(&[2; 16], 1).with_sign_count(4)).await
}

async fn another_backup_state<S: CredentialStore>(store: &S) -> Outcome {
    rejected(store, &record(&[1; 16], 1).with_backup_state(true)).await
}

async fn another_uv_initialized<S: CredentialStore>(store: &S) -> Outcome {
    rejected(store, &record(&[1; 16], 1).with_uv_initialized(true)).await
}

async fn another_backup_eligibility<S: CredentialStore>(store: &S) -> Outcome {
    rejected(store, &record(&[1; 16], 1).with_backup_eligible(false)).await?;
    rejected(store, &record(&[2; 16], 1).with_backup_eligible(None)).await
}

async fn not_twice<S: CredentialStore>(store: &S) -> Outcome {
    let before = record(&[1; 16], 1);
    insert(store, &before).await?;
    let after = before.clone().with_sign_count(6);
    let update = update(&before, &after);
    apply(store, &update, Updated::Stored).await?;
    apply(store, &update, Updated::Changed).await?;
    holds(store, before.id(), Some(&after)).await
}

async fn flag_stays<S: CredentialStore>(store: &S) -> Outcome {
    let before = record(&[1; 16], 1);
    insert(store, &before).await?;
    let judged = update(&before, &before.clone().with_sign_count(6));
    let mut flagged = before.clone();
    flagged.flag("stolen", NOW);
    apply(store, &update(&before, &flagged), Updated::Stored).await?;
    // Rejected or not, it must not be what takes the flag away.
    answer("update", store.update(&judged).await)?;
    let found = answer("find", store.find(before.id()).await)?;
    let standing = found.as_ref().map(CredentialRecord::standing);
    expect("the standing", &standing, &Some(flagged.standing()))
}

async fn missing<S: CredentialStore>(store: &S) -> Outcome {
    insert(store, &record(&[2; 16], 1)).await?;
    let before = record(&[1; 16], 1);
    apply(store, &update(&before, &before.clone().with_sign_count(6)), Updated::Missing).await?;
    holds(store, before.id(), None).await
}

async fn whole_counter<S: CredentialStore>(store: &S) -> Outcome {
    let mut before = record(&[1; 16], 1);
    insert(store, &before).await?;
    for count in [0x7fff_ffff, 0x8000_0000, u32::MAX] {
        let after = before.clone().with_sign_count(count);
        apply(store, &update(&before, &after), Updated::Stored).await?;
        holds(store, before.id(), Some(&after)).await?;
        before = after;
    }
    Ok(())
}
