//! Checks of accounts: names, user handles, removal
//! ([section 4, user handle](https://www.w3.org/TR/webauthn-3/#user-handle)).

use crate::store::application::{ApplicationStore, Evidence};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{Account, FORMER_ACCOUNT_SECONDS, Session, TEXT_BYTES_MAX};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::rows::{
    accepted, account, confirm, credential, has_session, insert_credential, is_confirmed,
    is_confirmed_elsewhere, judged, key, rejected, rename_account, session, sign_up, sign_up_all,
};
use crate::store_kit::samples::{NOW, id, user, user_of};

checks! {
    empty ApplicationStore:
    "an account is found by its handle and by the key of its name" => found,
    "a name is taken once" => name_once,
    "a user handle is taken once" => handle_once,
    "names are compared as bytes" => names_are_bytes,
    "any text comes back as it was" => any_text,
    "a new name of an account replaces the old one" => renamed,
    "a removed account leaves nothing" => leaves_nothing,
    "an account that does not exist is not removed" => not_removed,
    "a removed account is known for a year" => known_for_a_year,
    "what a removed account had can be registered again" => registered_again,
}

/// That the account is found in both ways, or in none.
async fn is_found<S: ApplicationStore>(store: &S, account: &Account, expected: bool) -> Outcome {
    let expected = expected.then_some(account);
    let by_handle = answer("account", store.account(&account.handle).await)?;
    expect("the account by its handle", &by_handle.as_ref(), &expected)?;
    let by_name = answer("account_by_name", store.account_by_name(&account.name_key).await)?;
    expect("the account by its name", &by_name.as_ref(), &expected)
}

async fn found<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let named = Account { name: "Jo".to_owned(), name_key: "jo".to_owned(), ..account(2) };
    accepted(store, vec![Operation::InsertAccount(named.clone()), insert_credential(2, 2)]).await?;
    is_found(store, &account(1), true).await?;
    is_found(store, &named, true).await?;
    is_found(store, &account(3), false).await?;
    expect("a name that is no key", &answer("account_by_name", store.account_by_name("Jo").await)?, &None)
}

async fn name_once<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let other = Account { name: "User 1".to_owned(), name_key: account(1).name_key, ..account(2) };
    let operations = vec![Operation::InsertAccount(other), insert_credential(2, 2)];
    rejected(store, operations, Rejection::NameTaken).await?;
    expect("the second account", &answer("account", store.account(&user(2)).await)?, &None)?;
    is_found(store, &account(1), true).await
}

async fn handle_once<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let other = Account { handle: user(1), ..account(2) };
    let operations = vec![Operation::InsertAccount(other), insert_credential(2, 1)];
    rejected(store, operations, Rejection::HandleTaken).await?;
    // Its name is taken too, but not by another account.
    let again = vec![Operation::InsertAccount(account(1)), insert_credential(2, 1)];
    rejected(store, again, Rejection::HandleTaken).await?;
    is_found(store, &account(1), true).await?;
    is_found(store, &account(2), false).await
}

async fn names_are_bytes<S: ApplicationStore>(store: &S) -> Outcome {
    // They differ in case, in what is composed, in an invisible character, in a space at the end, and in width.
    let names = [
        "jo",
        "JO",
        "j\u{f6}",
        "jo\u{308}",
        "jo\u{200d}",
        "jo ",
        "\u{ff4a}\u{ff4f}",
        "\u{131}",
        "i",
        "%",
        "_",
    ];
    let accounts = (1_u8..).zip(names).map(|(number, name)| Account {
        name: name.to_owned(),
        name_key: name.to_owned(),
        ..account(number)
    });
    let accounts: Vec<_> = accounts.collect();
    for (number, account) in (1_u8..).zip(&accounts) {
        let operations = vec![Operation::InsertAccount(account.clone()), insert_credential(number, number)];
        accepted(store, operations).await?;
    }
    for account in &accounts {
        is_found(store, account, true).await?;
    }
    Ok(())
}

/// Texts that a database, an encoding or a query could change.
fn texts() -> Vec<String> {
    let controls: String = ('\u{1}'..='\u{a0}').collect();
    let ends: String = ['\u{d7ff}', '\u{e000}', '\u{fdd0}', '\u{feff}', '\u{fffd}', '\u{ffff}', '\u{10ffff}']
        .into_iter()
        .collect();
    let long = "\u{1f511}".repeat(TEXT_BYTES_MAX / 4);
    let quotes = "'\"\\%_$1?:a--;/*".to_owned();
    vec![controls, ends, long, quotes, "\u{202e}e\u{301}\u{200d}\u{1f468}\u{200d}\u{1f469}".to_owned()]
}

async fn any_text<S: ApplicationStore>(store: &S) -> Outcome {
    for (number, text) in (1_u8..).zip(texts()) {
        let (mut credential, session) = (credential(number, number), session(number, number, number));
        let account = Account { name: text.clone(), name_key: text.clone(), ..account(number) };
        credential.label.clone_from(&text);
        credential.label_key.clone_from(&text);
        let key = key(number, &text, 1);
        let operations = vec![
            Operation::InsertAccount(account.clone()),
            Operation::InsertCredential(Box::new(credential.clone())),
            Operation::InsertSession(session.clone()),
            confirm(key.clone(), number),
        ];
        accepted(store, operations).await?;
        is_found(store, &account, true).await?;
        let listed = answer("credentials", store.credentials(&user(number), Evidence::Read).await)?;
        expect("the credential", &listed, &vec![credential])?;
        let named = Session { name: text.clone(), label: text.clone(), ..session };
        has_session(store, number, Some(&named)).await?;
        expect("whether the act is confirmed", &is_confirmed(store, &key).await?, &true)?;
    }
    Ok(())
}

async fn renamed<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    rejected(store, vec![rename_account(3, "new")], Rejection::Missing).await?;
    rejected(store, vec![rename_account(3, "user 1")], Rejection::Missing).await?;
    rejected(store, vec![rename_account(1, "user 2")], Rejection::NameTaken).await?;
    is_found(store, &account(1), true).await?;
    // With the key that it has, as with a change of case.
    for name in ["user 1", "new"] {
        accepted(store, vec![rename_account(1, name)]).await?;
        let expected = Account { name: name.to_uppercase(), name_key: name.to_owned(), ..account(1) };
        is_found(store, &expected, true).await?;
        has_session(store, 1, Some(&Session { name: name.to_uppercase(), ..session(1, 1, 1) })).await?;
    }
    let by_old_name = answer("account_by_name", store.account_by_name(&account(1).name_key).await)?;
    expect("the account of the old name", &by_old_name, &None)?;
    let listed = answer("credentials", store.credentials(&user(1), Evidence::Read).await)?;
    expect("the credentials", &listed, &vec![credential(1, 1)])?;
    is_found(store, &account(2), true).await?;
    // The old name is free.
    accepted(store, vec![rename_account(2, "user 1")]).await
}

async fn leaves_nothing<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    let (own, others) = (key(1, "act", 1), key(2, "act", 1));
    let more = vec![insert_credential(3, 1), confirm(own.clone(), 1), confirm(others.clone(), 2)];
    accepted(store, more).await?;
    accepted(store, vec![Operation::RemoveAccount(user(1))]).await?;
    is_found(store, &account(1), false).await?;
    for number in [1, 3] {
        let found = answer("credential", store.credential(&id(&[number; 16]), Evidence::Read).await)?;
        expect("a credential of the removed account", &found, &None)?;
    }
    has_session(store, 1, None).await?;
    let elsewhere = is_confirmed_elsewhere(store, 1, &["act"], None, NOW).await?;
    expect("whether the removed account confirmed the act", &elsewhere, &false)?;
    // The account that registers its handle next must not find what it left.
    accepted(store, sign_up(1)).await?;
    let listed = answer("credentials", store.credentials(&user(1), Evidence::Read).await)?;
    expect("the credentials", &listed, &vec![credential(1, 1)])?;
    expect("whether the act is confirmed", &is_confirmed(store, &own).await?, &false)?;
    is_found(store, &account(2), true).await?;
    has_session(store, 2, Some(&session(2, 2, 2))).await?;
    expect("whether the other account's act is confirmed", &is_confirmed(store, &others).await?, &true)
}

async fn not_removed<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    rejected(store, vec![Operation::RemoveAccount(user(2))], Rejection::Missing).await?;
    is_found(store, &account(1), true).await
}

async fn known_for_a_year<S: ApplicationStore>(store: &S) -> Outcome {
    const YEAR: i64 = FORMER_ACCOUNT_SECONDS;
    sign_up_all(store, &[1, 2]).await?;
    let knows = async |number, seconds| {
        answer("is_or_was_account", store.is_or_was_account(&user(number), NOW.plus_seconds(seconds)).await)
    };
    expect("whether the account is known", &knows(1, 0).await?, &true)?;
    accepted(store, vec![Operation::RemoveAccount(user(1))]).await?;
    for (number, seconds, expected) in
        [(1, 0, true), (1, YEAR - 1, true), (1, YEAR + 1, false), (2, YEAR + 1, true), (3, 0, false)]
    {
        let what = format!("whether account {number} is known after {seconds} seconds");
        expect(&what, &knows(number, seconds).await?, &expected)?;
    }
    // Other writes within the year may purge, but not this.
    let touch = vec![Operation::EndSession(session(2, 2, 2).token)];
    judged(store, touch, NOW.plus_seconds(YEAR - 1), Ok(())).await?;
    expect("whether the account is known after a later write", &knows(1, YEAR - 1).await?, &true)?;
    let prefix = user_of(&[1; 15]);
    let other = answer("is_or_was_account", store.is_or_was_account(&prefix, NOW).await)?;
    expect("whether a handle that it begins with is known", &other, &false)
}

async fn registered_again<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    accepted(store, vec![Operation::RemoveAccount(user(1))]).await?;
    accepted(store, sign_up(1)).await?;
    is_found(store, &account(1), true).await?;
    has_session(store, 1, Some(&session(1, 1, 1))).await?;
    accepted(store, vec![Operation::RemoveAccount(user(1))]).await?;
    is_found(store, &account(1), false).await
}
