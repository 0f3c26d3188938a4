//! The limits that several tables share.

/// Seconds by which a row may seem to be from the future: the clocks of servers over one database differ by that much.
/// A row further ahead was written while the clock was ahead. It would be good for that much longer, or again once its
/// time has come.
pub(crate) const AHEAD_SECONDS: i64 = 60;

/// The most expired rows that an insertion deletes: more than one, so that they can't pile up.
pub(crate) const PURGE_MAX: i64 = 16;
