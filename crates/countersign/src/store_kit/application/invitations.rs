//! Checks of invitations: each is for one account, until it expires
//! ([section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential), for the account that is registered).

use crate::store::application::ApplicationStore;
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{AHEAD_SECONDS, Invitation};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::rows::{accepted, invitation, judged, rejected, token};
use crate::store_kit::samples::NOW;

checks! {
    empty ApplicationStore:
    "an invitation is taken once" => taken_once,
    "an invitation is valid for its time" => own_time,
}

fn take(number: u8) -> Vec<Operation> {
    vec![Operation::TakeInvitation(token(number))]
}

async fn taken_once<S: ApplicationStore>(store: &S) -> Outcome {
    rejected(store, take(1), Rejection::InvitationUnknown).await?;
    let add = |invitation: Invitation| vec![Operation::AddInvitation(invitation)];
    accepted(store, add(invitation(1))).await?;
    accepted(store, add(invitation(2))).await?;
    let longer = Invitation { expires_at: NOW.plus_seconds(200), ..invitation(1) };
    accepted(store, add(longer.clone())).await?;
    for (number, expected) in [(1, Some(longer)), (2, Some(invitation(2))), (3, None)] {
        let found = answer("invitation", store.invitation(&token(number), NOW).await)?;
        expect(&format!("invitation {number}"), &found, &expected)?;
    }
    rejected(store, take(3), Rejection::InvitationUnknown).await?;
    accepted(store, take(1)).await?;
    rejected(store, take(1), Rejection::InvitationUnknown).await?;
    let found = answer("invitation", store.invitation(&token(1), NOW).await)?;
    expect("the invitation that was taken", &found, &None)?;
    accepted(store, take(2)).await
}

async fn own_time<S: ApplicationStore>(store: &S) -> Outcome {
    for (seconds, valid) in
        [(0, true), (99, true), (100, false), (-AHEAD_SECONDS, true), (-AHEAD_SECONDS - 1, false)]
    {
        let now = NOW.plus_seconds(seconds);
        accepted(store, vec![Operation::AddInvitation(invitation(1))]).await?;
        let found = answer("invitation", store.invitation(&token(1), now).await)?.is_some();
        expect(&format!("whether it is found after {seconds} seconds"), &found, &valid)?;
        let expected = if valid { Ok(()) } else { Err(Rejection::InvitationUnknown) };
        judged(store, take(1), now, expected).await?;
    }
    Ok(())
}
