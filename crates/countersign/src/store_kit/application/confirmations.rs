//! Checks of confirmations: for one act, once, for a short time
//! ([section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion), for step-up).

use countersign_types::Timestamp;

use crate::store::application::ApplicationStore;
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{AHEAD_SECONDS, Confirmation, ConfirmationKey};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::rows::{
    accepted, confirm, confirmation, insert_session, is_confirmed, is_confirmed_elsewhere, judged, key,
    rejected, sign_up_all, token,
};
use crate::store_kit::samples::{NOW, user};

checks! {
    empty ApplicationStore:
    "a confirmation comes back whole, and is taken once" => taken_once,
    "a confirmation is for its session, act and browser" => own_key,
    "a confirmation is valid for its time" => own_time,
    "a confirmation replaces one of the same session and act" => replaced,
    "a confirmation needs its account, and not its session" => of_another_session,
    "a confirmation by another browser of the account is found" => elsewhere,
    "a confirmation of any of several acts is found" => any_act,
}

fn take(key: &ConfirmationKey) -> Vec<Operation> {
    vec![Operation::TakeConfirmation(key.clone())]
}

async fn taken_once<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let key = key(1, "act", 1);
    rejected(store, take(&key), Rejection::Unconfirmed).await?;
    accepted(store, vec![confirm(key.clone(), 1)]).await?;
    let found = answer("confirmation", store.confirmation(&key, NOW).await)?;
    expect("the confirmation", &found, &Some(confirmation(key.clone(), 1)))?;
    expect("whether it is still there", &is_confirmed(store, &key).await?, &true)?;
    accepted(store, take(&key)).await?;
    expect("whether it is still there", &is_confirmed(store, &key).await?, &false)?;
    rejected(store, take(&key), Rejection::Unconfirmed).await
}

async fn own_key<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let right = key(1, "act", 1);
    accepted(store, vec![insert_session(2, 1, 1), confirm(right.clone(), 1)]).await?;
    for wrong in [key(2, "act", 1), key(1, "Act", 1), key(1, "act ", 1), key(1, "act", 2)] {
        rejected(store, take(&wrong), Rejection::Unconfirmed).await?;
        expect("whether another one is found", &is_confirmed(store, &wrong).await?, &false)?;
    }
    accepted(store, take(&right)).await
}

async fn own_time<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    for (number, (seconds, valid)) in (1_u8..).zip([
        (0, true),
        (99, true),
        (100, false),
        (-AHEAD_SECONDS, true),
        (-AHEAD_SECONDS - 1, false),
    ]) {
        let (key, now) = (key(1, "act", number), NOW.plus_seconds(seconds));
        accepted(store, vec![confirm(key.clone(), 1)]).await?;
        let found = answer("confirmation", store.confirmation(&key, now).await)?.is_some();
        expect(&format!("whether it is found after {seconds} seconds"), &found, &valid)?;
        let elsewhere = is_confirmed_elsewhere(store, 1, &["act"], None, now).await?;
        expect(&format!("whether it is found elsewhere after {seconds} seconds"), &elsewhere, &valid)?;
        let expected = if valid { Ok(()) } else { Err(Rejection::Unconfirmed) };
        judged(store, take(&key), now, expected).await?;
    }
    Ok(())
}

async fn replaced<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let (first, second, other) = (key(1, "act", 1), key(1, "act", 2), key(1, "other", 1));
    accepted(store, vec![confirm(first.clone(), 1), confirm(other.clone(), 1)]).await?;
    let (created_at, expires_at): (Timestamp, Timestamp) = (NOW.plus_seconds(1), NOW.plus_seconds(201));
    let again = Confirmation { created_at, expires_at, ..confirmation(second.clone(), 1) };
    accepted(store, vec![Operation::Confirm(again.clone())]).await?;
    expect("whether the first is there", &is_confirmed(store, &first).await?, &false)?;
    let found = answer("confirmation", store.confirmation(&second, NOW).await)?;
    expect("the second confirmation", &found, &Some(again))?;
    expect("whether the other act is confirmed", &is_confirmed(store, &other).await?, &true)?;
    rejected(store, take(&first), Rejection::Unconfirmed).await?;
    accepted(store, take(&second)).await
}

/// The sessions of an application may be stored elsewhere.
async fn of_another_session<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    rejected(store, vec![confirm(key(2, "act", 1), 2)], Rejection::Missing).await?;
    let ends = [
        Operation::EndSession(token(2)),
        Operation::EndOtherSessions { account: user(1), remaining: Some(token(1)) },
        Operation::RemoveAccount(user(1)),
    ];
    for end in ends {
        accepted(store, vec![confirm(key(2, "act", 1), 1)]).await?;
        expect("whether the act is confirmed", &is_confirmed(store, &key(2, "act", 1)).await?, &true)?;
        accepted(store, vec![end]).await?;
        expect("whether the act is confirmed", &is_confirmed(store, &key(2, "act", 1)).await?, &false)?;
    }
    Ok(())
}

async fn elsewhere<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    accepted(store, vec![confirm(key(1, "act", 1), 1), confirm(key(2, "other", 2), 2)]).await?;
    for (owner, act, browser, expected) in [
        (1, "act", Some(2), true),
        (1, "act", None, true),
        (1, "act", Some(1), false),
        (1, "other", Some(9), false),
        (2, "act", Some(9), false),
        (2, "other", Some(9), true),
        (3, "act", None, false),
    ] {
        let what = format!("whether a browser other than {browser:?} confirmed {act:?} of account {owner}");
        expect(&what, &is_confirmed_elsewhere(store, owner, &[act], browser, NOW).await?, &expected)?;
    }
    accepted(store, take(&key(1, "act", 1))).await?;
    let is_found = is_confirmed_elsewhere(store, 1, &["act"], None, NOW).await?;
    expect("whether a taken confirmation is found", &is_found, &false)
}

async fn any_act<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    accepted(store, vec![confirm(key(1, "other", 1), 1)]).await?;
    for (acts, expected) in
        [(&["act", "other"][..], true), (&["other", "act"], true), (&["act", "another"], false), (&[], false)]
    {
        let what = format!("whether one of {acts:?} is confirmed");
        expect(&what, &is_confirmed_elsewhere(store, 1, acts, None, NOW).await?, &expected)?;
    }
    Ok(())
}
