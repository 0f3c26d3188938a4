//! Times as they are typed: a day, or a time of RFC 3339.

use countersign::Timestamp;

/// Parses a day in UTC, or a time of [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6): `2026-11-30` or
/// `2026-11-30T09:00:00+01:00`. A fraction of a second is cut off.
pub(crate) fn time(text: &str) -> Result<Timestamp, &'static str> {
    const EXPECTED: &str =
        "expected a day in UTC or a time of RFC 3339, such as 2026-11-30 or 2026-11-30T08:00:00Z";
    let parse = || match text.split_once(['T', 't']) {
        None => day(text),
        Some((date, time)) => {
            let (clock, ahead) = zoned(time)?;
            Some(day(date)?.plus_seconds(of_day(clock)?).plus_seconds(ahead.saturating_neg()))
        }
    };
    parse().ok_or(EXPECTED)
}

/// `2026-11-30`, at its first second.
fn day(text: &str) -> Option<Timestamp> {
    let [year, month, day] = parts(text, '-')?;
    let (month, day) = (number(month, 2)?.try_into().ok()?, number(day, 2)?.try_into().ok()?);
    Timestamp::from_date(number(year, 4)?, month, day)
}

/// The clock, and the seconds by which it is ahead of UTC.
fn zoned(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let (clock, offset) = text.split_at_checked(text.len().checked_sub("+00:00".len())?)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let [hours, minutes] = parts(offset, ':')?;
    let seconds = below(hours, 24)?.saturating_mul(60).saturating_add(below(minutes, 60)?).saturating_mul(60);
    match sign {
        "+" => Some((clock, seconds)),
        "-" => Some((clock, seconds.saturating_neg())),
        _ => None,
    }
}

/// `08:00:00` or `08:00:00.25`, in seconds since midnight.
fn of_day(clock: &str) -> Option<i64> {
    let [hour, minute, second] = parts(clock, ':')?;
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let minutes = below(hour, 24)?.saturating_mul(60).saturating_add(below(minute, 60)?);
    let second = below(second, 60).filter(|_| is_fraction)?;
    Some(minutes.saturating_mul(60).saturating_add(second))
}

fn parts<const COUNT: usize>(text: &str, separator: char) -> Option<[&str; COUNT]> {
    text.split(separator).collect::<Vec<_>>().try_into().ok()
}

fn number(text: &str, digits: usize) -> Option<u16> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// A number of two digits below a limit.
fn below(text: &str, limit: u16) -> Option<i64> {
    number(text, 2).filter(|number| *number < limit).map(i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_one_of_rfc_3339() {
        for (text, shown) in [
            ("2026-11-30", "2026-11-30T00:00:00Z"),
            ("2026-11-30T08:09:59Z", "2026-11-30T08:09:59Z"),
            ("2026-11-30t08:09:59z", "2026-11-30T08:09:59Z"),
            ("2026-11-30T08:09:59.999Z", "2026-11-30T08:09:59Z"),
            ("2026-11-30T01:30:00+02:00", "2026-11-29T23:30:00Z"),
            ("2026-11-30T23:30:00-00:45", "2026-12-01T00:15:00Z"),
            ("2024-02-29T23:59:00Z", "2024-02-29T23:59:00Z"),
        ] {
            assert_eq!(time(text).unwrap().to_string(), shown);
        }
        for text in [
            "",
            "2026",
            "2026-11-31",
            "2026-1-30",
            "2026-11-30T08:00Z",
            "2026-11-30T24:00:00Z",
            "2026-11-30T08:00:00",
            "2026-11-30T08:00:00.Z",
            "2026-11-30T08:00:00.5",
            "2026-11-30T08:00:00+24:00",
            "2026-11-30T08:00:00 02:00",
            "2026-11-30T+02:00",
            "2026-11-30Té",
        ] {
            assert!(time(text).unwrap_err().starts_with("expected a day"), "{text}");
        }
    }
}
