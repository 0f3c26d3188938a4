//! Checks of remembered finishes and of sealing keys
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::store::application::ApplicationStore;
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{AHEAD_SECONDS, Finish};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::rows::{accepted, finish, judged, rejected, sealing_key};
use crate::store_kit::samples::NOW;

checks! {
    empty ApplicationStore:
    "a finish comes back whole" => comes_back_whole,
    "a ceremony is finished once, whatever the response" => once,
    "a finish is remembered until no clock accepts its ceremony" => until,
    "many finishes are remembered" => many,
    "sealing keys are listed with the highest number first" => keys_in_order,
    "the number of a sealing key is taken once" => key_once,
    "a removed sealing key is gone" => key_removed,
}

async fn has_finish<S: ApplicationStore>(
    store: &S,
    ceremony: &CeremonyId,
    expected: Option<&Finish>,
) -> Outcome {
    let found = answer("finish", store.finish(ceremony).await)?;
    expect("the finish", &found.as_ref(), &expected)
}

async fn comes_back_whole<S: ApplicationStore>(store: &S) -> Outcome {
    let outcomes = [String::new(), "{\"name\":\"\u{1f511}'\"}".repeat(1000)];
    for (number, outcome) in (1_u8..).zip(outcomes) {
        let finish = Finish { outcome, finished_at: NOW.plus_seconds(-7), ..finish(number) };
        accepted(store, vec![Operation::Remember(finish.clone())]).await?;
        has_finish(store, &finish.ceremony, Some(&finish)).await?;
    }
    has_finish(store, &finish(3).ceremony, None).await
}

async fn once<S: ApplicationStore>(store: &S) -> Outcome {
    let first = finish(1);
    accepted(store, vec![Operation::Remember(first.clone())]).await?;
    let other = Finish { response: [9; 32], outcome: "other".to_owned(), ..first.clone() };
    for again in [first.clone(), other] {
        let earlier = Rejection::Finished(Box::new(first.clone()));
        rejected(store, vec![Operation::Remember(again)], earlier).await?;
    }
    has_finish(store, &first.ceremony, Some(&first)).await?;
    accepted(store, vec![Operation::Remember(finish(2))]).await
}

async fn until<S: ApplicationStore>(store: &S) -> Outcome {
    let short = Finish { until: NOW.plus_seconds(20), ..finish(1) };
    let long = Finish { until: NOW.plus_seconds(86_400), ..finish(2) };
    accepted(store, vec![Operation::Remember(short.clone()), Operation::Remember(long.clone())]).await?;
    // Whatever comes along meanwhile, by a server whose clock is ahead.
    let seconds = [1, 20, 20 + AHEAD_SECONDS, 301, 3601, 86_400, 86_400 + AHEAD_SECONDS];
    for (number, seconds) in (3_u8..).zip(seconds) {
        let now = NOW.plus_seconds(seconds);
        let new = Finish { until: now.plus_seconds(300), ..finish(number) };
        judged(store, vec![Operation::Remember(new)], now, Ok(())).await?;
        for finish in [&short, &long].into_iter().filter(|it| it.until.plus_seconds(AHEAD_SECONDS) >= now) {
            has_finish(store, &finish.ceremony, Some(finish)).await?;
            let earlier = Rejection::Finished(Box::new(finish.clone()));
            judged(store, vec![Operation::Remember(finish.clone())], finish.until, Err(earlier)).await?;
        }
    }
    Ok(())
}

async fn many<S: ApplicationStore>(store: &S) -> Outcome {
    let finishes = (0_u16..500)
        .map(|number| Finish { ceremony: CeremonyId::of_challenge(&number.to_be_bytes()), ..finish(1) });
    let finishes: Vec<_> = finishes.collect();
    for some in finishes.chunks(20) {
        accepted(store, some.iter().cloned().map(Operation::Remember).collect()).await?;
    }
    for finish in &finishes {
        has_finish(store, &finish.ceremony, Some(finish)).await?;
    }
    Ok(())
}

async fn has_keys<S: ApplicationStore>(store: &S, expected: &[u32]) -> Outcome {
    let listed = answer("sealing_keys", store.sealing_keys().await)?;
    let expected: Vec<_> = expected.iter().map(|number| sealing_key(*number)).collect();
    expect("the numbers", &listed, &expected)?;
    // Their secrets are in no text.
    expect("whether the keys are the same", &(listed == expected), &true)
}

async fn keys_in_order<S: ApplicationStore>(store: &S) -> Outcome {
    has_keys(store, &[]).await?;
    for number in [7, u32::MAX, 0, 10] {
        accepted(store, vec![Operation::AddSealingKey(sealing_key(number))]).await?;
    }
    has_keys(store, &[u32::MAX, 10, 7, 0]).await
}

async fn key_once<S: ApplicationStore>(store: &S) -> Outcome {
    accepted(store, vec![Operation::AddSealingKey(sealing_key(1))]).await?;
    let mut other = sealing_key(1);
    other.secret = [9; 32];
    rejected(store, vec![Operation::AddSealingKey(other)], Rejection::KeyTaken).await?;
    has_keys(store, &[1]).await
}

async fn key_removed<S: ApplicationStore>(store: &S) -> Outcome {
    let keys = [1, 2].map(|number| Operation::AddSealingKey(sealing_key(number)));
    accepted(store, keys.to_vec()).await?;
    accepted(store, vec![Operation::RemoveSealingKey(1), Operation::RemoveSealingKey(3)]).await?;
    has_keys(store, &[2]).await?;
    accepted(store, vec![Operation::AddSealingKey(sealing_key(1))]).await?;
    has_keys(store, &[2, 1]).await
}
