//! What the kinds of words have in common.

use super::explanation::Explanation;

/// A kind of words that can be explained.
pub(super) struct Topic {
    /// What the words are, and an example of one.
    pub(super) name: &'static str,
    pub(super) example: &'static str,
    /// The explanation of a word of this kind; the word is in lower case, with single spaces.
    pub(super) explain: fn(&str) -> Option<Explanation>,
    /// The words of this kind, to suggest those that are like an unknown one.
    pub(super) words: fn() -> Vec<String>,
}
