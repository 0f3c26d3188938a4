//! The Gregorian calendar, which repeats after 400 years
//! ([ISO 8601-1:2019, section 4.2.1](https://www.iso.org/standard/70907.html)).

/// Days of 400 Gregorian years.
const DAYS_PER_ERA: i64 = 146_097;

/// Days from 0000-03-01 to 1970-01-01: years are counted from March, so that the leap day is a year's last.
const DAYS_BEFORE_EPOCH: i64 = 719_468;

/// The latest year with four digits.
const YEAR_MAX: u16 = 9999;

/// Days from 1970-01-01 to a date of the years 0 to 9999; `None` if there is no such date.
#[expect(clippy::arithmetic_side_effects, reason = "years of four digits overflow nothing here")]
pub(super) fn days(year: u16, month: u8, day: u8) -> Option<i64> {
    if year > YEAR_MAX || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let (year, month) = (i64::from(year), i64::from(month));
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = 365 * year + leap_days + (153 * month + 2) / 5 + i64::from(day) - 1;
    Some(days - DAYS_BEFORE_EPOCH)
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Year, month and day of a number of days since 1970-01-01.
#[expect(clippy::arithmetic_side_effects, reason = "the days of an `i64` of seconds overflow nothing here")]
pub(super) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_BEFORE_EPOCH;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months of 31, 30, 31, 30, 31 days repeat.
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}
