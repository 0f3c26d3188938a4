//! Flags, numbers of COSE and object identifiers, from the glossary of `countersign-inspect`, of which the book's page is
//! made too.

use countersign_inspect::glossary::{self, Registry, Term};

use super::{explanation::Explanation, topic::Topic};

/// The page of the book that has the same terms.
const PAGE: &str = "docs/GLOSSARY.md";

pub(super) const FLAGS: Topic = Topic {
    name: "a flag of authenticator data",
    example: "BE",
    explain: flag,
    words: || glossary::FLAGS.iter().map(|flag| flag.word.to_lowercase()).collect(),
};

pub(super) const ALGORITHMS: Topic = Topic {
    name: "an algorithm of COSE, by number or name",
    example: "-7, or ES256",
    explain: |word| registered(Registry::Algorithms, "alg", word),
    words: || words(Registry::Algorithms),
};

pub(super) const KEY_TYPES: Topic = Topic {
    name: "a key type of COSE, by number or name",
    example: "kty 2, or EC2",
    explain: |word| registered(Registry::KeyTypes, "kty", word),
    words: || words(Registry::KeyTypes),
};

pub(super) const CURVES: Topic = Topic {
    name: "an elliptic curve of COSE",
    example: "crv 1, or P-256",
    explain: |word| registered(Registry::Curves, "crv", word),
    words: || words(Registry::Curves),
};

pub(super) const OIDS: Topic = Topic {
    name: "an object identifier, by number or name",
    example: "2.5.29.19, or basicConstraints",
    explain: identifier,
    words: || {
        glossary::OIDS.iter().flat_map(|term| [term.word.to_owned(), term.name.to_lowercase()]).collect()
    },
};

/// The names of a registry. Numbers are like too many others to be suggested.
fn words(registry: Registry) -> Vec<String> {
    registry.terms().iter().map(|term| term.name.to_lowercase()).collect()
}

fn flag(word: &str) -> Option<Explanation> {
    let word = word.strip_prefix("flag ").unwrap_or(word);
    let term = glossary::FLAGS.iter().find(|term| term.word.eq_ignore_ascii_case(word))?;
    Some(about(term, format!("{word}: {}", term.name)))
}

/// A number of a registry: alone if it is negative, and otherwise after the name of the parameter that has it.
fn registered(registry: Registry, parameter: &str, word: &str) -> Option<Explanation> {
    let number = word.strip_prefix(parameter).map(|rest| rest.trim_start_matches([' ', '=', ':']));
    let number = number.or_else(|| word.starts_with('-').then_some(word));
    let is_it = |term: &&Term| number == Some(term.word) || term.name.eq_ignore_ascii_case(word);
    let term = registry.terms().iter().find(is_it)?;
    let what = format!("a {}", registry.title());
    Some(about(term, format!("{}: {}, {what}", term.word, term.name)))
}

fn identifier(word: &str) -> Option<Explanation> {
    let word = word.strip_prefix("oid ").unwrap_or(word);
    let term =
        glossary::OIDS.iter().find(|term| term.word == word || term.name.eq_ignore_ascii_case(word))?;
    Some(about(term, format!("{}: {}, an object identifier", term.word, term.name)))
}

fn about(term: &Term, title: String) -> Explanation {
    Explanation::new(title).with("meaning", term.meaning).with("source", term.source).with("page", PAGE)
}
