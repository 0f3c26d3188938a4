//! What is said about a word.

/// A flag, a registered number or an object identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Term {
    /// The flag's short name, the number in decimal, or the identifier in dotted decimal.
    pub word: &'static str,
    /// The name in the specification.
    pub name: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// The address of the section that defines it.
    pub source: &'static str,
}
