//! Whether the user of a session was verified recently.

use countersign::Timestamp;
use countersign::store::{AHEAD_SECONDS, SessionTimes};

/// Whether the user was verified in the last `max_age` seconds, if there is such a demand. A verification by an instance
/// whose clock is a little ahead counts; one further in the future does not.
pub(super) fn is_recent(times: &SessionTimes, max_age: Option<u32>, now: Timestamp) -> bool {
    max_age.is_none_or(|seconds| {
        let verified_at = times.verified_at;
        verified_at <= now.plus_seconds(AHEAD_SECONDS) && now <= verified_at.plus_seconds(i64::from(seconds))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demand_is_about_the_verification_and_includes_its_last_second() {
        let at = |seconds: i64| Timestamp::from_unix_seconds(1_000_000 + seconds);
        let times = SessionTimes {
            created_at: at(-500),
            seen_at: at(200),
            verified_at: at(0),
            idle_at: at(9_000),
            expires_at: at(9_000),
        };
        for (max_age, now, expected) in [
            (None, 8_000, true),
            (Some(300), 0, true),
            (Some(300), 300, true),
            (Some(300), 301, false),
            (Some(0), 0, true),
            (Some(0), 1, false),
            (Some(300), -60, true),
            (Some(300), -61, false),
            (Some(u32::MAX), -61, false),
        ] {
            assert_eq!(is_recent(&times, max_age, at(now)), expected, "{max_age:?} {now}");
        }
    }
}
