//! The reasons why a fetch fails.

use std::time::Duration;

use countersign::Timestamp;
use countersign_metadata::Date;

/// Why a fetch failed. `Display` contains no address, since it may contain a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The server can't be reached, or its certificate is not trusted; with the message of the transport.
    #[error("the metadata server can't be reached: {0}")]
    Unreachable(String),
    /// A redirect leads to an address without https.
    #[error("the metadata server redirects to an address without https")]
    NotHttps,
    /// A redirect leads to an address with a user name, which would be sent as a login.
    #[error("the metadata server redirects to an address with a user name in it")]
    RedirectWithUser,
    /// There are too many redirects, or one leads nowhere.
    #[error("the metadata server redirects too often, or to nowhere")]
    Redirects,
    /// The server sent too many informational answers, chunk sizes or trailers.
    #[error("the metadata server sent too much around its answer")]
    Excess,
    /// The server answered with this status, and perhaps with the time of the next attempt.
    #[error("the metadata server answered with status {0}")]
    Status(u16, Option<RetryAfter>),
    /// The answer has more bytes than this limit.
    #[error("the metadata server sent more than {0} bytes")]
    TooLarge(usize),
    /// The request took longer than this limit.
    #[error("the metadata server took longer than {0:?}")]
    TimedOut(Duration),
    /// The answer ended too soon.
    #[error("the metadata server broke off its answer")]
    BrokenOff,
}

/// When a server asks for the next attempt
/// ([RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// After this number of seconds.
    Seconds(u64),
    /// At this time.
    At(Timestamp),
}

impl RetryAfter {
    /// Parses the header field: a number of seconds, or a date in the form that is not obsolete.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::Seconds(text.parse().unwrap_or(u64::MAX)));
        }
        http_date(text).map(Self::At)
    }

    /// The time from now until then.
    pub fn wait_from(self, now: Timestamp) -> Duration {
        let seconds = match self {
            Self::Seconds(seconds) => seconds,
            Self::At(time) => {
                u64::try_from(time.unix_seconds().saturating_sub(now.unix_seconds())).unwrap_or(0)
            }
        };
        Duration::from_secs(seconds)
    }
}

/// Parses an IMF-fixdate ([RFC 9110, section 5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)), such as
/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, date) = text.split_once(", ")?;
    let mut words = date.split(' ');
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let (time, zone) = (words.next()?, words.next()?);
    let month =
        MONTHS.iter().zip(1..).find(|(name, _)| **name == month).map(|(_, number): (_, i64)| number)?;
    let date: Date = format!("{year}-{month:02}-{day}").parse().ok()?;
    let number = |digits: &str, end: i64| {
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|number| is_number && *number < end)
    };
    let mut parts = time.split(':');
    let hours = number(parts.next()?, 24)?;
    let minutes = number(parts.next()?, 60)?;
    // A leap second is in the grammar.
    let seconds = number(parts.next()?, 61)?;
    if zone != "GMT" || words.next().is_some() || parts.next().is_some() {
        return None;
    }
    let seconds =
        hours.saturating_mul(3600).saturating_add(minutes.saturating_mul(60)).saturating_add(seconds);
    Some(date.start().plus_seconds(seconds))
}

impl FetchError {
    /// When the server asks for the next attempt, if it says so.
    pub const fn retry_after(&self) -> Option<RetryAfter> {
        match self {
            Self::Status(_, retry_after) => *retry_after,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(RetryAfter::parse("120"), Some(RetryAfter::Seconds(120)));
        assert_eq!(RetryAfter::parse("99999999999999999999999"), Some(RetryAfter::Seconds(u64::MAX)));
        let date = RetryAfter::parse("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(date, Some(RetryAfter::At(Timestamp::from_unix_seconds(784_111_777))));
        let now = Timestamp::from_unix_seconds(784_111_770);
        assert_eq!(date.unwrap().wait_from(now), Duration::from_secs(7));
        assert_eq!(date.unwrap().wait_from(now.plus_seconds(8)), Duration::ZERO);
    }

    #[test]
    fn a_malformed_retry_after_is_ignored() {
        for text in [
            "",
            "-1",
            "1.5",
            "soon",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT x",
            "Sun, 06 Nov 1994 8:49:37 GMT",
        ] {
            assert_eq!(RetryAfter::parse(text), None, "{text}");
        }
    }
}
