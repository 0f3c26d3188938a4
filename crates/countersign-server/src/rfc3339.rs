//! Times as text ([RFC 3339](https://www.rfc-editor.org/rfc/rfc3339)), for the API's answers.

use countersign::types::Timestamp;

const SECONDS_PER_DAY: i64 = 86_400;

/// Days of 400 Gregorian years, after which the calendar repeats.
const DAYS_PER_ERA: i64 = 146_097;

/// Days from 0000-03-01 to 1970-01-01, in years that begin in March.
const DAYS_BEFORE_EPOCH: i64 = 719_468;

/// Such as `2026-08-07T12:00:00Z`; the last second of the year 9999 for anything later, and the first of the year
/// 0 for anything earlier.
pub(crate) fn format(time: Timestamp) -> String {
    let seconds = time.unix_seconds().clamp(-62_167_219_200, 253_402_300_799);
    let (year, month, day) = date(seconds.div_euclid(SECONDS_PER_DAY));
    let second = seconds.rem_euclid(SECONDS_PER_DAY);
    let (hours, minutes) = (second.div_euclid(3600), second.rem_euclid(3600).div_euclid(60));
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{:02}Z", second.rem_euclid(60))
}

/// Year, month and day of a number of days since 1970-01-01.
#[expect(clippy::arithmetic_side_effects, reason = "the days of years 0 to 9999 overflow nothing here")]
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_BEFORE_EPOCH;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Counted from March, so that the leap day is the year's last; months of 31, 30, 31, 30, 31 days repeat.
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_date_prints_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_078_012_800, "2004-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (1_786_104_000, "2026-08-07T12:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (i64::MAX, "9999-12-31T23:59:59Z"),
            (i64::MIN, "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(format(Timestamp::from_unix_seconds(seconds)), text);
        }
    }
}
