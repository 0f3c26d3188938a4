//! Checks of an account's credentials: labels, limits, owners, the last one
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

use countersign_types::Timestamp;

use crate::store::application::{ApplicationStore, Evidence};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{CREDENTIALS_PER_ACCOUNT_MAX, StoredCredential};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::rows::{
    accepted, confirm, credential, has_session, insert_credential, insert_session, is_confirmed, key,
    rejected, remove_credential, rename, session, sign_up_all,
};
use crate::store_kit::samples::{NOW, full_record, id, update, user};

checks! {
    empty ApplicationStore:
    "a credential comes back whole, with evidence or without" => comes_back_whole,
    "credentials are listed oldest first" => oldest_first,
    "the ids of credentials are listed oldest first" => ids_oldest_first,
    "a credential needs its account" => needs_account,
    "a credential id is taken once, in whichever account" => id_once,
    "an account has at most 64 credentials" => at_most,
    "a label is taken once in an account" => label_once,
    "a rename changes the label and nothing else" => renamed,
    "a use is recorded by an authentication only" => last_use,
    "an update is of the account's own credential" => own_update,
    "the last credential of an account stays" => last_stays,
    "a removed credential ends its sessions, and no others" => removal_ends_sessions,
    "the sessions of a credential are ended, and no others" => sessions_ended,
    "a credential is removed by its own account only" => own_removal,
}

async fn has_credential<S: ApplicationStore>(store: &S, expected: &StoredCredential) -> Outcome {
    let id = expected.record.id();
    let found = answer("credential", store.credential(id, Evidence::Read).await)?;
    expect("the credential", &found.as_ref(), &Some(expected))
}

async fn lists<S: ApplicationStore>(store: &S, owner: u8, expected: &[StoredCredential]) -> Outcome {
    let listed = answer("credentials", store.credentials(&user(owner), Evidence::Read).await)?;
    expect("the account's credentials", &listed.as_slice(), &expected)
}

async fn comes_back_whole<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let full = StoredCredential {
        record: full_record().with_user_handle(user(1)),
        label: "A key".to_owned(),
        label_key: "a key".to_owned(),
        created_at: NOW.plus_seconds(5),
        last_used_at: Some(NOW.plus_seconds(7)),
        attestation: None,
    };
    accepted(store, vec![Operation::InsertCredential(Box::new(full.clone()))]).await?;
    let full = StoredCredential { attestation: Some(("packed".to_owned(), "basic".to_owned())), ..full };
    has_credential(store, &full).await?;
    lists(store, 1, &[credential(1, 1), full.clone()]).await?;
    let id = full.record.id().clone();
    let without = StoredCredential { record: full.record.with_evidence(None), ..full };
    let found = answer("credential", store.credential(&id, Evidence::Omit).await)?;
    expect("the credential without evidence", &found.as_ref(), &Some(&without))?;
    let listed = answer("credentials", store.credentials(&user(1), Evidence::Omit).await)?;
    expect("the credentials without evidence", &listed, &vec![credential(1, 1), without])
}

/// Four credentials of account 9, oldest first, which is neither the order of their IDs nor that of their insertion.
async fn of_four_ages<S: ApplicationStore>(store: &S) -> Result<[StoredCredential; 4], String> {
    sign_up_all(store, &[9]).await?;
    let of =
        |number, seconds| StoredCredential { created_at: NOW.plus_seconds(seconds), ..credential(number, 9) };
    let (second, third, fourth) = (of(7, 10), of(3, 20), of(5, 30));
    for credential in [&third, &second, &fourth] {
        accepted(store, vec![Operation::InsertCredential(Box::new(credential.clone()))]).await?;
    }
    Ok([credential(9, 9), second, third, fourth])
}

async fn oldest_first<S: ApplicationStore>(store: &S) -> Outcome {
    let expected = of_four_ages(store).await?;
    lists(store, 9, &expected).await
}

async fn ids_oldest_first<S: ApplicationStore>(store: &S) -> Outcome {
    let expected = of_four_ages(store).await?.map(|credential| credential.record.id().clone());
    let ids = store.credential_ids_unless_confirmed(&user(9), &[], None, NOW).await;
    expect("the ids", &answer("credential_ids_unless_confirmed", ids)?, &Some(expected.to_vec()))
}

async fn needs_account<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    rejected(store, vec![insert_credential(2, 2)], Rejection::Missing).await?;
    let found = answer("credential", store.credential(&id(&[2; 16]), Evidence::Read).await)?;
    expect("the credential", &found, &None)
}

async fn id_once<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    for owner in [1, 2] {
        let again = StoredCredential {
            label: "another".to_owned(),
            label_key: "another".to_owned(),
            ..credential(1, owner)
        };
        let operations = vec![Operation::InsertCredential(Box::new(again))];
        rejected(store, operations, Rejection::CredentialIdTaken).await?;
    }
    lists(store, 1, &[credential(1, 1)]).await?;
    lists(store, 2, &[credential(2, 2)]).await
}

async fn at_most<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 200]).await?;
    for number in (2_u8..).take(CREDENTIALS_PER_ACCOUNT_MAX - 1) {
        accepted(store, vec![insert_credential(number, 1)]).await?;
    }
    rejected(store, vec![insert_credential(100, 1)], Rejection::TooManyCredentials).await?;
    accepted(store, vec![insert_credential(101, 200)]).await?;
    accepted(store, vec![remove_credential(2, 1), insert_credential(100, 1)]).await?;
    let listed = answer("credentials", store.credentials(&user(1), Evidence::Omit).await)?;
    expect("how many credentials there are", &listed.len(), &CREDENTIALS_PER_ACCOUNT_MAX)
}

async fn label_once<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    let labelled = |number, owner| StoredCredential {
        label: "KEY 1".to_owned(),
        label_key: "key 1".to_owned(),
        ..credential(number, owner)
    };
    let of_own = vec![Operation::InsertCredential(Box::new(labelled(3, 1)))];
    rejected(store, of_own, Rejection::LabelTaken).await?;
    accepted(store, vec![Operation::InsertCredential(Box::new(labelled(4, 2)))]).await?;
    accepted(store, vec![insert_credential(5, 1)]).await?;
    rejected(store, vec![rename(5, 1, "key 1")], Rejection::LabelTaken).await?;
    lists(store, 1, &[credential(1, 1), credential(5, 1)]).await?;
    // A removed credential's label is free.
    accepted(store, vec![remove_credential(1, 1), rename(5, 1, "key 1")]).await
}

async fn renamed<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    let mut after = credential(1, 1);
    // With the key that it has, as with a change of case.
    for (label, label_key) in [("KEY 1", "key 1"), ("new", "new")] {
        let (label, label_key) = (label.to_owned(), label_key.to_owned());
        let (owner, id) = (user(1), id(&[1; 16]));
        let rename =
            Operation::RenameCredential { owner, id, label: label.clone(), label_key: label_key.clone() };
        accepted(store, vec![rename]).await?;
        after = StoredCredential { label, label_key, ..after };
        has_credential(store, &after).await?;
    }
    rejected(store, vec![rename(1, 2, "other")], Rejection::Missing).await?;
    rejected(store, vec![rename(3, 1, "other")], Rejection::Missing).await?;
    has_credential(store, &after).await?;
    has_credential(store, &credential(2, 2)).await
}

/// An update of the counter from its 5, at this time if it is an authentication.
fn counted(from: u32, owner: u8, used_at: Option<Timestamp>) -> Operation {
    let before = credential(1, 1).record.with_sign_count(from);
    let after = before.clone().with_sign_count(from.saturating_add(1));
    Operation::UpdateCredential { owner: user(owner), update: Box::new(update(&before, &after)), used_at }
}

async fn last_use<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let time = NOW.plus_seconds(60);
    let expected = |count, last_used_at| {
        let plain = credential(1, 1);
        StoredCredential { record: plain.record.with_sign_count(count), last_used_at, ..credential(1, 1) }
    };
    accepted(store, vec![counted(5, 1, None)]).await?;
    has_credential(store, &expected(6, None)).await?;
    accepted(store, vec![counted(6, 1, Some(time))]).await?;
    has_credential(store, &expected(7, Some(time))).await?;
    accepted(store, vec![counted(7, 1, None)]).await?;
    has_credential(store, &expected(8, Some(time))).await
}

async fn own_update<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    rejected(store, vec![counted(5, 2, Some(NOW))], Rejection::Missing).await?;
    has_credential(store, &credential(1, 1)).await?;
    rejected(store, vec![counted(4, 1, Some(NOW))], Rejection::RecordChanged).await?;
    has_credential(store, &credential(1, 1)).await
}

async fn last_stays<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    rejected(store, vec![remove_credential(1, 1)], Rejection::LastCredential).await?;
    accepted(store, vec![insert_credential(2, 1)]).await?;
    let both = vec![remove_credential(1, 1), remove_credential(2, 1)];
    rejected(store, both, Rejection::LastCredential).await?;
    lists(store, 1, &[credential(1, 1), credential(2, 1)]).await?;
    accepted(store, vec![remove_credential(1, 1)]).await?;
    rejected(store, vec![remove_credential(2, 1)], Rejection::LastCredential).await?;
    lists(store, 1, &[credential(2, 1)]).await
}

async fn removal_ends_sessions<S: ApplicationStore>(store: &S) -> Outcome {
    ends_sessions_of_second(store, remove_credential(2, 1)).await
}

async fn sessions_ended<S: ApplicationStore>(store: &S) -> Outcome {
    let end =
        |number: u8, owner| Operation::EndSessionsOfCredential { owner: user(owner), id: id(&[number; 16]) };
    ends_sessions_of_second(store, end(2, 1)).await?;
    has_credential(store, &credential(2, 1)).await?;
    // Of another account, and of no credential.
    accepted(store, vec![end(1, 2), end(9, 1)]).await?;
    has_session(store, 1, Some(&session(1, 1, 1))).await
}

/// Checks that the operation ends the sessions of credential 2 of account 1, with their confirmations, and no others.
async fn ends_sessions_of_second<S: ApplicationStore>(store: &S, end: Operation) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let (removed, other) = (key(2, "act", 1), key(1, "act", 1));
    let more = vec![
        insert_credential(2, 1),
        insert_session(2, 1, 2),
        confirm(removed.clone(), 1),
        confirm(other.clone(), 1),
    ];
    accepted(store, more).await?;
    accepted(store, vec![end]).await?;
    has_session(store, 2, None).await?;
    has_session(store, 1, Some(&session(1, 1, 1))).await?;
    expect("whether the ended session's act is confirmed", &is_confirmed(store, &removed).await?, &false)?;
    expect("whether the other session's act is confirmed", &is_confirmed(store, &other).await?, &true)
}

async fn own_removal<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    accepted(store, vec![insert_credential(3, 1), insert_credential(4, 2)]).await?;
    rejected(store, vec![remove_credential(1, 2)], Rejection::Missing).await?;
    rejected(store, vec![remove_credential(9, 1)], Rejection::Missing).await?;
    lists(store, 1, &[credential(1, 1), credential(3, 1)]).await?;
    lists(store, 2, &[credential(2, 2), credential(4, 2)]).await
}
