//! Calendar dates in the form of the metadata: `YYYY-MM-DD`
//! ([ISO 8601](https://www.iso.org/iso-8601-date-and-time-format.html)), read as dates in UTC.

use core::fmt;
use std::str::FromStr;

use countersign_types::Timestamp;

/// A date of the Gregorian calendar, in the years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(Timestamp);

/// The error for text that is not a date in the form `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date of the form YYYY-MM-DD")]
#[non_exhaustive]
pub struct DateError;

const SECONDS_PER_DAY: i64 = 86_400;

impl Date {
    /// The first second of the date, in UTC.
    pub const fn start(self) -> Timestamp {
        self.0
    }

    /// The first second after the date, in UTC.
    pub const fn end(self) -> Timestamp {
        self.0.plus_seconds(SECONDS_PER_DAY)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let form =
            |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
        if text.len() != 10 || !text.bytes().enumerate().all(form) {
            return Err(DateError);
        }
        let mut parts = text.split('-').map(|part| part.parse::<u16>().map_err(|_| DateError));
        let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(DateError);
        };
        let [month, day] = [month?, day?].map(|number| u8::try_from(number).unwrap_or(u8::MAX));
        Timestamp::from_date(year?, month, day).map(Self).ok_or(DateError)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_string().split('T').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_begins_at_its_first_second() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("1969-12-31", -86_400),
            ("2000-02-29", 951_782_400),
            ("2000-03-01", 951_868_800),
            ("2023-10-01", 1_696_118_400),
            ("2100-03-01", 4_107_542_400),
            ("0000-01-01", -62_167_219_200),
            ("9999-12-31", 253_402_214_400),
        ] {
            let date: Date = text.parse().unwrap();
            assert_eq!(date.start().unix_seconds(), seconds, "{text}");
            assert_eq!(date.end().unix_seconds(), seconds + 86_400);
            assert_eq!(date.to_string(), text);
        }
    }

    #[test]
    fn other_text_is_not_a_date() {
        for text in [
            "",
            "2023-10-1",
            "2023-13-01",
            "2023-00-01",
            "2023-01-00",
            "2023-02-29",
            "1900-02-29",
            "2023-04-31",
            "2023/10/01",
            "20231001",
            "2023-10-01T00:00:00Z",
            "+023-10-01",
            "2023-1a-01",
        ] {
            assert_eq!(text.parse::<Date>(), Err(DateError), "{text}");
        }
    }
}
