//! Checks of a memory of used ceremonies
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use countersign_types::Timestamp;

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::ceremony::single_use::unspent::{Consumption, SingleUse};
use crate::relying_party::policy::limits::TIMEOUT_SECONDS_MAX;
use crate::store_kit::harness::{Outcome, StoreHarness, answer, checks, expect, on_empty};
use crate::store_kit::{at_once::at_once, samples::NOW};

checks! {
    SingleUse:
    "a ceremony is used once" => (|harness| on_empty(harness, once)),
    "a ceremony that was used does not use up another" => (|harness| on_empty(harness, others)),
    "a ceremony is remembered until it has expired" => (|harness| on_empty(harness, until_expiry)),
    "each ceremony is remembered for its own time" => (|harness| on_empty(harness, own_time)),
    "many ceremonies are remembered" => (|harness| on_empty(harness, many)),
    "of several uses of one ceremony at once, one is the first" => at_the_same_time,
}

const UNTIL: Timestamp = NOW.plus_seconds(300);

/// The ceremony of this number; those of numbers that differ little have names that do.
fn ceremony(number: u16) -> CeremonyId {
    CeremonyId::of_challenge(&number.to_be_bytes())
}

async fn consume<U: SingleUse>(store: &U, number: u16, now: Timestamp, expected: Consumption) -> Outcome {
    expect("consume", &answer("consume", store.consume(&ceremony(number), UNTIL, now).await)?, &expected)
}

async fn once<U: SingleUse>(store: &U) -> Outcome {
    consume(store, 1, NOW, Consumption::First).await?;
    consume(store, 1, NOW, Consumption::Repeated).await?;
    consume(store, 1, NOW, Consumption::Repeated).await
}

async fn others<U: SingleUse>(store: &U) -> Outcome {
    consume(store, 1, NOW, Consumption::First).await?;
    consume(store, 2, NOW, Consumption::First).await?;
    consume(store, 1, NOW, Consumption::Repeated).await
}

async fn until_expiry<U: SingleUse>(store: &U) -> Outcome {
    consume(store, 1, NOW, Consumption::First).await?;
    // At its expiry a ceremony can still be finished.
    consume(store, 1, UNTIL, Consumption::Repeated).await
}

/// A store that forgets after a time of its own, or when others expire, has states used twice whose time is longer.
async fn own_time<U: SingleUse>(store: &U) -> Outcome {
    let long = NOW.plus_seconds(i64::from(TIMEOUT_SECONDS_MAX));
    let use_until = async |number, until, now, expected| {
        expect("consume", &answer("consume", store.consume(&ceremony(number), until, now).await)?, &expected)
    };
    use_until(1, NOW.plus_seconds(20), NOW, Consumption::First).await?;
    use_until(2, long, NOW, Consumption::First).await?;
    use_until(3, NOW.plus_seconds(40), NOW, Consumption::First).await?;
    for (number, seconds) in (4..).zip([1, 19, 21, 41, 299, 301, 3599, 3601, 86_401]) {
        let now = NOW.plus_seconds(seconds);
        // Whatever comes along meanwhile.
        use_until(number, now.plus_seconds(300), now, Consumption::First).await?;
        use_until(2, long, now, Consumption::Repeated).await?;
    }
    use_until(2, long, long, Consumption::Repeated).await
}

async fn many<U: SingleUse>(store: &U) -> Outcome {
    for expected in [Consumption::First, Consumption::Repeated] {
        for number in 0..500 {
            consume(store, number, NOW, expected).await?;
        }
    }
    Ok(())
}

fn at_the_same_time<H: StoreHarness<Store: SingleUse>>(harness: &mut H) -> Outcome {
    const ROUNDS: u16 = 40;
    let store = harness.empty();
    for round in 0..ROUNDS {
        let answers =
            at_once(harness, async |_| answer("consume", store.consume(&ceremony(round), UNTIL, NOW).await))?;
        let firsts = answers.iter().filter(|answer| **answer == Consumption::First).count();
        expect("uses at once that were reported as the first", &firsts, &1)?;
    }
    Ok(())
}
