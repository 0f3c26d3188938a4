//! Checks of a memory of used ceremonies
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

use countersign_types::Timestamp;

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::ceremony::single_use::unspent::{Consumption, SingleUse};
use crate::relying_party::policy::limits::TIMEOUT_SECONDS_MAX;
use crate::store_kit::harness::{KitOutcome, KitReport, Outcome, answer, expect};
use crate::store_kit::{concurrency::at_once, samples::NOW};

/// Runs the promises of [`SingleUse`] against anyone's own: `empty` makes one that remembers nothing, for each check
/// anew.
///
/// ```
/// use countersign::{ceremony::OneProcessSingleUse, store_kit};
/// store_kit::run_single_use(|| OneProcessSingleUse::new(1000)).assert_passed();
/// ```
pub fn run_single_use<U: SingleUse + Sync>(mut empty: impl FnMut() -> U) -> KitReport {
    let checks: [(&'static str, Run<U>); 6] = [
        ("a ceremony is used once", once),
        ("a ceremony that was used does not use up another", others),
        ("a ceremony is remembered until it has expired", until_expiry),
        ("each ceremony is remembered for its own time", own_time),
        ("many ceremonies are remembered", many),
        ("of several uses of one ceremony at once, one is the first", at_the_same_time),
    ];
    let outcomes = checks.map(|(check, run)| KitOutcome { check, result: run(&empty()) });
    KitReport { outcomes: outcomes.into() }
}

type Run<U> = fn(&U) -> Outcome;

const UNTIL: Timestamp = NOW.plus_seconds(300);

/// The ceremony of this number; those of numbers that differ little have names that do.
fn ceremony(number: u16) -> CeremonyId {
    CeremonyId::of_challenge(&number.to_be_bytes())
}

fn consume<U: SingleUse>(store: &U, number: u16, now: Timestamp, expected: Consumption) -> Outcome {
    expect("consume", &answer("consume", store.consume(&ceremony(number), UNTIL, now))?, &expected)
}

fn once<U: SingleUse>(store: &U) -> Outcome {
    consume(store, 1, NOW, Consumption::First)?;
    consume(store, 1, NOW, Consumption::Repeated)?;
    consume(store, 1, NOW, Consumption::Repeated)
}

fn others<U: SingleUse>(store: &U) -> Outcome {
    consume(store, 1, NOW, Consumption::First)?;
    consume(store, 2, NOW, Consumption::First)?;
    consume(store, 1, NOW, Consumption::Repeated)
}

fn until_expiry<U: SingleUse>(store: &U) -> Outcome {
    consume(store, 1, NOW, Consumption::First)?;
    // At its expiry a ceremony can still be finished.
    consume(store, 1, UNTIL, Consumption::Repeated)
}

/// A store that forgets after a time of its own, or when others expire, has states used twice whose time is longer.
fn own_time<U: SingleUse>(store: &U) -> Outcome {
    let long = NOW.plus_seconds(i64::from(TIMEOUT_SECONDS_MAX));
    let use_until = |number, until, now, expected| {
        expect("consume", &answer("consume", store.consume(&ceremony(number), until, now))?, &expected)
    };
    use_until(1, NOW.plus_seconds(20), NOW, Consumption::First)?;
    use_until(2, long, NOW, Consumption::First)?;
    use_until(3, NOW.plus_seconds(40), NOW, Consumption::First)?;
    for (number, seconds) in (4..).zip([1, 19, 21, 41, 299, 301, 3599, 3601, 86_401]) {
        let now = NOW.plus_seconds(seconds);
        // Whatever comes along meanwhile.
        use_until(number, now.plus_seconds(300), now, Consumption::First)?;
        use_until(2, long, now, Consumption::Repeated)?;
    }
    use_until(2, long, long, Consumption::Repeated)
}

fn many<U: SingleUse>(store: &U) -> Outcome {
    (0..500).try_for_each(|number| consume(store, number, NOW, Consumption::First))?;
    (0..500).try_for_each(|number| consume(store, number, NOW, Consumption::Repeated))
}

fn at_the_same_time<U: SingleUse + Sync>(store: &U) -> Outcome {
    const ROUNDS: u16 = 40;
    for round in 0..ROUNDS {
        let answers = at_once(|_| answer("consume", store.consume(&ceremony(round), UNTIL, NOW)))?;
        let firsts = answers.iter().filter(|answer| **answer == Consumption::First).count();
        expect("uses at once that were told to be the first", &firsts, &1)?;
    }
    Ok(())
}
