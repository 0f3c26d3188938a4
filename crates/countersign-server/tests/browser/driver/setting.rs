//! What a test sets in the profile of a browser.

/// A setting of the browser, as a user makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// No site may store cookies.
    CookiesBlocked,
    /// The font size is 32 px instead of 16.
    TextOfTwiceTheSize,
}
