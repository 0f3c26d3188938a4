//! A point in time, handed in by the caller.

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted; negative before.
///
/// No library crate reads a clock: whatever depends on the time takes one of these.
///
/// ```
/// # use countersign_types::Timestamp;
/// let issued = Timestamp::from_unix_seconds(1_767_225_600);
/// assert_eq!(issued.plus_seconds(300).unix_seconds(), 1_767_225_900);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From seconds since 1970-01-01T00:00:00Z.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// This time and `seconds` more; stays at the type's last second where that would overflow.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
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
