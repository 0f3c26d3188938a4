//! Checks of operators, and of the links that make one
//! ([section 4, user account](https://www.w3.org/TR/webauthn-3/#user-account), for the accounts that have the role).

use crate::store::application::ApplicationStore;
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{AHEAD_SECONDS, Operator, OperatorLink, OperatorLinkKind};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::rows::{
    accepted, grant, judged, operator_link, rejected, rename_account, sign_up_all, token,
};
use crate::store_kit::samples::{NOW, user};

checks! {
    empty ApplicationStore:
    "an account is an operator until the role is taken or the account is removed" => has_role,
    "the role of an operator needs an account" => role_needs_account,
    "a link for an operator is taken once" => link_taken_once,
    "a link for an operator is valid for its time" => link_own_time,
    "a link for the first operator is void while there is one" => link_for_first,
}

/// That these accounts are the operators, the earliest first. The name of the first one was changed.
async fn are_operators<S: ApplicationStore>(store: &S, expected: &[(u8, &str, i64)]) -> Outcome {
    let expected: Vec<_> = expected
        .iter()
        .map(|(number, name, seconds)| Operator {
            account: user(*number),
            name: (*name).to_owned(),
            since: NOW.plus_seconds(*seconds),
        })
        .collect();
    expect("the operators", &answer("operators", store.operators().await)?, &expected)
}

async fn has_role<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2, 3]).await?;
    let require = |number| vec![Operation::RequireOperator(user(number))];
    let revoke = |number| vec![Operation::RevokeOperator(user(number))];
    are_operators(store, &[]).await?;
    rejected(store, require(1), Rejection::NotOperator).await?;
    rejected(store, revoke(1), Rejection::NotOperator).await?;
    accepted(store, vec![grant(1, 20), grant(2, 10), rename_account(1, "renamed")]).await?;
    accepted(store, vec![grant(2, 30)]).await?;
    are_operators(store, &[(2, "user 2", 10), (1, "RENAMED", 20)]).await?;
    accepted(store, require(1)).await?;
    rejected(store, require(3), Rejection::NotOperator).await?;
    accepted(store, revoke(1)).await?;
    rejected(store, require(1), Rejection::NotOperator).await?;
    rejected(store, revoke(1), Rejection::NotOperator).await?;
    accepted(store, vec![Operation::RemoveAccount(user(2))]).await?;
    are_operators(store, &[]).await?;
    rejected(store, require(2), Rejection::NotOperator).await
}

async fn role_needs_account<S: ApplicationStore>(store: &S) -> Outcome {
    rejected(store, vec![grant(1, 0)], Rejection::Missing).await?;
    are_operators(store, &[]).await
}

fn add(link: OperatorLink) -> Vec<Operation> {
    vec![Operation::AddOperatorLink(link)]
}

fn take(number: u8) -> Vec<Operation> {
    vec![Operation::TakeOperatorLink(token(number))]
}

async fn link_taken_once<S: ApplicationStore>(store: &S) -> Outcome {
    let (first, any) = (operator_link(1, OperatorLinkKind::First), operator_link(2, OperatorLinkKind::Any));
    rejected(store, take(1), Rejection::OperatorLinkUnknown).await?;
    accepted(store, add(first)).await?;
    accepted(store, add(any.clone())).await?;
    let longer =
        OperatorLink { expires_at: NOW.plus_seconds(200), ..operator_link(1, OperatorLinkKind::Any) };
    accepted(store, add(longer.clone())).await?;
    for (number, expected) in [(1, Some(longer)), (2, Some(any)), (3, None)] {
        let found = answer("operator_link", store.operator_link(&token(number), NOW).await)?;
        expect(&format!("link {number}"), &found, &expected)?;
    }
    rejected(store, take(3), Rejection::OperatorLinkUnknown).await?;
    accepted(store, take(1)).await?;
    rejected(store, take(1), Rejection::OperatorLinkUnknown).await?;
    let found = answer("operator_link", store.operator_link(&token(1), NOW).await)?;
    expect("the link that was taken", &found, &None)?;
    accepted(store, take(2)).await
}

async fn link_own_time<S: ApplicationStore>(store: &S) -> Outcome {
    for (seconds, valid) in
        [(0, true), (99, true), (100, false), (-AHEAD_SECONDS, true), (-AHEAD_SECONDS - 1, false)]
    {
        let now = NOW.plus_seconds(seconds);
        accepted(store, add(operator_link(1, OperatorLinkKind::Any))).await?;
        let found = answer("operator_link", store.operator_link(&token(1), now).await)?.is_some();
        expect(&format!("whether it is found after {seconds} seconds"), &found, &valid)?;
        let expected = if valid { Ok(()) } else { Err(Rejection::OperatorLinkUnknown) };
        judged(store, take(1), now, expected).await?;
    }
    Ok(())
}

async fn link_for_first<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    accepted(store, vec![grant(1, 0)]).await?;
    accepted(store, add(operator_link(1, OperatorLinkKind::First))).await?;
    accepted(store, add(operator_link(2, OperatorLinkKind::Any))).await?;
    for (number, there) in [(1, false), (2, true)] {
        let found = answer("operator_link", store.operator_link(&token(number), NOW).await)?.is_some();
        expect(&format!("whether link {number} is found while there is an operator"), &found, &there)?;
    }
    rejected(store, take(1), Rejection::OperatorLinkUnknown).await?;
    accepted(store, take(2)).await?;
    accepted(store, vec![Operation::RevokeOperator(user(1))]).await?;
    accepted(store, take(1)).await
}
