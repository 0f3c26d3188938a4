//! The limits of a server, as they are configured.

use std::num::NonZeroU32;
use std::time::Duration;
use std::{fmt, str::FromStr};

use governor::Quota;

/// The most tokens of a limit: more than any server answers in an hour, and few enough for the arithmetic in nanoseconds.
const TOKENS_MAX: u32 = 1_000_000;

/// How often clients may ask. A request over a limit is answered 429 `too-many-requests`.
///
/// An address is one of IPv4, or a network of 64 bits in IPv6.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitsConfig {
    /// New connections of an address; further ones are closed without an answer. Trusted proxies have no limit.
    pub connections: Limit,
    /// Requests of an address that cost little, such as the page's files.
    pub reads: Limit,
    /// Starts of sign-ins, of an address.
    pub starts: Limit,
    /// Ends of sign-ins and sign-ups, of an address. They cost the verification of signatures.
    pub finishes: Limit,
    /// Starts of new accounts, of an address.
    pub sign_ups: Limit,
    /// Questions about sessions at `/auth/check` and `/auth/session`, of an address. A trusted proxy that asks without the
    /// field for the address of its client has no limit.
    pub checks: Limit,
    /// All requests of a session, in place of the limits of its address and of those of all.
    pub sessions: Limit,
    /// Starts of sign-ins with the name of one account, from all addresses. Sign-ins without a name are not affected.
    pub names: Limit,
    /// Attempts to use a recovery code of one account, from one address.
    pub recoveries: Limit,
    /// Attempts to use a recovery code of one account, from all addresses.
    pub account_recoveries: Limit,
    /// Starts of sign-ins by all strangers.
    pub all_starts: Limit,
    /// Ends of sign-ins and sign-ups by all strangers.
    pub all_finishes: Limit,
    /// Starts of new accounts by all strangers.
    pub all_sign_ups: Limit,
}

impl Default for LimitsConfig {
    /// Far more than users need, and a company behind one address with them.
    fn default() -> Self {
        Self {
            connections: Limit::per_second(50, 500),
            reads: Limit::per_second(100, 1000),
            starts: Limit::per_second(5, 100),
            finishes: Limit::per_second(5, 100),
            sign_ups: Limit::per_second(1, 50),
            checks: Limit::per_second(1000, 5000),
            sessions: Limit::per_second(10, 200),
            names: Limit::per_second(1, 30),
            recoveries: Limit::per_hour(20, 10),
            account_recoveries: Limit::per_second(1, 30),
            all_starts: Limit::per_second(500, 2000),
            all_finishes: Limit::per_second(200, 1000),
            all_sign_ups: Limit::per_second(20, 500),
        }
    }
}

impl LimitsConfig {
    /// No limits, such as for a measurement, or behind a proxy that limits clients itself.
    pub const fn off() -> Self {
        Self {
            connections: Limit::OFF,
            reads: Limit::OFF,
            starts: Limit::OFF,
            finishes: Limit::OFF,
            sign_ups: Limit::OFF,
            checks: Limit::OFF,
            sessions: Limit::OFF,
            names: Limit::OFF,
            recoveries: Limit::OFF,
            account_recoveries: Limit::OFF,
            all_starts: Limit::OFF,
            all_finishes: Limit::OFF,
            all_sign_ups: Limit::OFF,
        }
    }
}

/// A limit: so many requests in a period, and so many at once after a pause. As text it is `off` or `0`, or `RATE` or
/// `RATE:BURST`, where `RATE` is a number of requests a second, minute or hour: `5/s:100`, `20/min`, `100/h:10`. Without
/// a burst, as many as in a period are possible at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(Option<Bucket>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bucket {
    rate: NonZeroU32,
    period: Period,
    burst: NonZeroU32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Second,
    Minute,
    Hour,
}

/// A text is not a [`Limit`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a limit: write off, or a rate with a burst such as 5/s:100, 20/min:50 or 100/h; numbers are 1 to 1000000"
)]
pub struct LimitError(String);

impl Limit {
    /// No limit.
    pub const OFF: Self = Self(None);

    /// A limit of so many requests a second on average, and so many at once. Numbers are cut to 1 000 000, and a zero is
    /// no limit.
    pub const fn per_second(rate: u32, burst: u32) -> Self {
        Self::per(Period::Second, rate, burst)
    }

    /// A limit of so many requests an hour on average, and so many at once: see [`per_second`](Self::per_second).
    pub const fn per_hour(rate: u32, burst: u32) -> Self {
        Self::per(Period::Hour, rate, burst)
    }

    const fn per(period: Period, rate: u32, burst: u32) -> Self {
        match (tokens(rate), tokens(burst)) {
            (Some(rate), Some(burst)) => Self(Some(Bucket { rate, period, burst })),
            _ => Self::OFF,
        }
    }

    /// The quota of `governor`; `None` if there is no limit.
    pub(super) fn quota(self) -> Option<Quota> {
        let Bucket { rate, period, burst } = self.0?;
        let interval = period.length().checked_div(rate.get())?;
        Quota::with_period(interval).map(|quota| quota.allow_burst(burst))
    }
}

const fn tokens(number: u32) -> Option<NonZeroU32> {
    NonZeroU32::new(if number < TOKENS_MAX { number } else { TOKENS_MAX })
}

impl Period {
    const fn length(self) -> Duration {
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        })
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
        }
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        if matches!(text, "off" | "0") {
            return Ok(Self::OFF);
        }
        let parse = || {
            let (rate, rest) = text.split_once('/')?;
            let (unit, burst) = rest.split_once(':').unwrap_or((rest, rate));
            let period =
                [Period::Second, Period::Minute, Period::Hour].into_iter().find(|it| it.unit() == unit)?;
            let number = |text: &str| text.parse::<NonZeroU32>().ok().filter(|it| it.get() <= TOKENS_MAX);
            Some(Bucket { rate: number(rate)?, period, burst: number(burst)? })
        };
        parse().map(|bucket| Self(Some(bucket))).ok_or_else(|| LimitError(text.to_owned()))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(Bucket { rate, period, burst }) => write!(f, "{rate}/{}:{burst}", period.unit()),
            None => f.write_str("off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_rate_and_a_burst() {
        for (text, shown) in [
            ("off", "off"),
            ("0", "off"),
            ("5/s:100", "5/s:100"),
            ("20/min", "20/min:20"),
            ("100/h:1", "100/h:1"),
            ("1000000/h:1000000", "1000000/h:1000000"),
        ] {
            let limit: Limit = text.parse().unwrap();
            assert_eq!(limit.to_string(), shown);
            assert_eq!(limit.quota().is_none(), shown == "off");
        }
        assert_eq!("5/s:100".parse(), Ok(Limit::per_second(5, 100)));
        assert_eq!(Limit::per_second(u32::MAX, 1).to_string(), "1000000/s:1");
        assert_eq!(Limit::per_second(5, 0), Limit::OFF);
    }

    #[test]
    fn what_is_no_limit_is_reported_with_what_to_write() {
        for text in ["", "5", "5/s:", "5/s:0", "0/s", "5/d", "-5/s", "5/s:1000001", "5/s:1:1", "5 /s", "none"]
        {
            let error = text.parse::<Limit>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{text:?} is not a limit: write off, or ")), "{error}");
        }
    }

    #[test]
    fn the_largest_limit_does_not_overflow() {
        let quota = "1/h:1000000".parse::<Limit>().unwrap().quota().unwrap();
        let full = u64::try_from(quota.replenish_interval().as_nanos()).unwrap();
        assert!(full.checked_mul(u64::from(quota.burst_size().get())).is_some());
    }
}
