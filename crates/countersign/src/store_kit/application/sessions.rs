//! Checks of sessions: their names, their end, how many there are
//! ([section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion), the steps that store).

use crate::store::application::{ApplicationStore, Evidence};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{AHEAD_SECONDS, SESSIONS_PER_ACCOUNT_MAX, Session, SessionTimes};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::rows::{
    accepted, confirm, has_session, has_sessions, insert_credential, insert_session, is_confirmed,
    is_confirmed_elsewhere, judged, key, rejected, rename, require, session, sign_up_all, token,
};
use crate::store_kit::samples::{NOW, id, user};

checks! {
    empty ApplicationStore:
    "a session comes back whole, with the present label" => comes_back_whole,
    "a session needs its account and a credential of it" => needs_credential,
    "sessions are listed latest used first, without those that are over" => listed,
    "a session is required until it is over" => required,
    "a 65th session ends the least recently used" => at_most,
    "a 65th session ends those first that are over" => over_first,
    "a use moves the times of its session only" => touched,
    "a use does not revive a session" => not_revived,
    "an ended session is gone with its confirmations" => ended,
    "when the other sessions end, one remains" => others_ended,
}

async fn comes_back_whole<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let new = Session {
        // Ignored: a store knows the names.
        name: "no name".to_owned(),
        label: "no label".to_owned(),
        times: SessionTimes {
            created_at: NOW.plus_seconds(-5),
            seen_at: NOW.plus_seconds(-4),
            verified_at: NOW.plus_seconds(-3),
            idle_at: NOW.plus_seconds(10),
            expires_at: NOW.plus_seconds(20),
        },
        ..session(2, 1, 1)
    };
    accepted(store, vec![Operation::InsertSession(new.clone())]).await?;
    let named = Session { name: "user 1".to_owned(), label: "key 1".to_owned(), ..new };
    has_session(store, 2, Some(&named)).await?;
    has_session(store, 3, None).await?;
    accepted(store, vec![rename(1, 1, "new")]).await?;
    let renamed = Session { label: "new".to_owned(), ..named };
    has_session(store, 2, Some(&renamed)).await?;
    let unknown = Session { device: None, ..session(3, 1, 1) };
    accepted(store, vec![Operation::InsertSession(unknown.clone())]).await?;
    has_session(store, 3, Some(&Session { label: "new".to_owned(), ..unknown })).await?;
    accepted(store, vec![Operation::EndSession(token(3))]).await?;
    let listed = answer("sessions", store.sessions(&user(1), NOW).await)?;
    expect("the listed session", &listed.last(), &Some(&renamed))
}

async fn needs_credential<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    for (owner, credential) in [(3, 3), (1, 3), (1, 2), (3, 1)] {
        rejected(store, vec![insert_session(9, owner, credential)], Rejection::Missing).await?;
    }
    has_session(store, 9, None).await
}

/// A session whose times are moved by these seconds.
fn moved(number: u8, times: impl Fn(SessionTimes) -> SessionTimes) -> Operation {
    let session = session(number, 1, 1);
    Operation::InsertSession(Session { times: times(session.times), ..session })
}

async fn listed<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    let seen = |number, seconds| {
        moved(number, move |times| SessionTimes { seen_at: NOW.plus_seconds(seconds), ..times })
    };
    accepted(store, vec![seen(3, 20), seen(4, -10), seen(5, 30)]).await?;
    has_sessions(store, 1, NOW, &[5, 3, 1, 4]).await?;
    has_sessions(store, 2, NOW, &[2]).await?;
    has_sessions(store, 3, NOW, &[]).await?;
    let touch = Operation::TouchSession {
        token: token(4),
        seen_at: NOW.plus_seconds(40),
        idle_at: NOW.plus_seconds(2000),
        verified_at: None,
    };
    accepted(store, vec![touch]).await?;
    has_sessions(store, 1, NOW, &[4, 5, 3, 1]).await?;
    // All others are idle by then, and all are over in the end.
    has_sessions(store, 1, NOW.plus_seconds(1000), &[4]).await?;
    has_sessions(store, 1, NOW.plus_seconds(5000), &[]).await?;
    // From before they were created, more than clocks differ by.
    has_sessions(store, 1, NOW.plus_seconds(-AHEAD_SECONDS), &[4, 5, 3, 1]).await?;
    has_sessions(store, 1, NOW.plus_seconds(-AHEAD_SECONDS - 1), &[]).await
}

async fn required<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    let used = moved(3, |times| SessionTimes { idle_at: NOW.plus_seconds(9000), ..times });
    accepted(store, vec![used]).await?;
    let over = || Err(Rejection::SessionOver);
    // In an order in which a store that removes what is over removes nothing that is asked for later.
    for (number, owner, seconds, expected) in [
        (1, 1, 0, Ok(())),
        (1, 2, 0, Err(Rejection::OtherAccount)),
        (9, 1, 0, over()),
        (1, 1, -AHEAD_SECONDS, Ok(())),
        (1, 1, -AHEAD_SECONDS - 1, over()),
        (1, 1, 999, Ok(())),
        (1, 1, 1000, over()),
        (3, 1, 4999, Ok(())),
        (3, 1, 5000, over()),
    ] {
        judged(store, vec![require(number, owner)], NOW.plus_seconds(seconds), expected).await?;
    }
    accepted(store, vec![Operation::EndSession(token(2))]).await?;
    rejected(store, vec![require(2, 2)], Rejection::SessionOver).await
}

async fn at_most<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 200]).await?;
    let seen = |number: u8, seconds| {
        moved(number, move |times| SessionTimes { seen_at: NOW.plus_seconds(seconds), ..times })
    };
    for number in (2_u8..).take(SESSIONS_PER_ACCOUNT_MAX - 1) {
        accepted(store, vec![seen(number, i64::from(number))]).await?;
    }
    let count = async || Ok::<_, String>(answer("sessions", store.sessions(&user(1), NOW).await)?.len());
    expect("how many sessions there are", &count().await?, &SESSIONS_PER_ACCOUNT_MAX)?;
    // The first is used, so that the second is the least recently used one.
    let touch = Operation::TouchSession {
        token: token(1),
        seen_at: NOW.plus_seconds(100),
        idle_at: NOW.plus_seconds(1000),
        verified_at: None,
    };
    accepted(store, vec![touch, confirm(key(2, "act", 1), 1)]).await?;
    accepted(store, vec![seen(101, 101)]).await?;
    has_session(store, 2, None).await?;
    expect("whether its act is confirmed", &is_confirmed(store, &key(2, "act", 1)).await?, &false)?;
    // A clock was put back: the new session is the least recently used by its times, and stays.
    accepted(store, vec![seen(102, 0)]).await?;
    has_session(store, 3, None).await?;
    for number in [1, 4, 101, 102] {
        let found = answer("session", store.session(&token(number)).await)?;
        expect(&format!("whether session {number} remains"), &found.is_some(), &true)?;
    }
    expect("how many sessions there are", &count().await?, &SESSIONS_PER_ACCOUNT_MAX)?;
    has_session(store, 200, Some(&session(200, 200, 200))).await
}

/// A clock that was ahead has made sessions that are over, and seem to be used later than all others.
async fn over_first<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let ahead = NOW.plus_seconds(AHEAD_SECONDS + 1);
    for number in (2_u8..).take(SESSIONS_PER_ACCOUNT_MAX - 1) {
        let over = |times: SessionTimes| SessionTimes { created_at: ahead, seen_at: ahead, ..times };
        accepted(store, vec![moved(number, over)]).await?;
    }
    accepted(store, vec![insert_session(101, 1, 1)]).await?;
    has_session(store, 1, Some(&session(1, 1, 1))).await?;
    has_session(store, 101, Some(&session(101, 1, 1))).await
}

async fn touched<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    accepted(store, vec![insert_session(2, 1, 1)]).await?;
    let (seen_at, idle_at) = (NOW.plus_seconds(10), NOW.plus_seconds(1010));
    let touch =
        |number, verified_at| Operation::TouchSession { token: token(number), seen_at, idle_at, verified_at };
    accepted(store, vec![touch(1, None)]).await?;
    let plain = session(1, 1, 1);
    let used = Session { times: SessionTimes { seen_at, idle_at, ..plain.times }, ..plain };
    has_session(store, 1, Some(&used)).await?;
    let verified_at = NOW.plus_seconds(9);
    accepted(store, vec![touch(1, Some(verified_at)), touch(9, Some(verified_at))]).await?;
    let verified = Session { times: SessionTimes { verified_at, ..used.times }, ..used };
    has_session(store, 1, Some(&verified)).await?;
    has_session(store, 2, Some(&session(2, 1, 1))).await?;
    has_session(store, 9, None).await
}

async fn not_revived<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let late = NOW.plus_seconds(1000);
    let touch = Operation::TouchSession {
        token: token(1),
        seen_at: late,
        idle_at: late.plus_seconds(1000),
        verified_at: Some(late),
    };
    judged(store, vec![touch], late, Ok(())).await?;
    judged(store, vec![require(1, 1)], late, Err(Rejection::SessionOver)).await?;
    has_sessions(store, 1, late, &[]).await
}

async fn ended<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let (ended, other) = (key(2, "act", 1), key(1, "act", 1));
    let more = vec![insert_session(2, 1, 1), confirm(ended.clone(), 1), confirm(other.clone(), 1)];
    accepted(store, more).await?;
    accepted(store, vec![Operation::EndSession(token(2)), Operation::EndSession(token(9))]).await?;
    has_session(store, 2, None).await?;
    has_session(store, 1, Some(&session(1, 1, 1))).await?;
    let elsewhere = is_confirmed_elsewhere(store, 1, &["act"], Some(1), NOW).await?;
    expect("whether another browser confirmed", &elsewhere, &false)?;
    accepted(store, vec![insert_session(2, 1, 1)]).await?;
    expect("whether the ended session's act is confirmed", &is_confirmed(store, &ended).await?, &false)?;
    expect("whether the other session's act is confirmed", &is_confirmed(store, &other).await?, &true)
}

async fn others_ended<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    let more = vec![
        insert_credential(3, 1),
        insert_session(3, 1, 3),
        insert_session(4, 1, 1),
        insert_session(5, 2, 2),
    ];
    accepted(store, more).await?;
    let confirmed = key(4, "act", 1);
    accepted(store, vec![confirm(confirmed.clone(), 1), confirm(key(3, "act", 1), 1)]).await?;
    let end = |account, remaining| vec![Operation::EndOtherSessions { account: user(account), remaining }];
    accepted(store, end(1, Some(token(3)))).await?;
    has_sessions(store, 1, NOW, &[3]).await?;
    expect("whether an ended session's act is confirmed", &is_confirmed(store, &confirmed).await?, &false)?;
    expect("whether the remaining one's is", &is_confirmed(store, &key(3, "act", 1)).await?, &true)?;
    has_session(store, 2, Some(&session(2, 2, 2))).await?;
    // A session of another account does not remain in this one.
    accepted(store, end(1, Some(token(2)))).await?;
    has_sessions(store, 1, NOW, &[]).await?;
    accepted(store, end(2, None)).await?;
    has_sessions(store, 2, NOW, &[]).await?;
    let credential = answer("credential", store.credential(&id(&[3; 16]), Evidence::Omit).await)?;
    expect("whether its credential remains", &credential.is_some(), &true)
}
