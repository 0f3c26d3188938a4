//! Points in time, supplied by the caller.

mod calendar;

use core::fmt;

/// A point in time: seconds since 1970-01-01T00:00:00Z without leap seconds, negative before.
///
/// No library crate reads a clock: functions that depend on the time have an argument of this type.
///
/// ```
/// # use countersign_types::Timestamp;
/// let issued = Timestamp::from_unix_seconds(1_767_225_600);
/// assert_eq!(issued.plus_seconds(300).unix_seconds(), 1_767_225_900);
/// assert_eq!(issued.to_string(), "2026-01-01T00:00:00Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates a timestamp from seconds since 1970-01-01T00:00:00Z.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// The first second, in UTC, of a date of the Gregorian calendar; `None` if there is no such date in the years 0 to
    /// 9999.
    ///
    /// ```
    /// # use countersign_types::Timestamp;
    /// assert_eq!(Timestamp::from_date(2026, 1, 1), Some(Timestamp::from_unix_seconds(1_767_225_600)));
    /// assert_eq!(Timestamp::from_date(2026, 2, 29), None);
    /// ```
    pub fn from_date(year: u16, month: u8, day: u8) -> Option<Self> {
        calendar::days(year, month, day).map(|days| Self(days.saturating_mul(SECONDS_PER_DAY)))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// Adds seconds, saturating at the type's last second.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

const SECONDS_PER_DAY: i64 = 86_400;

/// Prints the time in UTC in the form of [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6):
/// `2026-01-01T00:00:00Z`. RFC 3339 has no form for years before 0 and after 9999, which are printed with a sign.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = calendar::date(self.0.div_euclid(SECONDS_PER_DAY));
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) =
            (second.div_euclid(3600), second.rem_euclid(3600).div_euclid(60), second.rem_euclid(60));
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            _ => write!(f, "{year:+05}")?,
        }
        write!(f, "-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Prints the displayed form in brackets.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

#[cfg(feature = "std")]
impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_secs()).unwrap_or(i64::MAX)),
            Err(before) => {
                Self(i64::try_from(before.duration().as_secs()).map_or(i64::MIN, i64::saturating_neg))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString};

    use super::*;

    #[test]
    fn times_are_printed_as_rfc_3339_has_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_078_012_800, "2004-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (1_786_104_000, "2026-08-07T12:00:00Z"),
            (1_786_150_923, "2026-08-08T01:02:03Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (253_402_300_800, "+10000-01-01T00:00:00Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
            (-62_167_219_201, "-0001-12-31T23:59:59Z"),
            (i64::MAX, "+292277026596-12-04T15:30:07Z"),
            (i64::MIN, "-292277022657-01-27T08:29:52Z"),
        ] {
            let time = Timestamp::from_unix_seconds(seconds);
            assert_eq!(time.to_string(), text);
            assert_eq!(format!("{time:?}"), format!("Timestamp({text})"));
        }
    }

    #[test]
    fn a_date_starts_at_its_first_second_and_only_calendar_dates_exist() {
        for (date, seconds) in [
            ((1970, 1, 1), 0),
            ((1969, 12, 31), -86_400),
            ((2000, 2, 29), 951_782_400),
            ((2100, 3, 1), 4_107_542_400),
            ((0, 1, 1), -62_167_219_200),
            ((9999, 12, 31), 253_402_214_400),
        ] {
            let (year, month, day) = date;
            let start = Timestamp::from_date(year, month, day).unwrap();
            assert_eq!(start.unix_seconds(), seconds);
            assert_eq!(start.to_string(), format!("{year:04}-{month:02}-{day:02}T00:00:00Z"));
        }
        for (year, month, day) in [
            (2023, 13, 1),
            (2023, 0, 1),
            (2023, 1, 0),
            (2023, 2, 29),
            (1900, 2, 29),
            (2023, 4, 31),
            (10_000, 1, 1),
        ] {
            assert_eq!(Timestamp::from_date(year, month, day), None);
        }
    }

    #[test]
    fn every_day_of_four_centuries_survives_a_round_trip() {
        for days in -1000..146_097 + 1000 {
            let (year, month, day) = calendar::date(days);
            let (year, month, day) =
                (year.try_into().unwrap(), month.try_into().unwrap(), day.try_into().unwrap());
            assert_eq!(calendar::days(year, month, day), Some(days));
        }
    }
}
