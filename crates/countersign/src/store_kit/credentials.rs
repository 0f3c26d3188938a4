//! Checks of inserting, finding, listing and removing
//! ([section 7.1, step 26](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-cred-id-unregistered)).

use countersign_types::{AlgorithmIdentifier, identifiers::Aaguid};

use crate::store::credentials::{CredentialStore, Inserted, Removed};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::samples::{full_record, holds, id, insert, insert_all, lists, record, user, user_of};

checks! {
    empty CredentialStore:
    "a record comes back whole" => comes_back_whole,
    "what was not inserted is not found" => not_found,
    "an id is unique across users" => unique_across_users,
    "an id is unique within a user, and a second insert changes nothing" => unique_within_a_user,
    "ids are compared as bytes" => ids_are_bytes,
    "user handles are compared as bytes" => handles_are_bytes,
    "a list has all of the user's records and no others" => list_is_of_one_user,
    "a user has several credentials of one model" => several_of_one_model,
    "a removed record is gone, and no other one" => removed,
    "a record is removed by its own user alone" => removed_by_its_user,
    "a removed id can be registered again" => registered_again,
}

async fn comes_back_whole<S: CredentialStore>(store: &S) -> Outcome {
    let full = full_record();
    insert(store, &full).await?;
    holds(store, full.id(), Some(&full)).await?;
    lists(store, full.user_handle(), &[&full]).await?;
    let plain = record(&[7], 1).with_backup_eligible(false);
    insert(store, &plain).await?;
    holds(store, plain.id(), Some(&plain)).await
}

async fn not_found<S: CredentialStore>(store: &S) -> Outcome {
    insert(store, &record(&[1; 16], 1)).await?;
    holds(store, &id(&[2; 16]), None).await?;
    lists(store, &user(2), &[]).await
}

async fn unique_across_users<S: CredentialStore>(store: &S) -> Outcome {
    let first = record(&[1; 16], 1);
    insert(store, &first).await?;
    let second = record(&[1; 16], 2).with_sign_count(9);
    expect(
        "insert of another user's id",
        &answer("insert", store.insert(&second).await)?,
        &Inserted::IdTaken,
    )?;
    holds(store, first.id(), Some(&first)).await?;
    lists(store, &user(2), &[]).await
}

async fn unique_within_a_user<S: CredentialStore>(store: &S) -> Outcome {
    let first = record(&[1; 16], 1);
    insert(store, &first).await?;
    let second = record(&[1; 16], 1).with_sign_count(0).with_backup_state(true);
    expect("insert of the same id", &answer("insert", store.insert(&second).await)?, &Inserted::IdTaken)?;
    lists(store, &user(1), &[&first]).await
}

async fn ids_are_bytes<S: CredentialStore>(store: &S) -> Outcome {
    // They differ in the case of a letter (of the bytes, or of their base64url), in a zero byte at the end, in a
    // byte beyond a prefix, and in what is not UTF-8.
    let ids: [&[u8]; 9] = [
        b"credential",
        b"CREDENTIAL",
        &[0, 0, 1],
        &[0x68, 0, 1],
        b"c",
        b"c\0",
        b"c ",
        &[0xff, 0xfe],
        &[0xff, 0xfd],
    ];
    let records: Vec<_> = ids.iter().map(|bytes| record(bytes, 1)).collect();
    insert_all(store, &records).await?;
    for record in &records {
        holds(store, record.id(), Some(record)).await?;
    }
    lists(store, &user(1), &records.iter().collect::<Vec<_>>()).await
}

async fn handles_are_bytes<S: CredentialStore>(store: &S) -> Outcome {
    let handles: [&[u8]; 6] = [b"user", b"USER", b"user\0", b"user ", &[0xff], &[0xff, 0]];
    let records: Vec<_> = (0_u8..)
        .zip(handles)
        .map(|(number, handle)| record(&[number; 16], 1).with_user_handle(user_of(handle)))
        .collect();
    insert_all(store, &records).await?;
    for record in &records {
        lists(store, record.user_handle(), &[record]).await?;
    }
    Ok(())
}

async fn list_is_of_one_user<S: CredentialStore>(store: &S) -> Outcome {
    let records: Vec<_> = (1_u8..=24).map(|number| record(&[number; 16], number % 2)).collect();
    insert_all(store, &records).await?;
    for owner in [0, 1] {
        let own: Vec<_> = records.iter().filter(|record| *record.user_handle() == user(owner)).collect();
        lists(store, &user(owner), &own).await?;
    }
    Ok(())
}

async fn several_of_one_model<S: CredentialStore>(store: &S) -> Outcome {
    let of = |number: u8, algorithm: i64| {
        record(&[number; 16], 1)
            .with_aaguid(Aaguid::from_bytes([0xaa; 16]))
            .with_algorithm(AlgorithmIdentifier(algorithm))
    };
    // One for each algorithm on one authenticator, and two on two authenticators of one model.
    let records = [of(1, -7), of(2, -8), of(3, -8)];
    insert_all(store, &records).await?;
    lists(store, &user(1), &records.iter().collect::<Vec<_>>()).await
}

async fn removed<S: CredentialStore>(store: &S) -> Outcome {
    let (first, second, other) = (record(&[1; 16], 1), record(&[2; 16], 1), record(&[3; 16], 2));
    insert_all(store, [&first, &second, &other]).await?;
    expect("remove", &answer("remove", store.remove(&user(1), first.id()).await)?, &Removed::Gone)?;
    holds(store, first.id(), None).await?;
    lists(store, &user(1), &[&second]).await?;
    lists(store, &user(2), &[&other]).await?;
    expect("a second remove", &answer("remove", store.remove(&user(1), first.id()).await)?, &Removed::Missing)
}

async fn removed_by_its_user<S: CredentialStore>(store: &S) -> Outcome {
    let (first, second, other) = (record(&[1; 16], 1), record(&[2; 16], 1), record(&[3; 16], 2));
    insert_all(store, [&first, &second, &other]).await?;
    let by_other = answer("remove", store.remove(&user(2), first.id()).await)?;
    expect("remove by another user", &by_other, &Removed::Missing)?;
    lists(store, &user(1), &[&first, &second]).await
}

async fn registered_again<S: CredentialStore>(store: &S) -> Outcome {
    let (first, second) = (record(&[1; 16], 1), record(&[2; 16], 1));
    insert(store, &first).await?;
    insert(store, &second).await?;
    expect("remove", &answer("remove", store.remove(&user(1), first.id()).await)?, &Removed::Gone)?;
    let again = record(&[1; 16], 2).with_sign_count(1);
    insert(store, &again).await?;
    holds(store, again.id(), Some(&again)).await
}
